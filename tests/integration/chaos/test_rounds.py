"""Whatever befalls a worker or a broker in the middle of a history: nothing is missing, nothing is twice, nobody is woken."""

import os
from pathlib import Path

import pytest

from tests.integration.chaos.faults import FAULTS
from tests.integration.chaos.rounds import Rounds, parse_rounds, play
from tests.kafka.cluster import Cluster
from tests.kafka.wire import Wire

pytestmark = pytest.mark.kafka3

NEEDS_ROOT = "a worker in a network of its own takes root"
SEED = int(os.environ.get("CHAOS_SEED", "1"))
"""The seed of the first rounds of a soak."""
AGAIN = os.environ.get("CHAOS", "dies,cut_off,broker,frozen,handed_over:8")
"""One round of each kind on one history, or what somebody wants played again: CHAOS=cut_off:17."""
LONG = [Rounds((fault,), SEED + n) for n in range(8) for fault in FAULTS]


def _play(rounds: Rounds, cluster: Cluster, wire: Wire | None, folder: Path) -> None:
    if wire is None:
        if os.environ.get("CI") == "true":
            pytest.fail(NEEDS_ROOT)
        pytest.skip(NEEDS_ROOT)
    play(rounds, cluster, wire, folder)


def test_one_fault_after_another_leaves_what_a_replay_gives(
    kafka_of_three: Cluster, wire: Wire | None, tmp_path: Path
) -> None:
    _play(parse_rounds(AGAIN), kafka_of_three, wire, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("rounds", LONG, ids=str)
def test_many_faults_each_leave_what_a_replay_gives(
    kafka_of_three: Cluster, wire: Wire | None, tmp_path: Path, rounds: Rounds
) -> None:
    _play(rounds, kafka_of_three, wire, tmp_path)
