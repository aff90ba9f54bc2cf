"""What Faust and the project's own store and flush promise together; to be run before every upgrade of Faust.

Nothing may be lost and no output may be missing, whatever becomes of a worker. Repeats are allowed; they are printed.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from kafka.admin import ACLOperation

from tests.eventually import eventually
from tests.integration.faust.probes import EVENTS, Outcome, Probe
from tests.kafka.cluster import Cluster
from tests.kafka.rights import allow_everything, denied

pytestmark = pytest.mark.kafka

Begin = Callable[[str], Probe]


@pytest.fixture
def begin(kafka: Cluster, tmp_path: Path) -> Iterator[Begin]:
    """A way to begin a probe; its workers are gone when the test ends."""
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(Probe(kafka, name, tmp_path))


def complete(outcome: Outcome) -> bool:
    return outcome.lost == outcome.missing == 0


def test_a_worker_killed_twice_loses_nothing_and_no_output_is_missing(begin: Begin) -> None:
    probe = begin("killed-twice")
    probe.feed()

    for outputs in (EVENTS // 3, 2 * EVENTS // 3):
        worker = probe.worker()
        probe.until_outputs(outputs)
        probe.kill(worker)
    probe.worker()
    probe.until_done()

    assert complete(probe.outcome())


@pytest.mark.parametrize(
    "point", ["state", *(pytest.param(each, marks=pytest.mark.slow) for each in ("handled", "output", "acknowledged"))]
)
def test_a_worker_killed_within_a_flush_loses_nothing_and_no_output_is_missing(begin: Begin, point: str) -> None:
    probe = begin(f"killed-after-{point}")
    probe.feed()

    assert probe.worker("--kill-at", f"{point}:10").wait(30) == -9
    probe.worker()
    probe.until_done()

    assert complete(probe.outcome())


def test_partitions_handed_over_to_a_second_worker_and_back_lose_nothing(begin: Begin) -> None:
    probe = begin("handed-over")
    probe.feed()
    first = probe.worker("--pace", "0.003")
    probe.until_outputs(EVENTS // 10)

    probe.worker("--pace", "0.003")
    probe.until_shared(2)
    first.terminate()
    assert first.wait(30) == 0
    probe.until_done()

    assert complete(probe.outcome())


@pytest.mark.slow
def test_a_worker_killed_after_it_handed_partitions_over_loses_nothing(begin: Begin) -> None:
    probe = begin("handed-over-and-killed")
    probe.feed()
    first = probe.worker("--pace", "0.003")
    probe.until_outputs(EVENTS // 10)

    probe.worker("--pace", "0.003")
    probe.until_shared(2)
    probe.kill(first)
    probe.until_done()

    assert complete(probe.outcome())


def test_a_worker_frozen_for_longer_than_its_session_ends_itself_and_takes_nothing_away(begin: Begin) -> None:
    probe = begin("frozen")
    probe.feed()
    sleeper = probe.worker()
    probe.until_outputs(EVENTS // 3)

    probe.freeze(sleeper)
    probe.worker()
    probe.until_done()
    probe.thaw(sleeper)

    assert sleeper.wait(30) != 0
    assert complete(probe.outcome())


@pytest.mark.slow
def test_a_worker_frozen_before_it_wrote_its_rows_writes_no_stale_one(begin: Begin) -> None:
    probe = begin("frozen-within-a-flush")
    probe.feed()
    sleeper = probe.worker("--freeze-at", "handled:10")
    probe.until_outputs(1)

    probe.worker()
    probe.until_done()
    probe.thaw(sleeper)

    assert sleeper.wait(30) != 0
    assert complete(probe.outcome())


@pytest.mark.slow
def test_an_exception_in_the_agent_ends_the_worker_and_its_event_is_repeated(begin: Begin) -> None:
    probe = begin("poisoned")
    probe.feed(poisoned=EVENTS // 2)

    assert probe.worker("--poisoned").wait(30) != 0
    assert probe.committed() < EVENTS
    probe.worker()
    probe.until_done()

    assert complete(probe.outcome())


@pytest.mark.slow
def test_stock_faust_loses_the_event_in_which_an_exception_is_raised(begin: Begin) -> None:
    probe = begin("poisoned-stock")
    probe.feed(poisoned=EVENTS // 2)

    worker = probe.worker("--poisoned", "--stock")
    probe.until_done()

    assert worker.poll() is None
    eventually(lambda: probe.outcome() == Outcome(lost=1, missing=1, repeated=0))


def test_a_refused_send_ends_the_worker_with_nothing_acknowledged(tmp_path: Path) -> None:
    with Cluster(acls=True) as cluster, Probe(cluster, "refused", tmp_path) as probe:
        allow_everything(cluster)
        with denied(cluster, ACLOperation.WRITE, probe.changelog):
            probe.feed()
            assert probe.worker().wait(60) != 0
            assert probe.committed() == 0

        probe.worker()
        probe.until_done()
        assert complete(probe.outcome())
