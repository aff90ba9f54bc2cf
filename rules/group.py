"""Incidents and crimes that touch one another: the sets of statements, and how merges and links join them.

A group is what must be looked at together to judge any one of its incidents. In a replay it is a whole connected part of
the history; live it is what one incident has been told of the others. The code is the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal, NamedTuple

from rules.codes import CodeMap
from rules.crime import Crime, fold_crime
from rules.disposals import disposal_of
from rules.force import ForceProfile
from rules.incident import Incident, Merge, fold_incident
from rules.instants import local_day
from rules.statements import Statement, Statements

DUPLICATE = "AD_DUPLICATE"


class Chain(NamedTuple):
    """Where the merges of a log lead: the references along the way, and what is wrong with their end."""

    path: tuple[str, ...]
    fault: Literal["unknown", "cycle"] | None

    @property
    def end(self) -> str:
        """The last log of the chain; the log itself where it is merged into none."""
        return self.path[-1]


class Neighbours(NamedTuple):
    """What a statement ties its incident or crime to: other incidents, and other crimes."""

    incidents: tuple[str, ...]
    crimes: tuple[str, ...]


def neighbours(statement: Statement, code_map: CodeMap) -> Neighbours:
    """Return what must be judged together with the subject of a statement because of what it says."""
    data = statement.data
    match statement.type:
        case "incident.merged":
            return Neighbours((data["into"],), ())
        case "incident.closed" if data.get("reference"):
            duplicate = any(code_map.can_mean(code, DUPLICATE) for code in data["closing_codes"])
            return Neighbours((data["reference"],) if duplicate else (), ())
        case "decision.not_to_record" if data["basis"] == "duplicate" and data.get("reference"):
            return Neighbours((data["reference"],), ())
        case "crime.recorded":
            return Neighbours(tuple(data.get("incident_refs") or ()), ())
        case "crime.linked" | "crime.unlinked":
            return Neighbours((data["incident_ref"],), ())
        case "crime.cancelled" if data.get("surviving_crime_ref"):
            return Neighbours((), (data["surviving_crime_ref"],))
    return Neighbours((), ())


class Group:
    """The statements about some incidents and crimes of one force, and the folds of them."""

    def __init__(self, profile: ForceProfile) -> None:
        self.profile = profile
        self._said: dict[tuple[str, str], Statements] = {}
        self._incidents: dict[str, Incident] = {}
        self._crimes: dict[str, Crime] = {}
        self._chains: dict[str, Chain] = {}
        self._crimes_of: defaultdict[str, set[str]] = defaultdict(set)
        self._near_incidents: defaultdict[str, set[str]] = defaultdict(set)
        self._near_crimes: defaultdict[str, set[str]] = defaultdict(set)

    def observe(self, statement: Statement) -> bool:
        """Add a statement to the set; return whether it was new."""
        key = (statement.origin, statement.ref)
        if not self._said.setdefault(key, Statements()).add(statement):
            return False
        near = neighbours(statement, self.profile.code_map)
        if statement.origin == "incident":
            self._incidents.pop(statement.ref, None)
            self._chains.clear()
            self._join(self._near_incidents, statement.ref, near.incidents)
        else:
            self._crimes.pop(statement.ref, None)
            self._join(self._near_crimes, statement.ref, near.crimes)
            for incident in near.incidents:
                self._crimes_of[incident].add(statement.ref)
        return True

    def knows(self, statement: Statement) -> bool:
        """Whether the set holds a statement."""
        return statement in self._said.get((statement.origin, statement.ref), ())

    def statements(self) -> Iterator[Statement]:
        """Yield everything that was stated, those about one subject in their order."""
        for said in self._said.values():
            yield from said

    @staticmethod
    def _join(near: defaultdict[str, set[str]], ref: str, others: Iterable[str]) -> None:
        for other in others:
            near[ref].add(other)
            near[other].add(ref)

    def incident(self, ref: str) -> Incident:
        """Return what a log is; one that nobody has opened is empty."""
        if (known := self._incidents.get(ref)) is None:
            known = self._incidents[ref] = fold_incident(ref, self._said.get(("incident", ref), ()))
        return known

    def crime(self, ref: str) -> Crime:
        """Return what a crime record is; one that nobody has recorded is empty."""
        if (known := self._crimes.get(ref)) is None:
            known = self._crimes[ref] = fold_crime(ref, self._said.get(("crime", ref), ()))
        return known

    def crimes_of(self, refs: tuple[str, ...]) -> list[Crime]:
        """Return the crimes ever linked to any of some incidents, by reference."""
        return [self.crime(ref) for ref in sorted({crime for ref in refs for crime in self._crimes_of.get(ref, ())})]

    def touched_by(self, statement: Statement) -> set[str]:
        """Return the incidents whose answer a statement may change."""
        if statement.origin == "incident":
            return self._reach(self._near_incidents, {statement.ref})
        crimes = self._reach(self._near_crimes, {statement.ref})
        linked = {incident for crime in crimes for incident in self.crime(crime).links}
        return self._reach(self._near_incidents, linked)

    @staticmethod
    def _reach(near: defaultdict[str, set[str]], start: set[str]) -> set[str]:
        reached, ahead = set(start), list(start)
        while ahead:
            fresh = near.get(ahead.pop(), set()) - reached
            reached |= fresh
            ahead += fresh
        return reached

    def key(self, incident: Incident, raw: str) -> str | None:
        """Return the key that a code of a log means on the local day of its report."""
        return self.profile.code_map.key(raw, self.day(incident))

    def day(self, incident: Incident) -> date:
        """Return the local day of a report, which chooses the law and the code map; today's end of time if unknown."""
        start = incident.starts
        return local_day(start, self.profile.zone) if start else date.max

    def merge_of(self, ref: str) -> Merge | None:
        """Return the standing merge of a log: the newest of its merges and a closure as duplicate (reading R14)."""
        incident = self.incident(ref)
        if not incident.merges:
            return None
        standing = [merge for merge in incident.merges if not merge.by_closure or self._closed_as_duplicate(incident)]
        return max(standing, default=None)

    def _closed_as_duplicate(self, incident: Incident) -> bool:
        closing_codes = (incident.closure or {})["closing_codes"]
        return disposal_of([self.key(incident, code) for code in closing_codes])[0] == "duplicate"

    def chain(self, ref: str) -> Chain:
        """Follow the standing merges of a log to their end."""
        if (known := self._chains.get(ref)) is None:
            known = self._chains[ref] = self._follow(ref)
        return known

    def _follow(self, ref: str) -> Chain:
        if not self.incident(ref).merges:
            return Chain((ref,), None)
        path = [ref]
        while (merge := self.merge_of(path[-1])) is not None:
            if merge.into in path:
                return Chain(tuple(path), "cycle")
            onward = self._chains.get(merge.into)
            if onward is not None and onward.fault != "cycle":  # what leads to no cycle never comes by here again
                path += onward.path
                break
            path.append(merge.into)
        known = len(path) == 1 or self.incident(path[-1]).received_at is not None
        return Chain(tuple(path), None if known else "unknown")

    def is_merged(self, ref: str) -> bool:
        """Whether a log is carried on in another one that is known."""
        chain = self.chain(ref)
        return len(chain.path) > 1 and chain.fault is None

    def members(self, ref: str) -> tuple[str, ...]:
        """Return a log and, by reference, all that are merged into it."""
        if ref not in self._near_incidents:
            return (ref,)
        near = self._reach(self._near_incidents, {ref})
        return (ref, *sorted(other for other in near - {ref} if self.is_merged(other) and self.chain(other).end == ref))

    def surviving_record(self, crime: Crime) -> Crime | None:
        """Return the record at the end of a chain of C3 cancellations, None if none lives there (reading R16)."""
        seen = {crime.ref}
        while (cancelled := crime.cancellation) is not None and cancelled["reason"] == "C3":
            ref = cancelled.get("surviving_crime_ref")
            if ref is None or ref in seen:
                return None
            seen.add(ref)
            crime = self.crime(ref)
        return crime if crime.recorded_at is not None and crime.cancellation is None else None
