import asyncio
from collections.abc import Mapping

import pytest

from streams.agents import inbox
from streams.agents.inbox import Inbox
from streams.agents.messages import Due, Follow, Message, Origin, Said, Seen, Told, encode
from streams.outward.metrics import Metrics
from tests.unit.rules.given import OPENED_AT, at, book, opened, statements

from . import ORIGIN, Event, KeptFlush, MovedClock, Record, Sent, counted

TEXT = "Ottilie Quarrington, Larch Row"
(LOG,) = statements(opened())
SAID = Said(ORIGIN, LOG)
SEEN = Seen("crime-records", 0, 1, OPENED_AT, {})
Place = tuple[str, int, int]


class Source:
    """What the topics still hold: key and value by topic, partition and offset."""

    def __init__(self) -> None:
        self.records: dict[Place, tuple[bytes, bytes]] = {}
        self.asked: list[Place] = []

    async def original(
        self, _: Mapping[str, str], topic: str, partition: int, offset: int
    ) -> tuple[bytes | None, bytes | None]:
        place = topic, partition, offset
        self.asked.append(place)
        return self.records.get(place, (None, None))


class Desk:
    """An inbox that keeps what it is given, and fails on what the test wants it to fail on."""

    def __init__(self) -> None:
        self.flush = KeptFlush()
        self.metrics = Metrics((), book(), MovedClock(at(2)))
        self.handled: list[tuple[int, bytes, Message, Origin]] = []
        self.offsets: list[int] = []
        self.seen: list[tuple[int, Seen]] = []
        self.failure: Exception | None = None
        inbox_ = Inbox(self.flush, MovedClock(at(2)), self.metrics, {}, self._handle, self._seen)
        self._run = inbox_.run

    def _handle(self, partition: int, offset: int, key: bytes, message: Message, origin: Origin) -> None:
        if self.failure is not None:
            failure, self.failure = self.failure, None
            raise failure
        self.handled.append((partition, key, message, origin))
        self.offsets.append(offset)

    def _seen(self, partition: int, seen: Seen) -> None:
        self.seen.append((partition, seen))

    def take(self, *messages: Message | bytes | None) -> list[Event]:
        stream = [
            Event(
                Record(
                    message if isinstance(message, bytes | None) else encode(message),
                    key=b"Example/A",
                    topic="monitor-incident-inbox",
                    partition=2,
                    offset=place,
                )
            )
            for place, message in enumerate(messages)
        ]
        asyncio.run(self._run(stream))
        return stream


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> Source:
    there = Source()
    monkeypatch.setattr(inbox, "original", there.original)
    return there


def headers(sent: Sent) -> Mapping[str, str]:
    return {name: content.decode() for name, content in sent.headers or ()}


@pytest.mark.parametrize("message", [SAID, Told(ORIGIN, ("crime", "C1"), []), Follow(ORIGIN, ["B"])])
def test_a_message_is_handled_with_the_place_of_the_event_that_caused_it(message: Message) -> None:
    desk = Desk()

    stream = desk.take(message)

    assert desk.handled == [(2, b"Example/A", message, ORIGIN)]
    assert desk.flush.handled == stream
    assert desk.flush.sent == []


def test_a_deadline_that_is_due_comes_from_the_inbox_itself() -> None:
    desk = Desk()

    desk.take(Due(at(1)))

    assert desk.handled == [(2, b"Example/A", Due(at(1)), Origin("monitor-incident-inbox", 2, 0, "unknown"))]


def test_how_far_a_feed_was_read_goes_its_own_way_in_its_own_place() -> None:
    desk = Desk()

    stream = desk.take(SEEN, SAID, SEEN)

    assert desk.seen == [(2, SEEN), (2, SEEN)]
    assert len(desk.handled) == 1
    assert desk.flush.handled == stream


def test_a_message_that_fails_becomes_a_dead_letter_of_the_event_that_caused_it(source: Source) -> None:
    source.records["incident-log", 3, 17] = (b"theirs", b"as it came")
    desk = Desk()
    desk.failure = KeyError("x")

    desk.take(SAID)

    (sent,) = desk.flush.to("dead-letters")
    assert (sent.key, sent.value) == (b"theirs", b"as it came")
    assert headers(sent) == {
        "error": "KeyError",
        "error_type": "processing_failed",
        "topic": "incident-log",
        "partition": "3",
        "offset": "17",
        "received": "2026-04-02T11:00:00Z",
    }


def test_a_dead_letter_names_the_rule_and_never_what_the_failure_says(
    source: Source, caplog: pytest.LogCaptureFixture
) -> None:
    desk = Desk()
    desk.failure = ValueError(TEXT)
    desk.failure.add_note("M02")

    with caplog.at_level("WARNING"):
        desk.take(SAID)

    (sent,) = desk.flush.to("dead-letters")
    assert headers(sent)["error"] == "M02; ValueError"
    assert "Quarrington" not in str(sent)
    assert caplog.messages == ["an event of type incident.updated: M02; ValueError"]


def test_the_next_message_is_handled_after_one_that_failed(source: Source) -> None:
    desk = Desk()
    desk.failure = KeyError("x")

    stream = desk.take(SAID, Due(at(1)))

    assert [message for _, _, message, _ in desk.handled] == [Due(at(1))]
    assert desk.flush.handled == stream


def test_an_event_that_fails_counts_as_a_dead_letter_and_what_was_told_of_it_does_not(source: Source) -> None:
    desk = Desk()
    for message in (SAID, Told(ORIGIN, ("incident", "B"), []), Follow(ORIGIN, []), Due(at(1))):
        desk.failure = KeyError("x")
        desk.take(message)

    assert counted(desk.metrics, "recording_events_total", result="dead_letter") == 1
    assert len(desk.flush.to("dead-letters")) == 4


@pytest.mark.parametrize("value", [b"", b"\x00", None])
def test_what_is_no_message_becomes_a_dead_letter_of_the_inbox(source: Source, value: bytes | None) -> None:
    desk = Desk()

    desk.take(value, SAID)

    (sent,) = desk.flush.to("dead-letters")
    assert headers(sent)["topic"] == "monitor-incident-inbox"
    assert headers(sent)["error"].startswith("reading an internal message: ")
    assert source.asked == [("monitor-incident-inbox", 2, 0)]
    assert len(desk.handled) == 1


def test_an_event_that_its_topic_holds_no_more_leaves_a_dead_letter_without_a_value(source: Source) -> None:
    desk = Desk()
    desk.failure = KeyError("x")

    desk.take(SAID)

    (sent,) = desk.flush.to("dead-letters")
    assert (sent.key, sent.value) == (None, None)


def test_what_fails_in_passing_on_how_far_was_read_ends_the_worker() -> None:
    desk = Desk()
    broken = Inbox(desk.flush, MovedClock(), desk.metrics, {}, desk._handle, lambda _, __: 1 // 0)  # type: ignore[arg-type]

    with pytest.raises(ZeroDivisionError):
        asyncio.run(broken.run([Event(Record(encode(SEEN)))]))

    assert desk.flush.handled == []
