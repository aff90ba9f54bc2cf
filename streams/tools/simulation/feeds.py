"""What the feeds make of what was stated: they deliver late, twice and out of order, and never untruly."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple

from streams.tools.simulation.log import SOURCE, Event, Stated

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
RECORDS = SOURCE + "records"


@dataclass(frozen=True)
class Feed:
    """How the force's feeds behave: shares of events from 0 to 1, and how long they may lie.

    `repeated` come twice; `disordered` come up to `disorder_within` late, so that others overtake them; events of crime
    records come with the next export, every `export_every`, and the share `export_missed` up to `missed_by` later still.
    """

    repeated: float = 0.02
    disordered: float = 0.03
    disorder_within: timedelta = timedelta(hours=2)
    export_every: timedelta = timedelta(minutes=15)
    export_missed: float = 0.01
    missed_by: timedelta = timedelta(hours=12)

    def __post_init__(self) -> None:
        shares = (self.repeated, self.disordered, self.export_missed)
        if not all(0 <= share <= 1 for share in shares):
            raise ValueError("expected shares from 0 to 1")
        if min(self.disorder_within, self.export_every, self.missed_by) < timedelta():
            raise ValueError("expected spans that are not negative")


PROMPT = Feed(0, 0, timedelta(), timedelta(), 0, timedelta())
"""A feed that delivers everything once and at its time."""


class SimulatedEvent(NamedTuple):
    """An event and when the feed delivers it; the event's own `time` stays when it happened."""

    arrival: datetime
    event: Event


def deliver(stated: Iterable[Stated], feed: Feed, rng: Random) -> Iterator[SimulatedEvent]:
    """Yield what the feed makes of some events, in no particular order."""
    for at, event in stated:
        arrival = at
        if feed.export_every and event["source"] == RECORDS:
            arrival += (EPOCH - at) % feed.export_every
            if rng.random() < feed.export_missed:
                arrival += feed.missed_by * rng.random()
        if rng.random() < feed.disordered:
            arrival += feed.disorder_within * rng.random()
        yield SimulatedEvent(arrival, event)
        if rng.random() < feed.repeated:
            yield SimulatedEvent(arrival + feed.disorder_within * rng.random(), event)
