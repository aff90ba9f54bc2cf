"""Rounds on one history: a part of it, a fault while that is handled, and what a replay says by then."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from rules.instants import parse_instant
from streams.tools.replay import replay_events
from tests.eventually import eventually
from tests.integration.agreement import BOOK, agrees, send_at_its_time, settle_and_end
from tests.integration.chaos.faults import FAULTS, SESSION, Scene
from tests.integration.chaos.staff import Staff
from tests.integration.histories import Event, parts, simulated
from tests.integration.worker_main import MovedClock
from tests.integration.workers import Desk
from tests.kafka.cluster import Cluster
from tests.kafka.wire import Wire

START = parse_instant("2026-04-01T00:00:00Z")
INCIDENTS = 30
"""How many reports come in a round, over about a day: time for most of what is owed to become due in it or in the next."""
AFTERWARDS = timedelta(minutes=1)
"""How much later a round is held against a replay: by then no incident waits any more to hear of another one."""
WORKERS = 2


@dataclass(frozen=True)
class Rounds:
    """What strikes one after the other, and the seed of the history, of the moments and of the details."""

    faults: tuple[str, ...]
    seed: int

    def __str__(self) -> str:
        return f"{','.join(self.faults)}:{self.seed}"


def parse_rounds(text: str) -> Rounds:
    """Read rounds as they are printed: `cut_off:17`, or `dies,frozen:3`."""
    faults, _, seed = text.partition(":")
    names = tuple(faults.split(","))
    assert set(names) <= set(FAULTS), (
        f"expected some of {', '.join(FAULTS)}, with commas between, and a seed: cut_off:17"
    )
    return Rounds(names, int(seed))


def play(rounds: Rounds, cluster: Cluster, wire: Wire, folder: Path) -> None:
    """Play some rounds; print of each how long it took to the first alert that is right, and hold it against a replay."""
    dice = Random(str(rounds))
    events = simulated(INCIDENTS * (len(rounds.faults) + 1), rounds.seed, START, a_day=INCIDENTS)
    sent, *rest = parts(events, len(rounds.faults) + 1)
    clock = MovedClock(folder / "clock")
    clock.run_from(at := parse_instant(sent[-1]["time"]))

    with (
        Desk(cluster, folder, f"chaos-{rounds}", session=f"{SESSION:g}") as desk,
        Staff(desk, folder / "clock", wire) as staff,
    ):
        desk.send(sent)
        for _ in range(WORKERS):
            staff.start()
        eventually(lambda: all(worker.ready() for worker in staff))
        eventually(lambda: desk.still(staff, at))
        for fault, part in zip(rounds.faults, rest, strict=True):
            send_at_its_time(desk, list(staff), clock, part)
            sent = sent + part
            struck = datetime.fromtimestamp(FAULTS[fault](Scene(dice, desk, wire, staff)), UTC)
            settle_and_end(desk, staff, clock, until := clock.now() + AFTERWARDS)
            settled = (datetime.now(UTC) - struck).total_seconds()
            print(f"{rounds}, {fault}: {_alerts_after(desk, sent, until, struck)}, all after {settled:.1f} s")
            assert agrees(desk, sent, until)
        until = clock.now() + timedelta(days=3)
        settle_and_end(desk, staff, clock, until)
        assert agrees(desk, sent, until)


def _alerts_after(desk: Desk, events: list[Event], until: datetime, struck: datetime) -> str:
    """Say how long after an instant the first alert was said that is right and had not been said before."""
    right = {alert["alert_id"] for alert in replay_events(events, until, book=BOOK).alerts}
    first: dict[str, datetime] = {}
    for record in desk.cluster.read_all("recording-alerts"):
        assert record.at is not None
        name = json.loads(record.value or b"")["alert_id"]
        first[name] = min(record.at, first.get(name, record.at))
    later = [said - struck for name, said in first.items() if name in right and said >= struck]
    if not later:
        return "no alert came due"
    return f"the first of {len(later)} correct alerts after {min(later).total_seconds():.2f} s"
