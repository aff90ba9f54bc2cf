"""What befalls workers in the middle of a history: one fault a round, its moment and its details drawn by the round's dice.

Each fault returns when it struck, in seconds since the epoch, once it is over; who ended by it is replaced by the staff.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from tests.eventually import eventually
from tests.integration.chaos.staff import Staff
from tests.integration.workers import Desk, Worker
from tests.kafka.wire import Wire

SESSION = 6.0
"""Seconds for which a worker may be silent before the broker gives its partitions to another one."""
POINTS = ("handled", "state", "output", "acknowledged")


@dataclass(frozen=True)
class Scene:
    """Where a fault strikes: workers that have the newest events before them."""

    dice: Random
    desk: Desk
    wire: Wire
    staff: Staff

    def anyone(self) -> Worker:
        """Return one of the workers."""
        return self.dice.choice(list(self.staff))

    def wait_a_moment(self) -> None:
        """Let as much happen as the dice say."""
        time.sleep(self.dice.uniform(0.0, 0.5))


def dies(scene: Scene) -> float:
    """A worker ends at a point of a flush."""
    worker = scene.anyone()
    worker.doom(scene.dice.choice(POINTS), scene.dice.randint(1, 6))
    eventually(worker.died, every=timedelta(milliseconds=20))
    return time.time()


def killed(scene: Scene) -> float:
    """A worker ends at any time."""
    worker = scene.anyone()
    scene.wait_a_moment()
    worker.kill()
    return time.time()


def broker(scene: Scene) -> float:
    """One broker of the three ends, and comes back."""
    cluster, node = scene.desk.cluster, scene.dice.randrange(scene.desk.cluster.nodes)
    scene.desk.look_away()
    scene.wait_a_moment()
    cluster.kill(node)
    struck = time.time()
    time.sleep(scene.dice.uniform(0.0, 4.0))
    cluster.start(node)
    eventually(cluster.up, every=timedelta(milliseconds=250))
    return struck


def _cut(scene: Scene, seconds: float) -> float:
    scene.wait_a_moment()
    struck = time.time()
    scene.wire.cut_for(seconds)
    return struck


def briefly_cut_off(scene: Scene) -> float:
    """A worker reaches no broker for less than its session."""
    return _cut(scene, SESSION * scene.dice.uniform(0.2, 0.7))


def cut_off(scene: Scene) -> float:
    """A worker reaches no broker for longer than its session."""
    return _cut(scene, SESSION * scene.dice.uniform(1.1, 1.4))


def handed_over(scene: Scene) -> float:
    """A worker comes, and while rows are restored for it another one goes, or it goes again, or one more comes."""
    other = scene.anyone()
    scene.wait_a_moment()
    newcomer = scene.staff.start()
    struck = time.time()
    eventually(lambda: "restored" in other.not_ready(), every=timedelta(milliseconds=20))
    match scene.dice.choice(["the other goes", "the newcomer dies", "one more comes"]):
        case "the other goes":
            scene.staff.leave(other)
        case "the newcomer dies":
            newcomer.kill()
        case _:
            scene.staff.start()
    return struck


def frozen(scene: Scene) -> float:
    """A worker stands still for longer than its session, and then goes on as if nothing had been."""
    worker = scene.anyone()
    scene.wait_a_moment()
    worker.freeze()
    struck = time.time()
    time.sleep(SESSION * scene.dice.uniform(1.1, 1.4))
    worker.thaw()
    return struck


FAULTS: dict[str, Callable[[Scene], float]] = {
    each.__name__: each for each in (dies, killed, broker, briefly_cut_off, cut_off, handed_over, frozen)
}
