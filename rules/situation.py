"""What one incident amounts to with everything that was merged into it and every crime linked to it.

Time comes in only as an argument of what depends on it. A situation is read by the named facts of `rules.facts`, which
is where the rules get their words from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from rules import codes
from rules.crime import CancellationFault, Crime, cancellation_faults
from rules.disclosure import Lexicon, Mark
from rules.disposals import Closing, Ending, Fault, judge_closure, judge_decision
from rules.group import Group
from rules.incident import GivenAt, Incident
from rules.instants import local_day
from rules.lazy import lazy

UNREAD = frozenset({"question", "system"})
"""Entry categories that disclose nothing: scripted questions, and lines that no person wrote."""


class Ground(NamedTuple):
    """One reason to expect a crime: what it is, when it was disclosed, and whether the report itself disclosed it."""

    sign: str
    group: str
    at: datetime
    at_report: bool
    is_rape: bool
    given: Literal["text"] | GivenAt


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


class Situation:
    """One incident, the logs merged into it, their victims and crimes: everything that does not depend on the hour."""

    def __init__(self, group: Group, ref: str, lexicon: Lexicon, reference_within: timedelta) -> None:
        self.group = group
        self.ref = ref
        self.profile = group.profile
        self.lexicon = lexicon
        self.reference_within = reference_within
        self.incident: Incident = group.incident(ref)
        self.member_refs = group.members(ref)
        self.members = [self.incident, *(group.incident(member) for member in self.member_refs[1:])]
        self.starts = min(start for member in self.members if (start := member.starts) is not None)
        self.received_at = min(at for member in self.members if (at := member.received_at) is not None)
        self.day = local_day(self.starts, self.profile.zone)
        self.crimes = group.crimes_of(self.member_refs)

    @lazy
    def merged_into(self) -> str | None:
        """The log that carries this one on, None if it stands by itself."""
        chain = self.group.chain(self.ref)
        return chain.end if len(chain.path) > 1 and chain.fault is None else None

    @lazy
    def given_codes(self) -> list[tuple[str | None, Ground | None]]:
        """Every code that the logs were given, as its key (None: unmapped), with the ground that a crime code is."""
        given: list[tuple[str | None, Ground | None]] = []
        for member in self.members:
            for raw, at, when in member.codes:
                key = self.profile.code_map.key(raw, self.day)
                ground = None
                if key is not None and codes.is_crime(key):
                    disclosed = self.starts if at is None else at
                    ground = Ground(
                        key, codes.CRIME_FAMILIES[key], disclosed, when != "change", key == "CRIME_RAPE", when
                    )
                given.append((key, ground))
        return given

    @lazy
    def downgrade(self) -> tuple[datetime, bool] | None:
        """When this log's crime code was changed to one that is none and stands, and whether a reason was ever entered."""
        was_crime, changed, reason = False, None, False
        for raw, at, given in self.incident.codes:
            key = self.profile.code_map.key(raw, self.day)
            if key is None or given == "closing":
                continue
            if codes.is_crime(key):
                was_crime, changed, reason = True, None, False
            elif was_crime:
                changed, reason = changed or at, reason or raw in self.incident.explained_codes
        return None if changed is None else (changed, reason)

    @property
    def unmapped(self) -> set[str]:
        """The codes of this log that nothing maps, as the feed sent them."""
        return {raw for raw, _, _ in self.incident.codes if self.profile.code_map.key(raw, self.day) is None}

    @lazy
    def standing_marks(self) -> list[tuple[datetime, str]]:
        """The instant and phrase of every mark that its clause does not take back, of entries that disclose anything."""
        return [
            (entry.at, phrase)
            for member in self.members
            for entry in member.entries
            if entry.category not in UNREAD
            for phrase, negation, speaker in entry.marks
            if stands([phrase, negation, speaker])
        ]

    @lazy
    def disclosures(self) -> list[Ground]:
        """What the logs' text discloses: a ground for each phrase of a family that discloses a crime."""
        grounds: list[Ground] = []
        if not self.standing_marks:
            return grounds
        opened = self.incident.opened_at or self.incident.received_at or self.received_at
        for at, phrase in self.standing_marks:
            family = self.lexicon.families.get(self.lexicon.family_of.get(phrase, ""))
            if family is not None and family.discloses:
                grounds.append(Ground(phrase, family.offence_group, at, at <= opened, family.family == "rape", "text"))
        return grounds

    @lazy
    def enquiry_recorded(self) -> bool:
        """Whether an entry records an attempt to trace somebody."""
        return any(self.lexicon.family_of.get(phrase) == "enquiries" for _, phrase in self.standing_marks)

    @lazy
    def qualifiers(self) -> frozenset[str]:
        """The qualifiers of all the logs, mapped where the force's map knows them."""
        return frozenset(
            self.profile.code_map.key(raw, self.day) or raw
            for member in self.members
            for raw in member.fields.get("qualifiers") or ()
        )

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

    @lazy
    def counted_victims(self) -> dict[str, datetime]:
        """The victims who call for a crime each, with the instant at which each was first named (reading R19)."""
        return {
            ref: self._named_at(ref) for ref, victim in self.victims.items() if victim.get("confirmed") is not False
        }

    def _named_at(self, ref: str) -> datetime:
        """Return when a victim was first named; in a log's opening counts as at the start of that log's own clock."""
        named = [(member.starts, member.named[ref]) for member in self.members if ref in member.named]
        return min(start if start is not None and first.at_opening else first.at for start, first in named)

    @lazy
    def live(self) -> list[LiveRecord]:
        """The records that count: initial, linked, neither cancelled nor mismatched (reading R2), each once."""
        if not self.crimes:
            return []
        records: dict[str, LiveRecord] = {}
        for crime in self._counted_crimes:
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
    def _counted_crimes(self) -> list[Crime]:
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
        return cancellation_faults(crime, survivor is not None, self.profile.registrar_in_post(day))

    @lazy
    def cancelled(self) -> list[CancelledRecord]:
        """The records whose cancellation stands, with what it lacks of what its reason requires."""
        return [
            CancelledRecord(
                crime, crime.cancellation["cancelled_at"], self._cancellation_lacks(crime), self._at_home(crime)
            )
            for crime in self._counted_crimes
            if crime.cancellation is not None
        ]

    def _at_home(self, crime: Crime) -> bool:
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
            lambda: self.enquiry_recorded,
            lambda: "X_CALL_FOR_SERVICE" in self.qualifiers,
            self.reference_within,
        )

    @lazy
    def decisions(self) -> list[tuple[Mapping[str, Any], Ending | None, Fault | None]]:
        """The standing decisions not to record, with what each ends or lacks."""
        return [
            (decision, *judge_decision(decision, self._master_lives(decision.get("reference")), self.reference_within))
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


def stands(mark: Mark) -> bool:
    """Whether a mark discloses: a negation takes it back, a suspect's or bystander's denial does not (DOMAIN 6.3)."""
    _, negation, speaker = mark
    if negation == "denied":
        return speaker != "victim"
    return not negation or speaker in ("suspect", "bystander")
