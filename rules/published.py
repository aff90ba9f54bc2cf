"""What is said to others, as types: an alert and a status as the contract has them (with A9), and their explanation.

Every optional field is absent rather than null, every list is sorted, and no text of the log stands in any of them.
"""

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from rules.instants import Instant
from rules.rule import Severity
from rules.vocabulary import Basis, CancellationReason, Force, RaisedKind, Reference, Staff

AlertKind = RaisedKind | Literal["due_soon", "no_incident", "monitor"]
Resolution = Literal[
    "recorded_in_time",
    "recorded_late",
    "exempt",
    "merged",
    "transferred",
    "no_longer_expected",
    "became_overdue",
    "delay_authorised",
    "reopened",
    "corrected",
    "reinstated",
    "withdrawn",
    "done",
    "declined",
    "reviewed",
    "recovered",
    "retired",
]
StatusWord = Literal[
    "monitoring",
    "due_soon",
    "overdue",
    "recorded_in_time",
    "recorded_late",
    "not_expected",
    "exempt",
    "merged",
    "transferred",
]
Clock = Literal["report", "disclosure"]


class Explanation(TypedDict):
    """One fact or condition that was looked at: whether it holds, its value, and the paragraph it rests on."""

    text: str
    holds: bool
    value: NotRequired[str]
    cite: NotRequired[str]
    children: NotRequired[list["Explanation"]]


class Happened(TypedDict):
    """One change of an alert: when, to what, and by whom if it was a person."""

    at: Instant
    status: Literal["open", "acknowledged", "resolved"]
    by: NotRequired[Staff]


class LinksOut(TypedDict):
    """The force's own addresses of the log and its crimes, where it has given them."""

    log: NotRequired[str]
    crimes: NotRequired[list[str]]


class PublishedAlert(TypedDict):
    """An alert as it stands; those of kind `monitor` are about a force as a whole and name no incident."""

    alert_id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    force: Force
    incident_ref: NotRequired[Reference]
    area: NotRequired[str]
    rule: str
    rule_version: NotRequired[Annotated[str, Field(description="The day from which the rule's version is in force.")]]
    rulebook_hash: NotRequired[str]
    kind: AlertKind
    severity: Severity
    offence_group: str
    status: Literal["open", "acknowledged", "resolved"]
    clock: NotRequired[Clock]
    received_at: NotRequired[Instant]
    due_at: Instant
    raised_at: Instant
    resolved_at: NotRequired[Instant]
    resolution: NotRequired[Resolution]
    acknowledged_by: NotRequired[Staff]
    team: NotRequired[Staff]
    assigned_to: NotRequired[Staff]
    feed_stale: bool
    paged: bool
    withheld: NotRequired[Literal["shadow", "flood"]]
    summary: str
    explanation: Explanation
    runbook: list[str]
    links: NotRequired[LinksOut]
    history: Annotated[list[Happened], Field(max_length=20)]
    crimes_expected: NotRequired[int]
    crimes_recorded: NotRequired[int]


class PublishedStatus(TypedDict):
    """The recording status of an incident as it stands."""

    force: Force
    incident_ref: Reference
    area: NotRequired[str]
    status: StatusWord
    received_at: Instant
    due_at: NotRequired[Instant]
    clock: NotRequired[Clock]
    disclosed_at: NotRequired[Instant]
    report_due_at: NotRequired[Instant]
    recorded_at: NotRequired[Instant]
    delay_seconds: NotRequired[float]
    same_day: NotRequired[bool]
    offence_group: str
    crime_refs: list[Reference]
    crimes_expected: NotRequired[int]
    crimes_recorded: NotRequired[int]
    rules: list[str]
    rulebook_hash: str
    data_quality: list[str]
    basis: NotRequired[Basis | CancellationReason | Literal["transferred"]]
    merged_into: NotRequired[Reference]
    explanation: Explanation
    updated_at: Instant
