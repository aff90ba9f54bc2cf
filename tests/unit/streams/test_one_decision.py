"""A replay and the live agents decide by the same calls: whatever of them is taken away, both fall silent."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from rules import standing
from rules.examples import FORCE, events_of
from rules.instants import TICK, parse_instant
from rules.standing import Watch
from streams.agents import inbox
from streams.agents.incidents import ALERTS, STATUSES, IncidentAgent
from streams.agents.judge import Judge
from streams.agents.messages import Due, Message, Said, encode, key_of
from streams.agents.pages import Pages
from streams.agents.watermarks import Watermarks
from streams.outward.metrics import Metrics
from streams.settings import Forces
from streams.tools.replay import replay_events
from tests.unit.rules.given import book, statements

from .agents import (
    FEEDS,
    HOLD,
    ORIGIN,
    Event,
    KeptFlush,
    KeptTable,
    MovedClock,
    Record,
    everything_read,
    inboxes,
    pager_of,
    read_up_to,
    watch_of,
)

REPORTED = {"at": "2026-04-01T09:00:00Z", "opened": {"opening_code": "CRIME_VIOLENCE"}}
RECORDED_LATE = {"at": "2026-04-02T10:00:00Z", "recorded": {}}
WANTED = {"alert overdue", "status recorded_late"}
DUE = parse_instant("2026-04-02T09:00:00Z") + TICK
UNTIL = parse_instant("2026-04-03T09:00:00Z")
Way = Callable[[], set[str]]


def by_replay() -> set[str]:
    """The alerts that a replay says of a report whose crime is recorded an hour late, and its status."""
    said = replay_events(list(events_of([REPORTED, RECORDED_LATE])), UNTIL, book=book())
    return {f"alert {alert['kind']}" for alert in said.alerts} | {f"status {each['status']}" for each in said.statuses}


def by_the_live_judge() -> set[str]:
    """The same of the judge that the incident agent calls: at the report, at what is due, and at the crime."""
    judge = Judge(Forces({}), book(), frozenset({"critical"}), HOLD)
    row, said = None, set[str]()
    reported, recorded = statements(REPORTED, RECORDED_LATE)
    for at, stated in ((reported.time, [reported]), (DUE, []), (recorded.time, [recorded])):
        judged = judge.judge(row, FORCE, "A", stated, at, read_up_to(at))
        row = judged.row
        said |= {f"alert {alert.kind}" for alert in judged.changed}
        said |= {f"status {judged.status['status']}"} if judged.status else set()
    return said


def by_the_live_agent() -> set[str]:
    """The same of the incident agent itself, from its inbox to what it publishes."""
    flush, clock, forces = KeptFlush(), MovedClock(), Forces({})
    metrics, judge = Metrics((), book(), clock), Judge(forces, book(), frozenset({"critical"}), HOLD)
    watermarks, retention = Watermarks(set(FEEDS), HOLD), timedelta(days=30)
    watch, pages = watch_of(flush, clock, metrics, forces, watermarks), Pages(100, 1)
    agent = IncidentAgent(
        flush,
        inboxes(flush),
        clock,
        metrics,
        forces,
        judge,
        watermarks,
        watch,
        pages,
        pager_of(clock),
        retention,
        {},
    )
    agent.table = KeptTable()
    reported, recorded = statements(REPORTED, RECORDED_LATE)
    messages: list[tuple[Any, Message]] = [
        (reported.time, Said(ORIGIN, reported)),
        (DUE, Due(DUE)),
        (recorded.time, Said(ORIGIN, recorded)),
    ]
    for offset, (clock.at, message) in enumerate(messages):
        taken = [*(seen for _, seen in everything_read(0, clock.at)), message]
        records = [Record(encode(each), key=key_of(FORCE, "A"), topic="inbox", offset=offset) for each in taken]
        asyncio.run(agent.run([Event(record) for record in records]))
    alerts, statuses = ([json.loads(sent.value or b"") for sent in flush.to(topic)] for topic in (ALERTS, STATUSES))
    return {f"alert {alert['kind']}" for alert in alerts} | {f"status {each['status']}" for each in statuses}


WAYS = pytest.mark.parametrize("way", [by_replay, by_the_live_judge, by_the_live_agent])


def nothing(*_: Any, **__: Any) -> list[Any]:
    return []


@pytest.fixture(autouse=True)
def nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    async def original(*_: Any) -> tuple[None, None]:
        return None, None

    monkeypatch.setattr(inbox, "original", original)


@WAYS
def test_every_way_says_that_it_was_late(way: Way) -> None:
    assert way() >= WANTED


@WAYS
@pytest.mark.parametrize(
    ("where", "name", "missed"),
    [
        (Watch, "observe", {"alert overdue", "status recorded_late"}),
        (Watch, "advance", {"alert overdue"}),
        (standing, "changes", {"alert overdue"}),
    ],
)
def test_every_way_falls_silent_without_it(
    monkeypatch: pytest.MonkeyPatch, way: Way, where: Any, name: str, missed: set[str]
) -> None:
    monkeypatch.setattr(where, name, nothing)

    assert not missed & way()
