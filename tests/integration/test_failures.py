"""What a crash, a hand-over, a mistake in a rule and a broker in trouble leave behind: nothing missing, nobody woken."""

import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from rules.examples import events_of
from rules.instants import parse_instant
from tests.eventually import eventually
from tests.integration.agreement import agrees, send_at_its_time, settle_and_end
from tests.integration.alertmanager import Alertmanager
from tests.integration.histories import Event, parts, simulated
from tests.integration.worker_main import BROKEN, MovedClock
from tests.integration.workers import Desk, Worker, standing
from tests.kafka.cluster import Cluster

pytestmark = pytest.mark.kafka
START = parse_instant("2026-04-01T00:00:00Z")
SEED = 11


@pytest.mark.parametrize(
    "point", ["output", *(pytest.param(each, marks=pytest.mark.slow) for each in ("handled", "state", "acknowledged"))]
)
def test_a_worker_that_dies_at_a_point_of_its_flush_leaves_nothing_missing(
    kafka: Cluster, tmp_path: Path, point: str
) -> None:
    """Given two workers, when each dies twice in the middle of a history, then their successors say it all."""
    print(f"seed {SEED}")
    events = simulated(150, SEED, START)
    until = parse_instant(events[-1]["time"]) + timedelta(days=3)
    clock = MovedClock(tmp_path / "clock")
    dice = Random(SEED)

    with Desk(kafka, tmp_path, f"dies-{point}", session="6") as desk:
        for part in parts(events, 2):
            clock.run_from(parse_instant(part[-1]["time"]))
            desk.send(part)
            dying = ["--die-at", f"{point}:{dice.randint(1, 6)}"]
            with (
                desk.worker(*dying, clock=tmp_path / "clock") as first,
                desk.worker(*dying, clock=tmp_path / "clock") as second,
            ):
                eventually(first.died)
                eventually(second.died)
        with desk.worker(clock=tmp_path / "clock") as third, desk.worker(clock=tmp_path / "clock") as fourth:
            eventually(lambda: third.ready() and fourth.ready())
            settle_and_end(desk, [third, fourth], clock, until)

            assert agrees(desk, events, until)


def test_a_hand_over_loses_nothing_and_says_nothing_twice(kafka: Cluster, tmp_path: Path) -> None:
    """Given one worker in the middle of a history, when another comes and the first goes, then all of it is said."""
    print(f"seed {SEED}")
    events = simulated(150, SEED, START)
    until = parse_instant(events[-1]["time"]) + timedelta(days=3)
    clock = MovedClock(tmp_path / "clock")
    before, meanwhile, after = parts(events, 3)

    with Desk(kafka, tmp_path, "hand-over", session="6") as desk:
        clock.run_from(parse_instant(before[-1]["time"]))
        desk.send(before)
        with desk.worker(clock=tmp_path / "clock") as first:
            eventually(first.ready)
            with desk.worker(clock=tmp_path / "clock") as second:
                eventually(second.ready)
                send_at_its_time(desk, [first, second], clock, meanwhile)
                assert first.term() == 0
                send_at_its_time(desk, [second], clock, after)
                settle_and_end(desk, [second], clock, until)

                assert agrees(desk, events, until)


def test_workers_with_names_that_are_started_again_one_by_one_have_their_partitions_back_at_once(
    kafka: Cluster, tmp_path: Path
) -> None:
    """Given sessions of five minutes, when each worker is stopped or killed and started again, then all goes on."""
    print(f"seed {SEED}")
    events = simulated(60, SEED, START)
    until = parse_instant(events[-1]["time"]) + timedelta(days=3)
    clock = MovedClock(tmp_path / "clock")
    before, meanwhile, after = parts(events, 3)

    def named(desk: Desk, name: str) -> Worker:
        return desk.worker(clock=tmp_path / "clock", instance=name)

    with Desk(kafka, tmp_path, "names", session="300") as desk, ExitStack() as stack:
        clock.run_from(parse_instant(before[-1]["time"]))
        desk.send(before)
        first, second = (stack.enter_context(named(desk, name)) for name in ("worker-0", "worker-1"))
        eventually(lambda: first.ready() and second.ready())
        assert first.term() == 0
        first = stack.enter_context(named(desk, "worker-0"))
        send_at_its_time(desk, [second], clock, meanwhile)
        second.kill()
        second = stack.enter_context(named(desk, "worker-1"))
        eventually(lambda: first.ready() and second.ready())
        send_at_its_time(desk, [first, second], clock, after)
        settle_and_end(desk, [first, second], clock, until)

        assert agrees(desk, events, until)
        assert desk.cluster.members(desk.application) == 2


def test_a_rule_that_fails_on_one_event_makes_it_a_dead_letter_and_the_next_event_is_handled(
    kafka: Cluster, tmp_path: Path
) -> None:
    clock = MovedClock(tmp_path / "clock")
    clock.move(parse_instant("2026-04-01T12:00:00Z"))
    events = list(
        events_of(
            [
                {"at": "2026-04-01T09:00:00Z", "opened": {"opening_code": "CRIME_VIOLENCE"}},
                {"at": "2026-04-01T09:01:00Z", "updated": {"qualifiers": [BROKEN], "area": "north"}},
                {"at": "2026-04-01T09:02:00Z", "updated": {"area": "south"}},
            ]
        )
    )

    with (
        Desk(kafka, tmp_path, "broken-rule") as desk,
        desk.worker("--broken", clock=tmp_path / "clock") as worker,
    ):
        eventually(worker.ready)
        desk.send(events)
        eventually(lambda: desk.statuses().get("A", {}).get("area") == "south")

        (letter,) = eventually(lambda: kafka.read_all("dead-letters"))
        headers = {name: value.decode() for name, value in letter.headers}
        assert headers["error_type"] == "processing_failed"
        assert headers["error"] == "the ground crime_codes; ZeroDivisionError"
        assert letter.value is not None
        assert b"2026-04-01T09:01:00Z" in letter.value
        counted = 'recording_events_total{result="dead_letter",topic="incident-log",type="incident.updated"}'
        assert worker.metrics()[counted] == 1
        assert worker.process.poll() is None


def test_rubbish_never_ends_a_worker(kafka: Cluster, tmp_path: Path) -> None:
    dice = Random(SEED)
    rubbish = [
        b"",
        b"not json",
        b"[]",
        b'{"specversion":"1.0"}',
        b"{" * 20_000,
        b"\xff\xfe",
        b'{"specversion":"1.0","type":"incident.opened","source":"a","id":"b","time":"2026-04-01","data":{}}',
        b"x" * 300_000,
        *(dice.randbytes(200) for _ in range(50)),
    ]
    with Desk(kafka, tmp_path, "rubbish") as desk, desk.worker() as worker:
        eventually(worker.ready)
        desk.send_raw("incident-log", [None, *rubbish])
        desk.send_raw(f"{desk.application}-incident-inbox", [b"", b"rubbish"])

        eventually(lambda: len(kafka.read_all("dead-letters")) == len(rubbish) + 3)
        kinds = {dict(letter.headers)["error_type"] for letter in kafka.read_all("dead-letters")}
        assert kinds == {b"not_json", b"not_cloudevent", b"invalid_data", b"too_large", b"processing_failed"}
        assert worker.ready()


def test_a_crime_feed_that_stands_still_over_300_deadlines_pages_once_about_the_feed_and_never_about_an_incident(
    kafka: Cluster, tmp_path: Path
) -> None:
    """Given a crime feed that stops, when it comes back with crimes that were in time, then one page went out: about it."""
    start = parse_instant("2026-04-01T09:00:00Z")
    hour, minute = timedelta(hours=1), timedelta(minutes=1)
    count = 300
    forces = tmp_path / "forces" / "example"
    forces.mkdir(parents=True)
    (forces / "force.yaml").write_text("force: Example\nfeeds:\n  crime-records: {silent_after: PT15M}\n")
    log, crimes = [], []
    for n in range(count):
        at = start + n * minute / 60
        recorded = at + 11 * hour + 30 * minute
        log += events_of(
            [{"at": at.isoformat(), "opened": {"incident_ref": f"I{n}", "opening_code": "CRIME_VIOLENCE"}}]
        )
        crime = {"crime_ref": f"C{n}", "incident_refs": [f"I{n}"]}
        crimes += events_of([{"at": recorded.isoformat(), "recorded": crime}])
    (last,) = events_of(
        [{"at": (start + 11 * hour).isoformat(), "recorded": {"crime_ref": "C", "incident_refs": ["Z"]}}]
    )
    for n, event in enumerate([*log, *crimes, last]):
        event["id"] = f"e{n}"
    clock = MovedClock(tmp_path / "clock")
    clock.move(start + 11 * hour)

    with Desk(kafka, tmp_path, "feed-stands-still", forces=str(tmp_path / "forces"), hold="2") as desk:
        with desk.worker(clock=tmp_path / "clock") as worker:
            eventually(worker.ready)
            desk.send([*log, last])
            eventually(lambda: desk.still([worker], start + 11 * hour))
            clock.move(start + 11 * hour + 20 * minute)
            eventually(lambda: standing(desk.alerts()) == {"monitor": 1})
            assert worker.term() == 0
        with desk.worker(clock=tmp_path / "clock") as worker:
            eventually(worker.ready)
            clock.run_from(start + 24 * hour + 10 * minute)
            eventually(lambda: standing(desk.alerts())["overdue"] == count)
            assert all(alert["feed_stale"] for alert in desk.alerts().values() if alert["kind"] == "overdue")
            clock.run_from(start + 25 * hour)
            desk.send(crimes)
            (back,) = events_of(
                [{"at": clock.now().isoformat(), "recorded": {"crime_ref": "D", "incident_refs": ["Y"]}}]
            )
            desk.send([{**back, "id": "back"}])

            expected = {f"I{n}": "recorded_in_time" for n in range(count)}
            eventually(lambda: expected.items() <= desk.by_incident().items())
            eventually(lambda: not standing(desk.alerts()))
            paged = {alert["alert_id"]: alert["kind"] for alert in desk.every_alert() if alert["paged"]}
            assert list(paged.values()) == ["monitor"]


def test_a_burst_of_deadlines_is_said_the_gravest_first_and_pages_once_for_what_is_too_much(
    kafka: Cluster, tmp_path: Path
) -> None:
    """Given 2,000 deadlines in one second and an Alertmanager that is away, then 100 page, and one alert for the others."""
    start = parse_instant("2026-04-01T09:00:00Z")
    codes = ("CRIME_THEFT", "CRIME_RAPE", "CRIME_DAMAGE", "CRIME_VIOLENCE")
    count, limit = 2_000, 100
    log: list[Event] = []
    for n in range(count):
        opened = {"incident_ref": f"I{n}", "opening_code": codes[n % 4]}
        log += [
            {**event, "id": f"e{n}"}
            for event in events_of([{"at": (start + timedelta(microseconds=n)).isoformat(), "opened": opened}])
        ]
    clock = MovedClock(tmp_path / "clock")
    clock.move(start + timedelta(hours=21))
    alertmanager = Alertmanager()

    with (
        Desk(kafka, tmp_path, "burst", partitions="1", alertmanagers=alertmanager.address) as desk,
        desk.worker(clock=tmp_path / "clock") as worker,
    ):
        eventually(worker.ready)
        desk.send(log)
        eventually(lambda: len(desk.statuses()) == count)
        began = time.monotonic()
        clock.move(start + timedelta(hours=24, seconds=1))
        eventually(lambda: len([a for a in desk.alerts().values() if a["kind"] == "overdue"]) >= count)
        print(f"{count} deadlines of one second were said after {time.monotonic() - began:.1f} s")

        overdue = [a for a in desk.every_alert() if a["kind"] == "overdue"]
        groups = [alert["offence_group"] for alert in overdue]
        first = [groups.index(group) for group in ("rape", "violence_without_injury", "arson_damage", "theft")]
        assert first == sorted(first)
        assert groups[: count // 4].count("rape") >= count // 4 * 0.9
        paged = {alert["incident_ref"] for alert in overdue if alert["paged"]}
        assert len(paged) == limit
        with alertmanager:
            eventually(lambda: {a["labels"]["incident"] for a in alertmanager.named("RecordingOverdue")} == paged)
            (flood,) = alertmanager.named("RecordingMonitor")
            withheld = {alert["incident_ref"] for alert in overdue if alert.get("withheld") == "flood"}
            assert flood["annotations"]["summary"].startswith(f"{len(withheld)} more alerts since Thu 2 Apr 2026 10:00")
            assert withheld | paged == {f"I{n}" for n in range(count)}


def test_what_is_wrong_at_the_start_is_one_line(kafka: Cluster, tmp_path: Path) -> None:
    with Desk(kafka, tmp_path, "start") as desk, desk.worker() as running:
        eventually(running.ready)
        wrong: dict[str, Worker] = {
            f"RECORDING_PORT: {running.port} is in use": desk.command(RECORDING_PORT=str(running.port)),
            "127.0.0.1:9": desk.command(RECORDING_BROKER="127.0.0.1:9"),
            "RECORDING_HEARTBEAT: expected seconds": desk.command(RECORDING_HEARTBEAT="often"),
            "RECORDING_PARTITION: expected RECORDING_PARTITIONS": desk.command(RECORDING_PARTITION="4"),
            "incident-inbox": desk.command(RECORDING_PARTITIONS="5"),
        }

        for said, worker in wrong.items():
            with worker:
                assert worker.process.wait(60) == 2, worker.said
                assert said in worker.said
                assert "Traceback" not in worker.said
                assert len(worker.said.strip().splitlines()) == 1, worker.said
