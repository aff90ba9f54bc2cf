"""Rows by partition, and the flush: in which order what an event caused goes out, and what a failure leaves undone."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import faust
import pytest
from aiokafka.errors import KafkaTimeoutError, TopicAuthorizationFailedError
from faust.exceptions import ProducerSendError
from faust.types import TP

from streams.app import faust_app
from streams.kafka import state
from streams.kafka.failures import CutOff, Frozen, SendRefused, Unfinished
from streams.kafka.state import (
    WATCHES_EVERY,
    Flush,
    PartitionStore,
    StateTable,
)
from streams.kafka.transport import membership_in
from streams.settings import Settings

EVERY = timedelta(milliseconds=1)
ROWS = "monitor-rows-changelog"


class PlayedProducer:
    """Takes every record, but for those to a topic that it refuses; answers in the order in which it was asked."""

    def __init__(self, log: list[Any]) -> None:
        self.log = log
        self.headers: list[Any] = []
        self.refuses: dict[str, Exception] = {}
        self.refuses_at_once: dict[str, Exception] = {}

    async def send(self, topic: str, key: Any, value: Any, partition: Any, timestamp: None, headers: Any) -> Any:
        if topic in self.refuses_at_once:
            raise ProducerSendError from self.refuses_at_once[topic]
        self.headers.append(headers)

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


class PlayedTimer:
    """A timer that the test lets run out."""

    set: list["PlayedTimer"]

    def __init__(self, seconds: float, do: Callable[..., None], args: Iterable[Any]) -> None:
        self.seconds = seconds
        self.run_out: Callable[[], None] = lambda: do(*args)
        self.daemon = False

    def start(self) -> None:
        self.set.append(self)


@pytest.fixture
def desk(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(PlayedTimer, "set", [], raising=False)
    monkeypatch.setattr("streams.kafka.state.threading.Timer", PlayedTimer)
    return Desk(tmp_path)


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


def stand_still(seconds: float) -> None:
    """Let the loop's clock jump, as it does for a process that stood still."""
    loop = asyncio.get_running_loop()
    before = loop.time
    loop.time = lambda: before() + seconds  # type: ignore[method-assign]


def moving(monkeypatch: pytest.MonkeyPatch, *looks: Callable[[], object]) -> None:
    """Let partitions move for as many looks of the running flush, each of which does something; it then ends."""
    left, stops = list(looks), iter([False] * (len(looks) + 2))

    def suspended(_: Flush) -> bool:
        if left:
            left.pop(0)()
            return True
        return False

    monkeypatch.setattr(faust.App, "should_stop", property(lambda _: next(stops, True)), raising=False)
    monkeypatch.setattr(Flush, "suspended", property(suspended))


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


def test_an_output_goes_to_the_partition_and_with_the_headers_that_were_said(desk: Desk) -> None:
    desk.flush.send("out", None, None, 2, [("error", b"why")])

    run(desk.flush.flush())

    assert desk.log == [("out", None, None, 2)]
    assert desk.producer.headers == [[("error", b"why")]]


def test_of_two_flushes_at_once_the_later_waits_for_the_earlier(desk: Desk) -> None:
    async def both() -> None:
        await asyncio.gather(desk.flush.flush(), desk.flush.flush())

    desk.handle("a")

    run(both())

    assert desk.log == [(ROWS, b"a", b"row", 0), ("out", b"a", b"said", None), "acknowledged a"]


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


@pytest.mark.parametrize("topic", ["out", ROWS])
@pytest.mark.parametrize(("error", "right"), [(KafkaTimeoutError(), False), (TopicAuthorizationFailedError(), True)])
def test_what_is_refused_at_once_is_named_by_its_cause(desk: Desk, topic: str, error: Exception, right: bool) -> None:
    desk.producer.refuses_at_once[topic] = error
    desk.handle("a")

    with pytest.raises(SendRefused, match=rf"^{topic}: ") as refused:
        run(desk.flush.flush())

    assert refused.value.right is right
    assert "acknowledged a" not in desk.log


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

    for _ in range(2):
        with pytest.raises(Frozen):
            run(wake())

    assert desk.log == []


@pytest.mark.parametrize(("point", "written"), [("handled", []), ("state", [ROWS]), ("output", [ROWS, "out"])])
def test_a_process_that_stood_still_in_the_middle_of_a_flush_goes_no_further(
    tmp_path: Any, point: str, written: list[str]
) -> None:
    async def reached(now: str) -> None:
        if now == point:
            stand_still(busy.app.conf.broker_session_timeout + 1)

    async def flush() -> None:
        busy.flush._awake = asyncio.get_running_loop().time()
        await busy.flush.flush()

    busy = Desk(tmp_path, reached)
    busy.handle("a")

    with pytest.raises(Frozen):
        run(flush())

    assert [topic for topic, *_ in busy.log] == written


def test_a_process_that_stood_still_while_it_did_something_else_never_writes_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    still = desk.app.conf.broker_session_timeout + 1
    moving(monkeypatch, lambda: stand_still(still), *[lambda: None] * 5)
    desk.handle("a")

    with pytest.raises(Frozen):
        run(desk.flush.run())

    assert desk.log == []


def cut_off(desk: Desk) -> None:
    """Let the group have answered for the last time longer ago than its session."""
    membership_in(desk.app).confirm(time.monotonic() - desk.app.conf.broker_session_timeout - 1)


def test_a_worker_whose_group_has_not_answered_for_longer_than_the_session_writes_nothing(desk: Desk) -> None:
    cut_off(desk)
    desk.handle("a")

    with pytest.raises(CutOff, match="longer than its session"):
        run(desk.flush.flush())

    assert desk.log == []


@pytest.mark.parametrize(("point", "written"), [("handled", []), ("state", [ROWS]), ("output", [ROWS, "out"])])
def test_a_worker_that_is_cut_off_in_the_middle_of_a_flush_goes_no_further(
    tmp_path: Any, point: str, written: list[str]
) -> None:
    async def reached(now: str) -> None:
        if now == point:
            cut_off(busy)

    busy = Desk(tmp_path, reached)
    busy.handle("a")
    with pytest.raises(CutOff):
        run(busy.flush.flush())

    assert [topic for topic, *_ in busy.log] == written


def test_what_is_on_its_way_when_a_worker_is_cut_off_ends_with_the_process(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given rows that no broker answers, when the session has passed, then nothing can send them any more."""
    ended: list[str] = []
    monkeypatch.setattr(state, "drop_connections", lambda: ended.append("connections"))
    monkeypatch.setattr(state, "end_now", lambda error: ended.append(type(error).__name__))

    async def hold(now: str) -> None:
        if now == "handled":
            cut_off(busy)
            for _ in range(1_000):
                if not ended:
                    await asyncio.sleep(0.001)

    busy = Desk(tmp_path, hold)
    moving(monkeypatch, *[lambda: None] * 5)
    busy.handle("a")
    with pytest.raises(CutOff):
        run(busy.flush.run())

    assert ended[:2] == ["connections", "CutOff"]


def test_pauses_that_are_each_shorter_than_the_session_do_no_harm(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    pause = desk.app.conf.broker_session_timeout * 0.6
    moving(monkeypatch, lambda: stand_still(pause), *[lambda: None] * 5, lambda: stand_still(pause))
    desk.handle("a")

    run(desk.flush.run())

    assert desk.log[-1] == "acknowledged a"


def test_a_flush_that_ends_watches_no_more(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def left() -> None:
        await desk.flush.run()
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    moving(monkeypatch)

    run(left())


def test_the_running_flush_ends_the_worker_by_what_it_could_not_write(desk: Desk, monkeypatch: Any) -> None:
    moving(monkeypatch)
    desk.producer.refuses["out"] = KafkaTimeoutError()
    desk.handle("a")

    with pytest.raises(SendRefused) as refused:
        run(desk.flush.run())

    assert desk.crashed == [refused.value]
    assert desk.flush.failure is refused.value


def test_a_worker_that_does_not_come_to_its_end_is_ended(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ended: list[int] = []
    monkeypatch.setattr("streams.kafka.failures.os._exit", ended.append)

    run(desk.flush.crash(Frozen("it stood still")))
    (timer,) = PlayedTimer.set
    assert (timer.seconds, timer.daemon) == (state.ENDS_WITHIN.total_seconds(), True)

    timer.run_out()
    assert ended == [1]
    assert capsys.readouterr().err == "the worker ended, and has to be started again: Frozen: it stood still\n"


def test_what_failed_first_is_why_the_worker_ends(desk: Desk) -> None:
    first = Frozen("first")

    run(desk.flush.crash(first))
    run(desk.flush.crash(Unfinished("second")))

    assert desk.flush.failure is first


# How it ends, and what it says of itself


def committing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def commit() -> None:
        desk.log.append("committed")

    monkeypatch.setattr(faust.App, "consumer", SimpleNamespace(commit=commit), raising=False)


def test_what_was_begun_is_flushed_and_then_committed_before_partitions_go(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    committing(desk, monkeypatch)
    desk.handle("a")

    run(desk.app.on_partitions_revoked.send(set()))

    assert desk.log[-2:] == ["acknowledged a", "committed"]


def test_what_cannot_be_flushed_before_partitions_go_ends_the_worker_and_is_not_committed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    committing(desk, monkeypatch)
    desk.producer.refuses[ROWS] = KafkaTimeoutError()
    desk.handle("a")

    with pytest.raises(SendRefused) as refused:
        run(desk.app.on_partitions_revoked.send(set()))

    assert desk.crashed == [refused.value]
    assert desk.log == []


def test_a_worker_that_stops_finishes_what_was_begun(desk: Desk) -> None:
    desk.handle("a")

    run(desk.app.on_before_shutdown.send())

    assert desk.log[-1] == "acknowledged a"


def test_a_worker_that_ends_flushes_no_more_of_itself(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    stops = iter([False])
    monkeypatch.setattr(faust.App, "should_stop", property(lambda _: next(stops, True)), raising=False)
    desk.handle("a")

    run(desk.flush.run())

    assert desk.log == []


def test_a_worker_that_cannot_finish_stops_all_the_same_and_says_so(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.producer.refuses["out"] = KafkaTimeoutError()
    desk.handle("a")

    run(desk.app.on_before_shutdown.send())

    assert "acknowledged a" not in desk.log
    assert caplog.messages == [
        "stopped before everything was flushed, which the next start repeats: out: KafkaTimeoutError"
    ]


def test_a_worker_that_crashed_writes_nothing_at_its_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faust.App, "crashed", True, raising=False)
    desk.handle("a")

    run(desk.app.on_before_shutdown.send())

    assert desk.log == []


@pytest.mark.parametrize(("rebalancing", "restored", "suspended"), [(0, 1, False), (1, 1, True), (0, 0, True)])
def test_it_is_suspended_while_partitions_move_or_rows_are_restored(
    desk: Desk, rebalancing: int, restored: int, suspended: bool
) -> None:
    desk.app.rebalancing = bool(rebalancing)
    desk.app.tables.actives_ready = bool(restored)

    assert desk.flush.suspended is suspended


def test_a_worker_that_flushes_more_rarely_than_its_session_is_watched_all_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        raise asyncio.CancelledError

    monkeypatch.setattr("streams.kafka.state.asyncio.sleep", sleep)
    rare = Flush(desk.app, timedelta(seconds=2 * desk.app.conf.broker_session_timeout))

    with pytest.raises(asyncio.CancelledError):
        run(rare._watch())

    assert slept == [WATCHES_EVERY]


def test_rows_that_took_long_to_come_back_are_no_silence(desk: Desk) -> None:
    async def restored() -> None:
        desk.flush._finished = asyncio.get_running_loop().time() - 3600
        assert desk.flush.idle >= timedelta(hours=1)
        desk.flush.restored()
        assert desk.flush.idle < timedelta(seconds=60)

    run(restored())


def test_it_knows_for_how_long_nothing_was_flushed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    pause, idle = 20, list[timedelta]()
    moving(monkeypatch, lambda: stand_still(pause), lambda: idle.append(desk.flush.idle))

    async def flush() -> None:
        assert desk.flush.idle == timedelta()
        await desk.flush.run()
        idle.append(desk.flush.idle)

    run(flush())

    before, after = idle
    assert after < timedelta(seconds=pause) <= before


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


def test_nothing_is_flushed_while_partitions_move(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    moving(monkeypatch, lambda: desk.log.append("moving"))
    desk.handle("a")

    run(desk.flush.run())

    assert (desk.log[0], desk.log[-1]) == ("moving", "acknowledged a")


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
        await asyncio.wait_for(reading, 10)

    run(both())

    assert let_in == ["a", "b", "c"]


def test_what_is_to_follow_is_done_when_all_is_at_the_broker_and_not_where_it_was_refused(desk: Desk) -> None:
    desk.handle("a")
    desk.flush.then(lambda: desk.log.append("then"))
    run(desk.flush.flush())
    assert desk.log[-2:] == ["acknowledged a", "then"]

    desk.producer.refuses["out"] = KafkaTimeoutError()
    desk.handle("b")
    desk.flush.then(lambda: desk.log.append("never"))
    with pytest.raises(SendRefused):
        run(desk.flush.flush())
    assert "never" not in desk.log


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


def test_what_was_written_after_another_row_of_its_key_is_united_with_it(desk: Desk) -> None:
    store(desk).unite = lambda before, after: before + b" and " + after

    changelog(desk, (0, b"a", b"old"), (0, b"a", b"new"), (0, b"b", b"row"), (0, b"b", None), (0, b"b", b"anew"))

    assert dict(desk.table.rows(0)) == {b"a": b"old and new", b"b": b"anew"}


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
    begun_anew: list[str] = []
    monkeypatch.setattr(desk.flush, "restored", lambda: begun_anew.append("idle"))

    run(desk.table.on_recovery_completed({TP(ROWS, 2), TP(ROWS, 3)}, {TP(ROWS, 1)}))

    assert begun_anew == ["idle"]
    assert desk.table.owned == {2, 3}
    assert sorted(store(desk).parts) == [2, 3]
    assert desk.recovered == [frozenset({2, 3})]
    assert stopped == ["flow", "consumer"]


def test_what_fails_on_the_rows_that_came_back_ends_the_worker(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: frozenset[int]) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(desk.app, "flow_control", SimpleNamespace(suspend=lambda: None))
    monkeypatch.setattr(faust.App, "consumer", SimpleNamespace(stop_flow=lambda: None), raising=False)
    broken = StateTable(desk.app, "broken", 4, desk.flush, fail)

    with pytest.raises(ZeroDivisionError) as raised:
        run(broken.on_recovery_completed(set(), set()))

    assert desk.crashed == [raised.value]


def test_while_partitions_move_nothing_is_owned_and_what_leaves_is_forgotten(desk: Desk) -> None:
    changelog(desk, (0, b"a", b"row"), (1, b"b", b"row"))

    run(desk.table.on_rebalance({TP(ROWS, 0)}, {TP(ROWS, 1)}, set()))

    assert desk.table.owned == frozenset()
    assert sorted(store(desk).parts) == [0]
