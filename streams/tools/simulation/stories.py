"""One report of the simulated force, from the truth that is chosen for it to what its logs state."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from streams.tools.simulation import cancellations, excused, faults, right_ways
from streams.tools.simulation.log import Log, Stated, Truth
from streams.tools.simulation.narratives import quiet
from streams.tools.simulation.rates import Rates
from streams.tools.simulation.right_ways import merge
from streams.tools.simulation.ways import WAYS, ways_of

NO_CRIME = "no_crime"
SPAN = timedelta(days=5)
"""Everything about a report happens, and everything it is owed falls due, within this of its receipt."""

WRITERS = (right_ways, excused, cancellations, faults)
"""The modules that register the ways."""


@dataclass(frozen=True)
class Story:
    """What was stated about one report, and the truth of each of its logs."""

    received: datetime
    stated: list[Stated]
    truths: list[Truth]


def choose(rates: Rates, rng: Random) -> tuple[str | None, str]:
    """Choose the truth of a report: the family of its crime, None if it tells of none, and the way it goes."""
    if rng.random() >= rates.with_crime:
        return None, NO_CRIME
    family = rates.families.draw(rng)
    if rng.random() < rates.excused[family]:
        pool = "excused"
    elif rng.random() >= rates.recorded[family]:
        pool = "unrecorded"
    else:
        pool = "in_time" if rng.random() < rates.within_a_day else "late"
    return family, ways_of(pool, family).draw(rng)


def tell(force: str, ref: str, received: datetime, rates: Rates, rng: Random) -> Story:
    """Choose the truth of a report and write its logs."""
    family, way = choose(rates, rng)
    log = Log(force, ref, received, family, rates, rng)
    if family is None:
        no_crime(log)
        fault = False
    else:
        WAYS[way].write(log)
        fault = WAYS[way].fault
    logs = [log] if log.second is None else [log, log.second]
    truths = [{**one.truth, "way": way, "fault": way if fault else None} for one in logs]
    return Story(received, [stated for one in logs for stated in one.stated], truths)


def no_crime(log: Log) -> None:
    """Write a log that tells of no crime, and now and then a second one that is merged into it."""
    rng = log.rng
    about = log.rates.no_crime.draw(rng)
    log.open(about, quiet(about, rng))
    for hours in (0.1, 0.6, 1.2)[: rng.choice((0, 1, 1, 2, 3))]:
        log.note(log.later(log.opened, hours, hours + 0.4))
    if rng.random() < 0.95:
        closing = about if rng.random() < 0.9 else log.rates.no_crime.draw(rng)
        reason = "dealt with on scene" if rng.random() < 0.5 else None
        log.close(log.later(log.opened, 1.7, 12), closing, reason=reason, decided_by="officer" if reason else None)
    log.found("not_expected")
    if rng.random() < log.rates.second_log:
        second = log.follow(log.later(log.received, 0.02, 0.8))
        second.open(about, quiet(about, rng))
        merge(second, log.ref)
        second.found("merged")
