import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pydantic import ValidationError

from rules.book_files import load_rulebook
from rules.events import EVENT
from rules.examples import events_of
from streams.settings import Forces
from streams.tools import replay as replay_module
from streams.tools import spool as spool_module
from streams.tools.replay import FarAhead, Newest, Plan, replay_events, replay_to, spool_events
from streams.tools.spool import Spool
from streams.tools.summary import Summary

NOON = datetime(2026, 4, 2, 12, tzinfo=UTC)
HISTORY = events_of(
    [
        {"at": "2026-04-02T09:00:00Z", "opened": {"incident_ref": "B", "opening_code": "CRIME_THEFT"}},
        {"at": "2026-04-02T09:00:00.5Z", "opened": {"incident_ref": "A", "opening_code": "CRIME_RAPE"}},
        {"at": "2026-04-02T10:00:00Z", "opened": {"incident_ref": "C"}},
        {"at": "2026-04-02T11:00:00Z", "merged": {"incident_ref": "C", "into": "B"}},
        {"at": "2026-04-03T20:00:00Z", "recorded": {"incident_refs": ["B"]}},
        {"at": "2026-04-04T09:00:00Z", "closed": {"incident_ref": "A", "closing_codes": ["ZZ9"]}},
    ]
)


def newest(*times: datetime) -> Newest:
    found = Newest()
    for place, time in enumerate(times, 1):
        found.see(time, f"file:{place}")
    return found


def test_a_history_ends_with_its_latest_time() -> None:
    assert newest().until() is None
    assert newest(NOON).until() == NOON
    assert newest(NOON, NOON + timedelta(days=30), NOON).until() == NOON + timedelta(days=30)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)])
def test_an_end_far_after_the_next_newest_is_asked_about_with_its_place(order: tuple[int, ...]) -> None:
    times = [NOON, NOON + timedelta(days=1), NOON + timedelta(days=31, seconds=1)]
    place = order.index(2) + 1

    with pytest.raises(FarAhead, match=rf"^file:{place}: .*30 days.*--until"):
        newest(*(times[one] for one in order)).until()


def test_a_replay_to_the_default_end_counts_what_is_due_then_as_not_overdue() -> None:
    history = [*HISTORY[:1], *events_of([{"at": "2026-04-03T09:00:00Z", "id": "end", "opened": {"incident_ref": "Z"}}])]

    ends = replay_events(history)
    later = replay_events(history, until=datetime(2026, 4, 3, 9, 0, 0, 1, tzinfo=UTC))

    assert {status["incident_ref"]: status["status"] for status in ends.statuses}["B"] == "due_soon"
    assert {status["incident_ref"]: status["status"] for status in later.statuses}["B"] == "overdue"


def instants(alerts: list[dict[str, Any]]) -> list[tuple[datetime, str]]:
    return [(datetime.fromisoformat(alert["history"][-1]["at"]), alert["alert_id"]) for alert in alerts]


def test_statuses_stand_by_force_and_incident_and_alerts_by_instant_and_identity() -> None:
    south = [{**event, "data": {**event["data"], "force": "South"}} for event in HISTORY]

    outcome = replay_events([*south, *HISTORY], all_changes=True)

    refs = [(status["force"], status["incident_ref"]) for status in outcome.statuses]
    assert refs == [(force, ref) for force in ("Example", "South") for ref in "ABC"]
    found = list(dict.fromkeys(instants(outcome.alerts)))  # what only changed in place has no instant in its history
    assert len(found) < len(outcome.alerts)
    assert found == sorted(found)
    assert any(at.microsecond for at, _ in found)
    assert any(not at.microsecond for at, _ in found)


def test_the_order_of_the_file_and_repeats_change_nothing() -> None:
    outcomes = []
    for seed in range(4):
        shuffled = [*HISTORY, *HISTORY[:3]]
        Random(seed).shuffle(shuffled)
        outcomes.append(replay_events(shuffled, all_changes=True))

    assert len(outcomes[0].alerts) > 6
    assert all(outcome == outcomes[0] for outcome in outcomes)


def test_the_last_state_of_each_alert_is_the_last_of_its_changes() -> None:
    changes = replay_events(HISTORY, all_changes=True).alerts
    last = {alert["alert_id"]: alert for alert in changes}

    assert len(changes) > len(last)
    assert replay_events(HISTORY).alerts == sorted(last.values(), key=lambda alert: instants([alert]))


def test_no_history_says_nothing_and_what_is_no_event_is_refused() -> None:
    assert replay_events([]).statuses == []
    with pytest.raises(ValidationError):
        replay_events([{"type": "incident.opened"}])


def spooled(folder: Path, **plan: Any) -> tuple[Summary, list[dict[str, Any]], list[dict[str, Any]]]:
    book = load_rulebook()
    folder.mkdir()
    read = [(f"file:{place}", EVENT.validate_python(event)) for place, event in enumerate([*HISTORY, HISTORY[0]], 1)]
    jobs = plan.pop("jobs", 1)
    statuses, alerts = StringIO(), StringIO()
    with Spool(folder, Forces({})) as taken:
        until, _ = spool_events(read, taken, book, None)
        assert until is not None
        summary = replay_to(taken, Plan(until, Forces({}), **plan), statuses, alerts, jobs)
    return summary, *([json.loads(line) for line in out.getvalue().splitlines()] for out in (statuses, alerts))  # type: ignore[return-value]


@pytest.mark.parametrize("all_changes", [True, False])
def test_parts_on_disk_say_the_same_as_a_history_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, all_changes: bool
) -> None:
    whole = replay_events(HISTORY, all_changes=all_changes)
    monkeypatch.setattr(spool_module, "PART_SIZE", 1)

    for jobs in (1, 2):
        summary, statuses, alerts = spooled(tmp_path / f"{jobs}", all_changes=all_changes, jobs=jobs)

        assert statuses == whole.statuses
        assert alerts == whole.alerts
        assert summary.events == {"used": 6, "repeat": 1}
        assert summary.statuses == {"overdue": 1, "recorded_late": 1, "merged": 1}


def test_more_parts_than_may_be_open_at_once_are_merged_in_stages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [{"at": f"2026-04-02T09:{n:02}:00Z", "opened": {"incident_ref": f"I{n:02}"}} for n in range(40)]
    read = [(f"file:{n}", EVENT.validate_python(event)) for n, event in enumerate(events_of(lines))]
    monkeypatch.setattr(spool_module, "PART_SIZE", 1)
    for module in (spool_module, replay_module):
        monkeypatch.setattr(module, "MAX_PARTS", 3)

    statuses = StringIO()
    with Spool(tmp_path, Forces({})) as taken:
        until, _ = spool_events(read, taken, load_rulebook(), None)
        assert until is not None
        replay_to(taken, Plan(until, Forces({})), statuses, None)

    assert [json.loads(line)["incident_ref"] for line in statuses.getvalue().splitlines()] == [
        f"I{n:02}" for n in range(40)
    ]
    assert list(tmp_path.glob("part-*")) == []


def test_no_part_is_left_on_the_disk(tmp_path: Path) -> None:
    spooled(tmp_path / "spool")

    assert list((tmp_path / "spool").glob("part-*")) == []


def test_another_rulebook_is_compared_by_the_statuses_it_would_change(tmp_path: Path) -> None:
    book = tmp_path / "book"
    (book / "recording").mkdir(parents=True)
    shipped = Path(str(__import__("rules").__path__[0])) / "book"
    for name in ("parameters.yaml", "recording/M04.yaml"):
        (book / name).write_text((shipped / name).read_text("utf-8"), "utf-8")

    summary, _, _ = spooled(tmp_path / "spool", compared=book)

    assert summary.differences == {"overdue would be not_expected": 1}
    assert list(summary.changed) == ["Example/A: overdue would be not_expected"]


def test_the_same_rulebook_changes_nothing(tmp_path: Path) -> None:
    shipped = Path(str(__import__("rules").__path__[0])) / "book"

    summary, _, _ = spooled(tmp_path / "spool", compared=shipped)

    assert summary.differences == {}


def test_what_lies_after_the_end_is_left_out_and_counted(tmp_path: Path) -> None:
    read = [(f"file:{place}", EVENT.validate_python(event)) for place, event in enumerate(HISTORY, 1)]

    with Spool(tmp_path, Forces({})) as taken:
        until, summary = spool_events(read, taken, load_rulebook(), NOON)

        assert (until, taken.count, summary.events) == (NOON, 4, {"left out": 2})
