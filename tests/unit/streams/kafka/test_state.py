"""Rows by partition, and the flush: in which order what an event caused goes out, and what a failure leaves undone."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import faust
import pytest
from aiokafka.errors import KafkaTimeoutError, TopicAuthorizationFailedError
from faust.types import TP

from streams.app import faust_app
from streams.kafka import state
from streams.kafka.state import Flush, Frozen, PartitionStore, SendRefused, StateTable, Unfinished
from streams.settings import Settings

EVERY = timedelta(milliseconds=1)
ROWS = "monitor-rows-changelog"


class PlayedProducer:
    """Takes every record, but for those to a topic that it refuses; answers in the order in which it was asked."""

    def __init__(self, log: list[Any]) -> None:
        self.log = log
        self.refuses: dict[str, Exception] = {}

    async def send(self, topic: str, key: Any, value: Any, partition: Any, *_: Any) -> Any:
        async def answer() -> None:
            if topic in self.refuses:
                raise self.refuses[topic]
            self.log.append((topic, key, value, partition))

        return answer()


class Event:
    """An event that says when it was acknowledged."""

    def __init__(self, log: list[Any], name: str, generation: int = 1) -> None:
        self.name = name
        self.log = log
        self.message = SimpleNamespace(generation_id=generation)

    def ack(self) -> None:
        self.log.append(f"acknowledged {self.name}")


class Desk:
    """A flush and one table of an application that is never started; all that goes out is in `log`, in its order."""

    def __init__(self, folder: Any, reached: Callable[[str], Coroutine[Any, Any, None]] | None = None) -> None:
        self.log: list[Any] = []
        self.producer = PlayedProducer(self.log)
        self.app = faust_app(Settings(application="monitor", partitions=4), str(folder))
        self.app.maybe_start_producer = self._producer
        self.crashed: list[BaseException] = []
        self.app.crash = self._crash  # type: ignore[method-assign]
        self.flush = Flush(self.app, EVERY, reached)
        self.recovered: list[frozenset[int]] = []
        self.table = StateTable(self.app, "rows", 4, self.flush, self.recovered.append)
        self.table.owned = frozenset({0, 1})

    async def _producer(self) -> Any:
        return self.producer

    async def _crash(self, reason: BaseException) -> None:
        self.crashed.append(reason)

    def handle(self, name: str, partition: int = 0) -> None:
        """Do what an agent does for an event: a row, an output, and that it is done."""
        self.table.put(partition, name.encode(), b"row")
        self.flush.send("out", name.encode(), b"said")
        self.flush.done(Event(self.log, name))  # type: ignore[arg-type]


@pytest.fixture
def desk(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr("streams.kafka.state.threading.Timer", lambda *_: SimpleNamespace(start=lambda: None))
    return Desk(tmp_path)


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


# What goes out, and in which order


def test_rows_go_out_before_what_they_say_and_only_then_is_an_event_acknowledged(desk: Desk) -> None:
    desk.handle("a")
    desk.handle("b", partition=1)

    run(desk.flush.flush())

    assert desk.log == [
        (ROWS, b"a", b"row", 0),
        (ROWS, b"b", b"row", 1),
        ("out", b"a", b"said", None),
        ("out", b"b", b"said", None),
        "acknowledged a",
        "acknowledged b",
    ]


def test_a_row_that_changed_twice_goes_out_once_as_it_stands(desk: Desk) -> None:
    desk.table.put(0, b"a", b"first")
    desk.table.put(0, b"a", b"second")

    run(desk.flush.flush())

    assert desk.log == [(ROWS, b"a", b"second", 0)]


def test_what_changes_while_a_flush_is_going_on_belongs_to_the_next(tmp_path: Any) -> None:
    async def later(point: str) -> None:
        if point == "handled" and busy.table.get(0, b"a") == b"row":
            busy.table.put(0, b"a", b"later")

    busy = Desk(tmp_path, later)
    busy.handle("a")

    run(busy.flush.flush())
    assert busy.log[0] == (ROWS, b"a", b"row", 0)

    run(busy.flush.flush())
    assert busy.log[-1] == (ROWS, b"a", b"later", 0)


def test_a_row_that_was_removed_leaves_a_tombstone(desk: Desk) -> None:
    desk.table.put(0, b"a", b"row")
    desk.table.put(0, b"a", None)

    run(desk.flush.flush())

    assert desk.log == [(ROWS, b"a", None, 0)]


def test_rows_of_partitions_that_have_left_are_not_written(desk: Desk) -> None:
    desk.table.put(3, b"a", b"row")

    run(desk.flush.flush())

    assert desk.log == []


def test_the_points_of_a_flush_are_told_in_their_order(tmp_path: Any) -> None:
    points: list[str] = []

    async def reached(point: str) -> None:
        points.append(point)

    desk = Desk(tmp_path, reached)
    desk.handle("a")
    run(desk.flush.flush())
    run(desk.flush.flush())

    assert points == ["handled", "state", "output", "acknowledged"]


# What fails


@pytest.mark.parametrize("topic", ["out", ROWS])
def test_a_refused_send_is_named_and_nothing_is_acknowledged(desk: Desk, topic: str) -> None:
    desk.producer.refuses[topic] = KafkaTimeoutError()
    desk.handle("a")

    with pytest.raises(SendRefused, match=rf"^{topic}: KafkaTimeoutError$") as refused:
        run(desk.flush.flush())

    assert not refused.value.right
    assert "acknowledged a" not in desk.log


def test_a_refused_row_keeps_back_what_it_would_say(desk: Desk) -> None:
    desk.producer.refuses[ROWS] = KafkaTimeoutError()
    desk.handle("a")

    with pytest.raises(SendRefused):
        run(desk.flush.flush())

    assert desk.log == []


def test_a_missing_right_is_told_apart(desk: Desk) -> None:
    desk.producer.refuses["out"] = TopicAuthorizationFailedError()
    desk.handle("a")

    with pytest.raises(SendRefused, match=r"^out: this worker has no right to write to it$") as refused:
        run(desk.flush.flush())

    assert refused.value.right


def test_after_a_flush_that_failed_nothing_more_is_written(desk: Desk) -> None:
    desk.producer.refuses["out"] = KafkaTimeoutError()
    desk.handle("a")
    with pytest.raises(SendRefused):
        run(desk.flush.flush())
    del desk.producer.refuses["out"]
    desk.log.clear()
    desk.handle("b")

    with pytest.raises(Unfinished):
        run(desk.flush.flush())

    assert desk.log == []


def test_a_process_that_stood_still_for_longer_than_its_session_writes_nothing(desk: Desk) -> None:
    async def wake() -> None:
        awake = asyncio.get_running_loop().time() - desk.app.conf.broker_session_timeout - 1
        desk.flush._awake = awake
        await desk.flush.flush()

    desk.handle("a")

    with pytest.raises(Frozen):
        run(wake())

    assert desk.log == []


def test_the_running_flush_ends_the_worker_by_what_it_could_not_write(desk: Desk, monkeypatch: Any) -> None:
    monkeypatch.setattr(Flush, "suspended", False)
    desk.producer.refuses["out"] = KafkaTimeoutError()
    desk.handle("a")

    with pytest.raises(SendRefused) as refused:
        run(desk.flush.run())

    assert desk.crashed == [refused.value]
    assert desk.flush.failure is refused.value


# What is let in


def stream_of(*events: Event) -> Any:
    async def each() -> AsyncIterator[Event]:
        for event in events:
            yield event

    return SimpleNamespace(noack=lambda: SimpleNamespace(events=each))


def test_events_of_an_earlier_assignment_are_passed_over(desk: Desk, monkeypatch: Any) -> None:
    monkeypatch.setattr(Flush, "suspended", False)
    desk.app.consumer_generation_id = 2
    stream = stream_of(Event(desk.log, "old", generation=1), Event(desk.log, "new", generation=2))
    let_in: list[str] = []

    async def read() -> None:
        let_in.extend([event.name async for event in desk.flush.events(stream)])  # type: ignore[attr-defined]

    run(read())

    assert let_in == ["new"]


def test_nothing_is_let_in_while_partitions_move(desk: Desk, monkeypatch: Any) -> None:
    desk.app.consumer_generation_id = 1
    looks = iter([True, True, False])

    def suspended(_: Flush) -> bool:
        desk.log.append("looked")
        return next(looks)

    monkeypatch.setattr(Flush, "suspended", property(suspended))

    async def read() -> None:
        async for event in desk.flush.events(stream_of(Event(desk.log, "a"))):
            desk.log.append(event)

    run(read())

    assert desk.log[:3] == ["looked"] * 3
    assert len(desk.log) == 4


def test_no_more_is_let_in_than_may_wait_for_the_broker(desk: Desk, monkeypatch: Any) -> None:
    monkeypatch.setattr(Flush, "suspended", False)
    monkeypatch.setattr(state, "MAX_PENDING", 2)
    desk.app.consumer_generation_id = 1
    let_in: list[str] = []

    async def read() -> None:
        async for event in desk.flush.events(stream_of(*(Event(desk.log, name) for name in "abc"))):
            let_in.append(event.name)  # type: ignore[attr-defined]
            desk.flush.done(event)

    async def both() -> None:
        reading = asyncio.create_task(read())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert let_in == ["a", "b"]
        await desk.flush.flush()
        await reading

    run(both())

    assert let_in == ["a", "b", "c"]


# Rows, as they come back


def changelog(desk: Desk, *records: tuple[int, bytes, bytes | None]) -> None:
    events = [SimpleNamespace(message=SimpleNamespace(partition=p, key=k, value=v)) for p, k, v in records]
    store(desk).apply_changelog_batch(events, None, None)  # type: ignore[arg-type]


def store(desk: Desk) -> PartitionStore:
    assert isinstance(desk.table.data, PartitionStore)
    return desk.table.data


def test_what_a_changelog_holds_comes_back_by_partition(desk: Desk) -> None:
    changelog(desk, (0, b"a", b"old"), (1, b"b", b"row"), (0, b"a", b"new"), (1, b"b", None))

    assert dict(desk.table.rows(0)) == {b"a": b"new"}
    assert dict(desk.table.rows(1)) == {}
    assert (desk.table.get(0, b"a"), desk.table.get(1, b"a")) == (b"new", None)


def test_what_has_left_and_what_comes_anew_is_forgotten(desk: Desk) -> None:
    changelog(desk, *((partition, b"a", b"row") for partition in range(4)))
    left, new = {TP(ROWS, 1), TP("elsewhere", 3)}, {TP(ROWS, 2)}

    run(store(desk).on_rebalance({TP(ROWS, 0), TP(ROWS, 2)}, left, new))

    assert sorted(store(desk).parts) == [0, 3]


def test_after_recovery_the_active_partitions_are_owned_and_told(desk: Desk, monkeypatch: Any) -> None:
    stopped: list[str] = []
    monkeypatch.setattr(desk.app, "flow_control", SimpleNamespace(suspend=lambda: stopped.append("flow")))
    monkeypatch.setattr(
        faust.App, "consumer", SimpleNamespace(stop_flow=lambda: stopped.append("consumer")), raising=False
    )
    changelog(desk, *((partition, b"a", b"row") for partition in range(4)))

    run(desk.table.on_recovery_completed({TP(ROWS, 2), TP(ROWS, 3)}, set()))

    assert desk.table.owned == {2, 3}
    assert sorted(store(desk).parts) == [2, 3]
    assert desk.recovered == [frozenset({2, 3})]
    assert stopped == ["flow", "consumer"]


def test_while_partitions_move_nothing_is_owned(desk: Desk) -> None:
    run(desk.table.on_rebalance(set(), set(), set()))

    assert desk.table.owned == frozenset()
