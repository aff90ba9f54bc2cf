"""How the live path is put together, and what it says of itself."""

import asyncio
from datetime import timedelta
from inspect import unwrap
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from mode.supervisors import CrashingSupervisor

from streams.app import Live, faust_app
from streams.kafka.state import STUCK_AFTER, Flush
from streams.kafka.topics import ROOM
from streams.kafka.transport import Transport
from streams.settings import Forces, Settings
from tests.unit.rules.given import OPENED_AT, book

from .agents import MovedClock, everything_read


@pytest.fixture
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Live:
    monkeypatch.setattr("streams.kafka.state.threading.Timer", lambda *_: SimpleNamespace(start=lambda: None))
    monkeypatch.setattr(Flush, "suspended", False)
    monkeypatch.setattr(Flush, "idle", STUCK_AFTER)
    often = timedelta(milliseconds=1)
    return Live(Settings(sweep=often, heartbeat=often), Forces({}), book(), MovedClock(), str(tmp_path))


def test_faust_makes_no_topic_serves_nothing_and_restarts_no_agent(tmp_path: Path) -> None:
    app = faust_app(Settings(session=12.0, commit=0.5, broker="a:1,b:2"), str(tmp_path))
    conf: Any = app.conf

    assert (conf.web_enabled, conf.topic_allow_declare, conf.topic_disable_leader) == (False, False, True)
    assert conf.agent_supervisor is CrashingSupervisor
    assert (conf.table_standby_replicas, conf.stream_wait_empty, conf.producer_acks) == (0, False, -1)
    assert (conf.broker_commit_interval, conf.broker_session_timeout, conf.broker_request_timeout) == (0.5, 12.0, 22.0)
    assert [str(url) for url in conf.broker] == ["kafka://a:1", "kafka://b:2"]
    assert isinstance(app.transport, Transport)


def test_what_was_never_read_is_read_from_its_beginning_and_a_worker_that_is_gone_is_noticed(tmp_path: Path) -> None:
    conf: Any = faust_app(Settings(session=10.0, partitions=5), str(tmp_path)).conf

    assert (conf.consumer_auto_offset_reset, conf.topic_partitions) == ("earliest", 5)
    assert conf.broker_heartbeat_interval == 2.5
    assert conf.stream_recovery_delay == 0.0


def test_however_long_a_session_is_a_worker_soon_learns_that_partitions_move(tmp_path: Path) -> None:
    conf: Any = faust_app(Settings(session=300.0), str(tmp_path)).conf

    assert conf.broker_heartbeat_interval == 3.0


def test_a_send_is_given_up_when_the_worker_counts_as_stuck_and_has_room_for_the_largest_event(tmp_path: Path) -> None:
    conf: Any = faust_app(Settings(), str(tmp_path)).conf

    assert conf.producer_request_timeout == STUCK_AFTER.total_seconds()
    assert conf.producer_max_request_size == ROOM


def test_rows_are_told_to_the_agent_whose_they_are(live: Live) -> None:
    assert live.crimes.table._recovered == live.crimes.recovered
    assert live.incidents.table._recovered == live.incidents.recovered


def test_what_was_read_is_forgotten_when_partitions_come(live: Live) -> None:
    live.intake.positions["incident-log", 0] = 7

    asyncio.run(live.app.on_partitions_assigned.send(set()))

    assert not live.intake.positions


def test_flush_heartbeat_and_sweep_start_with_the_worker(live: Live) -> None:
    tasks = [unwrap(task) for task in live.app._app_tasks]

    assert tasks == [live.flush.run, live._beat, live._sweep, live._page, live._compare]


def test_the_points_of_its_flush_are_told_to_who_asks_for_them(tmp_path: Path) -> None:
    points: list[str] = []

    async def reached(point: str) -> None:
        points.append(point)

    async def producer() -> None:
        return None

    live = Live(Settings(), Forces({}), book(), MovedClock(), str(tmp_path), reached)
    live.app.maybe_start_producer = producer
    event: Any = SimpleNamespace(ack=lambda: None)
    live.flush.done(event)

    asyncio.run(live.flush.flush())

    assert points == ["handled", "state", "output", "acknowledged"]


def test_agents_are_given_the_bytes_as_they_came(live: Live) -> None:
    topics = [agent.channel for agent in live.app.agents.values()]

    assert {(topic.key_serializer, topic.value_serializer) for topic in topics} == {("raw", "raw")}


def test_every_topic_and_inbox_has_an_agent(live: Live) -> None:
    read = {name for agent in live.app.agents.values() for name in agent.channel.topics}

    assert read == {
        "incident-log",
        "crime-records",
        "recording-decisions",
        "recording-monitor-crime-inbox",
        "recording-monitor-incident-inbox",
    }


def test_it_is_ready_once_rows_are_here_deadlines_were_looked_at_and_the_feeds_are_known(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unready() -> set[str]:
        return {condition for condition, why in live.ready().items() if why}

    live.incidents.table.owned = frozenset({0})
    monkeypatch.setattr(Flush, "suspended", True)
    assert asyncio.run(unready()) == {"partitions", "sweep", "feeds"}

    monkeypatch.setattr(Flush, "suspended", False)
    assert asyncio.run(unready()) == {"sweep", "feeds"}

    async def sweep_and_ask() -> set[str]:
        await live._sweep()
        return await unready()

    looks(live, monkeypatch, 1)
    assert asyncio.run(sweep_and_ask()) == {"feeds"}

    for partition, seen in everything_read(0, OPENED_AT):
        live.incidents._seen(partition, seen)
    looks(live, monkeypatch, 1)
    assert asyncio.run(sweep_and_ask()) == set()


def test_the_worker_shows_its_vitals_with_its_metrics(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    async def shown() -> dict[str, float]:
        families = live.metrics.registry.collect()
        return {sample.name: sample.value for family in families for sample in family.samples}

    live.incidents.table.owned = frozenset({0})
    found = asyncio.run(shown())

    names = ("ready", "recovery_remaining_messages", "stalled_partitions", "alertmanagers_away")
    assert [found[f"recording_{name}"] for name in (*names, "sweep_waiting_seconds")] == [0] * 5


def looks(live: Live, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Let what is repeated end after so many times."""
    stops = iter([*[False] * times, True])
    monkeypatch.setattr(type(live.app), "should_stop", property(lambda _: next(stops)))


@pytest.mark.parametrize(("agent", "work", "task"), [("heartbeat", "beat", "_beat"), ("incidents", "sweep", "_sweep")])
def test_what_is_repeated_waits_while_partitions_move(
    live: Live, monkeypatch: pytest.MonkeyPatch, agent: str, work: str, task: str
) -> None:
    moves = iter([True, False, True])
    done: list[str] = []

    async def beat() -> None:
        done.append(work)

    monkeypatch.setattr(Flush, "suspended", property(lambda _: next(moves)))
    monkeypatch.setattr(getattr(live, agent), work, beat if work == "beat" else lambda: done.append(work))
    looks(live, monkeypatch, 3)

    asyncio.run(getattr(live, task)())

    assert done == [work]


@pytest.mark.parametrize(("agent", "work", "task"), [("heartbeat", "beat", "_beat"), ("incidents", "sweep", "_sweep")])
def test_what_is_repeated_and_fails_ends_the_worker(
    live: Live, monkeypatch: pytest.MonkeyPatch, agent: str, work: str, task: str
) -> None:
    crashed: list[BaseException] = []

    async def crash(error: BaseException) -> None:
        crashed.append(error)

    def fail() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(live.app, "crash", crash)
    monkeypatch.setattr(getattr(live, agent), work, fail)
    looks(live, monkeypatch, 1)

    with pytest.raises(ZeroDivisionError) as raised:
        asyncio.run(getattr(live, task)())

    assert crashed == [raised.value]
    assert live.flush.failure is raised.value
