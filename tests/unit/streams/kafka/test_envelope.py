import json
from contextlib import suppress
from typing import Any

import pytest

from rules.events import IncidentUpdated
from streams.kafka.envelope import MAX_BYTES, Refused, decode

SECRET = "Ottilie Quarrington"
DATA = {"force": "northshire", "incident_ref": "A", "area": "North"}
ATTRIBUTES = {
    "specversion": "1.0",
    "type": "incident.updated",
    "source": "cad",
    "id": "1",
    "time": "2026-04-02T10:00:00+01:00",
    "subject": "A",
}


def structured(**changed: Any) -> bytes:
    event = {**ATTRIBUTES, "data": DATA, **changed}
    return json.dumps({name: value for name, value in event.items() if value != "absent"}).encode()


def binary(**changed: Any) -> list[tuple[str, bytes]]:
    attributes = {**ATTRIBUTES, **changed}
    return [(f"ce_{name}", value.encode()) for name, value in attributes.items() if value != "absent"]


def refused(value: bytes, headers: Any = ()) -> Refused:
    with pytest.raises(Refused) as found:
        decode(value, headers)
    return found.value


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("content-type", b"application/cloudevents+json")],
        [("Content-Type", b"application/cloudevents+json; charset=UTF-8")],
        [("trace", b"x")],
        [("content-type", b"application/cloudevents+json"), ("ce_id", b"9")],
        [("content-type", b"application/json")],
    ],
)
def test_an_event_in_one_object_is_read(headers: list[tuple[str, bytes]]) -> None:
    event = decode(structured(), headers)

    assert isinstance(event, IncidentUpdated)
    assert (event.id, event.data.area) == ("1", "North")
    assert event.time.isoformat() == "2026-04-02T09:00:00+00:00"


@pytest.mark.parametrize("extra", [[], [("content-type", b"application/json")], [("CE_DATA", b"x")]])
def test_an_event_in_headers_is_the_same_event(extra: list[tuple[str, bytes]]) -> None:
    assert decode(json.dumps(DATA).encode(), [*binary(), *extra]) == decode(structured())


def test_names_of_headers_are_read_in_any_case() -> None:
    headers = [(name.upper(), value) for name, value in binary()]

    assert decode(json.dumps(DATA).encode(), headers) == decode(structured())


@pytest.mark.parametrize(
    ("value", "error_type", "path"),
    [
        (b"", "not_json", "JSON"),
        (b"{", "not_json", "JSON"),
        (b"\xff\xfe", "not_json", "JSON"),
        (b"[" * 100_000, "not_json", "JSON"),
        (b"[]", "not_cloudevent", "specversion"),
        (b"null", "not_cloudevent", "specversion"),
        (b'"text"', "not_cloudevent", "specversion"),
        (json.dumps(DATA).encode(), "not_cloudevent", "specversion"),
        (structured(specversion="0.3"), "not_cloudevent", "specversion"),
        (structured(source="absent"), "not_cloudevent", "source"),
        (structured(id="absent"), "not_cloudevent", "id"),
        (structured(type="absent"), "not_cloudevent", "type"),
        (structured(type="incident.sung"), "unknown_type", "type"),
        (structured(type=["incident.updated"]), "unknown_type", "type"),
        (structured(time="absent"), "invalid_data", "time"),
        (structured(time="2026-04-02T10:00:00"), "invalid_data", "time"),
        (structured(id=""), "invalid_data", "id"),
        (structured(source="x" * 257), "invalid_data", "source"),
        (structured(data="absent"), "invalid_data", "data"),
        (structured(data=[]), "invalid_data", "data"),
        (structured(data={"force": "northshire"}), "invalid_data", "data.incident_ref"),
        (structured(data={**DATA, "victims": [{"victim_ref": "V1"}, {}]}), "invalid_data", "data.victims.1.victim_ref"),
        (structured(data={**DATA, "entries": [{"at": "x", "text": "y"}]}), "invalid_data", "data.entries.0.at"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_kind_and_place(value: bytes, error_type: str, path: str) -> None:
    found = refused(value)

    assert (found.error_type, path in found.error) == (error_type, True), found.error
    assert "\n" not in found.error


@pytest.mark.parametrize(
    ("headers", "value", "error_type", "path"),
    [
        (binary(), b"{", "not_json", "JSON"),
        (binary(), b"[]", "invalid_data", "data"),
        (binary(specversion="absent"), b"{}", "not_cloudevent", "specversion"),
        (binary(id="absent"), b"{}", "not_cloudevent", "id"),
        (binary(type="incident.sung"), b"{}", "unknown_type", "type"),
        (binary(time="absent"), json.dumps(DATA).encode(), "invalid_data", "time"),
        (binary(), b'{"force": "northshire"}', "invalid_data", "data.incident_ref"),
        ([*binary(id="absent"), ("ce_id", b"\xff")], json.dumps(DATA).encode(), "not_cloudevent", "UTF-8"),
    ],
)
def test_what_cannot_be_used_in_headers_is_refused_alike(
    headers: list[tuple[str, bytes]], value: bytes, error_type: str, path: str
) -> None:
    found = refused(value, headers)

    assert (found.error_type, path in found.error) == (error_type, True), found.error


def test_an_event_of_the_greatest_size_is_read_and_a_byte_more_is_not() -> None:
    least = len(structured(padding=""))

    assert decode(structured(padding="x" * (MAX_BYTES - least))).id == "1"
    assert refused(structured(padding="x" * (MAX_BYTES - least + 1))).error_type == "too_large"
    assert MAX_BYTES == 262_144


@pytest.mark.parametrize(
    "changed",
    [
        {"time": SECRET},
        {"source": SECRET * 20},
        {"type": SECRET},
        {"specversion": SECRET},
        {"subject": [SECRET]},
        {"data": {**DATA, "incident_ref": SECRET * 4}},
        {"data": {**DATA, "channel": SECRET}},
        {"data": {**DATA, "received_at": SECRET}},
        {"data": {**DATA, "quality": {SECRET: SECRET}}},
        {"data": {**DATA, "victims": [{"victim_ref": "V", "age": SECRET, "equality": {SECRET: SECRET}}]}},
        {"data": {**DATA, "entries": SECRET}},
        {"data": SECRET},
    ],
)
def test_an_error_never_repeats_what_was_sent(changed: dict[str, Any]) -> None:
    for found in (refused(structured(**changed)), refused(structured(**changed)[:-1] + b"!")):
        assert "Quarrington" not in f"{found.error} {found!r} {found.__cause__}"


def test_all_problems_of_the_data_are_named_at_once() -> None:
    found = refused(structured(data={**DATA, "force": "no such force", "channel": "pigeon", "suspects": -1}))

    assert [line.split(":")[0] for line in found.error.split("; ")] == ["data.channel", "data.force", "data.suspects"]


def test_unknown_fields_and_extension_attributes_do_no_harm() -> None:
    event = decode(structured(traceparent="00-1", data={**DATA, "colour": "blue"}))

    assert event.data.model_extra == {"colour": "blue"}


@pytest.mark.parametrize("name", ["ce_subject", "content-type", "ce_id"])
def test_a_header_without_a_value_is_read_or_refused(name: str) -> None:
    headers: list[tuple[str, Any]] = [*((one, value) for one, value in binary() if one != name), (name, None)]

    with suppress(Refused):
        decode(json.dumps(DATA).encode(), headers)


def test_half_a_character_is_no_json_that_can_be_used_and_the_error_has_a_place() -> None:
    found = refused(structured().replace(b'"North"', b'"\\ud800"'))

    assert not found.error.startswith(":")
