import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from rules.events import TOPICS
from rules.examples import FORCE
from rules.force import Feed, ForceProfile
from streams.agents.force_watch import CALM_AFTER
from streams.agents.messages import Books, Flood, Seen, partition_of, watch_key
from streams.agents.rows import read_force
from streams.agents.watermarks import CRIMES, Watermarks
from streams.outward.metrics import Metrics
from streams.settings import Forces
from tests.unit.rules.given import HOUR, at, book

from . import FEEDS, HABIT, HOLD, PARTITIONS, KeptFlush, MovedClock, counted, watch_of

HOME = partition_of(watch_key(FORCE), PARTITIONS)
ELSEWHERE = (HOME + 1) % PARTITIONS
MINUTE = timedelta(minutes=1)


class Desk:
    """A watch that owns every partition, its clock and what it publishes; another one may go on from its rows."""

    def __init__(self, profile: ForceProfile = HABIT, before: "Desk | None" = None) -> None:
        self.flush, self.clock = KeptFlush(), MovedClock()
        forces = Forces({FORCE: profile})
        self.metrics = Metrics(forces, book(), self.clock)
        self.watermarks = Watermarks(set(FEEDS), HOLD)
        self.watch = watch_of(self.flush, self.clock, self.metrics, forces, self.watermarks)
        if before is not None:
            self.watch.table = before.watch.table
            self.watch.recovered(frozenset(range(PARTITIONS)))

    def hear(
        self, hours: float, newest: float | None, *, partition: int = HOME, feed: str = CRIMES, late: float = 1.0
    ) -> None:
        """Let it be told at an instant that a feed was read up to it, with its newest event."""
        self.clock.at = at(hours)
        came: Mapping[str, tuple[datetime, float]] = {} if newest is None else {FORCE: (at(newest), late)}
        seen = Seen(feed, 0, 1, at(hours), dict(came))
        self.watermarks.take(partition, seen)
        self.watch.seen(partition, seen)

    @property
    def alerts(self) -> list[dict[str, Any]]:
        return [json.loads(sent.value or b"") for sent in self.flush.to("recording-alerts")]

    @property
    def said(self) -> list[tuple[str, str]]:
        return [(alert["summary"], alert["status"]) for alert in self.alerts]


SILENT = "The feed crime-records has been silent since Thu 2 Apr 2026 11:00 BST: nobody is paged for what rests on its silence"


def test_a_feed_that_is_silent_for_longer_than_ever_is_said_once_and_pages() -> None:
    desk = Desk()

    desk.hear(1, 1)
    desk.hear(3, 1)
    assert desk.alerts == []
    desk.hear(3.1, 1)
    desk.hear(4, 1)

    (alert,) = desk.alerts
    assert (alert["kind"], alert["severity"], alert["paged"]) == ("monitor", "critical", True)
    assert alert["summary"] == SILENT
    assert counted(desk.metrics, "recording_feed_stale", force=FORCE, feed=CRIMES) == 1
    assert counted(desk.metrics, "recording_alerts_open", kind="monitor", severity="critical") == 1
    assert counted(desk.metrics, "recording_alerts_raised_total", kind="monitor") == 1


def test_a_feed_that_is_back_recovers() -> None:
    desk = Desk()
    desk.hear(1, 1)
    desk.hear(4, 1)

    desk.hear(4.1, 4.1)

    assert [status for _, status in desk.said] == ["open", "resolved"]
    assert desk.alerts[-1]["resolution"] == "recovered"
    assert counted(desk.metrics, "recording_feed_stale", force=FORCE, feed=CRIMES) == 0
    assert counted(desk.metrics, "recording_alerts_open", kind="monitor") == 0
    assert counted(desk.metrics, "recording_alerts_resolved_total", resolution="recovered") == 1


def test_a_feed_whose_events_come_too_late_is_behind() -> None:
    desk = Desk()

    desk.hear(4, 1, late=3 * HOUR.total_seconds())

    assert desk.alerts[-1]["summary"].startswith("The feed crime-records is 3 hours behind")


def test_a_feed_is_silent_only_as_far_as_it_was_read() -> None:
    desk = Desk()
    desk.hear(1, 1)

    desk.clock.at = at(9)
    seen = Seen(CRIMES, 0, 1, at(1.1), {})
    desk.watermarks.take(HOME, seen)
    desk.watch.seen(HOME, seen)

    assert desk.alerts == []


def test_any_feed_with_habits_is_watched_and_one_without_is_not() -> None:
    desk = Desk(ForceProfile(force=FORCE, feeds={"incident-log": Feed(silent_after=HOUR)}))

    for feed in TOPICS:
        desk.hear(1, 1, feed=feed)
        desk.hear(4, 1, feed=feed)

    assert [alert["summary"].split()[2] for alert in desk.alerts] == ["incident-log"]


def test_the_home_of_a_force_alone_speaks_of_it() -> None:
    desk = Desk()

    desk.hear(1, 1, partition=ELSEWHERE)
    desk.hear(9, 1, partition=ELSEWHERE)

    assert desk.alerts == []
    assert counted(desk.metrics, "recording_feed_stale", force=FORCE, feed=CRIMES) == 0


@pytest.mark.parametrize("partition", [HOME, ELSEWHERE])
def test_a_worker_that_starts_during_a_silence_knows_of_it(partition: int) -> None:
    before = Desk()
    before.hear(1, 1, partition=partition)

    after = Desk(before=before)
    after.hear(4, None, partition=partition)

    assert after.watermarks.view(partition, HABIT, at(4)).stale
    assert len(after.alerts) == (1 if partition == HOME else 0)


def test_what_was_said_last_is_said_again_after_a_restart_and_raised_but_once() -> None:
    before = Desk()
    before.hear(1, 1)
    before.hear(4, 1)

    after = Desk(before=before)
    after.hear(5, None)

    assert after.alerts == before.alerts
    assert counted(after.metrics, "recording_alerts_raised_total", kind="monitor") == 0
    assert counted(after.metrics, "recording_alerts_open", kind="monitor") == 1


def test_the_newest_event_is_kept_once_a_minute_and_not_each_time() -> None:
    desk = Desk()
    desk.hear(1, 1)
    first = desk.watch.table.get(HOME, watch_key(FORCE))
    desk.hear(1.01, 1.01)
    assert desk.watch.table.get(HOME, watch_key(FORCE)) == first

    desk.hear(1.02, 1.02)

    row = read_force(desk.watch.table.get(HOME, watch_key(FORCE)) or b"")
    assert row.newest == {CRIMES: (at(1.02), 1.0)}


def test_a_feed_that_is_quieter_than_it_usually_is_is_said_and_pages_nobody() -> None:
    desk = Desk()
    ten_minutes = 1 / 6
    for n in range(15 * 24 * 6):
        desk.hear(n * ten_minutes, n * ten_minutes)
    last = (15 * 24 * 6 - 1) * ten_minutes
    assert desk.alerts == []

    desk.hear(last + 0.6, last)
    desk.hear(last + 0.7, last + 0.7)

    assert [(alert["severity"], alert["paged"], alert["status"]) for alert in desk.alerts] == [
        ("medium", False, "open"),
        ("medium", False, "resolved"),
    ]
    assert "quieter than it usually is" in desk.alerts[0]["summary"]


# Floods, and books


def test_a_flood_is_one_alert_with_the_number_from_all_partitions() -> None:
    desk = Desk()

    for n, flood in enumerate((Flood(0, at(1), 10), Flood(3, at(1.001), 5), Flood(0, at(1), 30))):
        desk.clock.at = at(1) + n * MINUTE / 60
        desk.watch.told(HOME, n, FORCE, flood)

    assert [alert["summary"].split()[0] for alert in desk.alerts] == ["10", "15", "35"]
    assert len({alert["alert_id"] for alert in desk.alerts}) == 1
    assert desk.alerts[-1]["paged"]
    assert counted(desk.metrics, "recording_alerts_raised_total", kind="monitor", severity="high") == 1


def test_a_flood_is_over_when_nothing_was_withheld_for_a_minute() -> None:
    desk = Desk()
    desk.clock.at = at(1)
    desk.watch.told(HOME, 7, FORCE, Flood(0, at(1), 10))

    desk.hear(1 + (CALM_AFTER - MINUTE / 60) / HOUR, None)
    assert len(desk.alerts) == 1
    desk.hear(1 + CALM_AFTER / HOUR, None)

    assert [alert["status"] for alert in desk.alerts] == ["open", "resolved"]
    assert read_force(desk.watch.table.get(HOME, watch_key(FORCE)) or b"").floods == []


def test_books_that_differ_are_an_alert_until_they_agree() -> None:
    desk = Desk()

    desk.watch.told(HOME, 7, FORCE, Books(at(1), ["overdue: 3 rows, 2 statuses"]))
    desk.watch.told(HOME, 8, FORCE, Books(at(2), []))

    assert [(alert["summary"], alert["status"]) for alert in desk.alerts] == [
        ("The books of the force differ in 1 places", "open"),
        ("The books of the force differ in 1 places", "resolved"),
    ]
    (child,) = desk.alerts[0]["explanation"]["children"]
    assert child == {"text": "overdue: 3 rows, 2 statuses", "holds": False}


def test_books_that_agree_say_nothing() -> None:
    desk = Desk()

    desk.watch.told(HOME, 7, FORCE, Books(at(1), []))

    assert desk.alerts == []
