"""What a crime record is, folded from what its events stated; and whether its cancellation was proper (reading R16)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from rules import codes
from rules.statements import Statement

CancellationFault = Literal[
    "victim_not_told_before",
    "not_the_registrar",
    "additional_verifiable_information",
    "not_independent",
    "correction_not_independent",
    "class_without_self_defence",
    "no_other_force_reference",
    "no_surviving_record",
    "no_documented_mistake",
    "decided_too_low",
]
FIELD_OF_FAULT: dict[CancellationFault, str] = {
    "victim_not_told_before": "victim_told_at",
    "additional_verifiable_information": "avi",
    "not_independent": "independent",
    "correction_not_independent": "independent",
    "no_other_force_reference": "other_force_ref",
    "no_surviving_record": "surviving_crime_ref",
    "no_documented_mistake": "note",
}
"""The field without which a cancellation has a fault; a feed that cannot give it is not blamed for it (reading R11)."""
RANK = {
    role: rank
    for rank, role in enumerate(
        ("officer", "supervisor", "designated_decision_maker", "force_crime_registrar", "chief_officer")
    )
}
UNCONFIRMED_RAPE = "N100/1"
_SELF_DEFENCE = ("104", "105", "105A")


@dataclass(slots=True)
class Link:
    """A tie between a crime and an incident: since when it was ever made, and whether it stands."""

    first: datetime | None = None
    linked: datetime | None = None
    unlinked: datetime | None = None

    @property
    def stands(self) -> bool:
        """Whether the newest word on it is that they are linked; at one instant linked wins over unlinked."""
        return self.linked is not None and (self.unlinked is None or self.linked >= self.unlinked)


@dataclass(slots=True)
class Crime:
    """A crime record as its statements leave it; without an `initial` record it has no `recorded_at`."""

    ref: str
    recorded_at: datetime | None = None
    code: str = ""
    victims: frozenset[str] = frozenset()
    links: dict[str, Link] = field(default_factory=dict)
    cancellation: dict[str, Any] | None = None
    was_rape_or_homicide: bool = False
    was_unconfirmed_rape: bool = False
    quality: dict[str, str] = field(default_factory=dict)
    contacts: dict[tuple[str, str], bool] = field(default_factory=dict)
    """Of each victim and kind of contact that was made, whether the newest was declined."""
    victim_details: list[tuple[datetime, dict[str, Any]]] = field(default_factory=list)

    @property
    def kind(self) -> codes.RecordKind:
        """Whether the record is a crime or a reported incident under an N code."""
        return codes.record_kind(self.code)

    @property
    def group(self) -> str:
        """The offence group of its class; one that the tables do not know counts as miscellaneous."""
        return codes.offence_group(self.code) or "miscellaneous"

    @property
    def home(self) -> str | None:
        """The incident at which what is owed about the record itself is raised: the smallest link (reading A3)."""
        standing = [(link.first, ref) for ref, link in self.links.items() if link.first is not None and link.stands]
        return min(standing)[1] if standing else None


def fold_crime(ref: str, statements: Iterable[Statement]) -> Crime:
    """Fold the statements about a crime, in their order, into what the record is."""
    crime = Crime(ref)
    cancellations: dict[object, dict[str, Any]] = {}
    reinstated: list[datetime] = []
    contacts: list[tuple[datetime, str, str, bool]] = []
    for statement in statements:
        data = statement.data
        match statement.type:
            case "crime.recorded":
                for incident in data.get("incident_refs") or ():
                    _linked(crime, incident, statement.time)
                if data.get("initial", True):
                    _record(crime, data)
            case "crime.linked":
                _linked(crime, data["incident_ref"], statement.time)
            case "crime.unlinked":
                crime.links.setdefault(data["incident_ref"], Link()).unlinked = statement.time
            case "crime.reclassified":
                crime.code = codes.offence_code(data["offence_code"])
                _remember_class(crime)
            case "crime.cancelled":
                name = data.get("decision_ref") or data["cancelled_at"]
                cancellations[name] = {**cancellations.get(name, {}), **data}
            case "victim.contacted":
                contacts.append((data["at"], data["victim_ref"], data["kind"], bool(data.get("declined"))))
            case "victim.updated":
                crime.victim_details.append((statement.time, data["victim"]))
            case "crime.reinstated":
                reinstated.append(data.get("reinstated_at") or statement.time)
    for _, victim, kind, declined in sorted(contacts):
        crime.contacts[victim, kind] = declined
    if cancellations:
        newest = max(cancellations.values(), key=lambda cancelled: cancelled["cancelled_at"])
        if all(at < newest["cancelled_at"] for at in reinstated):
            crime.cancellation = newest
    return crime


def _linked(crime: Crime, incident: str, at: datetime) -> None:
    link = crime.links.setdefault(incident, Link())
    link.first, link.linked = link.first or at, at


def _record(crime: Crime, data: dict[str, Any]) -> None:
    crime.recorded_at = data["recorded_at"]
    crime.code = codes.offence_code(data["offence_code"])
    if "victim_refs" in data:
        crime.victims = frozenset(data["victim_refs"] or ())
    crime.quality = data.get("quality") or {}
    _remember_class(crime)


def _remember_class(crime: Crime) -> None:
    crime.was_rape_or_homicide |= crime.kind == "crime" and crime.group in ("rape", "homicide")
    crime.was_unconfirmed_rape |= crime.code == UNCONFIRMED_RAPE


def cancellation_faults(crime: Crime, survivor_lives: bool, registrar_in_post: bool) -> frozenset[CancellationFault]:
    """Name what the standing cancellation of a record lacks of what its reason requires (reading R16; CRR26 p25-26).

    `survivor_lives`: whether the chain of surviving records ends in one that is not cancelled. `registrar_in_post`:
    whether the force had a registrar on the College's register; where it had none the chief officer stands for one.
    """
    cancelled = crime.cancellation
    if cancelled is None or crime.recorded_at is None:
        return frozenset()
    reason, decided_by = cancelled["reason"], cancelled["decided_by"]
    told = cancelled.get("victim_told_at")
    faults: set[CancellationFault] = set()
    if reason in ("C1", "C2", "C5") and crime.victims and (told is None or told > cancelled["cancelled_at"]):
        faults.add("victim_not_told_before")
    if reason == "C1" and not cancelled.get("other_force_ref"):
        faults.add("no_other_force_reference")
    if reason == "C2" and not _is_additional(cancelled.get("avi") or {}, crime.recorded_at):
        faults.add("additional_verifiable_information")
    if reason == "C3" and not survivor_lives:
        faults.add("no_surviving_record")
    if reason == "C4" and not (cancelled.get("note") or "").strip():
        faults.add("no_documented_mistake")
    if reason == "C5" and not (crime.code == "008/06" or codes.offence_number(crime.code) in _SELF_DEFENCE):
        faults.add("class_without_self_defence")
    if reason != "C1" and cancelled.get("independent") is not True:
        faults.add("not_independent" if reason in ("C2", "C5") else "correction_not_independent")
    if reason == "C2" and crime.was_rape_or_homicide:
        stands_in = decided_by == "chief_officer" and not registrar_in_post
        if decided_by != "force_crime_registrar" and not stands_in:
            faults.add("not_the_registrar")
    elif reason in ("C2", "C5") and RANK[decided_by] < RANK["designated_decision_maker"]:
        faults.add("decided_too_low")
    return frozenset(faults)


def _is_additional(avi: dict[str, Any], recorded_at: datetime) -> bool:
    """Whether the information has a source, is verified, and was not there when the crime was recorded."""
    available = avi.get("available_at")
    return bool(avi.get("source")) and avi.get("verified") is True and available is not None and available > recorded_at
