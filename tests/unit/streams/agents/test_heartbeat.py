import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, NamedTuple

import aiokafka
import pytest
from aiokafka.errors import KafkaConnectionError, TopicAuthorizationFailedError
from faust.types import TP

from streams.agents.heartbeat import Heartbeat
from streams.agents.intake import Intake
from streams.agents.messages import Seen
from streams.outward.metrics import Metrics
from streams.settings import Forces
from tests.unit.rules.given import at, book

from . import PARTITIONS, KeptFlush, MovedClock, counted, inboxes

LOG, OTHER, CRIMES = TP("incident-log", 0), TP("incident-log", 1), TP("crime-records", 0)
INBOX = TP("monitor-incident-inbox", 0)


class Range(NamedTuple):
    start: int
    end: int


class PlayedConsumer:
    """The consumer that fetches: what it owns, and what it has committed."""

    def __init__(self) -> None:
        self.owned: set[TP] = set()
        self._committed_offset: dict[TP, int] = {}

    def assignment(self) -> set[TP]:
        return self.owned


class PlayedLooking:
    """A client that asks the broker where partitions start and end."""

    held: dict[TP, Range]
    made: list["PlayedLooking"]
    silent = False
    forbidden = False
    partitions: int | None = 1
    unauthorized_topics: set[str]

    def __init__(self, **options: Any) -> None:
        self._client = self
        self.cluster = self
        self.unauthorized_topics = set()
        assert options == {"bootstrap_servers": "127.0.0.1:1", "enable_auto_commit": False}
        self.running = False
        self.made.append(self)

    async def start(self) -> None:
        self.running = True

    async def stop(self) -> None:
        self.running = False

    def partitions_for_topic(self, _: str) -> set[int] | None:
        return None if self.partitions is None else set(range(self.partitions))

    async def end_offsets(self, places: Iterable[TP]) -> dict[TP, int]:
        if self.forbidden:
            raise TopicAuthorizationFailedError("incident-log")
        if self.silent:
            raise KafkaConnectionError("Quarrington")
        return {tp: self.held[tp].end for tp in places}

    async def beginning_offsets(self, places: Iterable[TP]) -> dict[TP, int]:
        return {tp: self.held[tp].start for tp in places}


class PlayedApp:
    """An application with a consumer, that can be shut down."""

    def __init__(self) -> None:
        self.consumer = PlayedConsumer()
        self.on_before_shutdown = self
        self._shut_down: Callable[[], Coroutine[Any, Any, None]]

    def connect(self, do: Callable[[], Coroutine[Any, Any, None]], weak: bool) -> None:
        assert not weak
        self._shut_down = do

    def end(self) -> None:
        asyncio.run(self._shut_down())


@pytest.fixture(autouse=True)
def played(monkeypatch: pytest.MonkeyPatch) -> type[PlayedLooking]:
    monkeypatch.setattr(PlayedLooking, "held", {}, raising=False)
    monkeypatch.setattr(PlayedLooking, "made", [], raising=False)
    monkeypatch.setattr(PlayedLooking, "silent", False)
    monkeypatch.setattr(PlayedLooking, "forbidden", False)
    monkeypatch.setattr(PlayedLooking, "partitions", 1)
    monkeypatch.setattr(aiokafka, "AIOKafkaConsumer", PlayedLooking)
    return PlayedLooking


class Desk:
    """The heartbeat of an intake that owns some partitions."""

    def __init__(self) -> None:
        self.flush = KeptFlush()
        self.clock = MovedClock(at(0))
        self.metrics = Metrics((), book(), self.clock)
        both = inboxes(self.flush)
        self.intake = Intake(self.flush, both, book().lexicon, self.clock, self.metrics, Forces({}))
        self.app = PlayedApp()
        self.consumer = self.app.consumer
        app: Any = self.app
        broker = {"bootstrap_servers": "127.0.0.1:1"}
        self._heartbeat = Heartbeat(app, self.flush, both, self.clock, self.intake, self.metrics, broker)

    def own(self, *places: TP, start: int = 0, end: int = 0) -> None:
        self.consumer.owned = {*places}
        PlayedLooking.held |= dict.fromkeys(places, Range(start, end))

    def handled(self, tp: TP, offset: int) -> None:
        self.intake.positions[tp.topic, tp.partition] = offset

    def beat(self, hours: float) -> list[Seen]:
        """What is said to partition 0 of each inbox at so many hours."""
        self.clock.at = at(hours)
        self.flush.sent.clear()
        asyncio.run(self._heartbeat.beat())
        topics = ("monitor-incident-inbox", "monitor-crime-inbox")
        return [seen for topic in topics for partition, seen in self.flush.seen(topic) if partition == 0]


def test_an_empty_partition_is_read_as_of_now() -> None:
    desk = Desk()
    desk.own(LOG)

    assert desk.beat(1) == [Seen("incident-log", 0, 1, at(1), {})]
    assert desk.beat(2) == [Seen("incident-log", 0, 1, at(2), {})]


def test_it_is_said_over_every_partition_of_the_inbox_that_comes_next() -> None:
    desk = Desk()
    desk.own(LOG, CRIMES)

    desk.beat(1)

    assert [partition for partition, _ in desk.flush.seen("monitor-incident-inbox")] == list(range(PARTITIONS))
    assert [seen.feed for _, seen in desk.flush.seen("monitor-incident-inbox")] == ["incident-log"] * PARTITIONS
    assert [seen.feed for _, seen in desk.flush.seen("monitor-crime-inbox")] == ["crime-records"] * PARTITIONS


def test_nothing_is_said_of_a_partition_before_its_end_as_first_seen_is_handled() -> None:
    desk = Desk()
    desk.own(LOG, end=5)

    assert desk.beat(1) == []
    desk.handled(LOG, 4)
    assert desk.beat(2) == []
    desk.handled(LOG, 5)
    desk.own(LOG, end=9)
    assert [seen.read_to for seen in desk.beat(3)] == [at(2)]


def test_what_is_not_acknowledged_of_topics_and_inboxes_is_shown() -> None:
    desk = Desk()
    desk.own(LOG, OTHER, INBOX, start=2, end=9)
    desk.handled(LOG, 5)
    desk.consumer._committed_offset[INBOX] = 9

    desk.beat(1)

    places = [("incident-log", "0"), ("incident-log", "1"), ("monitor-incident-inbox", "0")]
    found = [counted(desk.metrics, "recording_lag_messages", topic=topic, partition=part) for topic, part in places]
    assert found == [4, 7, 0]


def test_what_was_committed_before_the_partition_came_here_counts_as_handled() -> None:
    desk = Desk()
    desk.own(LOG, end=5)
    desk.consumer._committed_offset[LOG] = 5

    assert [seen.read_to for seen in desk.beat(1)] == [at(1)]


def test_what_the_topic_holds_no_more_counts_as_handled() -> None:
    desk = Desk()
    desk.own(LOG, start=5, end=5)

    assert [seen.partition for seen in desk.beat(1)] == [0]


def test_what_is_handled_counts_more_than_what_is_committed() -> None:
    desk = Desk()
    desk.own(LOG, end=5)
    desk.consumer._committed_offset[LOG] = 5
    desk.handled(LOG, 4)

    assert desk.beat(1) == []


def test_it_says_how_many_partitions_a_feed_has_and_what_came_newest() -> None:
    desk = Desk()
    desk.own(OTHER)
    PlayedLooking.partitions = 2
    desk.intake.newest["incident-log", 1] = {"avon": (at(0.5), 3.0)}

    assert desk.beat(1) == [Seen("incident-log", 1, 2, at(1), {"avon": (at(0.5), 3.0)})]


def test_while_it_is_not_known_how_many_partitions_a_topic_has_nothing_is_said_of_it() -> None:
    desk = Desk()
    desk.own(LOG)
    PlayedLooking.partitions = None

    assert desk.beat(1) == []


def test_nothing_is_said_of_partitions_that_are_not_of_a_feed() -> None:
    desk = Desk()
    desk.own(LOG, INBOX)

    assert [seen.feed for seen in desk.beat(1)] == ["incident-log"]


def test_a_partition_that_comes_back_is_read_anew() -> None:
    desk = Desk()
    desk.own(LOG)
    desk.beat(1)
    desk.own()
    assert desk.beat(2) == []

    desk.own(LOG, end=1)

    assert desk.beat(3) == []


def test_a_broker_that_does_not_answer_is_named_and_nothing_is_said(
    played: type[PlayedLooking], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    desk = Desk()
    desk.own(LOG)
    monkeypatch.setattr(played, "silent", True)

    with caplog.at_level("WARNING"):
        assert desk.beat(1) == []

    assert caplog.messages == ["the broker does not say where the input topics end: KafkaConnectionError"]
    assert counted(desk.metrics, "recording_heartbeat_timestamp_seconds", stage="intake") == 0


def test_one_client_looks_for_as_long_as_the_worker_runs(played: type[PlayedLooking]) -> None:
    desk = Desk()
    desk.own(LOG)

    desk.beat(1)
    desk.beat(2)
    assert [looking.running for looking in played.made] == [True]

    desk.app.end()
    assert [looking.running for looking in played.made] == [False]


def test_a_worker_that_never_looked_shuts_down(played: type[PlayedLooking]) -> None:
    Desk().app.end()

    assert played.made == []


def test_nothing_is_said_while_partitions_move() -> None:
    desk = Desk()
    desk.own(LOG)
    desk.flush.moving = True

    assert desk.beat(1) == []
    assert counted(desk.metrics, "recording_heartbeat_timestamp_seconds", stage="intake") == 0


def test_the_beat_itself_is_shown() -> None:
    desk = Desk()
    desk.own(LOG)

    desk.beat(2)

    assert counted(desk.metrics, "recording_heartbeat_timestamp_seconds", stage="intake") == at(2).timestamp()


def test_a_right_that_is_taken_away_ends_the_worker_as_soon_as_it_is_told_of(played: type[PlayedLooking]) -> None:
    told, taken = Desk(), Desk()
    told.own(LOG)
    taken.own(LOG)
    taken.beat(1)

    played.silent = True
    taken.beat(2)
    played.made[-1].unauthorized_topics = {"incident-log", "another"}
    with pytest.raises(TopicAuthorizationFailedError, match="incident-log"):
        taken.beat(3)
    played.forbidden = True
    with pytest.raises(TopicAuthorizationFailedError):
        told.beat(1)
