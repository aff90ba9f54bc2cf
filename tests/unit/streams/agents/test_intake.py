import asyncio
import json
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from rules.examples import events_of
from rules.force import ForceProfile
from rules.instants import format_instant
from streams.agents.intake import Intake
from streams.agents.messages import Origin, Said, key_of, partition_of
from streams.kafka.envelope import MAX_BYTES
from streams.outward.metrics import Metrics
from streams.settings import MAX_FORCES, Forces
from tests.unit.rules.given import OPENED_AT, Line, after, at, book, line, opened

from . import MINUTE, PARTITIONS, SECOND, Event, KeptFlush, MovedClock, Record, Sent, counted, inboxes

INCIDENTS, CRIMES = "monitor-incident-inbox", "monitor-crime-inbox"
TEXT = "Ottilie Quarrington says her cousin punched her at 14 Larch Row"
NOW = at(1)


class Desk:
    """An intake whose clock stands at one hour past OPENED_AT, and what it sends."""

    def __init__(self, *profiles: ForceProfile) -> None:
        self.flush = KeptFlush()
        self.metrics = Metrics((), book(), MovedClock(NOW))
        forces = Forces({profile.force: profile for profile in profiles})
        self.intake = Intake(self.flush, inboxes(self.flush), book().lexicon, MovedClock(NOW), self.metrics, forces)

    def take(self, value: bytes | None, **record: Any) -> None:
        self.intake.take(Event(Record(value, **record)))  # type: ignore[arg-type]

    def take_event(self, given: Line, **record: Any) -> None:
        self.take(written(given), **record)

    def said(self, inbox: str = INCIDENTS) -> list[Said]:
        return [message for _, message in self.flush.messages(inbox) if isinstance(message, Said)]

    def dead(self) -> Sent:
        """The one thing that was sent: a dead letter."""
        (sent,) = self.flush.sent
        assert (sent.topic, sent.partition) == ("dead-letters", None)
        return sent


def written(given: Line) -> bytes:
    return json.dumps(events_of([given])[0]).encode()


def headers(sent: Sent) -> Mapping[str, str]:
    return {name: content.decode() for name, content in sent.headers or ()}


def test_an_event_goes_to_the_inbox_of_its_incident_with_where_it_came_from() -> None:
    desk = Desk()

    desk.take_event(opened(), partition=5, offset=41, key=b"whatever the feed has chosen")

    (sent,) = desk.flush.sent
    assert (sent.topic, sent.key) == (INCIDENTS, b"Example/A")
    assert sent.partition == partition_of(key_of("Example", "A"), PARTITIONS)
    (said,) = desk.said()
    assert said.origin == Origin("incident-log", 5, 41, "incident.opened")
    assert (said.statement.ref, said.statement.time) == ("A", OPENED_AT)


def test_an_event_about_a_crime_goes_to_the_inbox_of_the_crime() -> None:
    desk = Desk()

    desk.take_event(line(1, "recorded"), topic="crime-records")

    assert [said.statement.ref for said in desk.said(CRIMES)] == ["C1"]
    assert desk.said(INCIDENTS) == []


@pytest.mark.parametrize("as_mapping", [True, False])
def test_an_event_in_binary_mode_is_read_with_its_headers_in_either_shape(as_mapping: bool) -> None:
    event = events_of([opened()])[0]
    data = event.pop("data")
    attributes = [(f"ce_{name}", str(value).encode()) for name, value in event.items()]
    desk = Desk()

    desk.take(json.dumps(data).encode(), headers=dict(attributes) if as_mapping else attributes)

    assert [said.statement.ref for said in desk.said()] == ["A"]


def test_no_text_is_ever_in_an_inbox() -> None:
    desk = Desk()

    desk.take_event(opened(entries=[{"text": TEXT}, {"text": "Quarrington rang again"}]))

    (sent,) = desk.flush.sent
    assert b"punched" in (sent.value or b"")
    assert b"Quarrington" not in (sent.value or b"")
    assert b"Larch" not in (sent.value or b"")


# What cannot be used


def test_what_cannot_be_used_goes_to_the_dead_letters_as_it_came() -> None:
    desk = Desk()

    desk.take(b'{"half', key=b"theirs", partition=5, offset=41)

    assert (desk.dead().key, desk.dead().value) == (b"theirs", b'{"half')
    assert headers(desk.dead()) == {
        "error": "expected a JSON object in UTF-8",
        "error_type": "not_json",
        "topic": "incident-log",
        "partition": "5",
        "offset": "41",
        "received": "2026-04-02T10:00:00Z",
    }
    assert counted(desk.metrics, "recording_events_total", topic="incident-log", result="dead_letter") == 1


@pytest.mark.parametrize("value", [b"[1]", b'"text"', b"{}", b"null", b"not json", b"\xff\xfe"])
def test_wrong_json_under_the_right_headers_is_refused_and_not_raised(value: bytes) -> None:
    desk = Desk()
    event = events_of([opened()])[0]
    attributes = {f"ce_{name}": str(content).encode() for name, content in event.items() if name != "data"}

    desk.take(value, headers=attributes)

    assert headers(desk.dead())["error_type"] in ("not_json", "invalid_data")
    assert desk.dead().value == value


LISTED = ForceProfile(force="Example", sources={"incident-log": ("examples",)})


@pytest.mark.parametrize(
    ("profiles", "source", "topic", "taken"),
    [
        ([], "anyone", "incident-log", True),
        ([LISTED], "examples", "incident-log", True),
        ([LISTED], "anyone", "incident-log", False),
        ([LISTED], "anyone", "recording-decisions", False),
        ([ForceProfile(force="Other", sources={"incident-log": ("theirs",)})], "theirs", "incident-log", False),
        ([ForceProfile(force="Other", sources={"incident-log": ("theirs",)})], "ours", "incident-log", True),
        (
            [LISTED, ForceProfile(force="Other", sources={"incident-log": ("examples",)})],
            "examples",
            "incident-log",
            True,
        ),
    ],
)
def test_a_feed_is_taken_from_the_sources_that_its_force_lists_and_from_no_other_force_s(
    profiles: list[ForceProfile], source: str, topic: str, taken: bool
) -> None:
    desk = Desk(*profiles)

    desk.take(json.dumps({**events_of([opened()])[0], "source": source}).encode(), topic=topic)

    if taken:
        assert len(desk.said()) == 1
    else:
        assert headers(desk.dead())["error_type"] == "unknown_source"


def test_a_feed_that_a_force_does_not_name_takes_any_source() -> None:
    desk = Desk(LISTED)

    desk.take(json.dumps({**events_of([line(1, "recorded")])[0], "source": "anyone"}).encode())

    assert len(desk.said(CRIMES)) == 1


def test_so_many_forces_are_taken_and_no_further_one() -> None:
    desk = Desk(*(ForceProfile(force=f"F{n}") for n in range(MAX_FORCES - 1)))

    desk.take_event(opened())
    desk.take_event(opened(grade="1"))
    assert len(desk.said()) == 2
    desk.flush.sent.clear()
    desk.take(json.dumps(events_of([opened()], force="One-too-many")[0]).encode())

    assert headers(desk.dead())["error_type"] == "unknown_source"


def test_a_tombstone_is_refused() -> None:
    desk = Desk()

    desk.take(None, key=b"theirs")

    assert headers(desk.dead())["error_type"] == "not_json"
    assert (desk.dead().key, desk.dead().value) == (b"theirs", None)


def test_what_is_too_large_leaves_its_size_and_hash_and_not_itself() -> None:
    desk = Desk()
    large = b"x" * (MAX_BYTES + 1)

    desk.take(large)

    said = headers(desk.dead())
    assert desk.dead().value is None
    assert (said["error_type"], said["size"], said["sha256"]) == (
        "too_large",
        str(MAX_BYTES + 1),
        sha256(large).hexdigest(),
    )


def test_a_reason_never_holds_what_was_sent() -> None:
    desk = Desk()

    desk.take_event(opened(channel=TEXT, opened_at=TEXT))

    assert headers(desk.dead())["error_type"] == "invalid_data"
    assert "Quarrington" not in str(headers(desk.dead()))


def test_a_failure_while_reading_is_a_dead_letter_too() -> None:
    desk = Desk()
    desk.intake._lexicon = None  # type: ignore[assignment]

    desk.take_event(opened(entries=[{"text": TEXT}]))

    said = headers(desk.dead())
    assert (said["error_type"], said["error"]) == ("processing_failed", "reading what was stated: AttributeError")


# Times that are ahead


@pytest.mark.parametrize(("ahead", "quality"), [(5 * MINUTE, None), (5 * MINUTE + SECOND, {"time": "future_time"})])
def test_an_event_that_is_more_than_five_minutes_ahead_is_used_and_said_to_be(
    ahead: timedelta, quality: dict[str, str] | None
) -> None:
    desk = Desk()

    desk.take_event({"at": format_instant(NOW + ahead), "opened": {}})

    (said,) = desk.said()
    assert said.statement.data.get("quality") == quality


def test_what_a_feed_says_of_its_times_is_kept_beside_that() -> None:
    desk = Desk()

    desk.take_event(line(2, "opened", quality={"opened_at": "minute_precision"}))

    (said,) = desk.said()
    assert said.statement.data["quality"] == {"opened_at": "minute_precision", "time": "future_time"}


def test_an_event_that_is_more_than_a_day_ahead_is_refused() -> None:
    at_most, over = Desk(), Desk()

    at_most.take_event({"at": format_instant(NOW + timedelta(hours=24)), "opened": {}})
    over.take_event({"at": format_instant(NOW + timedelta(hours=24) + SECOND), "opened": {}})

    assert len(at_most.said()) == 1
    assert headers(over.dead())["error_type"] == "invalid_data"
    assert headers(over.dead())["error"] == "time: expected no later than 24 hours after the event came in"


# How far it has read


def test_it_knows_of_each_partition_how_far_it_has_read_whatever_became_of_the_record() -> None:
    desk = Desk()

    desk.take_event(opened(), partition=0, offset=7)
    desk.take(b"not json", partition=0, offset=8)
    desk.take(None, partition=1, offset=0)

    assert desk.intake.positions == {("incident-log", 0): 9, ("incident-log", 1): 1}


def test_it_knows_the_newest_event_of_each_force_and_how_late_it_came() -> None:
    desk = Desk()

    desk.take_event(line(0.5, "updated"))
    desk.take_event(opened())
    desk.take_event(line(0.25, "updated", force="Wye"))

    assert desk.intake.newest == {
        ("incident-log", 0): {"Example": (at(0.5), 1_800.0), "Wye": (at(0.25), 2_700.0)},
    }


def test_an_event_from_the_future_came_now_and_in_no_time() -> None:
    desk = Desk()

    desk.take_event(line(2, "updated"))

    assert desk.intake.newest["incident-log", 0] == {"Example": (NOW, 0.0)}
    assert counted(desk.metrics, "recording_feed_last_event_timestamp_seconds", force="Example") == NOW.timestamp()


def test_it_forgets_how_far_it_has_read_when_partitions_move() -> None:
    desk = Desk()
    desk.take_event(opened())

    desk.intake.forget()

    assert (desk.intake.positions, desk.intake.newest) == ({}, {})


def test_a_feeds_newest_event_is_shown() -> None:
    desk = Desk()

    desk.take_event({"at": after(0.5), "opened": {}})

    newest = counted(desk.metrics, "recording_feed_last_event_timestamp_seconds", force="Example", feed="incident-log")
    assert newest == at(0.5).timestamp()


def test_every_record_of_a_stream_is_handled_whatever_became_of_it() -> None:
    desk = Desk()
    stream = [Event(Record(value, offset=place)) for place, value in enumerate((b"not json", written(opened()), None))]

    asyncio.run(desk.intake.run(stream))

    assert desk.flush.handled == stream
    assert [sent.topic for sent in desk.flush.sent] == ["dead-letters", INCIDENTS, "dead-letters"]
