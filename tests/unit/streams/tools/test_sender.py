"""What a feed sends, what counts as sent, and how it ends; to a producer that is played."""

import io
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

import pytest
from kafka import errors

from streams.settings import Settings
from streams.tools import sender as module
from streams.tools.accounts import FeedSummary, Passed, Reading, Result
from streams.tools.feeder import FeedError, FeedStopped
from streams.tools.mapping import Mapped, Rejected, Unused
from streams.tools.pace import AtOnce, AtRate, AtSpeed, Pace
from streams.tools.sender import Headers, Sender, send_feed

NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)
SAFE = "events were acknowledged; all can be sent again: a second delivery changes nothing"


class Record(NamedTuple):
    topic: str
    value: bytes | None
    key: bytes | None
    headers: dict[str, bytes]


class PlayedAnswer:
    """An answer that comes when it is waited for long enough, unless it is there at once; good, or an error."""

    TAKES = 20.0

    def __init__(self, error: Exception | None, is_done: bool) -> None:
        self.is_done = is_done
        self._error = error

    def get(self, timeout: float | None = None) -> object:
        assert timeout is not None, "a broker that has gone would be waited for without an end"
        if not self.is_done and timeout < self.TAKES:
            raise errors.KafkaTimeoutError("no answer")
        self.is_done = True
        if self._error is not None:
            raise self._error
        return self


class PlayedProducer:
    """Keeps what it is given; refuses the records whose place is in `refused`."""

    def __init__(self, at_once: bool = True, refused: dict[int, Exception] | None = None) -> None:
        self.records: list[Record] = []
        self.answers: list[PlayedAnswer] = []
        self._at_once = at_once
        self._refused = refused or {}

    def send(self, topic: str, value: bytes | None, key: bytes | None, headers: Headers) -> PlayedAnswer:
        answer = PlayedAnswer(self._refused.get(len(self.records)), self._at_once)
        self.records.append(Record(topic, value, key, dict(headers)))
        self.answers.append(answer)
        return answer


class PlayedTicker:
    """Seconds that pass only by sleeping."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float, /) -> None:
        self.slept.append(seconds)
        self.now += seconds


class NoonClock:
    def now(self) -> datetime:
        return NOON


def event(at: datetime = NOON, kind: str = "incident.opened", **data: str) -> dict[str, Any]:
    stated = {"force": "Example", "incident_ref": "A", **data}
    return {"specversion": "1.0", "type": kind, "id": "1", "time": at.isoformat(), "data": stated}


def mapped(*events: dict[str, Any]) -> list[Result]:
    return [Mapped("export.csv", line, each) for line, each in enumerate(events, 2)]


def rejected(row: Any, error_type: str = "invalid_data") -> Rejected:
    return Rejected("/exports/export.csv", 17, "no value (column 'Log')", error_type, row)


def run(
    results: Iterable[Result],
    producer: PlayedProducer,
    pace: Pace | None = None,
    ticker: PlayedTicker | None = None,
    **options: Any,
) -> FeedSummary:
    sender = Sender(producer, Settings(broker="127.0.0.1:1"))
    ticker = ticker or PlayedTicker()
    return send_feed(results, Reading(), sender, pace or AtOnce(), NoonClock(), ticker=ticker, **options)


class TestEvents:
    @pytest.mark.parametrize(
        ("given", "topic", "key"),
        [
            (event(), "incident-log", b"Example/A"),
            (event(kind="crime.linked", crime_ref="C1"), "crime-records", b"Example/C1"),
            (event(kind="decision.withdrawn"), "recording-decisions", b"Example/A"),
            (event(incident_ref="Ä"), "incident-log", "Example/Ä".encode()),
        ],
    )
    def test_each_goes_to_the_topic_of_its_type_under_the_contract_s_key(
        self, given: dict[str, Any], topic: str, key: bytes
    ) -> None:
        producer = PlayedProducer()

        summary = run(mapped(given), producer)

        (record,) = producer.records
        assert (record.topic, record.key) == (topic, key)
        assert json.loads(record.value or b"") == given
        assert record.headers == {"content-type": b"application/cloudevents+json"}
        assert summary.sent == {topic: 1}

    def test_one_that_came_as_a_cloudevent_goes_byte_for_byte(self) -> None:
        producer = PlayedProducer()
        line = b'{"data": {"incident_ref" : "A"}, "more":1.0}'

        run([Passed("-", 1, event(), line)], producer)

        assert producer.records[0].value == line

    def test_a_row_of_which_no_event_is_made_sends_nothing(self) -> None:
        producer = PlayedProducer()

        assert run([Unused("export.csv", 2)], producer).unused == 1
        assert producer.records == []


class TestDeadLetters:
    def test_a_row_that_is_no_event_is_the_value_with_the_contract_s_headers(self) -> None:
        producer = PlayedProducer()

        summary = run([rejected({"Beat": "North"})], producer)

        assert producer.records == [
            Record(
                "dead-letters",
                b'{"Beat": "North"}',
                None,
                {
                    "error": b"no value (column 'Log')",
                    "error_type": b"invalid_data",
                    "topic": b"file:export.csv",
                    "partition": b"0",
                    "offset": b"17",
                    "received": b"2026-04-01T12:00:00Z",
                },
            )
        ]
        assert (summary.rejected.total(), summary.sent) == (1, {"dead-letters": 1})

    def test_a_line_goes_with_the_bytes_that_it_had(self) -> None:
        producer = PlayedProducer()

        run([rejected(b"caf\xe9".decode(errors="surrogateescape"), "not_json")], producer)

        assert producer.records[0].value == b"caf\xe9"

    @pytest.mark.parametrize("error_type", ["invalid_data", "too_large"])
    def test_a_row_that_is_too_large_goes_without_itself(self, error_type: str) -> None:
        producer = PlayedProducer()
        row = "x" * 262_145

        run([rejected(row, error_type)], producer)

        (record,) = producer.records
        assert record.value is None
        assert record.headers["error_type"] == b"too_large"
        assert record.headers["size"] == b"262145"
        assert record.headers["sha256"] == sha256(row.encode()).hexdigest().encode()

    def test_it_is_also_written_where_a_person_asked_for_it(self) -> None:
        out = io.StringIO()

        run([rejected("x")], PlayedProducer(), rejected=out)

        assert json.loads(out.getvalue())["row"] == "x"


class TestAcknowledgements:
    def test_the_end_waits_for_every_answer(self) -> None:
        producer = PlayedProducer(at_once=False)

        summary = run(mapped(event(), event()), producer)

        assert all(answer.is_done for answer in producer.answers)
        assert summary.sent == {"incident-log": 2}

    def test_so_many_bytes_wait_for_their_answers_and_no_more(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "UNANSWERED_BYTES", 10_000)
        producer = PlayedProducer(at_once=False)
        waiting = []

        def results() -> Iterator[Result]:
            for _ in range(50):
                waiting.append(sum(not answer.is_done for answer in producer.answers))
                yield from mapped(event())

        run(results(), producer)

        assert 5 < max(waiting) < 12

    def test_a_refusal_ends_the_feed_with_its_topic_its_reason_and_how_many_are_safe(self) -> None:
        refused = errors.MessageSizeTooLargeError("[request]")

        with pytest.raises(FeedError, match=rf"^incident-log: .*larger than.*; 1 {SAFE}$"):
            run(mapped(*[event()] * 4), PlayedProducer(refused={1: refused}))

    def test_a_right_that_is_missing_is_named_with_its_topic(self) -> None:
        refused = errors.TopicAuthorizationFailedError({"crime-records"})

        with pytest.raises(
            FeedError, match=r"^crime-records: the right Write on this topic is missing for User:ANONYM"
        ):
            run(mapped(event()), PlayedProducer(refused={0: refused}))

    def test_a_broker_that_has_gone_is_named(self) -> None:
        gone = errors.KafkaTimeoutError("Expiring 84 record(s)")

        with pytest.raises(FeedError, match=r"^incident-log: the Kafka broker at 127.0.0.1:1 no longer acknowledges"):
            run(mapped(event()), PlayedProducer(refused={0: gone}))

    def test_a_broker_that_never_answers_is_not_waited_for_for_ever(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(PlayedAnswer, "TAKES", float("inf"))

        with pytest.raises(FeedError, match=r"^incident-log: the Kafka broker at 127.0.0.1:1 no longer acknowledges"):
            run(mapped(event()), PlayedProducer(at_once=False))

    def test_a_file_that_breaks_off_says_how_many_went_before(self) -> None:
        def results() -> Iterator[Result]:
            yield from mapped(event())
            yield rejected("x")
            raise FeedError("export.csv:3: not CSV")

        with pytest.raises(FeedError, match=rf"^export.csv:3: not CSV; 1 {SAFE}$"):
            run(results(), PlayedProducer())

    def test_a_person_who_stops_it_is_told_how_many_were_acknowledged(self) -> None:
        def results() -> Iterator[Result]:
            yield from mapped(event(), event())
            raise KeyboardInterrupt

        with pytest.raises(FeedStopped, match=f"^stopped: 2 {SAFE}$"):
            run(results(), PlayedProducer())

    def test_what_has_no_answer_when_it_is_stopped_does_not_count(self) -> None:
        def results() -> Iterator[Result]:
            yield from mapped(event(), event())
            raise KeyboardInterrupt

        with pytest.raises(FeedStopped, match=f"^stopped: 0 {SAFE}$"):
            run(results(), PlayedProducer(at_once=False))


class TestPace:
    def test_events_wait_for_their_turn(self) -> None:
        ticker = PlayedTicker()

        run(mapped(*[event()] * 3), PlayedProducer(), AtRate(4), ticker)

        assert ticker.slept == [0.25, 0.25]

    def test_a_long_wait_looks_after_the_answers_meanwhile(self) -> None:
        ticker = PlayedTicker()
        refused = {0: errors.UnknownError()}
        hour_later = event(NOON + timedelta(hours=1))

        with pytest.raises(FeedError):
            run(mapped(event(), hour_later), PlayedProducer(refused=refused), AtSpeed(1), ticker)

        assert ticker.now < 102

    def test_progress_says_how_far_it_is_and_when_the_next_goes(self) -> None:
        told: list[str] = []
        hour_later = event(NOON + timedelta(hours=1))

        run(mapped(event(), hour_later), PlayedProducer(), AtSpeed(1), progress=told.append)

        assert told[0] == "0 rows read, 1 events acknowledged, 0 on their way, 1 a second, next in 0:59:59"
        assert len(told) > 3000
