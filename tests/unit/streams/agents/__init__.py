"""The live path without Kafka: a clock that the test moves, a flush that keeps what it is given, tables of dictionaries."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from rules.events import TOPICS
from rules.examples import FORCE
from rules.force import Feed, ForceProfile
from streams.agents.force_watch import ForceWatch
from streams.agents.inboxes import Inboxes
from streams.agents.messages import Message, Origin, Seen, decode
from streams.agents.watermarks import RELAYS, View, Watermarks
from streams.kafka.state import Flush, Headers, StateTable
from streams.outward.alertmanager import Pager
from streams.outward.metrics import Metrics
from streams.outward.notices import Notices
from streams.settings import Forces
from tests.unit.rules.given import OPENED_AT

HOLD = timedelta(minutes=2)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
PARTITIONS = 4
FEEDS = (*TOPICS, RELAYS)
ORIGIN = Origin("incident-log", 3, 17, "incident.updated")
HABIT = ForceProfile(force=FORCE, feeds={"crime-records": Feed(silent_after=timedelta(hours=2))})
"""A force whose crime feed is never silent, or behind, for longer than two hours."""


class MovedClock:
    """A clock that stands where the test has put it."""

    def __init__(self, at: datetime = OPENED_AT) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


class Sent(NamedTuple):
    topic: str
    key: bytes | None
    value: bytes | None
    partition: int | None
    headers: Headers | None


class KeptFlush(Flush):
    """Keeps what is to be sent, and which events were handled, in their order."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.handled: list[Any] = []
        self.thens: list[Callable[[], None]] = []
        self.moving = False

    @property
    def suspended(self) -> bool:
        return self.moving

    def send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        partition: int | None = None,
        headers: Headers | None = None,
    ) -> None:
        self.sent.append(Sent(topic, key, value, partition, headers))

    def done(self, event: Any) -> None:
        self.handled.append(event)

    def then(self, do: Callable[[], None]) -> None:
        self.thens.append(do)

    async def events(self, stream: Any) -> AsyncIterator[Any]:
        for event in stream:
            yield event

    def to(self, topic: str) -> list[Sent]:
        return [sent for sent in self.sent if sent.topic == topic]

    def messages(self, topic: str) -> list[tuple[str, Message]]:
        """What was sent to an inbox: the key, and the message; without words of how far a feed was read."""
        read = [((sent.key or b"").decode(), decode(sent.value or b"")) for sent in self.to(topic)]
        return [(key, message) for key, message in read if not isinstance(message, Seen)]

    def seen(self, topic: str) -> list[tuple[int | None, Seen]]:
        read = [(sent.partition, decode(sent.value or b"")) for sent in self.to(topic)]
        return [(partition, message) for partition, message in read if isinstance(message, Seen)]


class KeptTable(StateTable):
    """Rows by partition and key, of partitions that are all owned unless said otherwise."""

    def __init__(self, owned: Iterable[int] = range(PARTITIONS)) -> None:
        self.owned = frozenset(owned)
        self.parts: dict[int, dict[bytes, bytes]] = {}

    def get(self, partition: int, key: bytes) -> bytes | None:  # type: ignore[override]
        return self.parts.get(partition, {}).get(key)

    def put(self, partition: int, key: bytes, row: bytes | None) -> None:
        rows = self.parts.setdefault(partition, {})
        if row is None:
            rows.pop(key, None)
        else:
            rows[key] = row

    def rows(self, partition: int) -> Iterator[tuple[bytes, bytes]]:
        yield from self.parts.get(partition, {}).items()


@dataclass
class Record:
    """A record as an agent is given it."""

    value: bytes | None
    key: bytes | None = None
    topic: str = "incident-log"
    partition: int = 0
    offset: int = 0
    headers: Mapping[str, bytes] | list[tuple[str, bytes]] | None = None


@dataclass
class Event:
    """An event of a stream, with its record as Faust hands it over."""

    message: Record


def inboxes(flush: Flush) -> Inboxes:
    return Inboxes(flush, "monitor", PARTITIONS)


def pager_of(clock: MovedClock, *addresses: str) -> Pager:
    """What tells the Alertmanagers at some addresses, every minute, and links to a page for supervisors."""
    return Pager(addresses, MINUTE, clock, notices())


def notices() -> Notices:
    """The words of what Alertmanager is told, with four hours to take what is critical, and a day for the next."""
    return Notices(Forces({}), "https://desk.example/", {"critical": 4 * HOUR, "high": 24 * HOUR})


def watch_of(flush: Flush, clock: MovedClock, metrics: Metrics, forces: Forces, watermarks: Watermarks) -> ForceWatch:
    """The watch over the forces, with a table of its own."""
    severities = frozenset({"critical", "high"})
    watch = ForceWatch(flush, clock, metrics, forces, watermarks, PARTITIONS, severities, pager_of(clock))
    watch.table = KeptTable()
    return watch


def counted(metrics: Metrics, name: str, **labels: str) -> float:
    """The sum of all series of a metric whose labels have these values."""
    samples = (sample for family in metrics.registry.collect() for sample in family.samples)
    return sum(
        sample.value for sample in samples if sample.name == name and labels.items() <= dict(sample.labels).items()
    )


def read_up_to(at: datetime, *, stale: bool = False, catching_up: bool = False, judged: datetime | None = None) -> View:
    """What may be said once all feeds were read up to an instant."""
    return View(at if judged is None else judged, at, at, stale, catching_up)


def everything_read(partition: int, at: datetime) -> list[tuple[int, Seen]]:
    """The words that say of every feed that it was read up to an instant, as they come over a partition."""
    return [(partition, Seen(feed, 0, 1, at, {})) for feed in FEEDS]
