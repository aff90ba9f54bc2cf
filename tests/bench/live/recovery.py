"""A worker is killed, a deadline passes, another worker starts: how long until it is ready and the alert is out."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from tests.bench.live.events import new_incidents, opened
from tests.bench.live.ground import ALERTS, PATIENCE, STATUSES, Ground, resident_mib, tell
from tests.bench.live.tables import show
from tests.eventually import eventually
from tests.integration.workers import Worker
from tests.kafka.cluster import Cluster

APPLICATION = "bench-recovery"
LIMIT = timedelta(hours=24)
MARGIN = timedelta(seconds=12)
"""How long before its deadline the one incident is sent whose deadline passes while no worker runs."""


def recovery(cluster: Cluster, folder: Path, incidents: int) -> None:
    """Measure a start after a kill and one after a stop, with so many open incidents, and what each of them weighs."""
    with Ground(cluster, folder) as ground:
        with ground.live(APPLICATION) as worker:
            eventually(worker.ready, within=PATIENCE)
            empty = resident_mib(worker)
            tell(f"recovery: {incidents:,} incidents are opened")
            with ground.gauge(STATUSES) as gauge:
                ground.lay(new_incidents(incidents, ago=timedelta(hours=1)))
                gauge.reaches(incidents)
            grown = resident_mib(worker)
            deadline = _about_to_be_overdue(ground)
            assert datetime.now(UTC) < deadline, "the deadline has passed before the worker was killed"
            worker.kill()
        killed = time.time()
        time.sleep(max((deadline - datetime.now(UTC)).total_seconds(), 0.0) + 1.0)
        tell("recovery: the worker was killed, and its deadline has passed; a new one starts")
        with ground.gauge(ALERTS) as gauge, _started(ground) as (worker, started, ready):
            restored = resident_mib(worker)
            gauge.reaches(2)  # that it was due soon is resolved, and that it is overdue is raised
            (first,) = (said for said in gauge.records() if msgspec.json.decode(said.value)["kind"] == "overdue")
            alert = msgspec.json.decode(first.value)
            assert (alert["incident_ref"], alert["feed_stale"]) == ("OVERDUE", False)
            worker.term()
        tell("recovery: the worker was stopped, and a new one starts")
        with _started(ground) as (worker, _, again):
            pass
    show(
        f"Recovery with {incidents:,} open incidents",
        ("", "seconds"),
        [
            ("from kill -9 to the start of the next worker", f"{started - killed:.1f}"),
            ("from its start to /ready", f"{ready:.1f}"),
            ("from its start to the overdue alert at the broker", f"{first.at - started:.1f}"),
            ("from kill -9 to the overdue alert", f"{first.at - killed:.1f}"),
            ("to /ready where the worker before was stopped with TERM", f"{again:.1f}"),
        ],
    )
    show(
        f"Memory with {incidents:,} open incidents",
        ("", "MiB", "bytes an incident"),
        [
            ("ready, with none", f"{empty:,.0f}", ""),
            ("after all were opened", f"{grown:,.0f}", f"{(grown - empty) * 2**20 / incidents:,.0f}"),
            ("in the next worker, restored", f"{restored:,.0f}", f"{(restored - empty) * 2**20 / incidents:,.0f}"),
        ],
    )


def _about_to_be_overdue(ground: Ground) -> datetime:
    """Open one incident whose deadline is near, wait until it is in its row, and return the deadline."""
    deadline = datetime.now(UTC).replace(microsecond=0) + MARGIN
    with ground.gauge(STATUSES) as gauge:
        ground.lay([opened("OVERDUE", deadline - LIMIT, at=datetime.now(UTC))])
        gauge.reaches(1)
    return deadline


@contextmanager
def _started(ground: Ground) -> Iterator[tuple[Worker, float, float]]:
    """Start a worker; lend it with the second since 1970 of its start and how many seconds it took to be ready."""
    started = time.time()
    with ground.live(APPLICATION) as worker:
        eventually(worker.ready, within=PATIENCE, every=timedelta(milliseconds=100))
        yield worker, started, time.time() - started
