"""Rebuilding on Apache Kafka: on top of what is known it changes nothing, from nothing it comes to the same."""

from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from rules.instants import parse_instant
from tests.eventually import eventually
from tests.integration.agreement import agrees, send_at_its_time, settle_and_end
from tests.integration.command import Ran, run
from tests.integration.histories import parts, simulated
from tests.integration.worker_main import MovedClock
from tests.integration.workers import Desk
from tests.kafka.cluster import Cluster

pytestmark = pytest.mark.kafka
START = parse_instant("2026-04-01T00:00:00Z")
UNTIL = parse_instant("2026-04-20T00:00:00Z")
SEED = 3


class Said(NamedTuple):
    """What stands on the topics: statuses, the alerts that stand, and the ids of all that ever paged somebody."""

    statuses: dict[str, str]
    standing: dict[str, Any]
    paged: set[str]


def test_rebuilding_on_top_changes_nothing_and_from_empty_comes_to_the_same(kafka: Cluster, tmp_path: Path) -> None:
    print(f"seed {SEED}")
    events = simulated(30, SEED, START)
    clock = MovedClock(tmp_path / "clock")
    clock.move(START)
    with Desk(kafka, tmp_path, "rebuilt") as desk:
        with desk.worker(clock=tmp_path / "clock") as worker:
            eventually(worker.ready)
            for part in parts(events, 3):
                send_at_its_time(desk, [worker], clock, part)
            settle_and_end(desk, [worker], clock, UNTIL)
            refused = _rebuild(desk)
            assert worker.term() == 0
        before = _said(desk)

        on_top = _rebuild(desk)
        _read_again(desk, tmp_path, clock, len(events))
        after_on_top = _said(desk)
        unsure = _rebuild(desk, "--from-empty", given="n\n")
        from_empty = _rebuild(desk, "--from-empty", "--yes")
        emptied = kafka.end_offsets([f"{desk.application}-incidents-changelog"])
        _read_again(desk, tmp_path, clock, len(events))
        after = _said(desk)
        reconciled = _run(desk, "reconcile")

        assert refused.status == 2
        assert refused.err.startswith("workers of rebuilt are running on")
        assert len(refused.err.splitlines()) == 1
        read_again = f"{len(events)} events of the source topics lie before the workers: start them"
        assert (on_top.status, on_top.out.splitlines()) == (0, [read_again])
        assert after_on_top == before
        assert unsure.status == 130
        assert from_empty.status == 0
        assert from_empty.out.splitlines()[5:] == [read_again]
        assert set(emptied.values()) == {0}
        assert agrees(desk, events, UNTIL)
        assert after._replace(standing=_as_found(after)) == before._replace(standing=_as_found(before))
        assert reconciled.status == 0, reconciled.out


def test_what_a_dead_worker_left_between_rows_and_outputs_is_no_difference_and_its_next_start_says_it(
    kafka: Cluster, tmp_path: Path
) -> None:
    events = simulated(30, SEED, START)
    clock = MovedClock(tmp_path / "clock")
    clock.run_from(UNTIL)
    with Desk(kafka, tmp_path, "died") as desk:
        with desk.worker("--die-by", str(tmp_path), clock=tmp_path / "clock") as worker:
            eventually(worker.ready)
            desk.send(events)
            worker.doom("state", 5)
            eventually(worker.died)

        meanwhile = _run(desk, "reconcile")
        with desk.worker(clock=tmp_path / "clock") as worker:
            eventually(worker.ready)
            eventually(lambda: not desk.underway())
            again = _run(desk, "reconcile", "--metrics", f"http://127.0.0.1:{worker.port}/metrics")

        assert meanwhile.status == 0, meanwhile
        assert (again.status, again.err) == (0, ""), again


def _rebuild(desk: Desk, *arguments: str, given: str = "") -> Ran:
    return _run(desk, "rebuild", *arguments, given=given)


def _run(desk: Desk, *arguments: str, given: str = "") -> Ran:
    settings = {name: value for name, value in desk.environment.items() if name != "RECORDING_BROKER"}
    return run(*arguments, broker=desk.cluster.bootstrap, given=given, **settings)


def _read_again(desk: Desk, folder: Path, clock: MovedClock, events: int) -> None:
    """Let a worker read so many events again, and end."""
    desk.look_away()
    with desk.worker(clock=folder / "clock") as worker:
        eventually(worker.ready)
        for _ in range(3):  # read, then paged where that had to wait, and what a sweep has sent is handled
            eventually(partial(desk.still, [worker], clock.now()))
        read = sum(value for name, value in worker.metrics().items() if name.startswith("recording_events_total"))
        assert read == events
        assert worker.term() == 0
    desk.look_away()


def _as_found(said: Said) -> dict[str, Any]:
    """Return the alerts that stand, without when somebody came to see them; what is caught up pages after a while."""
    seen = ("raised_at", "history", "paged")
    return {
        name: {field: value for field, value in alert.items() if field not in seen}
        for name, alert in said.standing.items()
    }


def _said(desk: Desk) -> Said:
    standing = {name: alert for name, alert in desk.alerts().items() if alert["status"] != "resolved"}
    return Said(desk.by_incident(), standing, {each["alert_id"] for each in desk.every_alert() if each["paged"]})
