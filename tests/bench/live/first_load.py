"""A first load: a year of one force comes into a live worker at once, and nobody may be woken for any of it."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from streams.tools.simulate import Options, simulate
from tests.bench.live.backlog import handled
from tests.bench.live.events import FORCE, SEED, Sent, as_sent
from tests.bench.live.ground import ALERTS, STATUSES, Ground, resident_mib, tell
from tests.bench.live.tables import show
from tests.eventually import eventually
from tests.kafka.cluster import Cluster

YEAR = timedelta(days=365)
GOES_LIVE = timedelta(days=2)
"""How long after the load the force wants to be paged: what is open at the load is due before that."""
PATIENCE = timedelta(hours=2)
LOOKS_EVERY = timedelta(seconds=5)


def first_load(cluster: Cluster, folder: Path, incidents: int) -> None:
    """Load a year of a force that goes live in some days, and say how long it took, in how much memory, and who was paged."""
    profile = folder / "forces" / FORCE / "force.yaml"
    profile.parent.mkdir(parents=True)
    now = datetime.now(UTC)
    profile.write_text(f"force: {FORCE}\nenforcement_date: {now + GOES_LIVE:%Y-%m-%d}\n")
    with Ground(cluster, folder) as ground:
        ground.environment["RECORDING_FORCES"] = str(folder / "forces")
        sent = 0

        def counted() -> Iterator[Sent]:
            nonlocal sent
            for event in a_year(incidents, now):
                sent += 1
                yield event

        ground.lay(counted())
        tell(f"first load: {sent:,} events of {incidents:,} incidents are at the broker")
        with ground.gauge(STATUSES) as statuses, ground.gauge(ALERTS) as alerts:
            memory = [0.0]
            began = time.monotonic()
            with ground.live("bench-first") as worker:

                def loaded() -> bool:
                    memory.append(resident_mib(worker))
                    done = handled(worker)
                    tell(f"first load: {done:,} events after {time.monotonic() - began:.0f} s, {memory[-1]:.0f} MiB")
                    return done >= sent

                eventually(loaded, within=PATIENCE, every=LOOKS_EVERY)
                took = time.monotonic() - began
                alerts.settles(0)
                settled = resident_mib(worker)
                raised = [json.loads(output.value) for output in alerts.records()]
                paged = sum(alert["paged"] for alert in raised)
                published = statuses.count()
                assert worker.term() == 0
            began = time.monotonic()
            with ground.live("bench-first") as again:
                eventually(again.ready, within=PATIENCE, every=LOOKS_EVERY)
                restored, back = resident_mib(again), time.monotonic() - began
    rows = [
        ("events", f"{sent:,}"),
        ("minutes", f"{took / 60:.1f}"),
        ("events/s", f"{sent / took:,.0f}"),
        ("statuses published", f"{published:,}"),
        ("alerts published", f"{len(raised):,}"),
        ("alerts paged", f"{paged:,}"),
        ("memory at most, MiB", f"{max(memory):,.0f}"),
        ("memory at the end, MiB", f"{settled:,.0f}"),
        ("restored after, s", f"{back:.0f}"),
        ("memory when restored, MiB", f"{restored:,.0f}"),
    ]
    show(f"First load of a year: {incidents:,} incidents of one force", ("", ""), rows)


def a_year(incidents: int, until: datetime) -> Iterator[Sent]:
    """Yield what a force said in the year before an instant, in the order in which it arrived."""
    a_day = incidents / YEAR.days
    options = Options(incidents=incidents, seed=SEED, start=until - YEAR, a_day=a_day, force=FORCE)
    for delivered in simulate(options):
        if datetime.fromisoformat(delivered.event["time"]) <= until:
            yield as_sent(delivered.event)
