"""The demo's force: it does not exist, its last two days lie just behind an instant, and it goes on after it.

A day before that instant the force had a busy hour or two, so that deadlines fall due every few seconds.
"""

import heapq
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count, pairwise
from random import Random
from typing import Final, NamedTuple

import msgspec

from streams.clock import Clock
from streams.tools.simulation.feeds import Feed, SimulatedEvent, deliver
from streams.tools.simulation.rates import load_rates
from streams.tools.simulation.stories import tell

FORCE: Final = "simulated"
SEED: Final = 6
FEED: Final = Feed(0.02, 0.03, timedelta(seconds=20), timedelta(), 0, timedelta())
"""Now and then an event comes twice or a little late; the records system sends everything at once, so that what is shown
as overdue is so."""


class _Spell(NamedTuple):
    """From when on, by the force's present, one report comes in so often."""

    since: timedelta
    every: timedelta


_SPELLS: Final = (
    _Spell(timedelta(hours=-48), timedelta(seconds=120)),
    _Spell(timedelta(hours=-24, minutes=-1), timedelta(seconds=0.5)),
    _Spell(timedelta(hours=-24, minutes=5), timedelta(seconds=1)),
    _Spell(timedelta(hours=-24, minutes=15), timedelta(seconds=6)),
    _Spell(timedelta(hours=-22), timedelta(seconds=120)),
    _Spell(timedelta(), timedelta(seconds=10)),
    _Spell(timedelta.max, timedelta()),
)


def receipts(present: datetime) -> Iterator[datetime]:
    """Yield when the reports come in, in order and without end, from two days before an instant on."""
    for spell, following in pairwise(_SPELLS):
        at = spell.since
        for number in count():
            at = spell.since + number * spell.every
            if at >= following.since:
                break
            jitter = Random(f"{SEED}:{at}").random() * spell.every  # noqa: S311
            yield (present + at + jitter).replace(microsecond=0)


def events(present: datetime) -> Iterator[SimulatedEvent]:
    """Yield the force's events in the order in which its feeds deliver them, without end."""
    rates, serial, waiting = load_rates(), count(), list[tuple[datetime, int, SimulatedEvent]]()
    for number, received in enumerate(receipts(present), start=1):
        rng = Random(f"{SEED}:{number}")  # noqa: S311
        story = tell(FORCE, f"SIM-{received:%Y%m%d}-{number:06}", received, rates, rng)
        for delivered in deliver(story.stated, FEED, rng):
            heapq.heappush(waiting, (delivered.arrival, next(serial), delivered))
        while waiting and waiting[0][0] <= received:
            yield heapq.heappop(waiting)[2]


def live_lines(clock: Clock, wait: Callable[[float], object]) -> Iterator[str]:
    """Yield the force's events as JSON lines, each as soon as it has come in; `wait` is given the seconds until then."""
    encode = msgspec.json.Encoder().encode
    for delivered in events(clock.now()):
        if (ahead := (delivered.arrival - clock.now()).total_seconds()) > 0:
            wait(ahead)
        yield encode(delivered.event).decode() + "\n"
