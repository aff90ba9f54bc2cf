"""A broker that does not take what a worker has to keep: nothing that rests on it counts as handled, nothing is missing."""

import time
from datetime import timedelta
from pathlib import Path

import pytest
from kafka.admin import ACLOperation

from rules.instants import parse_instant
from streams.agents.messages import key_of
from tests.eventually import eventually
from tests.integration.agreement import agrees, send_at_its_time, settle_and_end
from tests.integration.histories import Event, parts, simulated
from tests.integration.worker_main import MovedClock
from tests.integration.workers import Desk
from tests.kafka.cluster import Cluster
from tests.kafka.rights import allow_everything, denied

pytestmark = pytest.mark.kafka3
START = parse_instant("2026-04-01T00:00:00Z")
SEED = 13
AWAY = timedelta(seconds=30)


def _none_counts_as_handled(desk: Desk, events: list[Event]) -> None:
    """Check that no message about an incident of these events is committed, as the broker has it."""
    inbox = f"{desk.application}-incident-inbox"
    keys = {key_of(event["data"]["force"], event["data"]["incident_ref"]) for event in events}
    done = desk.cluster.committed(desk.application)
    messages = [record for record in desk.cluster.read_all(inbox) if record.key in keys]
    committed = [(m.partition, m.offset) for m in messages if (m.offset or 0) < done.get((inbox, m.partition or 0), 0)]
    assert not committed, f"committed though their rows are nowhere: {committed[:10]}"


def _of_new_incidents(events: list[Event], before: list[Event]) -> list[Event]:
    known = {event["subject"] for event in before}
    return [e for e in events if e["type"].startswith("incident.") and e["subject"] not in known]


def test_a_right_that_is_taken_away_ends_the_worker_and_nothing_counts_as_handled(tmp_path: Path) -> None:
    """Given a worker that may no longer write its rows, when more comes, then it ends and says which right it needs."""
    print(f"seed {SEED}")
    events = simulated(60, SEED, START)
    until = parse_instant(events[-1]["time"]) + timedelta(days=3)
    before, after = parts(events, 2)
    clock = MovedClock(tmp_path / "clock")

    with Cluster(acls=True) as cluster, Desk(cluster, tmp_path, "refused", session="6") as desk:
        allow_everything(cluster)
        changelog = f"{desk.application}-incidents-changelog"
        clock.run_from(at := parse_instant(before[-1]["time"]))
        with desk.worker(clock=tmp_path / "clock") as worker:
            eventually(worker.ready)
            desk.send(before)
            eventually(lambda: desk.still([worker], at))
            with denied(cluster, ACLOperation.WRITE, changelog):
                send_at_its_time(desk, [worker], clock, after)
                assert worker.process.wait(60) == 2, worker.said
                _none_counts_as_handled(desk, _of_new_incidents(after, before))
        said = worker.said.strip().splitlines()[-1]
        assert said == f"{changelog}: this worker has no right to write to it; grant it and start the worker again"
        assert "Traceback" not in worker.said
        with desk.worker(clock=tmp_path / "clock") as again:
            eventually(again.ready)
            settle_and_end(desk, [again], clock, until)

            assert agrees(desk, events, until)


def test_while_the_rows_have_no_leader_nothing_counts_as_handled_and_then_all_of_it_is(
    kafka_of_three: Cluster, tmp_path: Path
) -> None:
    """Given rows whose only broker is away for 30 s, when events come, then none counts as handled before it is back."""
    print(f"seed {SEED}")
    events = simulated(60, SEED, START)
    until = parse_instant(events[-1]["time"]) + timedelta(days=3)
    before, after = parts(events, 2)
    clock = MovedClock(tmp_path / "clock")
    alone = 2

    with Desk(kafka_of_three, tmp_path, "leaderless", alone_on=alone, session="20") as desk:
        changelog = f"{desk.application}-incidents-changelog"
        clock.run_from(at := parse_instant(before[-1]["time"]))
        with desk.worker(clock=tmp_path / "clock") as worker:
            eventually(worker.ready)
            desk.send(before)
            eventually(lambda: desk.still([worker], at))
            desk.look_away()
            kafka_of_three.kill(alone)
            eventually(lambda: kafka_of_three.leader_of(changelog, 0) is None)
            send_at_its_time(desk, [worker], clock, after)
            back = time.monotonic() + AWAY.total_seconds()
            while time.monotonic() < back:
                _none_counts_as_handled(desk, _of_new_incidents(after, before))
                time.sleep(1)
            assert desk.cluster.read_all(f"{desk.application}-incident-inbox")
            kafka_of_three.start(alone)
            eventually(lambda: kafka_of_three.leader_of(changelog, 0) == alone)
            settle_and_end(desk, [worker], clock, until)

            assert agrees(desk, events, until)
