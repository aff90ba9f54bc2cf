import json
from datetime import datetime, timedelta
from itertools import islice, pairwise, takewhile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from rules.instants import format_instant, parse_instant
from streams.cli.history import replay
from streams.tools.demo.force import events, live_lines, receipts

PRESENT = datetime.fromisoformat("2026-11-23T01:40:00+00:00")
A_DAY = timedelta(days=1)
STARTS = [
    "2026-11-23T01:40:00.25+00:00",
    "2026-07-01T17:59:59.9+00:00",
    "2026-03-29T12:00:00+00:00",  # the clocks went forward last night
    "2026-10-25T00:30:00+00:00",  # they go back half an hour from now
    "2027-01-01T00:00:00+00:00",
]


def up_to(present: datetime, until: datetime) -> list[dict[str, Any]]:
    return [delivered.event for delivered in takewhile(lambda each: each.arrival <= until, events(present))]


def incidents_of(event: dict[str, Any]) -> set[str]:
    data = event["data"]
    return (
        {data["incident_ref"], *([data["into"]] if "into" in data else ())}
        if "incident_ref" in data
        else set(data.get("incident_refs", ()))
    )


def test_the_last_two_days_lie_behind_and_the_reports_go_on() -> None:
    come = list(takewhile(lambda at: at < PRESENT + timedelta(minutes=10), receipts(PRESENT)))

    assert come == sorted(come)
    assert timedelta() <= come[0] - (PRESENT - 2 * A_DAY) < timedelta(minutes=2)
    assert max(after - before for before, after in pairwise(come)) <= timedelta(minutes=4)
    assert sum(at > PRESENT for at in come) >= 50


def test_events_come_in_the_order_of_their_arrival_and_not_before_they_happened() -> None:
    first = list(islice(events(PRESENT), 3000))

    assert all(before.arrival <= after.arrival for before, after in pairwise(first))
    assert all(parse_instant(each.event["time"]) <= each.arrival for each in first)


def test_no_two_reports_share_a_reference() -> None:
    opened = [event for event in up_to(PRESENT, PRESENT) if event["type"] == "incident.opened"]

    ids = {event["id"]: event["subject"] for event in opened}
    assert len(set(ids.values())) == len(ids)


def test_the_history_is_small_enough_to_be_read_in_seconds() -> None:
    assert 5_000 < len(up_to(PRESENT, PRESENT)) < 15_000


@pytest.mark.parametrize("start", STARTS)
def test_deadlines_fall_every_few_seconds_whenever_it_is_started(start: str, tmp_path: Path) -> None:
    present = datetime.fromisoformat(start)
    fallen = deadlines_that_fall(present, timedelta(minutes=1), tmp_path)

    assert len(fallen) >= 8
    assert fallen[0] - present <= timedelta(seconds=15)
    assert max(after - before for before, after in pairwise(fallen)) <= timedelta(seconds=15)


def deadlines_that_fall(present: datetime, within: timedelta, folder: Path) -> list[datetime]:
    """Return the deadlines that pass without a crime within some time, as a replay of the reports concerned has them."""
    until = present + within
    everything = up_to(present, until)
    concerned = {
        event["subject"]
        for event in everything
        if event["type"] == "incident.opened"
        and present - A_DAY < parse_instant(event["data"]["received_at"]) <= until - A_DAY
    }
    history, alerts = folder / "events.jsonl", folder / "alerts.jsonl"
    history.write_text("".join(json.dumps(event) + "\n" for event in everything if incidents_of(event) & concerned))
    CliRunner().invoke(replay, [str(history), "--alerts", str(alerts), "--until", format_instant(until)])
    said = map(json.loads, alerts.read_text().splitlines())
    return sorted({parse_instant(alert["due_at"]) for alert in said if alert["kind"] == "overdue"})


def test_live_what_lies_behind_is_written_at_once_and_what_comes_when_it_comes() -> None:
    class Walking:
        def __init__(self) -> None:
            self.at = PRESENT
            self.waited: list[float] = []

        def now(self) -> datetime:
            return self.at

        def wait(self, seconds: float) -> None:
            self.waited.append(seconds)
            self.at += timedelta(seconds=seconds)

    clock = Walking()
    behind = up_to(PRESENT, PRESENT)

    lines = list(islice(live_lines(clock, clock.wait), len(behind) + 20))

    assert [json.loads(line) for line in lines[: len(behind)]] == behind
    assert 0 < len(clock.waited) <= 20
    assert all(seconds > 0 for seconds in clock.waited)
    assert clock.at > PRESENT
