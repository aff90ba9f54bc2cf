import asyncio
import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from rules.events import TOPICS
from rules.examples import FORCE
from rules.force import ForceProfile
from rules.statements import Statement
from streams.agents import inbox
from streams.agents.incidents import RETRY_AFTER, IncidentAgent
from streams.agents.judge import Judge, Judged
from streams.agents.messages import (
    Books,
    Due,
    Erase,
    Flood,
    Message,
    Origin,
    Said,
    Seen,
    Told,
    encode,
    key_of,
    partition_of,
    watch_key,
)
from streams.agents.pages import Pages
from streams.agents.rows import IncidentRow, packed, read_incident
from streams.agents.watermarks import CRIMES, RELAYS, Watermarks
from streams.outward.metrics import Metrics
from streams.settings import Forces
from tests.unit.rules.given import HOUR, OPENED_AT, Line, at, book, line, opened, statements

from . import (
    FEEDS,
    HABIT,
    HOLD,
    PARTITIONS,
    SECOND,
    Event,
    KeptFlush,
    KeptTable,
    MovedClock,
    Record,
    counted,
    everything_read,
    inboxes,
    pager_of,
    watch_of,
)

INBOX = "monitor-incident-inbox"
CAME = Origin("incident-log", 0, 7, "incident.opened")
RETENTION = timedelta(days=30)
THEFT = opened(opening_code="CRIME_THEFT", area="north")
PROFILE = ForceProfile(force=FORCE, areas=("north",))
HISTORY = ForceProfile(force=FORCE, enforcement_date=date(2026, 4, 4))
A = b"Example/A"
RAISED, RESOLVED = "recording_alerts_raised_total", "recording_alerts_resolved_total"


class BrokenJudge(Judge):
    """A judge with a rule that fails on everything while it is broken."""

    broken = False

    def judge(self, *given: Any, **named: Any) -> Judged:
        if self.broken:
            raise ZeroDivisionError
        return super().judge(*given, **named)


class Desk:
    """An incident agent that owns every partition, its rows, its clock and what it sends."""

    def __init__(self, profile: ForceProfile = PROFILE, limit: int = 100) -> None:
        self.flush = KeptFlush()
        self.clock = MovedClock()
        self.metrics = Metrics((profile,), book(), self.clock)
        forces = Forces({FORCE: profile})
        self.judge = BrokenJudge(forces, book(), frozenset({"critical", "high"}), HOLD)
        watermarks = Watermarks(set(FEEDS), HOLD)
        self.pager = pager_of(self.clock, "http://alertmanager:9093")
        self.watch = watch_of(self.flush, self.clock, self.metrics, forces, watermarks)
        self.agent = IncidentAgent(
            self.flush,
            inboxes(self.flush),
            self.clock,
            self.metrics,
            forces,
            self.judge,
            watermarks,
            self.watch,
            Pages(limit, PARTITIONS),
            self.pager,
            RETENTION,
            {},
        )
        self.table = self.agent.table = KeptTable()
        self.offsets = count()

    def take(self, message: Message, ref: str = "A", partition: int = 0, offset: int | None = None) -> None:
        offset = next(self.offsets) if offset is None else offset
        record = Record(encode(message), key=key_of(FORCE, ref), topic=INBOX, partition=partition, offset=offset)
        asyncio.run(self.agent.run([Event(record)]))

    def read(self, to: datetime, partitions: Iterable[int] = range(PARTITIONS)) -> None:
        """Let it be told that every feed was read up to an instant."""
        for partition in partitions:
            for _, seen in everything_read(partition, to):
                self.take(seen, partition=partition)

    def move(self, hours: float) -> None:
        """Let the clock stand at so many hours, with all feeds read up to there."""
        self.clock.at = at(hours)
        self.read(at(hours))

    def say(self, *given: Line, ref: str = "A") -> list[Statement]:
        said = statements(*given)
        for statement in said:
            self.take(Said(CAME, statement), ref)
        return said

    def sweep(self) -> list[tuple[int | None, bytes | None]]:
        """Sweep, and return what was sent to be judged."""
        before = len(self.flush.to(INBOX))
        self.agent.sweep()
        return [(sent.partition, sent.key) for sent in self.flush.to(INBOX)[before:]]

    def due(self) -> None:
        self.take(Due(self.clock.at))

    def published(self, topic: str) -> list[dict[str, Any]]:
        return [json.loads(sent.value or b"") for sent in self.flush.to(topic)]

    def kinds(self) -> list[tuple[str, str]]:
        return sorted((alert["kind"], alert["status"]) for alert in self.published("recording-alerts"))

    def statuses(self) -> list[str]:
        return [status["status"] for status in self.published("recording-status")]

    def events(self, result: str) -> float:
        return counted(self.metrics, "recording_events_total", topic="incident-log", result=result)


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> None:
    async def original(*_: Any) -> tuple[None, None]:
        return None, None

    monkeypatch.setattr(inbox, "original", original)


def watched(profile: ForceProfile = PROFILE) -> Desk:
    """A theft that was reported at OPENED_AT, with all feeds read up to then."""
    desk = Desk(profile)
    desk.move(0)
    desk.say(THEFT)
    return desk


# What an event causes


def test_a_log_gets_a_row_where_it_came_and_a_status_under_its_key() -> None:
    desk = watched()

    (sent,) = desk.flush.to("recording-status")
    assert (sent.key, sent.partition) == (A, None)
    assert desk.statuses() == ["monitoring"]
    assert read_incident(desk.table.parts[0][A]).status == "monitoring"
    assert desk.events("used") == 1


def test_an_alert_is_published_under_its_identity() -> None:
    desk = watched()

    desk.move(12)
    desk.due()

    (sent,) = desk.flush.to("recording-alerts")
    (alert,) = desk.published("recording-alerts")
    assert sent.key == alert["alert_id"].encode()
    assert (alert["kind"], alert["raised_at"], alert["paged"]) == ("due_soon", "2026-04-02T21:00:00Z", True)


def test_a_repeat_is_counted_and_publishes_nothing() -> None:
    desk = watched()
    desk.flush.sent.clear()

    desk.say(THEFT)

    assert (desk.events("repeat"), desk.flush.sent) == (1, [])


def test_a_message_that_comes_again_after_a_crash_has_everything_said_again_and_counts_nothing() -> None:
    """Given a row that was written, and a worker that died before it said anything, when its message comes again."""
    desk = watched()
    desk.move(30)
    desk.take(Due(desk.clock.at), offset=100)
    before = (desk.published("recording-alerts"), desk.published("recording-status")[-1])
    raised = counted(desk.metrics, "recording_alerts_raised_total")
    desk.flush.sent.clear()

    desk.take(Due(desk.clock.at), offset=100)

    assert (desk.published("recording-alerts"), desk.published("recording-status")[-1]) == before
    assert counted(desk.metrics, "recording_alerts_raised_total") == raised == 1

    desk.flush.sent.clear()
    desk.take(Due(desk.clock.at), offset=101)

    assert desk.flush.sent == []


@pytest.mark.parametrize(("older", "result"), [(timedelta(0), "used"), (timedelta(seconds=1), "expired")])
def test_an_event_about_what_is_not_held_may_be_as_old_as_what_is_held(older: timedelta, result: str) -> None:
    desk = Desk()
    desk.clock.at = OPENED_AT + RETENTION + older

    desk.say(THEFT)

    assert desk.events(result) == 1
    assert bool(desk.table.parts) is (result == "used")
    assert bool(desk.flush.sent) is (result == "used")


def test_an_old_event_about_what_is_held_is_used() -> None:
    desk = watched()
    desk.clock.at = OPENED_AT + 2 * RETENTION

    desk.say(line(1, "updated", area="south"))

    assert (desk.events("used"), desk.events("expired")) == (2, 0)


def test_what_another_tells_is_taken_in_and_not_counted_as_an_event() -> None:
    desk = watched()
    recorded = statements(line(1, "recorded"))

    desk.take(Told(CAME, ("crime", "C1"), recorded))

    assert desk.statuses() == ["monitoring", "recorded_in_time"]
    assert (desk.events("used"), desk.events("repeat")) == (1, 0)


def test_a_merge_is_told_to_the_log_that_carries_this_one_on() -> None:
    desk = watched()

    desk.say(line(0.1, "merged", into="B"))

    ((key, told),) = desk.flush.messages(INBOX)
    assert key == "Example/B"
    assert isinstance(told, Told)
    assert (told.origin, told.teller) == (CAME, ("incident", "A"))
    assert [said.type for said in told.statements] == ["incident.opened", "incident.merged"]


def test_an_incident_waits_for_the_log_it_asks_and_goes_on_with_its_answer() -> None:
    desk = watched()
    desk.say(line(0.1, "merged", into="B"))
    assert desk.statuses() == ["monitoring"]

    desk.take(Told(CAME, ("incident", "B"), statements(opened(incident_ref="B"))))

    assert desk.statuses() == ["monitoring", "merged"]


# What time causes


def test_what_is_due_is_sent_to_its_own_inbox_once() -> None:
    desk = watched()
    assert desk.sweep() == []
    desk.move(12)

    assert desk.sweep() == [(0, A)]
    assert desk.sweep() == []


def test_a_deadline_waits_until_crimes_were_read_past_it() -> None:
    desk = watched()
    desk.move(12)
    desk.due()
    desk.clock.at = at(24) + timedelta(seconds=1)
    desk.read(at(24))
    assert desk.sweep() == []

    desk.read(desk.clock.at)

    assert desk.sweep() == [(0, A)]


def test_the_sweep_is_as_late_as_what_it_was_told() -> None:
    desk = watched()
    desk.clock.at = at(1)

    desk.sweep()
    assert counted(desk.metrics, "recording_heartbeat_timestamp_seconds", stage="sweep") == at(0).timestamp()
    desk.read(at(2))
    desk.sweep()
    assert counted(desk.metrics, "recording_heartbeat_timestamp_seconds", stage="sweep") == at(1).timestamp()


def test_a_sweep_that_was_told_nothing_shows_no_beat() -> None:
    desk = Desk()

    desk.sweep()

    assert counted(desk.metrics, "recording_heartbeat_timestamp_seconds", stage="sweep") == 0


@pytest.mark.usefixtures("source")
def test_a_deadline_that_cannot_be_judged_is_tried_again_later() -> None:
    desk = watched()
    before = desk.table.parts[0][A]
    desk.move(12)
    desk.judge.broken = True
    assert desk.sweep() == [(0, A)]

    desk.due()
    assert desk.sweep() == []
    desk.judge.broken = False
    desk.clock.at += RETRY_AFTER
    desk.read(desk.clock.at)
    assert desk.sweep() == [(0, A)]
    desk.due()

    assert desk.table.parts[0][A] != before
    assert desk.kinds() == [("due_soon", "open")]
    assert len(desk.flush.to("dead-letters")) == 1


@pytest.mark.usefixtures("source")
def test_a_review_that_cannot_be_made_is_tried_again_later() -> None:
    desk = Desk()
    desk.move(25)
    desk.say(THEFT)
    desk.move(25 + HOLD / HOUR)
    assert desk.sweep() == [(0, A)]
    desk.judge.broken = True
    desk.due()
    assert desk.sweep() == []

    desk.judge.broken = False
    desk.clock.at += RETRY_AFTER
    desk.read(desk.clock.at)
    assert desk.sweep() == [(0, A)]
    desk.due()

    assert [alert["paged"] for alert in desk.published("recording-alerts")] == [False, True]


@pytest.mark.usefixtures("source")
def test_an_event_that_cannot_be_judged_changes_nothing() -> None:
    desk = watched()
    rows = {key: row for part in desk.table.parts.values() for key, row in part.items()}
    desk.judge.broken = True

    desk.say(line(1, "updated", area="south"))

    assert desk.table.parts[0] == rows
    assert len(desk.flush.to("dead-letters")) == 1
    assert (desk.events("used"), desk.events("dead_letter")) == (1, 1)
    desk.judge.broken = False
    desk.move(12)
    assert desk.sweep() == [(0, A)]


# What is counted


def test_alerts_and_outcomes_are_counted_as_they_are_published() -> None:
    desk = watched()
    desk.move(12)
    desk.due()
    desk.move(25)
    desk.due()
    desk.say(line(25, "recorded"))

    assert desk.kinds() == [
        ("due_soon", "open"),
        ("due_soon", "resolved"),
        ("overdue", "open"),
        ("overdue", "resolved"),
    ]
    assert counted(desk.metrics, RAISED, kind="overdue", rule="M02", severity="high") == 1
    assert counted(desk.metrics, RESOLVED, kind="due_soon", resolution="became_overdue") == 1
    assert counted(desk.metrics, RESOLVED, kind="overdue", resolution="recorded_late") == 1
    assert counted(desk.metrics, "recording_outcomes_total", status="recorded_late") == 1
    assert counted(desk.metrics, "recording_breaches_total") == 1
    assert counted(desk.metrics, "recording_delay_seconds_sum") == 25 * 3_600


def test_what_changes_in_place_is_not_counted_as_raised_again() -> None:
    desk = watched()
    desk.move(25)
    desk.due()

    desk.say(line(25, "updated", area="south"))

    assert [alert.get("area") for alert in desk.published("recording-alerts")][-1] == "south"
    assert counted(desk.metrics, RAISED, kind="overdue") == 1


def test_an_outcome_that_is_published_again_is_counted_once() -> None:
    desk = watched()
    desk.say(line(1, "recorded"), line(2, "updated", area="south"))

    assert desk.statuses() == ["monitoring", "recorded_in_time", "recorded_in_time"]
    assert counted(desk.metrics, "recording_outcomes_total", status="recorded_in_time") == 1
    assert counted(desk.metrics, "recording_delay_seconds_count") == 1


def test_a_crime_that_is_late_and_was_never_missed_is_a_breach_and_one_in_time_is_none() -> None:
    late, in_time = watched(), watched()
    late.move(26)
    late.say(line(25, "recorded"))
    in_time.say(line(1, "recorded"))

    assert (late.statuses()[-1], counted(late.metrics, "recording_breaches_total")) == ("recorded_late", 1)
    assert (in_time.statuses()[-1], counted(in_time.metrics, "recording_breaches_total")) == ("recorded_in_time", 0)


def test_the_delay_of_an_alert_begins_when_crimes_had_been_read_past_its_deadline() -> None:
    desk = watched()
    desk.clock.at = at(24) + timedelta(seconds=20)
    desk.read(desk.clock.at)
    desk.agent.sweep()
    desk.clock.at += timedelta(seconds=4)

    desk.due()

    assert counted(desk.metrics, "recording_sweep_lateness_seconds_sum") == 24
    assert counted(desk.metrics, "recording_alert_delay_seconds_sum") == 4


def test_the_lateness_of_the_sweep_is_that_of_alerts_whose_deadline_passed_by_itself() -> None:
    desk = watched()
    desk.clock.at = at(24) + timedelta(seconds=3)
    desk.read(desk.clock.at)
    desk.due()
    late = Desk()
    late.move(30)
    late.say(THEFT)

    assert counted(desk.metrics, "recording_sweep_lateness_seconds_sum") == 3
    assert counted(late.metrics, RAISED, kind="overdue") == 1
    assert counted(late.metrics, "recording_sweep_lateness_seconds_count") == 0


def test_before_the_enforcement_date_everything_is_said_and_no_counter_moves() -> None:
    desk = watched(HISTORY)
    desk.move(12)
    desk.due()
    desk.move(25)
    desk.due()
    desk.say(line(25, "recorded"))

    assert len(desk.kinds()) == 4
    assert {alert["paged"] for alert in desk.published("recording-alerts")} == {False}
    assert desk.statuses() == ["monitoring", "due_soon", "overdue", "recorded_late"]
    for name in (
        RAISED,
        RESOLVED,
        "recording_outcomes_total",
        "recording_breaches_total",
        "recording_delay_seconds_count",
    ):
        assert counted(desk.metrics, name) == 0
    assert counted(desk.metrics, "recording_sweep_lateness_seconds_count") == 0


def test_from_the_enforcement_date_on_what_is_due_counts_though_it_was_reported_before() -> None:
    desk = Desk(ForceProfile(force=FORCE, enforcement_date=date(2026, 4, 3)))
    desk.move(0)
    desk.say(THEFT)
    desk.move(25)
    desk.due()
    desk.say(line(25, "recorded"))

    assert counted(desk.metrics, RAISED, kind="overdue") == 1
    assert counted(desk.metrics, "recording_outcomes_total", status="recorded_late") == 1


def test_the_gauges_follow_the_rows() -> None:
    desk = watched()
    assert counted(desk.metrics, "recording_incidents", status="monitoring", offence_group="theft") == 1

    desk.move(25)
    desk.due()

    assert counted(desk.metrics, "recording_incidents", status="monitoring") == 0
    assert counted(desk.metrics, "recording_incidents", status="overdue") == 1
    assert counted(desk.metrics, "recording_alerts_open", area="north", kind="overdue") == 1


# Partitions that come and go


def test_what_was_recovered_is_planned_and_counted() -> None:
    first = watched()
    desk = Desk()
    desk.table.parts = {2: dict(first.table.parts[0])}

    desk.agent.recovered(frozenset({2}))

    assert counted(desk.metrics, "recording_incidents", status="monitoring") == 1
    desk.move(1)
    assert desk.sweep() == []
    desk.move(12)
    assert desk.sweep() == [(2, A)]


def test_what_another_book_has_judged_is_due_at_once() -> None:
    first = watched()
    row = read_incident(first.table.parts[0][A])
    row.law = "another"
    desk = Desk()
    desk.table.parts = {2: {A: packed(row)}}
    desk.move(1)

    desk.agent.recovered(frozenset({2}))

    assert desk.sweep() == [(2, A)]


def test_what_has_left_is_neither_swept_nor_counted() -> None:
    desk = watched()

    desk.agent.recovered(frozenset({1}))

    assert counted(desk.metrics, "recording_incidents") == 0
    desk.move(12)
    assert desk.sweep() == []


def test_recovering_twice_counts_once() -> None:
    desk = watched()

    desk.agent.recovered(frozenset(range(PARTITIONS)))
    desk.agent.recovered(frozenset(range(PARTITIONS)))

    assert counted(desk.metrics, "recording_incidents") == 1
    desk.move(12)
    assert desk.sweep() == [(0, A)]


# How far the feeds were read


def test_it_has_heard_once_every_owned_partition_was_told_of_every_feed() -> None:
    desk = Desk()
    unheard = [len(desk.agent.unheard)]

    for hours, partitions in ((1, range(PARTITIONS - 1)), (2, [PARTITIONS - 1])):
        desk.read(at(hours), partitions=partitions)
        unheard.append(len(desk.agent.unheard))

    assert unheard == [len(FEEDS), len(FEEDS), 0]
    assert counted(desk.metrics, "recording_heartbeat_timestamp_seconds", stage="incidents") == at(1).timestamp()


def test_an_older_word_takes_back_nothing_that_was_heard() -> None:
    desk = Desk()
    desk.read(at(2))

    desk.read(at(1))

    assert counted(desk.metrics, "recording_heartbeat_timestamp_seconds", stage="incidents") == at(2).timestamp()


def test_who_owns_nothing_has_nothing_to_hear() -> None:
    desk = Desk()
    desk.table.owned = frozenset()

    assert not desk.agent.unheard


def test_of_a_partition_that_has_left_nothing_is_known_when_it_comes_back() -> None:
    desk = Desk()
    desk.read(at(1))
    desk.agent.recovered(frozenset({0}))

    desk.agent.recovered(frozenset(range(PARTITIONS)))

    assert desk.agent.unheard


def test_the_watch_over_the_forces_hears_what_is_said_of_their_feeds_and_of_their_alerts() -> None:
    desk = Desk(HABIT)
    home = partition_of(watch_key(FORCE), PARTITIONS)
    desk.clock.at = at(10)

    desk.take(Seen(CRIMES, 0, 1, at(10), {FORCE: (at(10) - 3 * HOUR, 1.0)}), partition=home)
    desk.take(Flood(0, at(10), 12), ref="", partition=home)
    desk.take(Books(at(10), ["a difference"]), ref="", partition=home)

    assert desk.kinds() == [("monitor", "open")] * 3
    desk.agent.recovered(frozenset(range(PARTITIONS)))
    assert counted(desk.metrics, "recording_alerts_open", kind="monitor") == 3


# How far the feeds were read


def test_what_incidents_tell_each_other_has_been_read_when_every_partition_says_so() -> None:
    desk = Desk()
    for feed in sorted(TOPICS, key=lambda feed: feed == CRIMES):
        desk.take(Seen(feed, 0, 1, at(1), {}))
    assert desk.agent.unheard
    relayed = Seen(RELAYS, 0, PARTITIONS, at(1), {})
    assert desk.flush.seen(INBOX) == [(partition, relayed) for partition in range(PARTITIONS)]

    desk.agent.table.owned = frozenset({0})
    for partition in range(PARTITIONS):
        assert desk.agent.unheard
        desk.take(Seen(RELAYS, partition, PARTITIONS, at(1), {}))

    assert not desk.agent.unheard


def test_how_far_a_partition_has_come_is_said_once_a_round_also_where_that_is_no_further() -> None:
    desk = Desk()
    desk.take(Seen(CRIMES, 0, 1, at(1), {}))
    assert desk.flush.seen(INBOX) == []

    for _ in range(2):
        for feed in sorted(TOPICS, key=lambda feed: feed == CRIMES):
            desk.take(Seen(feed, 0, 1, at(1), {}))

    assert len(desk.flush.seen(INBOX)) == 2 * PARTITIONS


# Who is paged


def told_to_alertmanager(desk: Desk) -> list[str]:
    return sorted(told[0].alert.kind for part in desk.pager._parts.values() for told in part.standing.values())


def test_alertmanager_is_told_of_what_pages_once_it_is_at_the_broker() -> None:
    desk = Desk()
    overdue_at_once(desk, 1)
    assert told_to_alertmanager(desk) == []

    for do in desk.flush.thens:
        do()

    assert told_to_alertmanager(desk) == ["overdue"]


def test_who_takes_over_a_partition_goes_on_with_what_stands_in_its_rows() -> None:
    before = Desk()
    overdue_at_once(before, 2)

    after = Desk()
    after.agent.table = before.agent.table
    after.agent.recovered(frozenset({0}))
    assert told_to_alertmanager(after) == ["overdue", "overdue"]

    after.agent.recovered(frozenset({1}))
    assert told_to_alertmanager(after) == []


def overdue_at_once(desk: Desk, number: int) -> list[dict[str, Any]]:
    """Let so many thefts of one hour become overdue in one sweep, and return their alerts."""
    desk.move(0)
    for n in range(number):
        desk.say(opened(incident_ref=f"I{n}", opening_code="CRIME_THEFT"), ref=f"I{n}")
    desk.move(25)
    for n in range(number):
        desk.take(Due(desk.clock.at), ref=f"I{n}")
    return [alert for alert in desk.published("recording-alerts") if alert["kind"] == "overdue"]


def test_beyond_the_limit_one_alert_speaks_for_the_others() -> None:
    desk = Desk(limit=3)

    overdue = overdue_at_once(desk, 5)
    desk.agent.sweep()

    assert [(alert["paged"], alert.get("withheld")) for alert in overdue] == [(True, None)] * 3 + [(False, "flood")] * 2
    assert desk.flush.messages(INBOX)[-1] == ("Example/", Flood(0, at(25), 2))
    assert counted(desk.metrics, "recording_pages_total", kind="overdue", result="paged") == 3
    assert counted(desk.metrics, "recording_pages_total", kind="overdue", result="flood") == 2


def test_what_is_in_shadow_is_counted_and_neither_pages_nor_floods() -> None:
    desk = Desk(PROFILE.model_copy(update={"shadow": ("overdue", "due_soon")}), limit=3)

    overdue = overdue_at_once(desk, 5)
    desk.agent.sweep()

    assert {(alert["paged"], alert["withheld"]) for alert in overdue} == {(False, "shadow")}
    assert counted(desk.metrics, "recording_pages_total", kind="overdue", result="shadow") == 5
    assert not [message for _, message in desk.flush.messages(INBOX) if isinstance(message, Flood)]


def test_who_is_judged_again_is_not_counted_as_called_again() -> None:
    desk = Desk()

    overdue_at_once(desk, 1)
    desk.say(line(26, "updated", incident_ref="I0", area="north"), ref="I0")

    assert counted(desk.metrics, "recording_pages_total", kind="overdue", result="paged") == 1


def test_a_silence_is_said_without_paging_and_paged_once_the_feed_has_been_read() -> None:
    desk = watched()
    desk.clock.at = at(25)
    desk.sweep()
    desk.clock.at = at(25) + HOLD
    assert desk.sweep() == [(0, A)]
    desk.due()
    assert desk.sweep() == []

    desk.read(desk.clock.at)
    assert desk.sweep() == [(0, A)]
    desk.due()

    overdue = [alert for alert in desk.published("recording-alerts") if alert["kind"] == "overdue"]
    assert [(alert["feed_stale"], alert["paged"]) for alert in overdue] == [(True, False), (False, True)]
    assert counted(desk.metrics, RAISED, kind="overdue") == 1


# What is kept, and for how long


MOOT = line(2, "decided", basis="not_notifiable", reason="moot", decided_by="supervisor")


def swept(desk: Desk) -> set[bytes | None]:
    """Sweep until every row was looked at, and return what was sent to be looked at."""
    return {key for _ in range(2) for _, key in desk.sweep()}


def row_of(desk: Desk) -> IncidentRow:
    return read_incident(desk.table.parts[0][A])


def removed(desk: Desk) -> set[tuple[str, bytes | None]]:
    """What was taken away of what was published: topics and keys."""
    return {(sent.topic, sent.key) for sent in desk.flush.sent if sent.value is None}


def test_the_words_of_an_alert_that_was_resolved_a_day_ago_are_kept_no_longer() -> None:
    desk = watched()
    desk.move(1)
    desk.say(line(1, "closed", closing_codes=["CRIME_THEFT"]))
    desk.move(2)
    desk.say(MOOT)
    before = row_of(desk)
    desk.move(26)
    assert swept(desk) == set()

    desk.clock.at += SECOND
    desk.read(desk.clock.at)
    assert swept(desk) == {A}
    desk.due()

    after = row_of(desk)
    assert (before.shrinks, after.shrinks) == (True, False)
    assert len(packed(after)) < len(packed(before))
    assert after.statements == before.statements
    assert swept(desk) == set()


def test_an_incident_that_did_not_change_for_the_retention_leaves_with_all_that_was_published() -> None:
    desk = watched()
    desk.move(25)
    desk.due()
    (overdue,) = (a for a in desk.published("recording-alerts") if a["kind"] == "overdue")
    desk.clock.at = at(25) + RETENTION + SECOND

    assert swept(desk) == {A}
    desk.due()

    assert removed(desk) >= {("recording-status", A), ("recording-alerts", overdue["alert_id"].encode())}
    last = [json.loads(sent.value) for sent in desk.flush.to("recording-alerts") if sent.value][-1]
    assert (last["status"], last["resolution"]) == ("resolved", "retired")
    assert counted(desk.metrics, RESOLVED, resolution="retired") == 1
    assert counted(desk.metrics, "recording_incidents") == 0
    assert row_of(desk).is_empty
    desk.due()
    assert A not in desk.table.parts[0]


def test_what_is_older_than_the_retention_changes_nothing_of_one_that_has_left() -> None:
    desk = watched()
    desk.clock.at = at(1) + RETENTION
    desk.due()

    desk.say(THEFT)
    assert desk.events("expired") == 1
    desk.say(line(RETENTION / HOUR, "updated", area="south"))

    assert [said.data for said in row_of(desk).statements] == [{"area": "south"}]


def erased(desk: Desk, hours: float) -> None:
    desk.take(Erase(at(hours)))


def test_an_incident_that_is_erased_is_gone_and_its_figures_stay() -> None:
    desk = watched()
    desk.move(25)
    desk.due()
    raised = counted(desk.metrics, RAISED)

    erased(desk, 25)

    assert ("recording-status", A) in removed(desk)
    assert b"north" not in desk.table.parts[0][A]
    assert (counted(desk.metrics, RAISED), counted(desk.metrics, "recording_alerts_open")) == (raised, 0)


def test_what_was_stated_before_it_was_erased_is_not_taken_in_again_and_what_comes_later_is() -> None:
    desk = watched()
    desk.move(2)
    erased(desk, 2)

    desk.say(THEFT)
    desk.take(Told(CAME, ("crime", "C1"), statements(line(1, "recorded"))))
    assert desk.events("expired") == 1
    assert row_of(desk).is_empty

    desk.move(3)
    desk.say(line(3, "updated", area="south"))
    assert [said.data for said in row_of(desk).statements] == [{"area": "south"}]
    assert row_of(desk).forgets == at(2)


def test_a_worker_that_died_before_it_said_that_an_incident_is_gone_says_it_again() -> None:
    desk = watched()
    desk.take(Erase(at(1)), offset=50)
    first = removed(desk)
    desk.flush.sent.clear()

    desk.take(Erase(at(1)), offset=50)

    assert removed(desk) == first


def test_who_was_told_by_an_erased_incident_forgets_that_and_tells_others_to() -> None:
    desk = watched()
    desk.say(line(1, "merged", into="B"))
    told = [message for key, message in desk.flush.messages(INBOX) if key == "Example/B" and isinstance(message, Told)]
    for message in told:
        desk.take(message, ref="B")
    desk.say(opened(incident_ref="B"), ref="B")
    b = read_incident(desk.table.parts[0][b"Example/B"])
    assert {said.ref for said in b.statements} == {"A", "B"}

    erased(desk, 1)
    asked = [
        message for key, message in desk.flush.messages(INBOX) if key == "Example/B" and isinstance(message, Erase)
    ]
    assert asked == [Erase(at(1), "A")]
    desk.take(asked[0], ref="B")

    b = read_incident(desk.table.parts[0][b"Example/B"])
    assert {said.ref for said in b.statements} == {"B"}
    assert b"north" not in desk.table.parts[0][b"Example/B"]
