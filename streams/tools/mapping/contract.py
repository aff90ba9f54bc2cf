"""What a mapping has to know of the contract: what a field holds, when an event happened, and which times are strict."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel

from rules.events import AnyEvent
from rules.vocabulary import Data, Entry, Victim

DATA_OF: Mapping[str, type[Data]] = {
    name: member.model_fields["data"].annotation
    for member in get_args(AnyEvent)
    for name in get_args(member.model_fields["type"].annotation)
}
"""The model of `data` for each event type of the contract."""

MOMENT = {
    "incident.opened": "opened_at",
    "incident.closed": "closed_at",
    "incident.reopened": "reopened_at",
    "incident.transferred": "accepted_at",
    "crime.recorded": "recorded_at",
    "crime.cancelled": "cancelled_at",
    "crime.reinstated": "reinstated_at",
    "victim.contacted": "at",
    "decision.not_to_record": "decided_at",
    "decision.delay_authorised": "decided_at",
    "decision.withdrawn": "decided_at",
    "alert.acknowledged": "at",
}
"""The field that says when an event happened: its `time` unless the mapping names another column."""

LARGEST_EVENT = 256 * 1024
"""The contract's bound on one event, in bytes."""

MEASURED = frozenset({"received_at", "recorded_at"})
"""Instants that are compared to the second, so that minute precision matters (E06, A11)."""

CODES = frozenset({"opening_code", "closing_codes", "qualifiers"})
"""Fields of `data` that hold the force's codes, which the mapping may rename."""

TELLING: Mapping[type[BaseModel] | None, str] = {Entry: "text", Victim: "victim_ref"}
"""The field without which an item of a list says nothing and is left out."""

_DONE = frozenset({
    "recorded_at", "closed_at", "reopened_at", "accepted_at", "returned_at", "cancelled_at", "reinstated_at",
    "decided_at", "victim_told_at", "reporter_told_at",
})  # fmt: skip


def read_late(event_type: str, field: str) -> bool:
    """Whether an ambiguous time of a field is read as late as it can have been, and not as early (E03, A11).

    A thing done is read late, and so is what undoes it, so that the two keep their order; all else starts a clock or
    ends a period and is read early: the stricter reading of both.
    """
    return field in _DONE or (field == "at" and event_type == "victim.contacted")


class Shape(NamedTuple):
    """What a field holds; of an object its model, of a list the model of its items, where the contract has one."""

    kind: Literal["plain", "instant", "object", "list"]
    model: type[BaseModel] | None = None


@cache
def shape_of(model: type[BaseModel] | None, field: str) -> Shape:
    """Return what a field of a model holds; what has no model is plain."""
    return Shape("plain") if model is None else _shape(model.model_fields[field].annotation)


def _shape(annotation: Any) -> Shape:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _shape(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return _shape(next(part for part in get_args(annotation) if part is not type(None)))
    if origin is tuple:
        return Shape("list", _shape(get_args(annotation)[0]).model)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return Shape("object", annotation)
    if origin is not None and origin is not Literal:
        return Shape("object")
    return Shape("instant" if annotation is datetime else "plain")
