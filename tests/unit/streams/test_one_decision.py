"""A replay and the live agents decide by the same calls: whatever of them is taken away, both fall silent."""

from datetime import timedelta
from typing import Any

import pytest

from rules import standing
from rules.examples import FORCE, events_of
from rules.instants import TICK, parse_instant
from rules.standing import Watch
from streams.agents.judge import Judge
from streams.agents.watermarks import View
from streams.settings import Forces
from streams.tools.replay import replay_events
from tests.unit.rules.given import book, statements

REPORTED = {"at": "2026-04-01T09:00:00Z", "opened": {"opening_code": "CRIME_VIOLENCE"}}
RECORDED_LATE = {"at": "2026-04-02T10:00:00Z", "recorded": {}}
WANTED = {"alert overdue", "status recorded_late"}
UNTIL = parse_instant("2026-04-03T09:00:00Z")


def by_replay() -> set[str]:
    """The alerts that a replay says of a report whose crime is recorded an hour late, and its status."""
    said = replay_events(list(events_of([REPORTED, RECORDED_LATE])), UNTIL, book=book())
    return {f"alert {alert['kind']}" for alert in said.alerts} | {f"status {each['status']}" for each in said.statuses}


def by_the_live_judge() -> set[str]:
    """The same of the judge that the incident agent calls: at the report, at what is due, and at the crime."""
    judge = Judge(Forces({}), book(), frozenset({"critical"}), timedelta(minutes=2))
    row, said = None, set[str]()
    reported, recorded = statements(REPORTED, RECORDED_LATE)
    due = parse_instant("2026-04-02T09:00:00Z") + TICK
    for at, stated in ((reported.time, [reported]), (due, []), (recorded.time, [recorded])):
        judged = judge.judge(row, FORCE, "A", stated, at, View(at, at, at, False, False))
        row = judged.row
        said |= {f"alert {alert.kind}" for alert in judged.changed}
        said |= {f"status {judged.status['status']}"} if judged.status else set()
    return said


def nothing(*_: Any, **__: Any) -> list[Any]:
    return []


def test_both_say_that_it_was_late() -> None:
    assert by_replay() >= WANTED
    assert by_the_live_judge() >= WANTED


@pytest.mark.parametrize(
    ("where", "name", "missed"),
    [
        (Watch, "observe", {"alert overdue", "status recorded_late"}),
        (Watch, "advance", {"alert overdue"}),
        (standing, "changes", {"alert overdue"}),
    ],
)
def test_both_fall_silent_without_it(monkeypatch: pytest.MonkeyPatch, where: Any, name: str, missed: set[str]) -> None:
    monkeypatch.setattr(where, name, nothing)

    assert not missed & by_replay()
    assert not missed & by_the_live_judge()
