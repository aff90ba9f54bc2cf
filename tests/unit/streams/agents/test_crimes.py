import asyncio
from datetime import datetime, timedelta
from itertools import count

from rules.statements import Statement
from streams.agents.crimes import CrimeAgent
from streams.agents.messages import Due, Follow, Message, Origin, Said, Seen, Told, encode, key_of, partition_of
from streams.agents.rows import read_crime
from streams.agents.watermarks import CRIMES, Watermarks
from streams.outward.metrics import Metrics
from streams.settings import Forces
from tests.unit.rules.given import Line, at, book, line, statements

from . import HOLD, PARTITIONS, SECOND, Event, KeptFlush, KeptTable, MovedClock, Record, counted, inboxes

INCIDENTS, CRIME_INBOX = "monitor-incident-inbox", "monitor-crime-inbox"
CAME = Origin("crime-records", 0, 7, "crime.recorded")
RETENTION = timedelta(days=30)
RECORDED = line(1, "recorded", incident_refs=["A"])


class Desk:
    """A crime agent, its rows and what it sends."""

    def __init__(self) -> None:
        self.flush = KeptFlush()
        self.clock = MovedClock()
        self.metrics = Metrics((), book(), self.clock)
        self.agent = CrimeAgent(
            self.flush,
            inboxes(self.flush),
            self.clock,
            self.metrics,
            Forces({}),
            Watermarks({CRIMES}, HOLD),
            RETENTION,
            {},
        )
        self.table = self.agent.table = KeptTable()
        self.offsets = count()

    def take(self, message: Message, ref: str = "C1", partition: int = 1, offset: int | None = None) -> None:
        record = Record(
            encode(message),
            key=key_of("Example", ref),
            topic=CRIME_INBOX,
            partition=partition,
            offset=next(self.offsets) if offset is None else offset,
        )
        asyncio.run(self.agent.run([Event(record)]))

    def say(self, *given: Line) -> list[Statement]:
        said = statements(*given)
        for statement in said:
            self.take(Said(CAME, statement))
        return said

    def events(self, result: str) -> float:
        return counted(self.metrics, "recording_events_total", topic="crime-records", result=result)


def seen(partition: int, to: datetime, partitions: int = 1) -> Seen:
    return Seen(CRIMES, partition, partitions, to, {"Example": (to, 1.0)})


def test_a_record_is_kept_where_it_came_and_told_to_its_incident() -> None:
    desk = Desk()

    (said,) = desk.say(RECORDED)

    assert read_crime(desk.table.parts[1][b"Example/C1"]).statements == [said]
    assert desk.flush.messages(INCIDENTS) == [("Example/A", Told(CAME, ("crime", "C1"), [said]))]
    assert [sent.partition for sent in desk.flush.sent] == [partition_of(key_of("Example", "A"), PARTITIONS)]


def test_a_message_that_comes_again_after_a_crash_is_told_again_with_all_that_is_kept() -> None:
    desk = Desk()
    said = statements(RECORDED, line(2, "linked", incident_ref="B"))
    for offset, statement in enumerate(said):
        desk.take(Said(CAME, statement), offset=offset)
    desk.flush.sent.clear()

    desk.take(Said(CAME, said[1]), offset=1)

    assert desk.flush.messages(INCIDENTS) == [
        ("Example/A", Told(CAME, ("crime", "C1"), said)),
        ("Example/B", Told(CAME, ("crime", "C1"), said)),
    ]


def test_what_comes_later_is_told_beside_what_is_kept() -> None:
    desk = Desk()

    said = desk.say(RECORDED, line(2, "linked", incident_ref="B"))

    assert desk.flush.messages(INCIDENTS)[1:] == [
        ("Example/A", Told(CAME, ("crime", "C1"), said[1:])),
        ("Example/B", Told(CAME, ("crime", "C1"), said)),
    ]


def test_a_repeat_is_counted_and_told_to_nobody() -> None:
    desk = Desk()

    desk.say(RECORDED)
    desk.say(RECORDED)

    assert (desk.events("used"), desk.events("repeat")) == (1, 1)
    assert len(desk.flush.sent) == 1


def test_a_survivor_is_asked_to_tell_the_incidents_of_the_cancelled_record() -> None:
    desk = Desk()

    desk.say(RECORDED, line(2, "cancelled", reason="C3", decided_by="officer", surviving_crime_ref="C2"))

    assert desk.flush.messages(CRIME_INBOX) == [("Example/C2", Follow(CAME, ["A"]))]


def test_a_record_that_is_asked_answers_and_goes_on_telling() -> None:
    desk = Desk()

    desk.take(Follow(CAME, ["Z"]))
    (said,) = desk.say(RECORDED)

    assert desk.flush.messages(INCIDENTS) == [
        ("Example/Z", Told(CAME, ("crime", "C1"), [])),
        ("Example/A", Told(CAME, ("crime", "C1"), [said])),
        ("Example/Z", Told(CAME, ("crime", "C1"), [said])),
    ]
    assert (desk.events("used"), desk.events("repeat")) == (1, 0)


def test_how_far_was_read_is_passed_on_to_every_incident_behind_what_was_said() -> None:
    desk = Desk()

    desk.say(RECORDED)
    desk.take(seen(0, at(2)), partition=1)

    onward = Seen(CRIMES, 1, PARTITIONS, at(2), {"Example": (at(2), 1.0)})
    assert desk.flush.seen(INCIDENTS) == [(partition, onward) for partition in range(PARTITIONS)]
    assert desk.flush.sent[0].key == b"Example/A"
    assert counted(desk.metrics, "recording_heartbeat_timestamp_seconds", stage="crimes") == at(2).timestamp()


def test_nothing_is_passed_on_before_every_partition_of_the_feed_was_heard_of() -> None:
    desk = Desk()

    desk.take(seen(0, at(3), partitions=2))
    assert desk.flush.sent == []

    desk.take(seen(1, at(2), partitions=2))
    assert {message.read_to for _, message in desk.flush.seen(INCIDENTS)} == {at(2)}


def test_what_has_not_changed_is_said_again_once_a_round_for_who_has_come_new() -> None:
    desk = Desk()
    for partition in (0, 1):
        desk.take(seen(partition, at(2), partitions=2))
    desk.flush.sent.clear()

    desk.take(seen(0, at(2), partitions=2))
    assert desk.flush.sent == []

    desk.take(seen(1, at(2), partitions=2))
    assert [message.read_to for _, message in desk.flush.seen(INCIDENTS)] == [at(2)] * PARTITIONS


def test_what_was_told_over_a_partition_that_has_gone_is_forgotten_and_over_others_not() -> None:
    desk = Desk()
    for partition in (1, 2):
        desk.take(seen(0, at(2), partitions=2), partition=partition)

    desk.agent.recovered(frozenset({2}))

    for partition in (1, 2):
        desk.take(seen(1, at(2), partitions=2), partition=partition)
    assert {message.partition for _, message in desk.flush.seen(INCIDENTS)} == {2}


def test_a_crime_of_which_nothing_was_stated_for_so_long_leaves() -> None:
    desk = Desk()
    desk.take(Said(CAME, statements(line(1, "recorded"))[0]))
    row = dict(desk.table.rows(1))
    desk.clock.at = at(1) + RETENTION

    for _ in range(2):
        desk.agent.sweep()
    assert desk.flush.messages("monitor-crime-inbox") == []

    desk.clock.at += SECOND
    for _ in range(2):
        desk.agent.sweep()
    assert ("Example/C1", Due(desk.clock.at)) in desk.flush.messages("monitor-crime-inbox")
    desk.take(Due(desk.clock.at))
    assert row
    assert dict(desk.table.rows(1)) == {}
