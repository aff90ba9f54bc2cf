"""What was said by an instant, read for the oracle: statements, corrections, merges and records by brute force.

Every question is answered by looking through the whole history again. Nothing here is shared with the project but the
reading and writing of instants.
"""

import json
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from rules.instants import parse_instant

from .histories import SENTENCES

Event: TypeAlias = dict[str, Any]
Fields: TypeAlias = dict[str, Any]

DETAILS = ("incident.opened", "incident.updated")
LOG = (*DETAILS, "incident.closed", "incident.reopened")


class Statement(NamedTuple):
    """One event that was said, in the order in which statements about one field stand (reading R7)."""

    time: datetime
    source: bytes
    id: bytes
    content: str
    type: str
    data: Fields


class Merge(NamedTuple):
    """A merge that stands: since when, into which log."""

    instant: datetime
    into: str


def statements_of(events: Iterable[Event], until: datetime) -> dict[str, list[Statement]]:
    """Sort the different statements made by `until`, by force."""
    said = set()
    for event in events:
        time = parse_instant(event["time"])
        if time <= until:
            content = json.dumps([event["type"], event["data"]], sort_keys=True)
            said.add((time, event["source"].encode(), event["id"].encode(), content))
    forces: dict[str, list[Statement]] = {}
    for time, source, name, content in sorted(said):
        kind, data = json.loads(content)
        forces.setdefault(data["force"], []).append(Statement(time, source, name, content, kind, data))
    return forces


def instant_in(fields: Fields, name: str) -> datetime | None:
    """Read an instant that may be absent."""
    return parse_instant(fields[name]) if fields.get(name) else None


def filled(fields: Fields, name: str) -> bool:
    """Whether something that is not blank was stated."""
    return bool((fields.get(name) or "").strip())


def corrected(statements: Iterable[Statement], key: Callable[[Statement], object]) -> list[Fields]:
    """Join the statements of one fact, field by field, the newest over the older ones."""
    facts: dict[object, Fields] = {}
    for statement in statements:
        name = key(statement)
        facts[name] = {**facts.get(name, {}), **statement.data}
    return list(facts.values())


def is_crime_code(code: str) -> bool:
    return code.startswith("CRIME_")


def families_of(entry: Fields) -> set[str]:
    """Return what an entry of the log discloses, by the table of sentences."""
    if entry.get("category") in ("question", "system"):
        return set()
    lines = [line for line in entry["text"].splitlines() if not line.startswith("Q:")]
    return set().union(*(SENTENCES[line] for line in lines))


def normal_code(code: str) -> tuple[str, str]:
    """Split an offence code in class and offence, alike for all its spellings; the reported incidents keep their N."""
    match = re.fullmatch(r"N?(\d+)/(\d+)", code)
    assert match, code
    number = int(match[1])
    return (f"N{number}" if number in (100, 300) else f"{number:03}"), f"{int(match[2]):02}"


class Facts:
    """All that one force said, and the questions about single logs and records."""

    def __init__(self, statements: list[Statement]) -> None:
        self.statements = statements
        self.incidents = sorted({s.data["incident_ref"] for s in statements if "incident_ref" in s.data})
        self.crimes = sorted({s.data["crime_ref"] for s in statements if "crime_ref" in s.data})
        self.known = [ref for ref in self.incidents if self.received(ref)]

    def about(self, ref: str, *types: str) -> list[Statement]:
        """The statements of some types about one log or record, the newest last."""
        return [s for s in self.statements if s.type in types and ref == s.data.get(_subject(s.type))]

    def newest(self, ref: str, field: str) -> Any:
        stated = [s.data[field] for s in self.about(ref, *DETAILS) if field in s.data]
        return stated[-1] if stated else None

    def earliest(self, ref: str, field: str) -> datetime | None:
        return min((at for s in self.about(ref, *DETAILS) if (at := instant_in(s.data, field))), default=None)

    def correction(self, ref: str) -> datetime | None:
        valid = [
            s.data
            for s in self.about(ref, "incident.updated")
            if s.data.get("received_at_corrected") and filled(s.data, "reason")
            if s.data.get("decided_by") not in (None, "officer")
        ]
        return instant_in(valid[-1], "received_at_corrected") if valid else None

    def received(self, ref: str) -> datetime | None:
        """When the report reached the police, as stated or corrected."""
        return self.correction(ref) or self.earliest(ref, "received_at")

    def own_start(self, ref: str) -> datetime:
        """The start of the clock of one log, whatever was merged into it."""
        received, opened = self.received(ref), self.earliest(ref, "opened_at")
        assert received
        return received if self.correction(ref) or not opened else min(received, opened)

    def entries(self, ref: str) -> list[Fields]:
        return [entry for s in self.about(ref, *LOG) for entry in s.data.get("entries") or []]

    def closures(self, ref: str) -> list[Fields]:
        """The closures that no reopening at or after them has undone."""
        closures = corrected(self.about(ref, "incident.closed"), lambda s: parse_instant(s.data["closed_at"]))
        reopened = self._reopened(ref)
        return [c for c in closures if not any(at >= parse_instant(c["closed_at"]) for at in reopened)]

    def _reopened(self, ref: str) -> list[datetime]:
        return [parse_instant(s.data["reopened_at"]) for s in self.about(ref, "incident.reopened")]

    def merge(self, ref: str) -> Merge | None:
        """The newest merge of a log that stands."""
        undone = self._reopened(ref)
        merges = [
            (s.time, s[:3], s.data["into"])
            for s in self.about(ref, "incident.merged")
            if not any(at > s.time for at in undone)
        ]
        for closure in self.closures(ref):
            if disposal(closure) == "AD_DUPLICATE" and closure.get("reference"):
                at = parse_instant(closure["closed_at"])
                order = max(s[:3] for s in self.about(ref, "incident.closed") if instant_in(s.data, "closed_at") == at)
                merges.append((at, order, closure["reference"]))
        return Merge(max(merges)[0], max(merges)[2]) if merges else None

    def chain(self, ref: str) -> list[str]:
        """The logs that a log was carried on in, one after the other; one that repeats a log is a cycle."""
        passed = [ref]
        while (merge := self.merge(passed[-1])) and passed.count(passed[-1]) == 1:
            passed.append(merge.into)
        return passed[1:]

    def is_cycle(self, ref: str) -> bool:
        chain = [ref, *self.chain(ref)]
        return len(chain) > len(set(chain))

    def survivor(self, ref: str) -> str:
        """The log that a log is effectively merged into; itself if it is not merged."""
        chain = self.chain(ref)
        return chain[-1] if chain and chain[-1] in self.known and not self.is_cycle(ref) else ref

    def record(self, crime: str) -> Fields | None:
        """A crime record by its initial statements; None for supplements alone."""
        initial = [s for s in self.about(crime, "crime.recorded") if s.data.get("initial", True)]
        return corrected(initial, lambda s: crime)[0] if initial else None

    def codes(self, crime: str) -> list[tuple[str, str]]:
        """Every offence that a record ever was, the present one last."""
        stated = self.about(crime, "crime.recorded", "crime.reclassified")
        return [normal_code(s.data["offence_code"]) for s in stated if s.data.get("initial", True)]

    def linked_at(self, crime: str, ref: str) -> datetime | None:
        """The first link of a record to a log, if it is linked."""
        links = [s.time for s in self.about(crime, "crime.linked") if s.data["incident_ref"] == ref]
        links += [s.time for s in self.about(crime, "crime.recorded") if ref in s.data.get("incident_refs", [])]
        unlinks = [s.time for s in self.about(crime, "crime.unlinked") if s.data["incident_ref"] == ref]
        return min(links) if links and max(links) >= max(unlinks, default=max(links)) else None

    def owner(self, crime: str) -> str | None:
        """The log with the smallest standing link: what is owed about one record is raised there alone."""
        named = {ref for s in self.about(crime, "crime.recorded") for ref in s.data.get("incident_refs", [])}
        named |= {s.data["incident_ref"] for s in self.about(crime, "crime.linked")}
        links = [(at, ref) for ref in named if (at := self.linked_at(crime, ref))]
        return self.survivor(min(links)[1]) if links else None

    def cancellation(self, crime: str) -> Fields | None:
        """The newest cancellation of a record, unless it was reinstated at or after it."""
        cancelled = corrected(self.about(crime, "crime.cancelled"), lambda s: parse_instant(s.data["cancelled_at"]))
        newest = max(cancelled, key=lambda c: parse_instant(c["cancelled_at"]), default=None)
        alive = [instant_in(s.data, "reinstated_at") or s.time for s in self.about(crime, "crime.reinstated")]
        if newest is None or any(at >= parse_instant(newest["cancelled_at"]) for at in alive):
            return None
        return newest

    def handed_to(self, crime: str) -> str | None:
        """The record that is not cancelled at the end of a chain of duplicates (C3)."""
        passed = [crime]
        while (cancelled := self.cancellation(passed[-1])) is not None:
            following = cancelled.get("surviving_crime_ref")
            if cancelled["reason"] != "C3" or not following or following in passed or not self.record(following):
                return None
            passed.append(following)
        return passed[-1]


def disposal(closure: Fields) -> str:
    """The disposal of a closure: the first in rank of its codes."""
    codes = closure["closing_codes"]
    crimes = [code for code in codes if is_crime_code(code)]
    if crimes:
        return "CRIME_RECORDED" if "CRIME_RECORDED" in crimes else "crime"
    for code in ("CRI", "REPORT_FRAUD", "AD_DUPLICATE"):
        if code in codes:
            return code
    return "other" if any(code.startswith(("TR_", "ASB_", "PSW_", "AD_")) for code in codes) else "none"


def _subject(kind: str) -> str:
    return "crime_ref" if kind.startswith("crime.") else "incident_ref"
