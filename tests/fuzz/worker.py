"""A whole worker without a broker: what comes in goes through intake and both inboxes, one message at a time."""

import asyncio
from collections import Counter, deque
from datetime import datetime, timedelta
from typing import Any

from rules.rulebook import Rulebook
from streams.agents.crimes import CrimeAgent
from streams.agents.incidents import IncidentAgent
from streams.agents.intake import Intake
from streams.agents.judge import Judge
from streams.agents.pages import Pages
from streams.agents.watermarks import CRIMES, Watermarks
from streams.outward.metrics import Metrics
from streams.settings import Forces, Settings
from tests.fuzz.mutations import Raw
from tests.unit.streams.agents import (
    FEEDS,
    HOLD,
    PARTITIONS,
    Event,
    KeptFlush,
    KeptTable,
    MovedClock,
    Record,
    Sent,
    inboxes,
    pager_of,
    watch_of,
)

MESSAGES = 2_000
"""How many messages may follow from one record: beyond that the incidents talk without an end."""
RETENTION = timedelta(days=396)


class Worker:
    """Intake, the crime agent and the incident agent, with rows in dictionaries, at a clock that stands."""

    def __init__(self, book: Rulebook, at: datetime) -> None:
        self.flush, self.clock = KeptFlush(), MovedClock(at)
        forces = Forces({})
        self.metrics = Metrics(forces, book, self.clock)
        both, hears = inboxes(self.flush), Watermarks(set(FEEDS), HOLD)
        watch = watch_of(self.flush, self.clock, self.metrics, forces, hears)
        self._intake = Intake(self.flush, both, book.lexicon, self.clock, self.metrics, forces)
        self._crimes = CrimeAgent(
            self.flush, both, self.clock, self.metrics, forces, Watermarks({CRIMES}, HOLD), RETENTION, broker={}
        )
        self._incidents = IncidentAgent(
            self.flush,
            both,
            self.clock,
            self.metrics,
            forces,
            Judge(forces, book, Settings().page_severities, HOLD),
            hears,
            watch,
            Pages(Settings().page_limit, PARTITIONS),
            pager_of(self.clock),
            RETENTION,
            broker={},
        )
        self._crimes.table, self._incidents.table = KeptTable(), KeptTable()
        self._agents: dict[str, Any] = {both.crimes: self._crimes, both.incidents: self._incidents}
        self._offset = 0
        self.failures: Counter[str] = Counter()

    async def take(self, raw: Raw) -> None:
        """Take in a record and all that follows from it; what fails on the way is counted in `failures`."""
        self._offset += 1
        event: Any = Event(Record(raw.value, b"key", raw.topic, 0, self._offset, raw.headers))
        self._intake.take(event)
        waiting = self._sent()
        for _ in range(MESSAGES):
            if not waiting:
                return
            sent = waiting.popleft()
            self._offset += 1
            record = Record(sent.value, sent.key, sent.topic, sent.partition or 0, self._offset)
            await self._agents[sent.topic].run([Event(record)])
            waiting += self._sent()
        raise AssertionError(f"more than {MESSAGES} messages follow from one record")

    def _sent(self) -> deque[Sent]:
        """Return the messages that are on their way, and forget what else was sent."""
        sent, self.flush.sent[:] = list(self.flush.sent), []
        self.flush.handled.clear()
        self.flush.thens.clear()
        for letter in sent:
            if letter.topic == "dead-letters":
                headers = dict(letter.headers or ())
                if headers["error_type"] == b"processing_failed":
                    self.failures[headers["error"].decode()] += 1
        return deque(each for each in sent if each.topic in self._agents)

    def counted(self) -> Counter[str]:
        """Return how many events became what."""
        found: Counter[str] = Counter()
        for family in self.metrics.registry.collect():
            for sample in family.samples:
                if sample.name == "recording_events_total":
                    found[sample.labels["result"]] += int(sample.value)
        return found


def run(worker: Worker, records: list[Raw]) -> None:
    """Have a worker take in records, one after the other."""

    async def all_of_them() -> None:
        for record in records:
            await worker.take(record)

    asyncio.run(all_of_them())
