"""What a change of one incident or crime has to tell others, so that each can be judged from what it was told alone.

Forward along a merge an incident sends all it knows; backward, to those that point at it, only the outline of where the
merges lead. A receiver passes on only what was new to it, so a cycle of merges falls silent by itself. A crime tells
every incident that it was ever linked to. Who begins to point at another one is always answered, if only with nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable

import msgspec

from rules.codes import CodeMap
from rules.group import Group, neighbours
from rules.statements import Origin, Statement

_OUTLINE = {
    "incident.opened": ("received_at", "opened_at"),
    "incident.updated": ("received_at", "opened_at", "received_at_corrected", "reason", "decided_by"),
    "incident.closed": ("closed_at", "closing_codes", "reference"),
    "incident.reopened": ("reopened_at",),
    "incident.merged": ("into",),
    "decision.not_to_record": ("decided_at", "basis", "reference"),
}
"""What of each statement decides where the merges lead, and when the report of each log came in."""


def outline(statement: Statement) -> Statement | None:
    """Return of a statement what another log must know of this one to be judged; None if nothing."""
    kept = _OUTLINE.get(statement.type)
    if kept is None or (statement.type == "decision.not_to_record" and statement.data["basis"] != "duplicate"):
        return None
    data = {name: value for name, value in statement.data.items() if name in kept}
    return msgspec.structs.replace(statement, data=data) if data else None


def told_by_incident(group: Group, ref: str, new: Iterable[Statement]) -> dict[str, list[Statement]]:
    """Return what an incident tells which others, now that something new was stated of it or told to it."""
    code_map = group.profile.code_map
    points_at: dict[str, set[str]] = defaultdict(set)
    whole: set[str] = set()
    for statement in group.statements():
        if statement.origin == "incident":
            targets = neighbours(statement, code_map).incidents
            points_at[statement.ref].update(targets)
            if statement.ref == ref and statement.type != "decision.not_to_record":
                whole.update(targets)
    followers = {other for other, targets in points_at.items() if ref in targets and other != ref}
    if not followers and not points_at[ref]:
        return {}
    new = [statement for statement in new if statement.says_something]
    asked = {said.ref for said in new if said.origin == "incident" and ref in neighbours(said, code_map).incidents}
    if any(neighbours(statement, code_map).incidents for statement in new if statement.origin == "incident"):
        new = [statement for statement in group.statements() if statement.says_something]
    onward = _reach(points_at, ref)
    outlines = [short for statement in new if statement.origin == "incident" and (short := outline(statement))]
    told: dict[str, list[Statement]] = {}
    for target in points_at[ref] - {ref}:
        if target in whole:
            told[target] = [said for said in new if (said.origin, said.ref) != ("incident", target)]
        else:
            told[target] = [said for said in outlines if said.ref == ref]
    for follower in followers:
        already = told.get(follower, [])
        known = {(said.origin, said.ref, said.identity) for said in already}
        leads = [
            said
            for said in outlines
            if said.ref in onward and said.ref != follower and (said.origin, said.ref, said.identity) not in known
        ]
        told[follower] = already + leads
    return {target: said for target, said in told.items() if said or target in asked - {ref}}


def unanswered(statements: Collection[Statement], ref: str, code_map: CodeMap) -> set[tuple[Origin, str]]:
    """Return the incidents and crimes that an incident itself leads to, and of which nothing is known.

    A crime leads to the records that were named as its survivors; what other logs lead to is for them to ask.
    """
    survivors: dict[str, set[str]] = defaultdict(set)
    led_to: set[tuple[Origin, str]] = set()
    linked: set[str] = set()
    for said in statements:
        near = neighbours(said, code_map)
        if said.origin == "crime":
            survivors[said.ref].update(near.crimes)
            if ref in near.incidents:
                linked.add(said.ref)
        elif said.ref == ref:
            led_to.update(("incident", other) for other in near.incidents if other != ref)
    for crime in linked:
        led_to.update(("crime", other) for other in _reach(survivors, crime))
    return led_to - {(said.origin, said.ref) for said in statements}


def _reach(points_at: dict[str, set[str]], ref: str) -> set[str]:
    reached, ahead = {ref}, [ref]
    while ahead:
        fresh = points_at.get(ahead.pop(), set()) - reached
        reached |= fresh
        ahead += fresh
    return reached


def audience_of_crime(statements: Iterable[Statement], code_map: CodeMap) -> tuple[set[str], set[str]]:
    """Return the incidents that a crime was ever linked to, and the crimes that were ever named as its survivors.

    A survivor's facts are told to whoever is told those of the crime: it counts in its place (reading R16).
    """
    incidents: set[str] = set()
    survivors: set[str] = set()
    for statement in statements:
        near = neighbours(statement, code_map)
        incidents.update(near.incidents)
        survivors.update(near.crimes)
    return incidents, survivors
