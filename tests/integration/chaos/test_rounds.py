"""Whatever befalls a worker or a broker in the middle of a history: nothing is missing, nothing is twice, nobody is woken."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.chaos.faults import FAULTS
from tests.integration.chaos.rounds import Round, parse_round, play
from tests.integration.chaos.wire import Wire
from tests.kafka.cluster import Cluster

pytestmark = pytest.mark.kafka3

SEED = int(os.environ.get("CHAOS_SEED", "1"))
"""The seed of the first rounds of a soak."""
SHORT = [
    parse_round(said) for said in os.environ.get("CHAOS", "dies:1 broker:2 cut_off:3 handed_over:4 frozen:5").split()
]
"""One round of each kind, or those that somebody wants played again: CHAOS='cut_off:17 frozen:3'."""
LONG = [Round(fault, SEED + n) for n in range(8) for fault in FAULTS]


@pytest.fixture(scope="module")
def wire() -> Iterator[Wire]:
    with Wire() as wire:
        yield wire


@pytest.fixture(scope="module")
def cluster(wire: Wire) -> Iterator[Cluster]:
    with Cluster(3, beyond=wire.here) as cluster:
        yield cluster


@pytest.mark.parametrize("a", SHORT, ids=str)
def test_a_fault_in_the_middle_of_a_history_leaves_what_a_replay_gives(
    cluster: Cluster, wire: Wire, tmp_path: Path, a: Round
) -> None:
    play(a, cluster, wire, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("a", LONG, ids=str)
def test_many_faults_each_leave_what_a_replay_gives(cluster: Cluster, wire: Wire, tmp_path: Path, a: Round) -> None:
    play(a, cluster, wire, tmp_path)
