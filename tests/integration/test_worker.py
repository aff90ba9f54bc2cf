"""Whole workers on Apache Kafka: what goes in, what comes out."""

import io
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rules.examples import events_of
from rules.instants import parse_instant
from streams.kafka.envelope import decode
from streams.settings import load_forces
from streams.tools.feeder import dry_run
from streams.tools.mapping import read_mapping
from streams.tools.replay import replay_events
from tests.eventually import eventually
from tests.integration.command import run
from tests.integration.worker_main import MovedClock
from tests.integration.workers import Desk
from tests.kafka.cluster import Cluster

pytestmark = pytest.mark.kafka
ROOT = Path(__file__).parents[2]
DALLAS = ROOT.parent / "shared" / "data"


def test_the_dallas_file_through_a_worker_gives_every_status_that_a_replay_gives(
    kafka: Cluster, tmp_path: Path
) -> None:
    """Given the Dallas export, when it is fed to a worker, then all 543 statuses are those of `replay`."""
    exports = sorted(DALLAS.glob("dallas*/*.csv"))
    if not exports:
        pytest.skip("the Dallas export is not beside the checkout")
    forces = ROOT / "deploy" / "forces"
    out = io.StringIO()
    dry_run([str(export) for export in exports], read_mapping(forces / "dallas" / "mapping.yaml"), decode, out)
    events = [json.loads(line) for line in out.getvalue().splitlines()]
    now = datetime(2018, 1, 1, tzinfo=UTC)
    clock = MovedClock(tmp_path / "clock")
    clock.move(now)

    with (
        Desk(kafka, tmp_path, "dallas", forces=str(forces), retention="P3650D") as desk,
        desk.worker(clock=tmp_path / "clock") as worker,
    ):
        eventually(worker.ready)
        desk.send(events)
        eventually(lambda: desk.settled([worker], now))
        said = replay_events(events, now, forces=load_forces(forces))
        expected = {status["incident_ref"]: status["status"] for status in said.statuses}
        assert len(expected) == 543
        eventually(lambda: desk.by_incident() == expected)


def test_a_deadline_fires_with_no_further_event_on_any_topic(kafka: Cluster, tmp_path: Path) -> None:
    start = parse_instant("2026-04-01T09:00:00Z")
    clock = MovedClock(tmp_path / "clock")
    clock.move(start)
    opened = list(events_of([{"at": "2026-04-01T09:00:00Z", "opened": {"opening_code": "CRIME_VIOLENCE"}}]))

    with Desk(kafka, tmp_path, "deadline") as desk, desk.worker(clock=tmp_path / "clock") as worker:
        eventually(worker.ready)
        desk.send(opened)
        eventually(lambda: desk.by_incident() == {"A": "monitoring"})
        clock.move(parse_instant("2026-04-02T09:00:00.000001Z"))

        # By this clock nothing was read for a day: nobody is woken before all feeds have been read up to now.
        (alert,) = eventually(lambda: [a for a in desk.alerts().values() if a["kind"] == "overdue" and a["paged"]])
        assert alert["raised_at"] == "2026-04-02T09:00:00Z"
        assert not alert["feed_stale"]
        assert desk.by_incident() == {"A": "overdue"}


def test_an_incident_that_is_erased_is_nowhere_any_more_and_does_not_come_back(kafka: Cluster, tmp_path: Path) -> None:
    """E47: given an incident that was merged into another, when it is erased, then nobody knows its victim any more."""
    clock = MovedClock(tmp_path / "clock")
    clock.move(parse_instant("2026-04-02T12:00:00Z"))
    victim = {"victim_ref": "V-Quarrington", "age": 41}
    events = list(
        events_of(
            [
                {"at": "2026-04-01T09:00:00Z", "opened": {"opening_code": "CRIME_VIOLENCE", "victims": [victim]}},
                {"at": "2026-04-01T09:01:00Z", "opened": {"incident_ref": "B", "opening_code": "CRIME_VIOLENCE"}},
                {"at": "2026-04-01T09:02:00Z", "merged": {"into": "B"}},
            ]
        )
    )

    with Desk(kafka, tmp_path, "erased") as desk:
        rows = f"{desk.application}-incidents-changelog"

        def known() -> set[bytes | None]:
            newest = {record.key: record.value or b"" for record in kafka.read_all(rows)}
            return {key for key, row in newest.items() if b"V-Quarrington" in row}

        with desk.worker(clock=tmp_path / "clock") as worker:
            eventually(worker.ready)
            desk.send(events)
            eventually(lambda: desk.by_incident() == {"A": "merged", "B": "overdue"})
            assert known() == {b"Example/A", b"Example/B"}

            erased = run("erase", "Example/A", broker=kafka.bootstrap, **desk.environment)

            assert erased.status == 0, erased
            assert "is forgotten" in erased.out
            eventually(lambda: desk.by_incident() == {"B": "overdue"})
            eventually(lambda: not known())
            assert not [alert for alert in desk.alerts().values() if alert["incident_ref"] == "A"]
            books = run("reconcile", broker=kafka.bootstrap, **desk.environment)
            assert books.status == 0, books
        with desk.worker(clock=tmp_path / "clock") as worker:
            eventually(worker.ready)
            desk.send(events)
            eventually(lambda: not desk.underway())
            assert desk.by_incident() == {"B": "overdue"}
            assert not known()


def test_a_victim_who_is_erased_is_named_nowhere_and_what_was_decided_stays(kafka: Cluster, tmp_path: Path) -> None:
    """E47: given a victim whom two incidents and a crime know, when they are erased, then nobody does, read again or not."""
    clock = MovedClock(tmp_path / "clock")
    clock.move(parse_instant("2026-05-02T12:00:00Z"))
    victim = {"victim_ref": "V-Quarrington", "age": 12}
    events = list(
        events_of(
            [
                {"at": "2026-04-01T09:00:00Z", "opened": {"opening_code": "CRIME_VIOLENCE", "victims": [victim]}},
                {"at": "2026-04-01T09:01:00Z", "opened": {"incident_ref": "B", "opening_code": "CRIME_VIOLENCE"}},
                {"at": "2026-04-01T09:02:00Z", "merged": {"into": "B"}},
                {"at": "2026-04-01T10:02:00Z", "recorded": {"victim_refs": ["V-Quarrington"]}},
            ]
        )
    )

    with Desk(kafka, tmp_path, "victim") as desk, desk.worker(clock=tmp_path / "clock") as worker:

        def naming() -> set[bytes | None]:
            """The keys under which something that names the victim is the newest."""
            ours = [f"{desk.application}-{kept}-changelog" for kept in ("incidents", "crimes")]
            newest = {
                (topic, record.key): record.value or b""
                for topic in (*ours, "recording-alerts", "recording-status")
                for record in kafka.read_all(topic)
            }
            return {key for (_, key), value in newest.items() if b"V-Quarrington" in value}

        eventually(worker.ready)
        desk.send(events)
        eventually(lambda: desk.by_incident() == {"A": "merged", "B": "recorded_in_time"})
        eventually(lambda: not desk.underway())
        assert naming() == {b"Example/A", b"Example/B", b"Example/C1"}
        alerts = Counter((alert["kind"], alert["status"]) for alert in desk.alerts().values())
        assert alerts["victim_service", "open"]

        erased = run("erase", "--victim", "Example/V-Quarrington", broker=kafka.bootstrap, **desk.environment)

        assert erased.status == 0, erased
        assert "forgotten in 2 incidents and 1 crime" in erased.out
        eventually(lambda: not naming())
        assert desk.by_incident() == {"A": "merged", "B": "recorded_in_time"}
        eventually(
            lambda: Counter((alert["kind"], alert["status"]) for alert in desk.alerts().values()) == alerts,
        )
        desk.send(events)
        eventually(lambda: not desk.underway())
        assert not naming()
        again = run("erase", "--victim", "Example/V-Quarrington", broker=kafka.bootstrap, **desk.environment)
        assert again.status == 0
        assert "no incident or crime knows this victim" in again.out
        books = run("reconcile", broker=kafka.bootstrap, **desk.environment)
        assert books.status == 0, books
