"""The contract's events: each model is one CloudEvent, its envelope and under `data` what it states.

`source` and `id` identify an event, `time` is when it happened in the source system. Errors never carry the input.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from rules.instants import Instant
from rules.vocabulary import (
    AlertAcknowledged,
    Cancelled,
    Closed,
    CrimeLink,
    CrimeRecorded,
    Data,
    DecisionWithdrawn,
    DelayAuthorised,
    Merged,
    NotToRecord,
    Opened,
    Reclassified,
    Reinstated,
    Reopened,
    Transferred,
    Updated,
    VictimContacted,
    VictimUpdated,
)


class Event(BaseModel):
    """The envelope: CloudEvents 1.0, of which `source` and `id` identify the event and `time` says when it happened."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    specversion: Literal["1.0"] = "1.0"
    source: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    id: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    time: Instant
    subject: Annotated[str, StringConstraints(max_length=256)] | None = None
    type: str
    data: Data

    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        """Name the type and nothing that the feed said."""
        return [("type", self.type)]


class IncidentOpened(Event):
    """`incident.opened`."""

    type: Literal["incident.opened"] = "incident.opened"
    data: Opened


class IncidentUpdated(Event):
    """`incident.updated`."""

    type: Literal["incident.updated"] = "incident.updated"
    data: Updated


class IncidentClosed(Event):
    """`incident.closed`."""

    type: Literal["incident.closed"] = "incident.closed"
    data: Closed


class IncidentReopened(Event):
    """`incident.reopened`."""

    type: Literal["incident.reopened"] = "incident.reopened"
    data: Reopened


class IncidentMerged(Event):
    """`incident.merged`."""

    type: Literal["incident.merged"] = "incident.merged"
    data: Merged


class IncidentTransferred(Event):
    """`incident.transferred`."""

    type: Literal["incident.transferred"] = "incident.transferred"
    data: Transferred


class CrimeRecordedEvent(Event):
    """`crime.recorded`."""

    type: Literal["crime.recorded"] = "crime.recorded"
    data: CrimeRecorded


class CrimeLinkedEvent(Event):
    """`crime.linked` and `crime.unlinked`."""

    type: Literal["crime.linked", "crime.unlinked"]
    data: CrimeLink


class CrimeReclassifiedEvent(Event):
    """`crime.reclassified`."""

    type: Literal["crime.reclassified"] = "crime.reclassified"
    data: Reclassified


class CrimeCancelledEvent(Event):
    """`crime.cancelled`."""

    type: Literal["crime.cancelled"] = "crime.cancelled"
    data: Cancelled


class CrimeReinstatedEvent(Event):
    """`crime.reinstated`."""

    type: Literal["crime.reinstated"] = "crime.reinstated"
    data: Reinstated


class VictimContactedEvent(Event):
    """`victim.contacted`."""

    type: Literal["victim.contacted"] = "victim.contacted"
    data: VictimContacted


class VictimUpdatedEvent(Event):
    """`victim.updated`."""

    type: Literal["victim.updated"] = "victim.updated"
    data: VictimUpdated


class NotToRecordEvent(Event):
    """`decision.not_to_record`."""

    type: Literal["decision.not_to_record"] = "decision.not_to_record"
    data: NotToRecord


class DelayAuthorisedEvent(Event):
    """`decision.delay_authorised`."""

    type: Literal["decision.delay_authorised"] = "decision.delay_authorised"
    data: DelayAuthorised


class DecisionWithdrawnEvent(Event):
    """`decision.withdrawn`."""

    type: Literal["decision.withdrawn"] = "decision.withdrawn"
    data: DecisionWithdrawn


class AlertAcknowledgedEvent(Event):
    """`alert.acknowledged`."""

    type: Literal["alert.acknowledged"] = "alert.acknowledged"
    data: AlertAcknowledged


IncidentLogEvent = (
    IncidentOpened | IncidentUpdated | IncidentClosed | IncidentReopened | IncidentMerged | IncidentTransferred
)
CrimeRecordEvent = (
    CrimeRecordedEvent
    | CrimeLinkedEvent
    | CrimeReclassifiedEvent
    | CrimeCancelledEvent
    | CrimeReinstatedEvent
    | VictimContactedEvent
    | VictimUpdatedEvent
)
DecisionEvent = NotToRecordEvent | DelayAuthorisedEvent | DecisionWithdrawnEvent | AlertAcknowledgedEvent

AnyEvent = IncidentLogEvent | CrimeRecordEvent | DecisionEvent
"""Every event of the contract that is read."""

EVENT: TypeAdapter[AnyEvent] = TypeAdapter(
    Annotated[AnyEvent, Field(discriminator="type")], config=ConfigDict(hide_input_in_errors=True)
)
"""Reads an event from an object or from JSON by its `type`."""


def _types(union: Any) -> frozenset[str]:
    members: tuple[type[Event], ...] = union.__args__
    return frozenset(name for member in members for name in member.model_fields["type"].annotation.__args__)  # type: ignore[union-attr]


TOPICS: Mapping[str, frozenset[str]] = {
    "incident-log": _types(IncidentLogEvent),
    "crime-records": _types(CrimeRecordEvent),
    "recording-decisions": _types(DecisionEvent),
}
"""The event types of each topic that is read."""
