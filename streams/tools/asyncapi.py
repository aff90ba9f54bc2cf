"""The contract as AsyncAPI 3, from the models: topics, their keys and settings, and what a message of each holds."""

from collections.abc import Mapping
from typing import Any, Final, get_args

import msgspec
from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from rules.events import EVENT, TOPICS, Event
from rules.published import PublishedAlert, PublishedStatus
from streams.kafka.envelope import ErrorType
from streams.kafka.topics import Topic, topics
from streams.outward.desk.outbox import Audited
from streams.settings import Settings

VERSION: Final = "1.0.0"
"""The contract's own version: what is named in it is not renamed, dropped or given another meaning."""
_SCHEMAS: Final = "#/components/schemas/"
_KEYS: Final[Mapping[str, str]] = {
    "incident-log": "force/incident_ref",
    "crime-records": "force/crime_ref",
    "recording-decisions": "force/incident_ref",
    "recording-alerts": "alert_id",
    "recording-status": "force/incident_ref",
    "dead-letters": "as it came",
    "recording-audit": "force/incident_ref",
}
_HOLDS: Final[Mapping[str, str]] = {
    "incident-log": "Events of the command-and-control log.",
    "crime-records": "Events of the records system about crimes and their victims.",
    "recording-decisions": "What supervisors and the registrar decided.",
    "recording-alerts": "The newest state of every alert.",
    "recording-status": "The newest recording status of every incident, with its explanation.",
    "dead-letters": "Input that could not be used, with the reason.",
    "recording-audit": "Who viewed, took and decided what, and when.",
}
_OUT: Final[Mapping[str, tuple[str, str]]] = {
    "recording-alerts": (
        "PublishedAlert",
        "An alert as it stands; no value: it was erased, or left with its incident.",
    ),
    "recording-status": ("PublishedStatus", "A status as it stands; no value: the incident was erased, or left."),
    "recording-audit": ("Audited", "One line: who, in which role, did what, when."),
}


class _Plain(GenerateJsonSchema):
    """Schemas without titles that only repeat the names of fields."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def asyncapi(settings: Settings) -> dict[str, Any]:
    """Return the document, for topics as these settings have them."""
    contract = [topic for topic in topics(settings) if topic.kind != "internal"]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "recording-monitor",
            "version": VERSION,
            "description": "Which reports to the police should have become recorded crimes, and were not within 24 hours.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic, settings.partitions) for topic in contract},
        "operations": {f"{_verb(topic)}-{topic.name}": _operation(topic) for topic in contract},
        "components": {"messages": _messages(), "schemas": _schemas()},
    }


def _verb(topic: Topic) -> str:
    return "receive" if topic.kind == "input" else "send"


def _operation(topic: Topic) -> dict[str, Any]:
    return {"action": _verb(topic), "channel": {"$ref": f"#/channels/{topic.name}"}, "summary": _HOLDS[topic.name]}


def _channel(topic: Topic, partitions: int) -> dict[str, Any]:
    kept: dict[str, Any] = {"cleanup.policy": [topic.policy]}
    if topic.retention is not None:
        kept["retention.ms"] = int(topic.retention.total_seconds() * 1000)
    if topic.room is not None:
        kept["max.message.bytes"] = topic.room
    return {
        "address": topic.name,
        "description": _HOLDS[topic.name],
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in _names(topic.name)},
        "bindings": {"kafka": {"topic": topic.name, "partitions": partitions, "topicConfiguration": kept}},
    }


def _names(topic: str) -> list[str]:
    if topic in TOPICS:
        return sorted(TOPICS[topic])
    return [topic.removeprefix("recording-").removesuffix("s")]


def _messages() -> dict[str, Any]:
    said = {type_: _event(topic, type_, model) for model in _models() for topic, type_ in _typed(model)}
    said |= {
        _names(topic)[0]: _message(topic, {"summary": summary, "payload": {"$ref": f"{_SCHEMAS}{model}"}})
        for topic, (model, summary) in _OUT.items()
    }
    said["dead-letter"] = _message(
        "dead-letters",
        {
            "summary": "The original bytes; no value where they were too many.",
            "contentType": "application/octet-stream",
            "payload": {"type": "string", "format": "binary"},
            "headers": {"$ref": f"{_SCHEMAS}DeadLetterHeaders"},
        },
    )
    return dict(sorted(said.items()))


def _event(topic: str, type_: str, model: type[Event]) -> dict[str, Any]:
    said = {
        "name": type_,
        "summary": (model.model_fields["data"].annotation.__doc__ or "").partition("\n")[0],
        "contentType": "application/cloudevents+json",
        "payload": {"$ref": f"{_SCHEMAS}{model.__name__}"},
    }
    return _message(topic, said)


def _message(topic: str, said: dict[str, Any]) -> dict[str, Any]:
    return {**said, "bindings": {"kafka": {"key": {"type": "string", "description": _KEYS[topic]}}}}


def _models() -> list[type[Event]]:
    return [part for part in _parts(EVENT._type) if isinstance(part, type) and issubclass(part, Event)]


def _parts(annotation: Any) -> list[Any]:
    return [annotation, *(part for each in get_args(annotation) for part in _parts(each))]


def _typed(model: type[Event]) -> list[tuple[str, str]]:
    types = get_args(model.model_fields["type"].annotation)
    return [(topic, type_) for type_ in types for topic, known in TOPICS.items() if type_ in known]


def _schemas() -> dict[str, Any]:
    adapters: list[tuple[str, Any, TypeAdapter[Any]]] = [
        ("events", "validation", EVENT),
        ("alert", "serialization", TypeAdapter(PublishedAlert)),
        ("status", "serialization", TypeAdapter(PublishedStatus)),
    ]
    _, joint = TypeAdapter.json_schemas(adapters, ref_template=f"{_SCHEMAS}{{model}}", schema_generator=_Plain)
    schemas = joint["$defs"]
    for model in _models():
        # The models take an event in binary mode too, whose headers hold these; as a whole it has to say them itself.
        schemas[model.__name__]["required"] = sorted({*schemas[model.__name__]["required"], "specversion", "type"})
    schemas |= msgspec.json.schema_components([Audited], ref_template=f"{_SCHEMAS}{{name}}")[1]
    schemas["DeadLetterHeaders"] = _dead_letter_headers()
    return dict(sorted(schemas.items()))


def _dead_letter_headers() -> dict[str, Any]:
    said = {
        "error": "One line that says what was expected.",
        "topic": "The topic on which it came.",
        "partition": "Its partition there.",
        "offset": "Its offset there.",
        "received": "When it was read.",
        "size": "How many bytes it had, where it was too large.",
        "sha256": "Their hash, where it was too large.",
    }
    properties: dict[str, Any] = {name: {"type": "string", "description": text} for name, text in said.items()}
    properties["error_type"] = {"enum": sorted(get_args(ErrorType))}
    required = [name for name in properties if name not in ("size", "sha256")]
    return {"type": "object", "properties": properties, "required": sorted(required)}
