"""Where an input partition is read on after partitions have moved, and what is fetched meanwhile."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any, cast

import pytest
from faust.transport.drivers import aiokafka
from faust.types import TP

from streams.app import faust_app
from streams.kafka.transport import Consumer, Listener, Reading, Thread, Transport, membership_in
from streams.settings import Settings

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


@pytest.fixture
def app(tmp_path: Any) -> Any:
    """An application whose group has not confirmed it for a long time."""
    made = faust_app(Settings(application="monitor"), str(tmp_path))
    membership_in(made).confirm(0.0)
    return made


def test_who_is_given_partitions_is_a_member_of_its_group(app: Any) -> None:
    async def assigned(*_: Any) -> None:
        seen.append(membership_in(app).unconfirmed_for)

    seen: list[float] = []
    coordinator = SimpleNamespace(_coordinator=SimpleNamespace(generation=3))
    thread: Any = SimpleNamespace(app=app, _ensure_consumer=lambda: coordinator, on_partitions_assigned=assigned)

    asyncio.run(Listener(thread).on_partitions_assigned([]))

    (unconfirmed,) = seen
    assert unconfirmed < 60
    assert app.consumer_generation_id == 3


def test_the_thread_that_reads_takes_note_of_answered_heartbeats(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def answered() -> bool:
        return True

    async def on_start(_: Thread) -> None:
        pass

    monkeypatch.setattr(aiokafka.AIOKafkaConsumerThread, "on_start", on_start)
    coordinator = SimpleNamespace(member_id="me", _do_heartbeat=answered)
    thread = Thread.__new__(Thread)
    monkeypatch.setattr(thread, "app", app, raising=False)
    monkeypatch.setattr(thread, "_consumer", SimpleNamespace(_coordinator=coordinator), raising=False)

    async def start_and_beat() -> None:
        await thread.on_start()
        await coordinator._do_heartbeat()

    asyncio.run(start_and_beat())

    assert membership_in(app).unconfirmed_for < 60


class PlayedFetcher:
    """A fetcher that has fetched records, and hands out those of the partitions that it is asked for."""

    _closed = False

    def __init__(self, fetched: Mapping[TP, list[int]], meanwhile: Callable[[], None]) -> None:
        self._subscriptions = SimpleNamespace(fetch_context=nullcontext)
        self._fetched = fetched
        self._meanwhile = meanwhile

    async def fetched_records(self, partitions: Any, timeout: float | None, max_records: int | None) -> Any:
        self._meanwhile()
        return {
            partition: [SimpleNamespace(offset=offset) for offset in offsets]
            for partition, offsets in self._fetched.items()
            if not (partitions and partition not in partitions)  # as aiokafka looks at them
        }


def fetch(fetched: Mapping[TP, list[int]], active: set[TP] | None, flows: Callable[[], bool]) -> Any:
    """Fetch with the records at hand, while the flow may be stopped; return what came, and what was sought back to."""
    sought: dict[TP, int] = {}
    flow = SimpleNamespace(flow_active=True)

    def meanwhile() -> None:
        flow.flow_active = flows()

    consumer = SimpleNamespace(
        _closed=False,
        _fetcher=PlayedFetcher(fetched, meanwhile),
        assignment=lambda: {HANDLED, ROWS},
        seek=sought.__setitem__,
    )
    thread = Thread.__new__(Thread)
    thread.consumer = cast(Any, flow)
    came = asyncio.run(thread._fetch_records(consumer, active))
    return {partition: [record.offset for record in records] for partition, records in came.items()}, sought


def test_what_is_fetched_while_records_may_be_handled_is_handed_on() -> None:
    came, sought = fetch({HANDLED: [5, 6]}, {HANDLED}, lambda: True)

    assert came == {HANDLED: [5, 6]}
    assert not sought


def test_what_is_fetched_once_no_records_may_be_handled_is_fetched_again_later() -> None:
    came, sought = fetch({HANDLED: [5, 6], ROWS: [0, 3], FRESH: [9]}, {HANDLED, ROWS, FRESH}, lambda: False)

    assert not came
    assert sought == {HANDLED: 5, ROWS: 0}, "a partition that has gone to another worker is not sought"


def test_while_no_partition_is_active_nothing_is_taken_from_any() -> None:
    active = {HANDLED}

    def pause() -> bool:
        active.clear()
        return True

    assert fetch({HANDLED: [5], ROWS: [0]}, active, pause) == ({}, {})


def test_who_follows_no_partitions_fetches_from_all() -> None:
    came, _ = fetch({HANDLED: [5], ROWS: [0]}, None, lambda: True)

    assert came == {HANDLED: [5], ROWS: [0]}


def test_what_is_read_is_a_collection_that_follows_its_set_and_is_never_false() -> None:
    active = {HANDLED}
    reading = Reading(active)
    active.add(ROWS)

    assert (len(reading), set(reading), ROWS in reading, FRESH in reading) == (2, {HANDLED, ROWS}, True, False)
    active.clear()
    assert reading
