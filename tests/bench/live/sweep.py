"""What a sweep costs that finds nothing: the worker does one every second, whatever is open."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from rules.force import ForceProfile
from streams.agents.messages import Seen, key_of, partition_of
from streams.agents.rows import NOWHERE, Summary
from streams.agents.sweep import Schedule
from streams.agents.watermarks import CRIMES, View, Watermarks
from streams.settings import Settings
from tests.bench.live.ground import tell
from tests.bench.live.tables import quantile, show

NOW = datetime(2026, 4, 1, 9, tzinfo=UTC)
SWEEPS = 1_000


def sweep(rows: int) -> None:
    """Measure a sweep over so many incidents none of which is due, and how long it takes to plan them all at a start."""
    figures = []
    for forces in (1, 43):
        tell(f"sweep: {rows:,} rows of {_forces(forces)}")
        schedule, partitions = Schedule(), Settings().partitions
        started = time.perf_counter()
        for number in range(rows):
            force = f"force-{number % forces}"
            key = key_of(force, f"S{number:07}")
            schedule.plan(
                partition_of(key, partitions), key, _row(force, NOW + timedelta(hours=1, seconds=number % 86_400))
            )
        planning = time.perf_counter() - started
        view, took = _views(partitions), list[float]()
        for _ in range(SWEEPS):
            started = time.perf_counter()
            taken = schedule.take(view)
            took.append(time.perf_counter() - started)
            assert not taken
        micro = [f"{quantile(took, share) * 1e6:,.0f}" for share in (0.5, 0.99)]
        figures.append((_forces(forces), f"{planning / rows * 1e6:.1f}", *micro))
    title = f"Sweep over {rows:,} rows, none due, {SWEEPS:,} times, {partitions} partitions"
    show(title, ("", "planning, us a row", "sweep p50, us", "p99, us"), figures)


def _forces(count: int) -> str:
    return "1 force" if count == 1 else f"{count} forces"


def _row(force: str, due: datetime) -> Summary:
    return Summary(NOWHERE, force, "", due, None, "North", "monitoring", "violence_without_injury", due, [], due, False)


def _views(partitions: int) -> Callable[[int, str], View]:
    """Return what an incident agent has for a view, with the crime feed read up to now."""
    watermarks = Watermarks({CRIMES}, Settings().hold)
    for partition in range(partitions):
        watermarks.take(partition, Seen(CRIMES, 0, 1, NOW, {}))
    profiles: dict[str, ForceProfile] = {}

    def view(partition: int, force: str) -> View:
        profile = profiles.get(force) or profiles.setdefault(force, ForceProfile(force=force))
        return watermarks.view(partition, profile, NOW)

    return view
