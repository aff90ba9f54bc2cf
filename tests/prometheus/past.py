"""A force's week as its worker's metrics: the live path itself, without Kafka, by a clock that walks from step to step.

Each event goes through intake, crimes and incidents as it would have come. The force of this week does well: what the
simulation does wrong on purpose is left out, so that no alert has anything to say.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from prometheus_client.utils import floatToGoString

from rules.book_files import load_rulebook
from rules.events import TOPICS
from rules.force import Feed, ForceProfile
from streams.agents.crimes import CrimeAgent
from streams.agents.force_watch import ForceWatch
from streams.agents.inboxes import Inboxes
from streams.agents.incidents import IncidentAgent
from streams.agents.intake import TOPIC_OF, Intake
from streams.agents.judge import Judge
from streams.agents.messages import Seen
from streams.agents.pages import Pages
from streams.agents.watermarks import CRIMES, RELAYS, Watermarks
from streams.outward.metrics import Metrics
from streams.outward.vitals import Vitals, VitalSigns
from streams.settings import Forces
from streams.tools.simulate import Options, stories
from streams.tools.simulation.feeds import PROMPT, deliver
from streams.tools.simulation.log import AREAS
from tests.unit.streams.agents import Event, KeptFlush, KeptTable, MovedClock, Record, pager_of

FORCE = "Simulated"
WEEK = timedelta(days=7)
STEP = timedelta(minutes=2)
HOLD = timedelta(minutes=2)
SEED = 11
A_DAY = 90
HABITS = {feed: Feed(silent_after=timedelta(hours=6)) for feed in TOPICS if feed != "recording-decisions"}
PROFILE = ForceProfile.model_validate({"force": FORCE, "areas": AREAS, "feeds": HABITS})


class Series(NamedTuple):
    """One series: the metric's name and type, its own name, its labels."""

    family: str
    type: str
    name: str
    labels: tuple[tuple[str, str], ...]


Bent = Callable[[Series, datetime, datetime, float], float]
"""What a series shows at an instant, given when the week ends and what it showed."""


class Past:
    """One worker that owns everything, on an inbox of one partition, and its metrics."""

    def __init__(self, start: datetime) -> None:
        self.clock, self.flush = MovedClock(start), KeptFlush()
        book, forces, pager = load_rulebook(), Forces({FORCE: PROFILE}), pager_of(self.clock)
        self.metrics = Metrics([PROFILE], book, self.clock)
        self.metrics.registry.register(VitalSigns(lambda: Vitals(True, 0, 0, 0, self.incidents.waiting)))
        self.inboxes = Inboxes(self.flush, "past", 1)
        kept, grave = timedelta(days=396), frozenset({"critical", "high"})
        of_crimes, of_all = Watermarks({CRIMES}, HOLD), Watermarks({*TOPICS, RELAYS}, HOLD)
        common = (self.flush, self.inboxes, self.clock, self.metrics, forces)
        self.intake = Intake(self.flush, self.inboxes, book.lexicon, self.clock, self.metrics, forces)
        self.crimes = CrimeAgent(*common, of_crimes, kept, {})
        watch = ForceWatch(self.flush, self.clock, self.metrics, forces, of_all, 1, grave, pager)
        judge = Judge(forces, book, grave, HOLD)
        self.incidents = IncidentAgent(*common, judge, of_all, watch, Pages(100, 1), pager, kept, {})
        self.crimes.table, self.incidents.table, watch.table = (KeptTable((0,)) for _ in range(3))
        self._offsets = Counter[str]()

    async def take(self, event: dict[str, Any]) -> None:
        """Take in an event as it comes on its topic, and whatever follows from it."""
        topic = TOPIC_OF[event["type"]]
        record: Any = Event(self._record(topic, None, json.dumps(event).encode()))
        self.intake.take(record)
        await self._settle()

    async def beat(self) -> None:
        """Say that all feeds have been read up to now, look at what is due, and at the books each hour."""
        now = self.clock.now()
        for feed in TOPICS:
            inbox = self.inboxes.crimes if feed == CRIMES else self.inboxes.incidents
            self.inboxes.everywhere(inbox, Seen(feed, 0, 1, now, self.intake.newest.get((feed, 0), {})))
        self.metrics.heartbeat("intake", now)
        self.metrics.behind({(topic, 0): 0 for topic in (*TOPICS, self.inboxes.crimes, self.inboxes.incidents)})
        if now.minute < STEP.seconds / 60:
            self.metrics.compared(now, {FORCE: 0})
        await self._settle()
        self.incidents.sweep()
        self.crimes.sweep()
        await self._settle()

    async def _settle(self) -> None:
        while self.flush.sent:
            sent, self.flush.sent = self.flush.sent, []
            self.flush.thens.clear()
            self.flush.handled.clear()
            agents = ((self.crimes.run, self.inboxes.crimes), (self.incidents.run, self.inboxes.incidents))
            for run, inbox in agents:
                await run([Event(self._record(inbox, each.key, each.value)) for each in sent if each.topic == inbox])

    def _record(self, topic: str, key: bytes | None, value: bytes | None) -> Record:
        self._offsets[topic] += 1
        return Record(value, key, topic, 0, self._offsets[topic])


class Recording:
    """What every series showed, step by step, up to an instant."""

    def __init__(self, end: datetime) -> None:
        self.times: list[datetime] = []
        self.values: dict[Series, list[tuple[int, float]]] = {}
        asyncio.run(self._live(end))

    async def _live(self, end: datetime) -> None:
        past, events = Past(end - WEEK), deliveries(end)
        coming = next(events)
        while past.clock.at < end:
            past.clock.at += STEP
            while coming[0] <= past.clock.at:
                await past.take(coming[1])
                coming = next(events)
            await past.beat()
            self._note(past)

    def _note(self, past: Past) -> None:
        step = len(self.times)
        self.times.append(past.clock.at)
        for family in past.metrics.registry.collect():
            for sample in family.samples:
                series = Series(family.name, family.type, sample.name, tuple(sample.labels.items()))
                self.values.setdefault(series, []).append((step, sample.value))

    def write(
        self,
        file: Path,
        until: datetime,
        *,
        bent: Bent = lambda series, at, end, value: value,
        since: timedelta = WEEK,
    ) -> None:
        """Write the last of it as OpenMetrics, as if it had ended at an instant.

        `bent` may change what a series showed; it is asked before times are moved.
        """
        end, family = self.times[-1], ""
        moved = until - end
        with file.open("w") as out:
            for series in sorted(self.values):
                if series.family != family:
                    family = series.family
                    out.write(f"# TYPE {family} {series.type}\n")
                labels = {**dict(series.labels), "instance": "past", "job": "recording-monitor"}
                name = f"{series.name}{{{','.join(f'{label}={json.dumps(text)}' for label, text in labels.items())}}}"
                says_when = moved.total_seconds() if series.name.endswith("_timestamp_seconds") else 0.0
                for step, value in self.values[series]:
                    at = self.times[step]
                    if end - at <= since:
                        shown = _written(bent(series, at, end, value) + says_when)
                        out.write(f"{name} {shown} {(at + moved).timestamp():.0f}\n")
            out.write("# EOF\n")


def _written(value: float) -> str:
    return str(floatToGoString(value))  # type: ignore[no-untyped-call]


def deliveries(end: datetime) -> Iterator[tuple[datetime, dict[str, Any]]]:
    """Yield the events of the week before an instant as they come in, of reports that were dealt with as they should be."""
    options = Options(int(A_DAY * 9), SEED, end - WEEK, FORCE, A_DAY)
    told = [story for story in stories(options) if all(truth["fault"] is None for truth in story.truths)]
    delivered = [each for story in told for each in deliver(story.stated, PROMPT, Random(SEED))]
    for each in sorted(delivered, key=lambda each: each.arrival):
        yield each.arrival, dict(each.event)
