"""A backlog: how many events a second one worker brings from intake to status, and others that do less with them."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.bench.live.contest import Rival, rivals
from tests.bench.live.events import mixed, new_incidents
from tests.bench.live.ground import AT_THE_BROKER, PATIENCE, STATUSES, Gauge, Ground, tell
from tests.bench.live.tables import show
from tests.eventually import eventually
from tests.integration.workers import Worker
from tests.kafka.cluster import Cluster

OURS = "live worker"


class Pace(NamedTuple):
    """Events a second: from the first answer at the broker to the last, and from the start of the process."""

    answering: float
    whole: float


def backlog(cluster: Cluster, folder: Path, events: int, rounds: int) -> None:
    """Measure a backlog of new incidents, with the others beside, and a mixed one of the live worker alone."""
    paces: dict[str, list[Pace]] = {}
    with Ground(cluster, folder) as ground:
        tell(f"backlog: sending {events:,} openings")
        ground.lay(new_incidents(events))
        others = list(rivals())
        for rival in others:
            cluster.create_topic(rival.writes, len(cluster.partitions("incident-log")), AT_THE_BROKER)
        for number in range(rounds):
            paces.setdefault(OURS, []).append(_ours(ground, number, events))
            for rival in others:
                paces.setdefault(rival.name, []).append(_theirs(ground, rival, number, events))
    for number in range(rounds):
        with Ground(cluster, folder) as ground:
            paces.setdefault(f"{OURS}, mixed", []).append(_mixed(ground, number, events))
    ours = _middle(paces[OURS])
    rows = [(name, *_figures(_middle(of), ours), _spread(of)) for name, of in paces.items()]
    title = f"Backlog of {events:,} events, medians of {rounds} rounds; a ratio is to the live worker's"
    show(title, ("", "events/s", "ratio", "whole run/s", "ratio", "all rounds, events/s"), rows)


def _middle(paces: list[Pace]) -> Pace:
    return Pace(median(pace.answering for pace in paces), median(pace.whole for pace in paces))


def _figures(pace: Pace, ours: Pace) -> Iterator[str]:
    for found, of_ours in zip(pace, ours, strict=True):
        yield from (f"{found:,.0f}", f"{found / of_ours:.1f}")


def _spread(paces: list[Pace]) -> str:
    return ", ".join(f"{pace.answering:,.0f}" for pace in paces)


def _ours(ground: Ground, number: int, events: int) -> Pace:
    with ground.gauge(STATUSES) as gauge:
        started = time.time()
        with ground.live(f"bench-{number}"):
            gauge.reaches(events)
        return _answered(OURS, number, gauge, started, events)


def _theirs(ground: Ground, rival: Rival, number: int, events: int) -> Pace:
    with ground.gauge(rival.writes) as gauge:
        started = time.time()
        group = f"{rival.writes}-{number}"
        with rival.running(ground.cluster.bootstrap, group, "incident-log", ground.folder):
            gauge.reaches(events)
        return _answered(rival.name, number, gauge, started, events)


def _answered(name: str, number: int, gauge: Gauge, started: float, events: int) -> Pace:
    """Return the pace of a round in which each event has one answer."""
    outputs = gauge.records()
    keys = {output.key for output in outputs}
    assert len(keys) == events, f"{name}: expected answers to {events:,} incidents, found {len(keys):,}"
    first, last = outputs[0].at, outputs[-1].at
    later = sum(output.at > first for output in outputs)  # what came with the first answer was done before it
    return _told(name, number, Pace(later / max(last - first, 1e-3), events / (last - started)))


def _mixed(ground: Ground, number: int, events: int) -> Pace:
    """Return the pace for events of every kind; the last answer is then that to the event that was handled last."""
    sent = list(mixed(events))
    ground.lay(sent)
    with ground.gauge(STATUSES) as gauge:
        started = time.time()
        with ground.live(f"bench-mixed-{number}") as worker:
            eventually(lambda: handled(worker) >= len(sent), within=PATIENCE, every=timedelta(milliseconds=500))
            ended = time.time()
        first = gauge.records()[0].at
    return _told(f"{OURS}, mixed", number, Pace(len(sent) / (ended - first), len(sent) / (ended - started)))


def _told(name: str, number: int, pace: Pace) -> Pace:
    tell(f"backlog: round {number + 1}, {name}: {pace.answering:,.0f} events/s, {pace.whole:,.0f} in the whole run")
    return pace


def handled(worker: Worker) -> int:
    """Return how many events a worker has handled, whatever became of them."""
    try:
        samples = worker.metrics()
    except OSError:  # it does not serve yet
        assert worker.process.poll() is None, f"the worker ended: {worker.said[-2000:]}"
        return 0
    return int(sum(value for name, value in samples.items() if name.startswith("recording_events_total")))
