"""How long an event waits for its status while a worker has little to do: from its sending until the broker has it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.bench.live.events import opened
from tests.bench.live.ground import PATIENCE, STATUSES, Ground, tell
from tests.bench.live.tables import quantile, show
from tests.eventually import eventually
from tests.kafka.cluster import Cluster

WARM_UP = 3
"""Seconds at the beginning that do not count."""


def latency(cluster: Cluster, folder: Path, a_second: int, seconds: int) -> None:
    """Measure the time from sending to status, with so many events a second."""
    with Ground(cluster, folder) as ground, ground.live("bench-latency") as worker, ground.gauge(STATUSES) as gauge:
        eventually(worker.ready, within=PATIENCE)
        tell(f"latency: {a_second} events a second for {WARM_UP} and then {seconds} s")
        now, warm = datetime.now(UTC).replace(microsecond=0), a_second * WARM_UP
        events = [opened(f"L{number:07}", now - timedelta(minutes=1)) for number in range(warm + a_second * seconds)]
        sent = list(ground.pace(events, a_second))
        gauge.reaches(len(events))
        answered = {output.key: output.at for output in reversed(gauge.records())}
    waits = [(answered[event.key] - at) * 1000 for event, at in list(zip(events, sent, strict=True))[warm:]]
    figures = [f"{quantile(waits, share):,.0f} ms" for share in (0.5, 0.9, 0.99)]
    columns = ("", "events", "p50", "p90", "p99", "most")
    show(
        f"Event to status at {a_second} events/s for {seconds} s",
        columns,
        [("live worker", f"{len(waits):,}", *figures, f"{max(waits):,.0f} ms")],
    )
