"""What one incident amounts to with everything that was merged into it and every crime linked to it.

Time comes in only as an argument of what depends on it. A situation is read by the named facts of `rules.facts`, which
is where the rules get their words from.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from rules import codes
from rules.crime import FIELD_OF_FAULT, CancellationFault, Crime, cancellation_faults
from rules.disclosure import Lexicon
from rules.disposals import Closing, Ending, Fault, judge_closure, judge_decision
from rules.group import Group
from rules.instants import local_day
from rules.lazy import lazy
from rules.reported import Reported

ON_DUTY = "X_POLICE_ON_DUTY"
"""The suspect is police and was on duty: the limit does not run until there is a case to answer (CRR26 p17)."""


class LiveRecord(NamedTuple):
    """A record that counts for the incident, under the reference by which it was linked."""

    ref: str
    recorded_at: datetime
    code: str
    group: str
    kind: codes.RecordKind
    quality: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CancelledRecord:
    """A record that would count for the incident had it not been cancelled."""

    crime: Crime
    at: datetime
    lacks: frozenset[CancellationFault]
    at_home: bool


class Situation(Reported):
    """One incident, the logs merged into it, their victims and crimes: everything that does not depend on the hour."""

    def __init__(self, group: Group, ref: str, lexicon: Lexicon, number: Callable[[str, date], timedelta]) -> None:
        super().__init__(group, ref, lexicon, number)
        self.crimes = group.crimes_of(self.member_refs)

    @lazy
    def merged_into(self) -> str | None:
        """The log that carries this one on, None if it stands by itself."""
        chain = self.group.chain(self.ref)
        return chain.end if len(chain.path) > 1 and chain.fault is None else None

    @lazy
    def victims(self) -> dict[str, dict[str, Any]]:
        """The victims that the newest list of each log names, each once; of each attribute the newest word stands (A4)."""
        if len(self.members) == 1 and not self.crimes:
            return {victim["victim_ref"]: victim for victim in self.incident.victims}
        said = [
            (member.victims_said, victim)
            for member in self.members
            if member.victims_said is not None
            for victim in member.victims
        ]
        found: dict[str, dict[str, Any]] = {victim["victim_ref"]: {} for _, victim in said}
        said += [detail for crime in self.crimes for detail in crime.victim_details if detail[1]["victim_ref"] in found]
        for _, victim in sorted(said, key=lambda stated: stated[0]):
            found[victim["victim_ref"]].update(victim)
        return found

    def victim(self, ref: str) -> dict[str, Any]:
        """Return what is known of a victim whom the log or a crime names, the newest word on each attribute (A4)."""
        if ref in self.victims:
            return self.victims[ref]
        known: dict[str, Any] = {}
        said = (detail for crime in self.crimes for detail in crime.victim_details if detail[1]["victim_ref"] == ref)
        for _, victim in sorted(said, key=lambda stated: stated[0]):
            known.update(victim)
        return known

    @lazy
    def counted_victims(self) -> dict[str, datetime]:
        """The victims who call for a crime each, with the instant at which each was first named (reading R19)."""
        if not self.victims:
            return {}
        return {
            ref: self._named_at(ref) for ref, victim in self.victims.items() if victim.get("confirmed") is not False
        }

    def _named_at(self, ref: str) -> datetime:
        """Return when a victim was first named; in a log's opening counts as at the start of that log's own clock."""
        named = [(member.starts, member.named[ref]) for member in self.members if ref in member.named]
        return min(start if start is not None and first.at_opening else first.at for start, first in named)

    @lazy
    def confirmed_at(self) -> datetime | None:
        """Since when a victim confirms the crime: as the feed says, else when that was first stated (A4)."""
        said: dict[str, list[datetime]] = {}
        for member in self.members:
            for ref, at in member.confirmed.items():
                said.setdefault(ref, []).append(at)
        for at, detail in (detail for crime in self.crimes for detail in crime.victim_details):
            if detail.get("confirmed"):
                said.setdefault(detail["victim_ref"], []).append(at)
        confirmed = (
            victim.get("confirmed_at") or min(said[ref])
            for ref, victim in self.victims.items()
            if victim.get("confirmed") and ref in said
        )
        return min(confirmed, default=None)

    @lazy
    def live(self) -> list[LiveRecord]:
        """The records that count: initial, linked, neither cancelled nor mismatched (reading R2), each once."""
        if not self.crimes:
            return []
        records: dict[str, LiveRecord] = {}
        for crime in self.counted_crimes:
            record = self._live_record(crime)
            if record is not None and (
                record.ref not in records or record.recorded_at < records[record.ref].recorded_at
            ):
                records[record.ref] = record
        return [records[ref] for ref in sorted(records)]

    @lazy
    def live_crimes(self) -> list[LiveRecord]:
        """The live records that are crimes, each once, not reported incidents under an N code."""
        return [record for record in self.live if record.kind == "crime"]

    @lazy
    def counted_crimes(self) -> list[Crime]:
        """The crimes that are linked and not another victim's, cancelled ones among them."""
        return [crime for crime in self.crimes if self._linked(crime) and not self.is_mismatched(crime)]

    def _linked(self, crime: Crime) -> bool:
        links = (crime.links.get(member) for member in self.member_refs)
        return crime.recorded_at is not None and any(link is not None and link.stands for link in links)

    def is_mismatched(self, crime: Crime) -> bool:
        """Whether a linked record names victims and the incident does, and none is the same (reading R22, E36)."""
        named = self.victims.keys()
        return bool(crime.victims) and bool(named) and not crime.victims & named

    @property
    def uncounted(self) -> list[tuple[str, str]]:
        """The records ever linked that do not count, each with the reason why not."""
        counted = {record.ref for record in self.live}
        return [(crime.ref, self._why_not(crime)) for crime in self.crimes if crime.ref not in counted]

    def _why_not(self, crime: Crime) -> str:
        if crime.recorded_at is None:
            return "no initial record has come"
        if not self._linked(crime):
            return "no longer linked"
        if self.is_mismatched(crime):
            return "another victim's"
        return f"cancelled ({crime.cancellation['reason']})" if crime.cancellation is not None else "counted elsewhere"

    @lazy
    def mismatched(self) -> list[str]:
        """The linked records that belong to somebody else."""
        linked = (crime for crime in self.crimes if self._linked(crime) and crime.cancellation is None)
        return [crime.ref for crime in linked if self.is_mismatched(crime)] if self.crimes else []

    def _live_record(self, crime: Crime) -> LiveRecord | None:
        assert crime.recorded_at is not None
        if crime.cancellation is None:
            return LiveRecord(crime.ref, crime.recorded_at, crime.code, crime.group, crime.kind, crime.quality)
        survivor = self.group.surviving_record(crime)
        if crime.cancellation["reason"] != "C3" or survivor is None or self._cancellation_lacks(crime):
            return None
        if self.is_mismatched(survivor):
            return None
        assert survivor.recorded_at is not None
        recorded_at = min(crime.recorded_at, survivor.recorded_at)
        return LiveRecord(survivor.ref, recorded_at, survivor.code, survivor.group, survivor.kind, survivor.quality)

    def _cancellation_lacks(self, crime: Crime) -> frozenset[CancellationFault]:
        day = local_day((crime.cancellation or {})["cancelled_at"], self.profile.zone)
        survivor = self.group.surviving_record(crime)
        faults = cancellation_faults(crime, survivor is not None, self.profile.registrar_in_post(day))
        missing = self.profile.not_supplied
        return frozenset(fault for fault in faults if FIELD_OF_FAULT.get(fault) not in missing) if missing else faults

    @lazy
    def cancelled(self) -> list[CancelledRecord]:
        """The records whose cancellation stands, with what it lacks of what its reason requires."""
        return [
            CancelledRecord(
                crime, crime.cancellation["cancelled_at"], self._cancellation_lacks(crime), self.is_home_of(crime.ref)
            )
            for crime in self.counted_crimes
            if crime.cancellation is not None
        ]

    def is_home_of(self, crime_ref: str) -> bool:
        """Whether what is owed about a record itself is told here: of its incidents this one comes first (A3)."""
        crime = self.group.crime(crime_ref)
        if len(crime.links) == 1:
            return next(iter(crime.links)) in self.member_refs
        return crime.home in self.member_refs

    @lazy
    def closing(self) -> Closing | None:
        """How the log's standing closure disposes of it, None while the log is open."""
        closure = self.incident.closure
        if closure is None:
            return None
        return judge_closure(
            closure,
            [self.profile.code_map.key(raw, self.day) for raw in closure["closing_codes"]],
            self.incident.fields.get("reporter"),
            lambda: "enquiries" in self.families_named,
            lambda: "X_CALL_FOR_SERVICE" in self.qualifiers,
            lambda: "X_TEST" in self.qualifiers,
            self.number("reference_within"),
            self.profile.lowest_role,
        )

    @lazy
    def decisions(self) -> list[tuple[Mapping[str, Any], Ending | None, Fault | None]]:
        """The standing decisions not to record, with what each ends or lacks."""
        within, lowest_role = self.number("reference_within"), self.profile.lowest_role
        return [
            (decision, *judge_decision(decision, self._master_lives(decision.get("reference")), within, lowest_role))
            for decision in self.incident.decisions
        ]

    def _master_lives(self, reference: str | None) -> bool:
        if reference is None:
            return False
        chain = self.group.chain(reference)
        return chain.fault is None and chain.end != self.ref and self.group.incident(chain.end).received_at is not None

    @lazy
    def endings(self) -> list[Ending]:
        """Everything that may end an expectation, in the order of the instants (reading R4)."""
        found = [ending for _, ending, _ in self.decisions if ending is not None] if self.incident.decisions else []
        if (closing := self.closing) is not None and closing.ending is not None:
            found.append(closing.ending)
        if (transfer := self.incident.transfer) is not None:
            found.append(Ending(transfer["accepted_at"], "transferred", "transferred", "transfer"))
        for record in self.cancelled if self.crimes else ():
            reason = (record.crime.cancellation or {})["reason"]
            if not record.lacks and reason != "C3":
                transferred = reason == "C1"
                found.append(Ending(record.at, "transferred" if transferred else "exempt", reason, "cancellation"))
        if ON_DUTY in self.qualifiers:
            found.append(Ending(datetime.max.replace(tzinfo=UTC), "exempt", "police_conduct", "marker"))
        return sorted(found, key=lambda ending: (ending.at, ending.status, ending.basis))

    @lazy
    def merge_fault(self) -> tuple[str, datetime, datetime] | None:
        """What is wrong with the master of a log closed or merged as duplicate, since when, and the set's earliest start."""
        merge = self.group.merge_of(self.ref)
        if merge is not None and (chain := self.group.chain(self.ref)).fault is not None:
            known = [start for ref in chain.path if (start := self.group.incident(ref).starts) is not None]
            return f"master_{chain.fault}", merge.at, min(known)
        if merge is None and self.closing is not None and self.closing.disposal == "duplicate":
            return "no_reference", self.closing.at, self.starts
        return None
