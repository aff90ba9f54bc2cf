"""The contract as it is published: nothing of it is left out, and what is committed tells the truth of today."""

from pathlib import Path
from typing import Any

import yaml

from rules.events import TOPICS
from streams.kafka.dead_letters import dead_letter
from streams.kafka.envelope import Refused
from streams.kafka.topics import topics
from streams.settings import Settings
from streams.tools.asyncapi import asyncapi
from tests.unit.rules.given import at

PUBLISHED = Path(__file__).parents[4] / "asyncapi.yaml"
DOCUMENT = asyncapi(Settings())
SCHEMAS = DOCUMENT["components"]["schemas"]


def references(part: Any) -> set[str]:
    if isinstance(part, dict):
        here = {part["$ref"]} if isinstance(part.get("$ref"), str) else set[str]()
        return here.union(*(references(each) for each in part.values()))
    return set[str]().union(*(references(each) for each in part)) if isinstance(part, list) else set()


def test_the_published_contract_is_what_the_command_writes_today() -> None:
    assert yaml.safe_load(PUBLISHED.read_text()) == DOCUMENT, "recording-monitor topics asyncapi > asyncapi.yaml"


def test_every_topic_of_the_contract_and_every_type_of_event_is_there() -> None:
    contract = [topic for topic in topics(Settings()) if topic.kind != "internal"]

    assert list(DOCUMENT["channels"]) == [topic.name for topic in contract]
    for topic, types in TOPICS.items():
        assert set(DOCUMENT["channels"][topic]["messages"]) == types
    verbs = {operation["channel"]["$ref"]: operation["action"] for operation in DOCUMENT["operations"].values()}
    assert verbs == {f"#/channels/{topic.name}": "receive" if topic.kind == "input" else "send" for topic in contract}


def test_whatever_is_referred_to_is_there_and_nothing_lies_unused() -> None:
    kept = {f"#/components/{kind}/{name}" for kind, named in DOCUMENT["components"].items() for name in named}

    assert references(DOCUMENT) - {f"#/channels/{name}" for name in DOCUMENT["channels"]} == kept


def test_an_event_has_to_say_all_that_makes_it_one_and_names_its_own_types() -> None:
    for name, message in DOCUMENT["components"]["messages"].items():
        schema = SCHEMAS[message["payload"]["$ref"].rpartition("/")[2]] if "$ref" in message["payload"] else {}
        if "specversion" in schema.get("properties", {}):
            assert {"specversion", "type", "source", "id", "time", "data"} == set(schema["required"])
            said = schema["properties"]["type"]
            assert name in said.get("enum", [said.get("const")])


def test_a_time_is_one_to_every_reader() -> None:
    assert SCHEMAS["Opened"]["properties"]["received_at"] == {"type": "string", "format": "date-time"}
    assert SCHEMAS["PublishedAlert"]["properties"]["due_at"] == {"type": "string", "format": "date-time"}


def test_the_headers_of_a_dead_letter_are_those_that_it_has() -> None:
    _, headers = dead_letter(Refused("too_large", "expected at most 256 KiB"), b"x", "incident-log", 0, 1, at(0))

    assert {name for name, _ in headers} == set(SCHEMAS["DeadLetterHeaders"]["properties"])
