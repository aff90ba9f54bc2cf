"""Whatever befalls a worker or a broker in the middle of a history: nothing is missing, nothing is twice, nobody is woken."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.chaos.faults import FAULTS
from tests.integration.chaos.rounds import Rounds, parse_rounds, play
from tests.integration.chaos.wire import Wire
from tests.kafka.cluster import Cluster

pytestmark = pytest.mark.kafka3

SEED = int(os.environ.get("CHAOS_SEED", "1"))
"""The seed of the first rounds of a soak."""
AGAIN = os.environ.get("CHAOS", "dies,cut_off,broker,frozen,handed_over:3")
"""One round of each kind on one history, or what somebody wants played again: CHAOS=cut_off:17."""
LONG = [Rounds((fault,), SEED + n) for n in range(8) for fault in FAULTS]


@pytest.fixture(scope="module")
def wire() -> Iterator[Wire]:
    with Wire() as wire:
        yield wire


@pytest.fixture(scope="module")
def cluster(wire: Wire) -> Iterator[Cluster]:
    with Cluster(3, beyond=wire.here) as cluster:
        yield cluster


def test_one_fault_after_another_leaves_what_a_replay_gives(cluster: Cluster, wire: Wire, tmp_path: Path) -> None:
    play(parse_rounds(AGAIN), cluster, wire, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("rounds", LONG, ids=str)
def test_many_faults_each_leave_what_a_replay_gives(
    cluster: Cluster, wire: Wire, tmp_path: Path, rounds: Rounds
) -> None:
    play(rounds, cluster, wire, tmp_path)
