"""How the live path is put together, and what it says of itself."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from mode.supervisors import CrashingSupervisor

from streams.app import STUCK_AFTER, Live, faust_app
from streams.kafka.state import Flush
from streams.kafka.transport import Transport
from streams.settings import Forces, Settings
from tests.unit.rules.given import OPENED_AT, book

from .agents import MovedClock, everything_read


@pytest.fixture
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Live:
    monkeypatch.setattr("streams.kafka.state.threading.Timer", lambda *_: SimpleNamespace(start=lambda: None))
    monkeypatch.setattr(Flush, "suspended", False)
    monkeypatch.setattr(Flush, "idle", STUCK_AFTER)
    return Live(Settings(), Forces({}), book(), MovedClock(), str(tmp_path))


def test_faust_makes_no_topic_serves_nothing_and_restarts_no_agent(tmp_path: Path) -> None:
    app = faust_app(Settings(session=12.0, commit=0.5, broker="a:1,b:2"), str(tmp_path))
    conf: Any = app.conf

    assert (conf.web_enabled, conf.topic_allow_declare, conf.topic_disable_leader) == (False, False, True)
    assert conf.agent_supervisor is CrashingSupervisor
    assert (conf.table_standby_replicas, conf.stream_wait_empty, conf.producer_acks) == (0, False, -1)
    assert (conf.broker_commit_interval, conf.broker_session_timeout, conf.broker_request_timeout) == (0.5, 12.0, 22.0)
    assert [str(url) for url in conf.broker] == ["kafka://a:1", "kafka://b:2"]
    assert isinstance(app.transport, Transport)


def test_every_topic_and_inbox_has_an_agent(live: Live) -> None:
    read = {name for agent in live.app.agents.values() for name in agent.channel.topics}

    assert read == {
        "incident-log",
        "crime-records",
        "recording-decisions",
        "recording-monitor-crime-inbox",
        "recording-monitor-incident-inbox",
    }


def test_it_is_alive_while_it_flushes_or_waits_for_partitions(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    assert live.live() == {"flush": None}

    monkeypatch.setattr(Flush, "idle", STUCK_AFTER * 2)
    assert live.live() == {"flush": "nothing was flushed for 120 s"}

    monkeypatch.setattr(Flush, "suspended", True)
    assert live.live() == {"flush": None}


def test_it_is_ready_once_rows_are_here_deadlines_were_looked_at_and_the_feeds_are_known(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    live.incidents.table.owned = frozenset({0})
    monkeypatch.setattr(Flush, "suspended", True)
    assert all(live.ready().values())

    monkeypatch.setattr(Flush, "suspended", False)
    assert live.ready()["partitions"] is None

    _sweep_once(live, monkeypatch)
    assert live.ready()["sweep"] is None
    assert live.ready()["feeds"] == "it is not known yet how far the feeds have been read"

    for partition, seen in everything_read(0, OPENED_AT):
        live.incidents._seen(partition, seen)
    assert not any(live.ready().values())


def _sweep_once(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    stops = iter([False, True])
    monkeypatch.setattr(type(live.app), "should_stop", property(lambda _: next(stops)))
    asyncio.run(live._sweep())


def test_a_sweep_that_fails_ends_the_worker(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    crashed: list[Any] = []

    async def crash(error: BaseException) -> None:
        crashed.append(error)

    def fail() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(live.app, "crash", crash)
    monkeypatch.setattr(live.incidents, "sweep", fail)

    with pytest.raises(ZeroDivisionError):
        asyncio.run(live._sweep())

    assert [type(error) for error in crashed] == [ZeroDivisionError]
    assert isinstance(live.flush.failure, ZeroDivisionError)
