"""Where an input partition is read on after partitions have moved."""

import asyncio
from collections.abc import Mapping

import pytest
from faust.transport.drivers import aiokafka
from faust.types import TP

from streams.kafka.transport import Consumer, Transport

HANDLED, FRESH, AT_ZERO, ROWS = TP("log", 0), TP("log", 1), TP("log", 2), TP("rows-changelog", 0)


class PlayedConsumer(Consumer):
    """A consumer that knows what was committed, and keeps where it is sought to."""

    def __init__(self, committed: Mapping[TP, int | None]) -> None:
        self.committed = committed
        self.asked: list[tuple[TP, ...]] = []
        self.sought: dict[TP, int] = {}

    def _is_changelog_tp(self, tp: TP) -> bool:
        return tp.topic.endswith("-changelog")

    async def earliest_offsets(self, *partitions: TP) -> Mapping[TP, int]:
        self.asked.append(partitions)
        return dict.fromkeys(partitions, 7)

    async def seek_wait(self, partitions: Mapping[TP, int]) -> None:
        self.sought |= partitions


@pytest.fixture(autouse=True)
def driver(monkeypatch: pytest.MonkeyPatch) -> None:
    async def seek_to_committed(consumer: PlayedConsumer) -> Mapping[TP, int | None]:
        return consumer.committed

    monkeypatch.setattr(aiokafka.Consumer, "seek_to_committed", seek_to_committed)


def test_what_was_never_committed_begins_at_its_beginning_and_nothing_else_is_moved() -> None:
    committed = {HANDLED: 12, FRESH: None, AT_ZERO: 0, ROWS: None}
    consumer = PlayedConsumer(committed)

    assert asyncio.run(consumer.seek_to_committed()) == committed

    assert consumer.sought == {FRESH: 7, AT_ZERO: 7}


def test_where_everything_was_committed_nothing_is_asked() -> None:
    consumer = PlayedConsumer({HANDLED: 12})

    asyncio.run(consumer.seek_to_committed())

    assert (consumer.asked, consumer.sought) == ([], {})


def test_the_transport_reads_by_this_consumer() -> None:
    assert Transport.Consumer is Consumer
