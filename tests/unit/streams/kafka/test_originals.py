"""How an event is fetched again that a dead letter is about."""

import asyncio
from dataclasses import dataclass
from typing import Any

import aiokafka
import pytest
from aiokafka.structs import TopicPartition

from streams.kafka.originals import original

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
        assert (self.running, max_records, timeout_ms > 0) == (True, 1, True)
        found = [record for record in self.records if record.offset >= self.position][:1]
        return {place: found} if found else {}


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> type[PlayedConsumer]:
    monkeypatch.setattr(PlayedConsumer, "made", [], raising=False)
    monkeypatch.setattr(PlayedConsumer, "records", (Record(4, b"k4", b"v4"), Record(9, b"k9", None)))
    monkeypatch.setattr(PlayedConsumer, "broken", False)
    monkeypatch.setattr(aiokafka, "AIOKafkaConsumer", PlayedConsumer)
    return PlayedConsumer


@pytest.mark.usefixtures("played")
@pytest.mark.parametrize(("offset", "found"), [(4, (b"k4", b"v4")), (9, (b"k9", None))])
def test_an_event_is_fetched_again_from_its_very_place(offset: int, found: tuple[bytes, bytes | None]) -> None:
    assert asyncio.run(original(BROKER, "incident-log", 3, offset)) == found


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
