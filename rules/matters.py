"""What rules are about: the grounds on which a crime is expected, and the other things that may call for an alert."""

from collections.abc import Callable

from rules.facts import IMPOSSIBLE_TIMES, Matter, Moment
from rules.instants import format_instant
from rules.situation import Ground, Situation

GROUNDS: dict[str, Callable[[Situation], list[Ground]]] = {}
MATTERS: dict[str, Callable[[Moment], list[Matter]]] = {}


def _grounds(look: Callable[[Situation], list[Ground]]) -> Callable[[Situation], list[Ground]]:
    GROUNDS[look.__name__] = look
    return look


def _matter(look: Callable[[Moment], list[Matter]]) -> Callable[[Moment], list[Matter]]:
    MATTERS[look.__name__] = look
    return look


@_grounds
def crime_codes(situation: Situation) -> list[Ground]:
    """A crime code that the log was given, at opening, on the way or at closing."""
    return [ground for _, ground in situation.given_codes if ground is not None]


@_grounds
def disclosures(situation: Situation) -> list[Ground]:
    """A crime that the text of the log discloses."""
    return situation.disclosures


@_grounds
def rape_reports(situation: Situation) -> list[Ground]:
    """A report of rape or attempted rape, by code or in the text."""
    return [ground for ground in (*crime_codes(situation), *situation.disclosures) if ground.is_rape]


@_matter
def closure(moment: Moment) -> list[Matter]:
    """The closure of the log, where it stands and the log is carried on in no other."""
    closing = moment.situation.closing
    if closing is None:
        return []
    due_at = moment.earliest_due or closing.at
    return [Matter(f"closed {format_instant(closing.at)}", closing.at, due_at, closing)]


@_matter
def downgrade(moment: Moment) -> list[Matter]:
    """A crime code of the log that was changed, while it was open, to a code that is no crime."""
    changed = moment.situation.downgrade
    return (
        [] if changed is None else [Matter(f"changed {format_instant(changed[0])}", changed[0], changed[0], changed[1])]
    )


@_matter
def duplicate(moment: Moment) -> list[Matter]:
    """A log that is carried on in another one that is not there."""
    fault = moment.situation.merge_fault
    if fault is None:
        return []
    what, since, starts = fault
    return [Matter(f"closed {format_instant(since)}", starts, starts, what)]


@_matter
def decisions(moment: Moment) -> list[Matter]:
    """A decision not to record that ends nothing, though a crime disclosed before it is expected."""
    found = []
    for decision, ending, lacks in moment.situation.decisions:
        at, named = decision["decided_at"], decision.get("rules")
        meant = [expected for expected in moment.open if expected.decidable and (not named or expected.rule in named)]
        in_force = ending is not None and ending.in_force(moment.now)
        if not in_force and any(ground.at <= at for expected in meant for ground in expected.grounds):
            found.append(Matter(f"decided {format_instant(at)}", at, at, lacks))
    return found


@_matter
def delay_requests(moment: Moment) -> list[Matter]:
    """A delay that was asked for and counts for nothing, once the deadline that it would have moved has passed."""
    requests = []
    moving = {name for expected in moment.expectations for name in expected.moved_by}
    for delay in moment.situation.incident.delays:
        due = [expected.due_at for expected in moment.open if expected.starts <= delay["decided_at"]]
        if due and not moving.intersection(delay["names"]):
            occasion = f"decided {format_instant(delay['decided_at'])}"
            requests.append(Matter(occasion, delay["decided_at"], min(due), delay, waits=True))
    return requests


@_matter
def transfer(moment: Moment) -> list[Matter]:
    """A transfer to another force that was accepted."""
    accepted = moment.situation.incident.transfer
    if accepted is None:
        return []
    at = accepted["accepted_at"]
    return [Matter(f"transferred {format_instant(at)}", at, at, accepted)]


@_matter
def cancellations(moment: Moment) -> list[Matter]:
    """A record of the incident that was cancelled."""
    return [
        Matter(f"{record.crime.ref} {format_instant(record.at)}", record.at, record.at, record)
        for record in moment.situation.cancelled
    ]


@_matter
def victims(moment: Moment) -> list[Matter]:
    """The victims that the log names, each of whom calls for a crime."""
    situation = moment.situation
    if not (named := situation.counted_victims) or not situation.live_crimes:
        return []
    newest = max(named.values())
    own_due = min((expected.due_at for expected in moment.expectations), default=None)
    return [Matter("count", newest, newest, named, waits=True, not_before=own_due)]


@_matter
def recordings(moment: Moment) -> list[Matter]:
    """A crime that was recorded."""
    return [
        Matter(expected.occasion, expected.starts, expected.due_at, expected)
        for expected in moment.expectations
        if expected.met_by is not None
    ]


@_matter
def mismatches(moment: Moment) -> list[Matter]:
    """A linked record whose victims are not those of the log."""
    situation = moment.situation
    return [Matter(f"crime_mismatch {ref}", situation.starts, situation.starts, ref) for ref in situation.mismatched]


@_matter
def impossible_times(moment: Moment) -> list[Matter]:
    """Two times of the incident that cannot both be right."""
    at = moment.situation.starts
    return [Matter(value, at, at, value) for value in IMPOSSIBLE_TIMES if value in moment.quality]
