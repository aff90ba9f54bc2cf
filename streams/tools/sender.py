"""Sends what a feed reads to its topics, and counts as sent only what the broker has acknowledged.

Events go as structured CloudEvents under the contract's keys. A row that cannot become an event goes to `dead-letters`
with itself as the value; there the header `topic` is `file:` and the file's name (no topic is called so), `partition` is
0, and `offset` the number of its line.
"""

import os
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from pathlib import PurePath
from typing import Any, NamedTuple, Protocol, TextIO, cast

from rules.events import TOPICS
from rules.instants import parse_instant
from streams.clock import Clock
from streams.kafka.client import DELIVERY, KafkaError, NotAllowed, TimedOut, lacks, said
from streams.kafka.dead_letters import TOPIC as DEAD_LETTERS
from streams.kafka.dead_letters import dead_letter
from streams.kafka.envelope import MAX_BYTES, ErrorType, Refused
from streams.settings import Settings
from streams.tools.accounts import FeedSummary, Passed, Reading, Result, bytes_of, rejection
from streams.tools.feeder import FeedError, FeedStopped
from streams.tools.mapping import Mapped, Rejected
from streams.tools.pace import Pace

STRUCTURED = [("content-type", b"application/cloudevents+json")]
UNANSWERED_BYTES = 16 * 1024 * 1024
"""So many bytes may wait for their acknowledgement before no further row is read."""
_RECORD_OVERHEAD = 1024
_SAY_EVERY = 0.2
_LOOK_EVERY = 1.0
_AT_ONCE_WITHIN = 0.001
_STOP_WITHIN = 5.0

TOPICS_OF_A_FEED = (*TOPICS, DEAD_LETTERS)
_TOPIC_OF = {kind: topic for topic, kinds in TOPICS.items() for kind in kinds}
Headers = list[tuple[str, bytes]]


class Answer(Protocol):
    """The broker's answer to one record, now or later."""

    is_done: bool

    def get(self, timeout: float | None = None) -> object:
        """Wait for the answer; raises what went wrong."""
        ...


class Producer(Protocol):
    """What sends records, in the background and in batches."""

    def send(self, topic: str, value: bytes | None, key: bytes | None, headers: Headers) -> Answer:
        """Take a record to send."""
        ...


class _Waiting(NamedTuple):
    topic: str
    size: int
    answer: Answer


class Sender:
    """Sends records, holds what has no answer yet, and counts by topic what was acknowledged."""

    def __init__(self, producer: Producer, settings: Settings) -> None:
        self.sent: Counter[str] = Counter()
        self._producer = producer
        self._settings = settings
        self._waiting: deque[_Waiting] = deque()
        self._bytes = 0

    @property
    def unanswered(self) -> int:
        """How many records have no answer yet."""
        return len(self._waiting)

    def send(self, topic: str, value: bytes | None, key: bytes | None, headers: Headers) -> None:
        """Send a record, once there is room for it; raises FeedError where it or one before it was refused."""
        while self._bytes > UNANSWERED_BYTES:
            self._take_answer()
        self.settle()
        try:
            answer = self._producer.send(topic, value=value, key=key, headers=headers)
        except KafkaError as error:
            raise FeedError(self._why(topic, error)) from None
        size = len(value or b"") + _RECORD_OVERHEAD
        self._waiting.append(_Waiting(topic, size, answer))
        self._bytes += size

    def settle(self) -> None:
        """Count what has been answered; raises FeedError where that was a refusal."""
        while self._waiting and self._waiting[0].answer.is_done:
            self._take_answer()

    def finish(self) -> None:
        """Wait for all answers; raises FeedError where one was a refusal."""
        while self._waiting:
            self._take_answer()

    def give_up(self) -> None:
        """Take in what is still answered within a moment, refusals too, and wait for nothing more."""
        until = time.monotonic() + _STOP_WITHIN
        while self._waiting:
            topic, _, answer = self._waiting.popleft()
            with suppress(KafkaError):
                answer.get(max(until - time.monotonic(), 0))
                self.sent[topic] += 1

    @property
    def acknowledged(self) -> int:
        """How many events are at the broker for certain."""
        return self.sent.total() - self.sent[DEAD_LETTERS]

    def _take_answer(self) -> None:
        topic, size, answer = self._waiting[0]
        try:
            answer.get(
                (DELIVERY * 1.5).total_seconds()
            )  # a broker that vanishes before its first answer never gives one
        except KafkaError as error:
            raise FeedError(self._why(topic, error)) from None
        self._waiting.popleft()
        self._bytes -= size
        self.sent[topic] += 1

    def _why(self, topic: str, error: Any) -> str:
        if isinstance(error, NotAllowed):
            named = error.args[0] if error.args else topic
            return lacks("Write", named if isinstance(named, str) else ", ".join(sorted(named)), self._settings)
        if isinstance(error, TimedOut):
            return f"{topic}: the Kafka broker at {self._settings.broker} no longer acknowledges what is sent"
        return f"{topic}: {said(error)}"


class Ticker(Protocol):
    """A clock that only ever goes on, and waiting by it: for the pace alone. The module `time` is one."""

    def monotonic(self) -> float:
        """Return the seconds since some moment."""
        ...

    def sleep(self, seconds: float, /) -> None:
        """Wait."""
        ...


def send_feed(
    results: Iterable[Result],
    reading: Reading,
    sender: Sender,
    pace: Pace,
    clock: Clock,
    rejected: TextIO | None = None,
    progress: Callable[[str], None] | None = None,
    ticker: Ticker = time,
) -> FeedSummary:
    """Send what a feed reads, each event when its `pace` says so, and what is rejected to the dead letters.

    `rejected` is written each of these too; `progress` is told in words how far it is. Raises FeedError where it cannot
    go on, and FeedStopped where a person stops it; both say how many events were acknowledged by then.
    """
    summary, course = FeedSummary(sent=sender.sent), _Course(reading, sender, ticker, progress)
    try:
        for result in results:
            summary.count(result)
            match result:
                case Mapped() | Passed():
                    course.wait(pace, result.event["time"])
                    topic, key = _place(result.event)
                    sender.send(topic, bytes_of(result), key, STRUCTURED)
                case Rejected():
                    sender.send(DEAD_LETTERS, *_dead(result, clock))
                    if rejected is not None:
                        rejected.write(rejection(result))
            course.say(ticker.monotonic())
        sender.finish()
    except FeedError as error:
        raise FeedError(f"{error}; {_so_far(sender)}") from None
    except KeyboardInterrupt:
        raise FeedStopped(f"stopped: {_so_far(sender)}") from None
    summary.close(reading)
    return summary


def _so_far(sender: Sender) -> str:
    sender.give_up()
    return f"{sender.acknowledged} events were acknowledged; all can be sent again: a second delivery changes nothing"


def _place(event: dict[str, Any]) -> tuple[str, bytes]:
    """Return the topic and the key of an event, as the contract has them."""
    topic, data = _TOPIC_OF[event["type"]], event["data"]
    ref = data["crime_ref" if topic == "crime-records" else "incident_ref"]
    return topic, f"{data['force']}/{ref}".encode()


def _dead(result: Rejected, clock: Clock) -> tuple[bytes | None, None, Headers]:
    """Return the value, the key and the headers of a dead letter."""
    value = bytes_of(result)
    error_type = "too_large" if len(value) > MAX_BYTES else cast(ErrorType, result.error_type)
    name = os.fsencode(PurePath(result.file).name).decode(errors="replace")
    refused = Refused(error_type, result.error)
    letter, headers = dead_letter(refused, value, f"file:{name}", 0, result.line, clock.now())
    return letter, None, headers


class _Course:
    """How far a feed is: waits as its pace asks, and says so now and then."""

    def __init__(
        self, reading: Reading, sender: Sender, ticker: Ticker, progress: Callable[[str], None] | None
    ) -> None:
        self._reading = reading
        self._sender = sender
        self._ticker = ticker
        self._progress = progress
        self._began = self._said = ticker.monotonic()

    def wait(self, pace: Pace, time: str) -> None:
        """Wait until an event of this time may go, and look after the answers meanwhile."""
        now = self._ticker.monotonic()
        due = pace.due(parse_instant(time), now)
        while due - now > _AT_ONCE_WITHIN:
            self._sender.settle()
            self.say(now, due - now)
            self._ticker.sleep(min(due - now, _LOOK_EVERY))
            now = self._ticker.monotonic()

    def say(self, now: float, ahead: float = 0.0) -> None:
        """Say how far it is, if that was not said a moment ago."""
        if self._progress is None or now - self._said < _SAY_EVERY:
            return
        self._said = now
        acknowledged = self._sender.acknowledged
        text = f"{self._reading.rows:,} rows read, {acknowledged:,} events acknowledged"
        text += f", {self._sender.unanswered:,} on their way, {acknowledged / (now - self._began):,.0f} a second"
        if ahead > _LOOK_EVERY:
            text += f", next in {timedelta(seconds=round(ahead))}"
        self._progress(text)
