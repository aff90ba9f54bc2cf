"""Many deadlines in one second: how long until the last overdue alert is out, and whether the gravest came first."""

from bisect import bisect_right, insort
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import time

import msgspec

from rules.codes import GRAVITY
from tests.bench.live.events import Sent, opened
from tests.bench.live.ground import ALERTS, PATIENCE, STATUSES, Ground, tell
from tests.bench.live.tables import show
from tests.eventually import eventually
from tests.integration.worker_main import MovedClock
from tests.kafka.cluster import Cluster

START = datetime(2026, 4, 1, 9, tzinfo=UTC)
LIMIT = timedelta(hours=24)
CODES = ("THEFT", "RAPE", "DRUGS", "ROBBERY", "VEHICLE", "SEXUAL", "DAMAGE", "HARASSMENT", "BURGLARY", "PUBLIC_ORDER")


def burst(cluster: Cluster, folder: Path, incidents: int) -> None:
    """Measure so many deadlines that pass within one second, with a clock that is moved over them."""
    clock = MovedClock(folder / "clock")
    clock.move(START)
    with Ground(cluster, folder) as ground, ground.worker(clock=folder / "clock") as worker:
        eventually(worker.ready, within=PATIENCE)
        tell(f"burst: {incidents:,} incidents are opened")
        with ground.gauge(STATUSES) as gauge:
            ground.lay(_in_one_second(incidents))
            gauge.reaches(incidents)
        tell("burst: the clock is moved over their deadlines")
        with ground.gauge(ALERTS) as gauge:
            moved = time()
            clock.run_from(START + LIMIT + timedelta(seconds=1))
            gauge.settles(incidents)
            records = gauge.records()
    found: dict[str, tuple[float, str]] = {}
    for record in records:
        alert = msgspec.json.decode(record.value)
        if alert["kind"] == "overdue":
            found.setdefault(alert["incident_ref"], (record.at - moved, alert["offence_group"]))
    assert len(found) == incidents, f"expected overdue alerts about {incidents:,} incidents, found {len(found):,}"
    _show(sorted(found.values()))


def _in_one_second(incidents: int) -> Iterator[Sent]:
    for number in range(incidents):
        received = START + timedelta(milliseconds=number * 1000 // incidents)
        yield opened(f"B{number:07}", received, f"CRIME_{CODES[number % len(CODES)]}", at=START)


def _show(alerts: Sequence[tuple[float, str]]) -> None:
    by_group: dict[str, list[float]] = {}
    for at, group in alerts:
        by_group.setdefault(group, []).append(at)
    rows = [
        (group, f"{len(by_group[group]):,}", *(f"{at:.1f}" for at in _marks(by_group[group])))
        for group in sorted(by_group, key=GRAVITY.__getitem__)
    ]
    first, last = alerts[0][0], alerts[-1][0]
    rows.append(("all", f"{len(alerts):,}", *(f"{at:.1f}" for at in _marks([at for at, _ in alerts]))))
    share = in_order([GRAVITY[group] for _, group in alerts])
    show(
        f"Burst of {len(alerts):,} deadlines in one second: {len(alerts) / max(last - first, 1e-3):,.0f} alerts/s;"
        f" of two of unlike gravity the graver came first in {share:.1%}",
        ("offence group, gravest first", "incidents", "first after s", "median", "last"),
        rows,
    )


def _marks(times: Sequence[float]) -> tuple[float, float, float]:
    return min(times), median(times), max(times)


def in_order(places: Sequence[int]) -> float:
    """Return of how many pairs of unlike places, the smaller ought to come first, it does."""
    seen: list[int] = []
    right = pairs = 0
    counts: dict[int, int] = {}
    for place in places:
        before = bisect_right(seen, place)
        alike = counts.get(place, 0)
        right += before - alike
        pairs += len(seen) - alike
        insort(seen, place)
        counts[place] = alike + 1
    return right / pairs if pairs else 1.0
