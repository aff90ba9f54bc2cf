"""`simulate`: the days of one force that does not exist, as events, and with them what should be found.

Everything is drawn from the seed, report by report: report k is the same however many there are. Nothing is kept but the
events that their feed has not yet delivered, so memory does not grow with the number of reports.
"""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import TextIO

import msgspec

from rules.instants import zone_named
from streams.tools.simulation.feeds import PROMPT, Feed, SimulatedEvent, deliver
from streams.tools.simulation.log import Log, Truth
from streams.tools.simulation.rates import load_rates
from streams.tools.simulation.stories import SPAN, Story, tell

FIRST = datetime(2015, 4, 2, tzinfo=UTC)
"""The simulated force works under the limit of 24 hours, which holds from 1 April 2015."""

__all__ = ["Feed", "Options", "SimulatedEvent", "Story", "simulate", "stories", "truths", "write_simulation"]


@dataclass(frozen=True)
class Options:
    """What to simulate: how many reports from which instant on, and how the feeds behave.

    A report is one log, now and then two. `a_day` reports come in on average, by default as many as the rates say; they
    follow the hours of the local day. Raises ValueError for what cannot be simulated.
    """

    incidents: int
    seed: int
    start: datetime
    force: str = "simulated"
    a_day: float = field(default_factory=lambda: load_rates().a_day)
    feed: Feed = field(default_factory=Feed)
    zone: str = "Europe/London"

    def __post_init__(self) -> None:
        if self.incidents < 0:
            raise ValueError("expected a number of incidents that is not negative")
        if self.a_day <= 0:
            raise ValueError("expected more than no incident a day")
        if self.start.tzinfo is None or self.start < FIRST:
            raise ValueError("expected a start with an offset, on or after 2 April 2015")


def stories(options: Options) -> Iterator[Story]:
    """Yield one report after another in the order of receipt."""
    rates, start = load_rates(), options.start.astimezone(UTC).replace(microsecond=0)
    local = start.astimezone(zone_named(options.zone))
    hour = local.hour + local.minute / 60 + local.second / 3600
    midnight, place = start - timedelta(hours=hour), rates.place_of(hour)
    for number in range(options.incidents):
        rng = Random(f"{options.seed}:{number}")  # noqa: S311
        come = rates.hour_at(place + (number + rng.random()) / options.a_day)
        received = max(midnight + timedelta(seconds=int(come * 3600)), start)
        ref = f"SIM-{received:%Y%m%d}-{number + 1:06}"
        yield tell(options.force, ref, received.replace(microsecond=0), rates, rng)


def end_of(options: Options, last_received: datetime) -> Story:
    """Return the quiet log that ends a simulation, five days after the last receipt, when everything has fallen due."""
    received = last_received + SPAN
    log = Log(options.force, f"SIM-{received:%Y%m%d}-END", received, None, load_rates(), Random(0))  # noqa: S311
    log.opened = received
    log.open("AD_TEST", "end of the simulated period")
    log.found("not_expected")
    return Story(received, log.stated, [{**log.truth, "way": "end", "fault": None}])


def simulate(options: Options, told: Callable[[Story], None] | None = None) -> Iterator[SimulatedEvent]:
    """Yield the events as their feeds deliver them; `told` is called with each report as it comes in.

    The last event in time opens a quiet log five days after the last receipt, so that a replay reaches every deadline.
    """
    serial, waiting = count(), list[tuple[datetime, int, SimulatedEvent]]()
    last = options.start.astimezone(UTC)

    def take(story: Story, feed: Feed, seed: str) -> Iterator[SimulatedEvent]:
        if told is not None:
            told(story)
        for delivered in deliver(story.stated, feed, Random(seed)):  # noqa: S311
            heapq.heappush(waiting, (delivered.arrival, next(serial), delivered))
        while waiting and waiting[0][0] <= story.received:
            yield heapq.heappop(waiting)[2]

    for number, story in enumerate(stories(options)):
        yield from take(story, options.feed, f"{options.seed}:{number}:feed")
        last = story.received
    if options.incidents:
        yield from take(end_of(options, last), PROMPT, "end")
    while waiting:
        yield heapq.heappop(waiting)[2]


def truths(options: Options) -> Iterator[Truth]:
    """Yield what should be found about each log, in the order of receipt of the reports."""
    last = None
    for story in stories(options):
        yield from story.truths
        last = story.received
    if last is not None:
        yield from end_of(options, last).truths


def write_simulation(
    options: Options,
    events_out: TextIO,
    truth_out: TextIO | None = None,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Write the events, and if wanted the truth, as JSON lines; return the number of events.

    `progress` is called with the number of reports that have come in so far, after each of them.
    """
    encode = msgspec.json.Encoder().encode
    reports, written = count(1), 0

    def told(story: Story) -> None:
        if truth_out is not None:
            truth_out.writelines(encode(truth).decode() + "\n" for truth in story.truths)
        done = next(reports)
        if progress is not None and done <= options.incidents:  # the quiet log at the end is no report
            progress(done)

    for delivered in simulate(options, told):
        written += 1
        events_out.write(encode(delivered.event).decode() + "\n")
    return written
