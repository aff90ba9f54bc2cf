import math
from datetime import UTC, datetime, timedelta

from streams.outward.gauges import Gauges, Held
from tests.unit.streams.agents import MovedClock

NOON = datetime(2026, 4, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
OVERDUE = Held("avon", "north", "overdue", "rape", NOON - HOUR, (("overdue", "critical"),))


def waiting(hours: float) -> Held:
    return Held("avon", "north", "due_soon", "theft", NOON + hours * HOUR, (("due_soon", "medium"),))


def shown(gauges: Gauges, name: str) -> dict[tuple[str, ...], float]:
    (family,) = (each for each in gauges.collect() if each.name == f"recording_{name}")
    return {tuple(sample.labels.values()): sample.value for sample in family.samples}


def ahead(gauges: Gauges) -> dict[str, float]:
    return {within: number for (_, area, within), number in shown(gauges, "deadlines_ahead").items() if area == "north"}


def test_deadlines_ahead_are_counted_by_how_soon_they_come_each_time_that_is_longer_with_those_that_are_shorter() -> (
    None
):
    gauges = Gauges(MovedClock(NOON))

    for partition, hours in enumerate((0.5, 1, 1.01, 11, 24, 24.01)):
        gauges.count(partition % 2, waiting(hours), "north", 1)

    assert ahead(gauges) == {"1h": 2, "4h": 3, "12h": 4, "24h": 5}


def test_deadlines_come_nearer_without_a_row_being_written() -> None:
    clock = MovedClock(NOON)
    gauges = Gauges(clock)
    gauges.count(0, waiting(6), "north", 1)
    before = ahead(gauges)

    clock.at += 5 * HOUR

    assert before == {"1h": 0, "4h": 0, "12h": 1, "24h": 1}
    assert ahead(gauges) == {"1h": 1, "4h": 1, "12h": 1, "24h": 1}


def test_a_deadline_that_has_passed_and_is_not_said_to_be_overdue_yet_is_still_to_be_met() -> None:
    gauges = Gauges(MovedClock(NOON))

    gauges.count(0, waiting(-0.01), "north", 1)

    assert ahead(gauges)["1h"] == 1


def test_what_is_overdue_has_no_deadline_ahead_and_what_is_ahead_is_not_the_oldest_overdue() -> None:
    gauges = Gauges(MovedClock(NOON))

    gauges.count(0, OVERDUE, "north", 1)
    gauges.count(0, waiting(3), "north", 1)

    assert ahead(gauges) == {"1h": 0, "4h": 1, "12h": 1, "24h": 1}
    assert shown(gauges, "oldest_overdue_timestamp_seconds") == {("avon", "north"): (NOON - HOUR).timestamp()}
    assert shown(gauges, "next_deadline_timestamp_seconds") == {("avon", "north"): (NOON + 3 * HOUR).timestamp()}


def test_the_next_deadline_is_that_of_all_partitions_and_falls_back_to_the_one_after_it() -> None:
    gauges = Gauges(MovedClock(NOON))
    for partition, hours in enumerate((5, 2, 3)):
        gauges.count(partition, waiting(hours), "north", 1)

    seen = [shown(gauges, "next_deadline_timestamp_seconds")]
    gauges.count(1, waiting(2), "north", -1)
    seen.append(shown(gauges, "next_deadline_timestamp_seconds"))
    gauges.left(2)
    seen.append(shown(gauges, "next_deadline_timestamp_seconds"))

    assert seen == [{("avon", "north"): (NOON + hours * HOUR).timestamp()} for hours in (2, 3, 5)]


def test_a_force_that_is_introduced_has_its_areas_before_anything_happens() -> None:
    gauges = Gauges(MovedClock(NOON))

    gauges.introduce("avon", ("north", "other"), [("overdue", "high")])

    assert set(shown(gauges, "deadlines_ahead").values()) == {0}
    assert len(shown(gauges, "deadlines_ahead")) == 8
    assert all(math.isnan(value) for value in shown(gauges, "next_deadline_timestamp_seconds").values())
    assert shown(gauges, "alerts_open") == {
        ("avon", "north", "overdue", "high"): 0,
        ("avon", "other", "overdue", "high"): 0,
    }
