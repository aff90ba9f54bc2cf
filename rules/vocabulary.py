"""The vocabulary of the contract's events: what may stand under `data`, as frozen models.

A field that a feed left out is absent from `model_fields_set`; one sent as null is there and clears (reading R7). Unknown
fields are kept apart in `model_extra`, so that the reader can count them, and go no further. Errors never carry the input.
Numbers A1 to A12 are those of the contract's additions.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from rules.instants import Instant


class Personal(StrEnum):
    """What a field tells of a person, beside what it tells of a report; the page on data protection is made of it."""

    WORDS = "words that a person wrote"
    REFERENCE = "references by which a force knows a report, a crime or a victim"
    VICTIM = "what is known of a victim"
    STAFF = "who in the force decided"


Force = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,32}$")]
Reference = Annotated[str, StringConstraints(pattern=r"^[^\p{C}\p{Zl}\p{Zp}]{1,64}$"), Personal.REFERENCE]
"""1 to 64 printable characters, unique within a force."""
Code = Annotated[str, StringConstraints(min_length=1, max_length=64)]
"""A code as the feed speaks it: a force's own, or one of the contract's keys."""
Attribute = Annotated[str, StringConstraints(min_length=1, max_length=512)]
MAX_VICTIMS = 1_000
MAX_LINKS = 200
"""How many victims one event may name, and how many incidents a crime: each link is a message and a judgement of its own."""
FreeText = Annotated[str, StringConstraints(max_length=65_536), Personal.WORDS]

Role = Literal["officer", "supervisor", "designated_decision_maker", "force_crime_registrar", "chief_officer"]
"""Who decided, from the lowest to the highest (reading R26)."""
Staff = Annotated[Attribute, Personal.STAFF]
"""A role or staff reference, never a name (reading R35)."""
Channel = Literal["999", "101", "online", "front_counter", "officer", "partner_agency", "other"]
Reporter = Literal[
    "victim", "acting_for_victim", "parent_or_carer", "professional", "witness", "third_party", "police", "unknown"
]
Category = Literal["remark", "caller", "officer", "supervisor", "question", "answer", "system"]
EqualityState = Literal["recorded", "refused", "unknown", "not_asked"]
Characteristic = Literal[
    "ethnicity", "sex", "age", "disability", "religion", "sexual_orientation", "gender_reassignment"
]
Basis = Literal[
    "contrary_evidence",
    "not_notifiable",
    "no_crime_disclosed",
    "duplicate",
    "other_force",
    "crime_related_incident",
    "principal_crime",
    "outside_jurisdiction",
    "report_fraud",
    "police_conduct",
]
Relation = Literal["partner", "ex_partner", "family", "acquaintance", "stranger", "unknown"]
"""What the suspect is to the victim."""
Quality = Literal["ambiguous_local_time", "minute_precision"]
CancellationReason = Literal["C1", "C2", "C3", "C4", "C5"]
RaisedKind = Literal[
    "overdue",
    "closed_without_crime",
    "too_few_crimes",
    "improper_cancellation",
    "unjustified_disposal",
    "victim_service",
    "data_quality",
    "classification",
    "review_overdue",
]
ContactKind = Literal[
    "written_confirmation", "needs_assessment", "referral_offered", "young_victim_support_offered", "update"
]


class ContractPart(BaseModel):
    """Whatever a feed states: frozen, tolerant of fields it does not know, silent about the input in its errors."""

    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True)

    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        """Name the fields that were stated and no value, so that no log line can hold personal data."""
        return [(None, name) for name in sorted(self.model_fields_set - set(self.model_extra or ()))]


class Entry(ContractPart):
    """One entry of the log; its text is matched against the lexicon once and dropped."""

    at: Instant
    category: Category = "remark"
    text: FreeText


class Victim(ContractPart):
    """A victim as the incident log or the records system names one (with A4); all of it is personal data."""

    victim_ref: Reference
    age: Annotated[int, Field(ge=0, le=130)] | None = None
    vulnerable: bool | None = None
    confirmed: bool | None = None
    supports: bool | None = None
    told: bool | None = None
    equality: Mapping[Characteristic, EqualityState] | None = None
    kind: Literal["person", "organisation", "state", "emergency_worker"] | None = None
    relation: Relation | None = None
    confirmed_at: Instant | None = None
    fit_at: Instant | None = None
    enhanced: bool | None = None


class Data(ContractPart):
    """What every event's `data` may hold: the force, and how exact its times are (A11)."""

    force: Force
    quality: Mapping[Annotated[str, StringConstraints(max_length=64)], Quality] | None = None


class IncidentData(Data):
    """What every event about an incident holds."""

    incident_ref: Reference


class CrimeData(Data):
    """What every event about a crime record holds."""

    crime_ref: Reference


class IncidentDetails(IncidentData):
    """The fields of a log that opening states and updating changes (with A8)."""

    received_at: Instant | None = None
    opened_at: Instant | None = None
    channel: Channel | None = None
    opening_code: Code | None = None
    qualifiers: tuple[Code, ...] | None = ()
    grade: Attribute | None = None
    area: Attribute | None = None
    reporter: Reporter | None = None
    victims: Annotated[tuple[Victim, ...], Field(max_length=MAX_VICTIMS)] | None = ()
    suspects: Annotated[int, Field(ge=0, le=10_000)] | None = None
    occurred_at: Instant | None = None
    entries: tuple[Entry, ...] | None = ()
    occurred_in: Attribute | None = None
    recording_requested_at: Instant | None = None
    from_force: Attribute | None = None
    first_reported_at: Instant | None = None
    prior_incidents: Annotated[int, Field(ge=0, le=100_000)] | None = None


class Opened(IncidentDetails):
    """A log was opened; `received_at`, when the report reached the police, starts its clock."""

    received_at: Instant
    opened_at: Instant
    channel: Channel
    opening_code: Code
    reporter: Reporter


class Updated(IncidentDetails):
    """Fields of the log that changed; victims and qualifiers replace, entries add."""

    reason: FreeText | None = None
    decided_by: Role | None = None
    received_at_corrected: Instant | None = None


class Closed(IncidentData):
    """The log was closed under one or more codes."""

    closed_at: Instant
    closing_codes: tuple[Code, ...]
    reason: FreeText | None = None
    decided_by: Role | None = None
    reference: Reference | None = None
    reporter_told: bool | None = None
    entries: tuple[Entry, ...] | None = ()


class Reopened(IncidentData):
    """The log was opened again after a closure or a merge."""

    reopened_at: Instant
    entries: tuple[Entry, ...] | None = ()


class Merged(IncidentData):
    """The log is carried on in another one."""

    into: Reference


class Transferred(IncidentData):
    """The report was passed to another force; one that is not accepted stops no clock."""

    to_force: Attribute
    reference: Reference | None = None
    accepted_at: Instant | None = None
    victim_told_at: Instant | None = None
    returned_at: Instant | None = None


class Avi(ContractPart):
    """Additional verifiable information that a crime did not happen."""

    source: Attribute | None = None
    available_at: Instant | None = None
    verified: bool | None = None


class CrimeRecorded(CrimeData):
    """A crime record left draft (reading R23); `initial: false` is a supplement and never a new crime."""

    incident_refs: Annotated[tuple[Reference, ...], Field(max_length=MAX_LINKS)] | None = ()
    offence_code: Code
    recorded_at: Instant
    initial: bool = True
    victim_refs: Annotated[tuple[Reference, ...], Field(max_length=MAX_VICTIMS)] | None = ()
    reported_at: Instant | None = None
    occurred_at: Instant | None = None


class CrimeLink(CrimeData):
    """A crime record was linked to an incident, or the link was taken away."""

    incident_ref: Reference


class Reclassified(CrimeData):
    """A crime record got another class."""

    offence_code: Code
    decided_by: Role | None = None


class Cancelled(CrimeData):
    """A crime record was cancelled under C1 to C5."""

    cancelled_at: Instant
    reason: CancellationReason
    decided_by: Role
    independent: bool | None = None
    avi: Avi | None = None
    victim_told_at: Instant | None = None
    other_force_ref: Reference | None = None
    surviving_crime_ref: Reference | None = None
    note: FreeText | None = None
    decision_ref: Reference | None = None


class Reinstated(CrimeData):
    """A cancelled crime record lives again."""

    reinstated_at: Instant | None = None


class VictimContacted(CrimeData):
    """A duty of the Victims' Code was done, or declined."""

    victim_ref: Reference
    at: Instant
    kind: ContactKind
    declined: bool | None = None


class VictimUpdated(CrimeData):
    """What only the records system knows of a victim (A4)."""

    victim: Victim


class NotToRecord(IncidentData):
    """Somebody decided that no crime is to be recorded, on a basis."""

    decided_at: Instant
    basis: Basis
    reason: FreeText | None = None
    decided_by: Role
    reporter_told: bool | None = None
    note: FreeText | None = None
    decision_ref: Reference | None = None
    reference: Reference | None = None
    rules: tuple[Annotated[str, StringConstraints(max_length=16)], ...] | None = None
    reporter_told_at: Instant | None = None
    by: Staff | None = None


class DelayAuthorised(IncidentData):
    """A later deadline; only the registrar's counts (reading R13)."""

    decided_at: Instant
    until: Instant
    decided_by: Role
    note: FreeText
    decision_ref: Reference | None = None
    by: Staff | None = None


class DecisionWithdrawn(IncidentData):
    """A decision, or every decision up to then, no longer stands (reading R12)."""

    decided_at: Instant
    note: FreeText | None = None
    decision_ref: Annotated[str, StringConstraints(max_length=512)] | None = None
    decided_by: Role | None = None
    by: Staff | None = None


class AlertAcknowledged(IncidentData):
    """A person has taken an alert."""

    alert_id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    at: Instant
    by: Staff
    team: Staff | None = None
    assigned_to: Staff | None = None
    note: FreeText | None = None
