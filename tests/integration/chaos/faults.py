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
from tests.integration.chaos.wire import Wire
from tests.integration.workers import Desk, Worker

SESSION = 6.0
"""Seconds for which a worker may be silent before the broker gives its partitions to another one."""
POINTS = ("handled", "state", "output", "acknowledged")


@dataclass(frozen=True)
class Scene:
    """Where a fault strikes: two workers that have the newest events before them."""

    dice: Random
    desk: Desk
    wire: Wire
    staff: Staff
    first: Worker
    second: Worker

    def wait_a_moment(self) -> None:
        """Let as much happen as the dice say."""
        time.sleep(self.dice.uniform(0.0, 0.5))


def dies(scene: Scene) -> float:
    """The first worker ends at the point of a flush for which it was started."""
    eventually(scene.first.died, every=timedelta(milliseconds=20))
    return time.time()


def killed(scene: Scene) -> float:
    """The first worker ends at any time."""
    scene.wait_a_moment()
    scene.first.kill()
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
    """The first worker reaches no broker for less than its session."""
    return _cut(scene, SESSION * scene.dice.uniform(0.2, 0.7))


def cut_off(scene: Scene) -> float:
    """The first worker reaches no broker for longer than its session."""
    return _cut(scene, SESSION * scene.dice.uniform(1.3, 1.7))


def handed_over(scene: Scene) -> float:
    """A third worker comes, and while rows are restored for it the second goes, or it goes again, or a fourth comes."""
    scene.wait_a_moment()
    third = scene.staff.start()
    struck = time.time()
    eventually(lambda: _moving(scene.second), every=timedelta(milliseconds=20))
    match scene.dice.choice(["the second goes", "the third dies", "a fourth comes"]):
        case "the second goes":
            scene.staff.leave(scene.second)
        case "the third dies":
            third.kill()
        case _:
            scene.staff.start()
    return struck


def _moving(worker: Worker) -> bool:
    """Whether partitions are on their way to or from a worker, or rows being restored."""
    return "restored" in worker.not_ready()


def frozen(scene: Scene) -> float:
    """The first worker stands still for longer than its session, and then goes on as if nothing had been."""
    scene.wait_a_moment()
    scene.first.freeze()
    struck = time.time()
    time.sleep(SESSION * scene.dice.uniform(1.3, 1.7))
    scene.first.thaw()
    return struck


FAULTS: dict[str, Callable[[Scene], float]] = {
    each.__name__: each for each in (dies, killed, broker, briefly_cut_off, cut_off, handed_over, frozen)
}
