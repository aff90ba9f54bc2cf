"""One round: a history in two parts, a fault while the second is handled, and what a replay says at the end."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from rules.instants import format_instant, parse_instant
from streams.tools.replay import replay_events
from tests.eventually import eventually
from tests.integration.agreement import BOOK, agrees, send_at_its_time, settle_and_end
from tests.integration.chaos.faults import FAULTS, POINTS, SESSION, Scene
from tests.integration.chaos.staff import Staff
from tests.integration.chaos.wire import Wire
from tests.integration.histories import Event, parts, simulated
from tests.integration.worker_main import MovedClock
from tests.integration.workers import Desk
from tests.kafka.cluster import Cluster

START = parse_instant("2026-04-01T00:00:00Z")
INCIDENTS = 100


@dataclass(frozen=True)
class Round:
    """What strikes, and the seed of the history, of the moment and of the details."""

    fault: str
    seed: int

    def __str__(self) -> str:
        return f"{self.fault}:{self.seed}"


def parse_round(text: str) -> Round:
    """Read a round as it is printed: `cut_off:17`."""
    fault, _, seed = text.partition(":")
    assert fault in FAULTS, f"expected one of {', '.join(FAULTS)}, and a seed: cut_off:17"
    return Round(fault, int(seed))


def play(a: Round, cluster: Cluster, wire: Wire, folder: Path) -> None:
    """Play a round, print how long it took to the first alert that is right, and check that a replay says the same."""
    dice = Random(str(a))
    events = simulated(INCIDENTS, a.seed, START)
    before, after = parts(events, 2)
    at, since, until = (parse_instant(time) for time in (before[-1]["time"], after[-1]["time"], after[-1]["time"]))
    until += timedelta(days=3)
    clock = MovedClock(folder / "clock")
    clock.run_from(at)

    with (
        Desk(cluster, folder, f"chaos-{a.fault}-{a.seed}", session=f"{SESSION:g}") as desk,
        Staff(desk, folder / "clock") as staff,
    ):
        desk.send(before)
        dying = ["--die-at", f"{dice.choice(POINTS)}:{dice.randint(1, 4)}", "--die-from", format_instant(since)]
        first = staff.start(*(dying if a.fault == "dies" else ()), over=wire if "cut" in a.fault else None)
        second = staff.start()
        staff.ready()
        eventually(lambda: desk.still(staff, at))
        send_at_its_time(desk, [first, second], clock, after)
        struck = datetime.fromtimestamp(FAULTS[a.fault](Scene(dice, desk, wire, staff, first, second)), UTC)
        settle_and_end(desk, staff, clock, until)

        print(f"{a}: {_first_alert(desk, events, until, struck)}")
        assert agrees(desk, events, until)


def _first_alert(desk: Desk, events: list[Event], until: datetime, struck: datetime) -> str:
    """Say how long after an instant the first alert was said that is right and had not been said before."""
    right = {alert["alert_id"] for alert in replay_events(events, until, book=BOOK).alerts}
    first: dict[str, datetime] = {}
    for record in desk.cluster.read_all("recording-alerts"):
        assert record.at is not None
        name = json.loads(record.value or b"")["alert_id"]
        first[name] = min(record.at, first.get(name, record.at))
    later = [said - struck for name, said in first.items() if name in right and said >= struck]
    return f"first correct alert after {min(later).total_seconds():.2f} s, {len(later)} of {len(first)} after the fault"
