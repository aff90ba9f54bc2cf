"""A simulated force through two workers, with a clock that the test moves: what a replay says, they say."""

from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from rules.book_files import load_rulebook
from rules.instants import parse_instant
from streams.tools.replay import Outcome, replay_events
from tests.eventually import eventually
from tests.integration.histories import Event, parts, simulated, waves
from tests.integration.worker_main import MovedClock
from tests.integration.workers import TOPIC_OF, Desk
from tests.kafka.cluster import Cluster

pytestmark = pytest.mark.kafka
BOOK = load_rulebook()
START = parse_instant("2026-04-01T00:00:00Z")
SEED = 5
SOON = timedelta(milliseconds=20)
LATER = ("raised_at", "resolved_at", "history", "acknowledged_by", "status", "paged", "feed_stale")
"""What of an open alert may differ when its events arrive late (reading R10)."""
BY_EITHER = pytest.mark.parametrize(
    "produce", [pytest.param("produce", marks=pytest.mark.slow), "produce_by_librdkafka"]
)
"""A right key is not a right partition: librdkafka's partitioner puts most keys where Kafka's own does not."""


@BY_EITHER
def test_events_at_their_times_through_two_workers_give_object_by_object_what_a_replay_gives(
    kafka: Cluster, tmp_path: Path, produce: str
) -> None:
    """Given a history in waves, when the clock is moved to each and it is sent, then every object is that of `replay`."""
    print(f"seed {SEED}")
    history = list(waves(simulated(50, SEED, START), BOOK))
    until = parse_instant(history[-1][-1]["time"]) + timedelta(days=3)
    clock = MovedClock(tmp_path / "clock")
    clock.move(START)

    with (
        Desk(kafka, tmp_path, "in-order") as desk,
        desk.worker(clock=tmp_path / "clock") as first,
        desk.worker(clock=tmp_path / "clock") as second,
    ):
        workers = [first, second]
        desk.produce = getattr(kafka, produce)
        eventually(lambda: first.ready() and second.ready())
        for wave in history:
            at = parse_instant(wave[0]["time"])
            _let_pass(desk, workers, clock, at)
            desk.send(wave)
            _settle(desk, workers, at)
        _let_pass(desk, workers, clock, until)

        said = replay_events([event for wave in history for event in wave], until, book=BOOK)
        assert desk.statuses() == {status["incident_ref"]: status for status in said.statuses}
        assert desk.alerts() == {alert["alert_id"]: alert for alert in said.alerts}
        assert all(worker.metrics()['recording_heartbeat_timestamp_seconds{stage="incidents"}'] for worker in workers)


def _let_pass(desk: Desk, workers: list[Any], clock: MovedClock, until: datetime) -> None:
    """Move the clock, by less than lies between a step and a deadline: who was away would say the deadline alone."""
    while (now := clock.now()) < until:
        clock.move(min(now + timedelta(hours=6), until))
        _settle(desk, workers, clock.now())


def _settle(desk: Desk, workers: list[Any], at: datetime) -> None:
    """Wait until nothing is underway, twice: what a sweep has sent may not have left its worker when first looked at."""
    eventually(lambda: desk.still(workers, at), every=SOON)
    eventually(lambda: desk.still(workers, at), every=SOON)


@BY_EITHER
def test_everything_twice_in_disorder_with_crimes_before_long_after_and_never_gives_what_a_replay_in_order_gives(
    kafka: Cluster, tmp_path: Path, produce: str
) -> None:
    """Given crimes in three parts, when one comes before all logs, one after all was judged and one never, all the same."""
    print(f"seed {SEED}")
    events = simulated(300, SEED, START)
    until = parse_instant(events[-1]["time"]) + timedelta(days=3)
    crimes = sorted({event["data"]["crime_ref"] for event in events if _is_crime(event)})
    before, after, never = (_of(crimes[part::3], events) for part in range(3))
    rest = [event for event in events if event not in [*before, *after, *never]]
    assert min(map(len, (before, after, never))) > 5
    dice = Random(SEED)
    clock = MovedClock(tmp_path / "clock")
    clock.move(until)

    with (
        Desk(kafka, tmp_path, "in-disorder") as desk,
        desk.worker(clock=tmp_path / "clock") as first,
        desk.worker(clock=tmp_path / "clock") as second,
    ):
        desk.produce = getattr(kafka, produce)
        eventually(lambda: first.ready() and second.ready())
        for several in (before, rest, after):
            twice = several * 2
            dice.shuffle(twice)
            for some in parts(twice, 8):  # what is sent at once goes topic by topic
                desk.send(some)
            _settle(desk, [first, second], until)

        _agree(desk, replay_events([event for event in events if event not in never], until, book=BOOK))


def _of(crimes: list[str], events: list[Event]) -> list[Event]:
    """Return what the records system said of some crimes."""
    return [event for event in events if event["data"].get("crime_ref") in crimes and _is_crime(event)]


def _is_crime(event: Event) -> bool:
    return TOPIC_OF[event["type"]] == "crime-records"


def _agree(desk: Desk, said: Outcome) -> None:
    assert _plain(desk.statuses()) == _plain({status["incident_ref"]: status for status in said.statuses})
    assert _standing(desk.alerts()) == _standing({alert["alert_id"]: alert for alert in said.alerts})


def _plain(statuses: dict[str, Event]) -> dict[str, Event]:
    return {
        ref: {name: value for name, value in said.items() if name != "updated_at"} for ref, said in statuses.items()
    }


def _standing(alerts: dict[str, Event]) -> dict[str, Event]:
    return {
        name: {field: value for field, value in alert.items() if field not in LATER}
        for name, alert in alerts.items()
        if alert["status"] != "resolved"
    }
