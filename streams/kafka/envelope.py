"""CloudEvents 1.0 over Kafka, both content modes: bytes and headers become an event, or a refusal that says why.

A refusal names the path and what was expected there, never what was sent.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from rules.events import EVENT, TOPICS, AnyEvent
from rules.vocabulary import ContractPart

MAX_BYTES = 256 * 1024
"""One event is at most this large."""

ErrorType = Literal[
    "not_json",
    "not_cloudevent",
    "unknown_type",
    "invalid_data",
    "too_large",
    "unknown_source",
    "processing_failed",
]
"""The contract's reasons for a dead letter."""

Headers = Iterable[tuple[str, bytes | None]]
_KNOWN_TYPES = frozenset[str]().union(*TOPICS.values())
_ENVELOPE = ("specversion", "source", "id", "time", "type")


class Refused(Exception):
    """Input that cannot be used: its kind for the `error_type` header, and one line that says why."""

    def __init__(self, error_type: ErrorType, error: str) -> None:
        super().__init__(error)
        self.error_type = error_type
        self.error = error


def decode(value: bytes, headers: Headers = ()) -> AnyEvent:
    """Read one event in structured or binary mode; raises Refused."""
    if len(value) > MAX_BYTES:
        raise Refused("too_large", f"expected at most {MAX_BYTES} bytes")
    attributes = {name.lower(): content for name, content in headers if content is not None}
    content_type = attributes.get("content-type", b"").split(b";")[0].strip().lower()
    if content_type.startswith(b"application/cloudevents") or not any(name.startswith("ce_") for name in attributes):
        return _structured(value)
    return _binary(value, attributes)


def _structured(value: bytes) -> AnyEvent:
    try:
        return EVENT.validate_json(value)
    except ValidationError as error:
        raise _refusal(error, value) from None


def _binary(value: bytes, attributes: Mapping[str, bytes]) -> AnyEvent:
    try:
        envelope = {name[3:]: content.decode() for name, content in attributes.items() if name.startswith("ce_")}
    except UnicodeDecodeError:
        raise Refused("not_cloudevent", "headers: expected UTF-8") from None
    data = _object(value)
    try:
        return EVENT.validate_python({**envelope, "data": data})
    except ValidationError as error:
        raise _refused_object({**envelope, "data": data}, error) from None


def _object(value: bytes) -> Any:
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        raise Refused("not_json", "expected a JSON object in UTF-8") from None


def _refusal(error: ValidationError, value: bytes) -> Refused:
    try:
        sent = _object(value)
    except Refused as refused:
        return refused
    return _refused_object(sent, error)


def _refused_object(sent: object, error: ValidationError) -> Refused:
    """Say what is wrong with something that is JSON: first the envelope, then the type, then the data."""
    if not isinstance(sent, dict) or sent.get("specversion") != "1.0":
        return Refused("not_cloudevent", "specversion: expected a CloudEvent of version 1.0")
    missing = [name for name in _ENVELOPE if name not in sent]
    if missing and missing != ["time"]:
        return Refused("not_cloudevent", f"{missing[0]}: expected the attribute of CloudEvents 1.0")
    if not isinstance(sent["type"], str) or sent["type"] not in _KNOWN_TYPES:
        return Refused("unknown_type", "type: expected an event type of the contract")
    if any(problem["type"] == "json_invalid" for problem in error.errors(include_url=False, include_input=False)):
        return Refused("not_json", "expected a JSON object in UTF-8")
    problems = sorted({_problem(problem) for problem in error.errors(include_url=False, include_input=False)})
    return Refused("invalid_data", "; ".join(problems))


def _problem(problem: ErrorDetails) -> str:
    """Return the path of an error in the contract's names and what was expected; a key that was sent is never shown."""
    known = _contract_names()
    path = [str(step) if isinstance(step, int) or step in known else "*" for step in problem["loc"][1:]]
    return f"{'.'.join(path)}: {problem['msg'].removeprefix('Value error, ')}"


@cache
def _contract_names() -> frozenset[str]:
    names = {"data", *_ENVELOPE, "subject"}
    ahead: list[type[BaseModel]] = [ContractPart]
    while ahead:
        model = ahead.pop()
        names.update(model.model_fields)
        ahead += model.__subclasses__()
    return frozenset(names)
