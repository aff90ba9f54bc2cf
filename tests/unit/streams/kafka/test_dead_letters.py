"""What a dead letter says, and how the event is fetched again that it is about."""

import asyncio
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import aiokafka
import pytest
from aiokafka.structs import TopicPartition

from streams.kafka.dead_letters import dead_letter
from streams.kafka.envelope import ErrorType, Refused
from streams.kafka.originals import original
from tests.unit.rules.given import OPENED_AT

PLACE = TopicPartition("incident-log", 3)
BROKER = {"bootstrap_servers": "127.0.0.1:1"}


@dataclass
class Record:
    offset: int
    key: bytes | None
    value: bytes | None


class PlayedConsumer:
    """A consumer of a partition that holds some records; the first at or past where it stands comes first."""

    records: tuple[Record, ...] = ()
    broken = False
    made: list["PlayedConsumer"]

    def __init__(self, **options: Any) -> None:
        assert options["bootstrap_servers"] == "127.0.0.1:1"
        assert options["enable_auto_commit"] is False
        assert "group_id" not in options
        self.position = 0
        self.assigned: list[TopicPartition] = []
        self.running = False
        self.made.append(self)

    async def start(self) -> None:
        self.running = True

    async def stop(self) -> None:
        self.running = False

    def assign(self, places: list[TopicPartition]) -> None:
        self.assigned = places

    def seek(self, place: TopicPartition, offset: int) -> None:
        assert place in self.assigned
        self.position = offset

    async def getmany(self, place: TopicPartition, timeout_ms: int, max_records: int) -> dict[Any, list[Record]]:
        if self.broken:
            raise ConnectionError
        assert (max_records, timeout_ms > 0) == (1, True)
        found = [record for record in self.records if record.offset >= self.position][:1]
        return {place: found} if found else {}


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> type[PlayedConsumer]:
    monkeypatch.setattr(PlayedConsumer, "made", [], raising=False)
    monkeypatch.setattr(PlayedConsumer, "records", (Record(4, b"k4", b"v4"), Record(9, None, None)))
    monkeypatch.setattr(PlayedConsumer, "broken", False)
    monkeypatch.setattr(aiokafka, "AIOKafkaConsumer", PlayedConsumer)
    return PlayedConsumer


def letter(error_type: ErrorType, value: bytes | None) -> tuple[bytes | None, dict[str, str]]:
    content, headers = dead_letter(Refused(error_type, "expected this"), value, "incident-log", 3, 17, OPENED_AT)
    return content, {name: said.decode() for name, said in headers}


def test_a_dead_letter_has_the_original_bytes_and_says_why_and_where_they_came() -> None:
    assert letter("not_json", b"\xffhalf") == (
        b"\xffhalf",
        {
            "error": "expected this",
            "error_type": "not_json",
            "topic": "incident-log",
            "partition": "3",
            "offset": "17",
            "received": "2026-04-02T09:00:00Z",
        },
    )


def test_what_is_too_large_is_known_by_its_size_and_hash() -> None:
    content, headers = letter("too_large", b"x" * 300_000)

    assert content is None
    assert (headers["size"], headers["sha256"]) == ("300000", sha256(b"x" * 300_000).hexdigest())


@pytest.mark.parametrize(("error_type", "value"), [("processing_failed", None), ("too_large", None), ("not_json", b"")])
def test_what_has_no_value_has_neither_size_nor_hash(error_type: ErrorType, value: bytes | None) -> None:
    content, headers = letter(error_type, value)

    assert content == value
    assert not {"size", "sha256"} & headers.keys()


@pytest.mark.usefixtures("played")
def test_an_event_is_fetched_again_from_its_very_place() -> None:
    assert asyncio.run(original(BROKER, "incident-log", 3, 4)) == (b"k4", b"v4")


@pytest.mark.usefixtures("played")
@pytest.mark.parametrize("offset", [3, 5, 10])
def test_an_event_that_is_gone_is_not_mistaken_for_the_next_one(offset: int) -> None:
    assert asyncio.run(original(BROKER, "incident-log", 3, offset)) == (None, None)


@pytest.mark.parametrize("broken", [False, True])
def test_nothing_stays_connected(played: type[PlayedConsumer], monkeypatch: pytest.MonkeyPatch, broken: bool) -> None:
    monkeypatch.setattr(played, "broken", broken)

    if broken:
        with pytest.raises(ConnectionError):
            asyncio.run(original(BROKER, "incident-log", 3, 4))
    else:
        asyncio.run(original(BROKER, "incident-log", 3, 4))

    assert [consumer.running for consumer in played.made] == [False]
