"""A broker that stands still while events are handled."""

import time
from pathlib import Path

import pytest

from tests.eventually import eventually
from tests.integration.faust.probes import Probe
from tests.kafka.cluster import Cluster

pytestmark = pytest.mark.kafka3
STANDS_STILL = 10.0
"""Seconds; all events are handled and committed in less when nothing stands still."""


def test_no_offset_is_committed_while_the_broker_of_the_states_stands_still(
    kafka_of_three: Cluster, tmp_path: Path
) -> None:
    still = 2
    with Probe(kafka_of_three, "stalled", tmp_path, state_on=still) as probe:
        worker = probe.worker("--session", "20")
        probe.until_shared(1)

        kafka_of_three.pause(still)
        eventually(lambda: kafka_of_three.leader_of(probe.changelog, 0) is None)
        probe.feed()
        until = time.monotonic() + STANDS_STILL
        while time.monotonic() < until:
            assert probe.committed() == probe.outputs() == 0
            time.sleep(0.5)
        probe.kill(worker)
        kafka_of_three.resume(still)

        probe.worker("--session", "20")
        probe.until_done()
        outcome = probe.outcome()
        assert outcome.lost == outcome.missing == 0
