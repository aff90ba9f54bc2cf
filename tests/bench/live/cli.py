"""`python -m tests.bench live`: every part, or those that are named."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from tests.bench.live.backlog import backlog
from tests.bench.live.burst import burst
from tests.bench.live.desk import desk
from tests.bench.live.first_load import first_load
from tests.bench.live.latency import latency
from tests.bench.live.profile import profile
from tests.bench.live.recovery import recovery
from tests.bench.live.sweep import sweep
from tests.kafka.cluster import Cluster

PARTS = ("backlog", "latency", "recovery", "burst", "sweep")
_SIZE = click.IntRange(min=1)


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice([*PARTS, "desk", "first", "profile"]))
@click.option("--events", type=_SIZE, default=20_000, show_default=True, help="The size of a backlog.")
@click.option("--rounds", type=_SIZE, default=2, show_default=True, help="How often each takes a backlog.")
@click.option("--rate", type=_SIZE, default=100, show_default=True, help="Events a second for the latency.")
@click.option("--seconds", type=_SIZE, default=20, show_default=True, help="For how long the latency is measured.")
@click.option("--open", "held", type=_SIZE, default=50_000, show_default=True, help="Incidents open at a recovery.")
@click.option("--burst", "deadlines", type=_SIZE, default=10_000, show_default=True, help="Deadlines in one second.")
@click.option("--rows", type=_SIZE, default=200_000, show_default=True, help="Incidents that a sweep looks at.")
@click.option("--alerts", type=_SIZE, default=5_000, show_default=True, help="Open alerts on the supervisors' page.")
@click.option("--pages", type=_SIZE, default=200, show_default=True, help="Pages that are open at once.")
@click.option("--year", type=_SIZE, default=400_000, show_default=True, help="Incidents of a first load.")
def live(
    parts: Sequence[str],
    events: int,
    rounds: int,
    rate: int,
    seconds: int,
    held: int,
    deadlines: int,
    rows: int,
    alerts: int,
    pages: int,
    year: int,
) -> None:
    """Measure the live path on one Kafka node: all PARTS but desk, first and profile, or those that are named."""
    parts = parts or PARTS
    if "sweep" in parts:
        sweep(rows)
    if set(parts) == {"sweep"}:
        return
    if missing := [program for program in ("java", "mvn") if shutil.which(program) is None]:
        raise click.UsageError(
            f"expected {' and '.join(missing)}, for Apache Kafka: make machine installs what is needed"
        )
    with _cluster() as (cluster, folder):
        if "backlog" in parts:
            backlog(cluster, folder, events, rounds)
        if "latency" in parts:
            latency(cluster, folder, rate, seconds)
        if "recovery" in parts:
            recovery(cluster, folder, held)
        if "burst" in parts:
            burst(cluster, folder, deadlines)
        if "desk" in parts:
            desk(cluster, folder, alerts, pages)
        if "first" in parts:
            first_load(cluster, folder, year)
        if "profile" in parts:
            profile(cluster, folder, events)


@contextmanager
def _cluster() -> Iterator[tuple[Cluster, Path]]:
    with tempfile.TemporaryDirectory(prefix="recording-bench-") as folder, Cluster() as cluster:
        yield cluster, Path(folder)
