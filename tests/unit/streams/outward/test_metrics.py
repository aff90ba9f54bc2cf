import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.metadata import version
from random import Random
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import generate_latest
from prometheus_client.samples import Sample

from rules.book_files import load_rulebook
from rules.codes import OFFENCE_GROUPS
from rules.events import TOPICS
from rules.force import Feed, ForceProfile
from rules.rule import SEVERITIES, Parameters
from rules.rulebook import Rulebook
from rules.status import FINAL
from streams.outward.gauges import WITHIN, Held
from streams.outward.metrics import RESOLUTIONS, Metrics
from tests.unit.streams.agents import MovedClock

NOON = datetime(2026, 4, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
CRIMES = Feed(silent_after=2 * HOUR)
AVON = ForceProfile(force="avon", areas=("north", "south"), feeds={"crime-records": CRIMES})
PLAIN = Held("avon", "north", "monitoring", "theft", None, ())
OVERDUE = Held("avon", "north", "overdue", "rape", NOON, (("overdue", "critical"), ("closed_without_crime", "high")))


@cache
def book() -> Rulebook:
    return load_rulebook()


def metrics_of(*forces: ForceProfile) -> Metrics:
    return Metrics(forces or (AVON,), book(), MovedClock(NOON))


def samples(metrics: Metrics) -> list[Sample]:
    return [sample for family in metrics.registry.collect() for sample in family.samples]


def series(metrics: Metrics, name: str, *labels: str) -> dict[tuple[str, ...], float]:
    """Every series of a name, by its labels in the order that is asked for; no other labels may be there."""
    found = [sample for sample in samples(metrics) if sample.name == name]
    assert {tuple(sorted(sample.labels)) for sample in found} <= {tuple(sorted(labels))}
    return {tuple(sample.labels[label] for label in labels): sample.value for sample in found}


def incidents(metrics: Metrics) -> dict[tuple[str, ...], float]:
    return series(metrics, "recording_incidents", "force", "offence_group", "status")


def alerts(metrics: Metrics) -> dict[tuple[str, ...], float]:
    return series(metrics, "recording_alerts_open", "force", "area", "kind", "severity")


def oldest(metrics: Metrics) -> dict[tuple[str, ...], float]:
    return series(metrics, "recording_oldest_overdue_timestamp_seconds", "force", "area")


def not_zero(found: Mapping[tuple[str, ...], float]) -> dict[tuple[str, ...], float]:
    return {labels: value for labels, value in found.items() if value}


def known(found: Mapping[tuple[str, ...], float]) -> dict[tuple[str, ...], float]:
    return {labels: value for labels, value in found.items() if not math.isnan(value)}


CONTRACT = {
    "recording_incidents": ("gauge", {"force", "offence_group", "status"}),
    "recording_alerts_open": ("gauge", {"force", "area", "kind", "severity"}),
    "recording_alerts_raised_total": ("counter", {"force", "kind", "severity", "rule"}),
    "recording_alerts_resolved_total": ("counter", {"force", "kind", "resolution"}),
    "recording_pages_total": ("counter", {"force", "kind", "result"}),
    "recording_outcomes_total": ("counter", {"force", "offence_group", "status"}),
    "recording_delay_seconds": ("histogram", {"force", "offence_group"}),
    "recording_oldest_overdue_timestamp_seconds": ("gauge", {"force", "area"}),
    "recording_next_deadline_timestamp_seconds": ("gauge", {"force", "area"}),
    "recording_deadlines_ahead": ("gauge", {"force", "area", "within"}),
    "recording_events_total": ("counter", {"topic", "type", "result"}),
    "recording_feed_last_event_timestamp_seconds": ("gauge", {"force", "feed"}),
    "recording_feed_clock_skew_seconds": ("gauge", {"force", "feed"}),
    "recording_feed_stale": ("gauge", {"force", "feed"}),
    "recording_breaches_total": ("counter", {"force", "offence_group"}),
    "recording_sweep_lateness_seconds": ("histogram", set()),
    "recording_alert_delay_seconds": ("histogram", set()),
    "recording_lag_messages": ("gauge", {"topic", "partition"}),
    "recording_reconciliation_differences": ("gauge", {"force"}),
    "recording_reconciliation_timestamp_seconds": ("gauge", set()),
    "recording_heartbeat_timestamp_seconds": ("gauge", {"stage"}),
    "recording_rule_checkable": ("gauge", {"force", "rule"}),
    "recording_build_info": ("gauge", {"version", "rulebook_hash"}),
}
"""The contract's table, and what was added to it: the name, its type, its labels."""


def full() -> Metrics:
    """Metrics in which every one of the table has a series."""
    metrics = metrics_of()
    metrics.changed(0, None, OVERDUE)
    metrics.fed("avon", "crime-records", NOON, NOON)
    metrics.heartbeat("intake", NOON)
    metrics.late(timedelta(seconds=2))
    metrics.behind({("incident-log", 0): 3})
    metrics.compared(NOON, {"avon": 0})
    return metrics


def test_the_metrics_are_those_of_the_contract_and_no_others() -> None:
    lines = generate_latest(full().registry).decode().splitlines()

    types = dict(line.split()[2:] for line in lines if line.startswith("# TYPE recording_"))

    assert types == {name: type_ for name, (type_, _) in CONTRACT.items()}


@pytest.mark.parametrize("name", CONTRACT)
def test_a_metric_has_the_labels_of_the_contract_and_says_what_it_is(name: str) -> None:
    metrics = full()
    said = [
        line for line in generate_latest(metrics.registry).decode().splitlines() if line.startswith(f"# HELP {name} ")
    ]
    found = [
        sample for sample in samples(metrics) if sample.name in (name, f"{name}_bucket", f"{name}_sum", f"{name}_count")
    ]

    assert len(said) == 1
    assert len(said[0]) > len(f"# HELP {name} ") + 20
    assert found
    assert all(set(sample.labels) - {"le"} == CONTRACT[name][1] for sample in found)


def test_every_combination_of_the_counters_is_there_at_zero_from_the_start() -> None:
    metrics = metrics_of()

    raised = series(metrics, "recording_alerts_raised_total", "force", "kind", "severity", "rule")
    resolved = series(metrics, "recording_alerts_resolved_total", "force", "kind", "resolution")
    outcomes = series(metrics, "recording_outcomes_total", "force", "offence_group", "status")
    events = series(metrics, "recording_events_total", "topic", "type", "result")
    delays = series(metrics, "recording_delay_seconds_count", "force", "offence_group")

    kinds = {kind for _, kind, _, _ in raised}
    results = ("used", "repeat", "expired", "dead_letter")
    assert set(resolved) == {("avon", kind, resolution) for kind in kinds for resolution in RESOLUTIONS}
    assert set(outcomes) == {("avon", group, status) for group in OFFENCE_GROUPS for status in FINAL}
    assert set(events) == {(at, kind, end) for at in TOPICS for kind in (*TOPICS[at], "unknown") for end in results}
    assert set(delays) == {("avon", group) for group in OFFENCE_GROUPS}
    assert set(incidents(metrics)) == {
        ("avon", group, status) for group in OFFENCE_GROUPS for status in ("monitoring", "due_soon", "overdue")
    }
    every = (raised, resolved, outcomes, events, delays, incidents(metrics), alerts(metrics))
    assert all(value == 0 for found in every for value in found.values())


def test_the_alerts_that_can_be_raised_are_those_of_the_rulebook_and_its_examples() -> None:
    raised = series(metrics_of(), "recording_alerts_raised_total", "force", "kind", "severity", "rule")

    given_by_examples = {
        ("avon", line["kind"], line["severity"], line.get("rule", rule.id))
        for rule in book().rules.values()
        for example in rule.examples
        for line in example.alerts
        if "severity" in line
    }
    assert given_by_examples <= set(raised)
    assert {rule for _, kind, _, rule in raised if kind != "monitor"} <= set(book().rules)
    assert {rule for _, kind, _, rule in raised if kind == "monitor"} == {"M50"}
    assert {severity for _, _, severity, _ in raised} <= set(SEVERITIES)
    assert "listed" not in {kind for _, kind, _, _ in raised}
    assert {kind for _, kind, _, rule in raised if rule == "M05"} == {"due_soon", "overdue"}
    assert {severity for _, _, severity, rule in raised if rule == "M05"} == {"critical"}


def test_a_rule_that_is_deprecated_raises_nothing_and_has_no_series() -> None:
    rules = [
        rule.model_copy(update={"status": "deprecated"}) if rule.id == "M05" else rule for rule in book().rules.values()
    ]
    reduced = Rulebook(rules, Parameters(parameters=book().parameters), book().lexicon, book().hash)

    raised, of_all = (
        series(
            Metrics([AVON], one, MovedClock(NOON)), "recording_alerts_raised_total", "force", "kind", "severity", "rule"
        )
        for one in (reduced, book())
    )

    assert {rule for _, _, _, rule in of_all} - {rule for _, _, _, rule in raised} == {"M05"}


def test_a_force_that_has_no_file_gets_its_combinations_when_it_is_first_seen() -> None:
    metrics = metrics_of()

    metrics.outcome("york", "theft", "exempt")

    outcomes = series(metrics, "recording_outcomes_total", "force", "offence_group", "status")
    of_york = {labels[1:]: value for labels, value in outcomes.items() if labels[0] == "york"}
    assert len(of_york) == len(OFFENCE_GROUPS) * len(FINAL)
    assert not_zero(of_york) == {("theft", "exempt"): 1}
    assert {area for force, area in oldest(metrics) if force == "york"} == {"other"}


def test_an_incident_counts_as_what_it_became_and_no_longer_as_what_it_was() -> None:
    metrics = metrics_of()

    metrics.changed(3, None, PLAIN)
    metrics.changed(3, PLAIN, OVERDUE)

    assert not_zero(incidents(metrics)) == {("avon", "rape", "overdue"): 1}
    assert not_zero(alerts(metrics)) == {
        ("avon", "north", "overdue", "critical"): 1,
        ("avon", "north", "closed_without_crime", "high"): 1,
    }
    assert known(oldest(metrics)) == {("avon", "north"): NOON.timestamp()}


@pytest.mark.parametrize("status", [*sorted(FINAL), None])
def test_an_incident_that_waits_for_no_crime_is_not_counted_and_its_alerts_are(status: str | None) -> None:
    metrics = metrics_of()

    metrics.changed(0, None, PLAIN._replace(status=status, alerts=(("improper_cancellation", "high"),)))

    assert not_zero(incidents(metrics)) == {}
    assert not_zero(alerts(metrics)) == {("avon", "north", "improper_cancellation", "high"): 1}


@pytest.mark.parametrize("area", ["Beat 17", "", None])
def test_an_area_that_the_force_has_not_configured_is_other(area: str | None) -> None:
    metrics = metrics_of()

    metrics.changed(0, None, OVERDUE._replace(area=area))

    assert {labels[1] for labels in not_zero(alerts(metrics))} == {"other"}
    assert known(oldest(metrics)) == {("avon", "other"): NOON.timestamp()}


def test_where_nothing_is_overdue_the_oldest_is_not_a_number_so_that_no_comparison_holds() -> None:
    metrics = metrics_of()

    metrics.changed(0, None, OVERDUE)
    metrics.changed(0, OVERDUE, None)

    assert set(oldest(metrics)) == {("avon", "north"), ("avon", "south"), ("avon", "other")}
    assert known(oldest(metrics)) == {}


def test_the_oldest_is_that_of_all_partitions_and_falls_back_to_the_next_one() -> None:
    metrics = metrics_of()
    first, second, third = (OVERDUE._replace(due_at=NOON + hours * HOUR) for hours in range(3))
    for partition, held in ((0, third), (0, first), (1, second)):
        metrics.changed(partition, None, held)
    seen = [known(oldest(metrics))]

    metrics.changed(0, first, first._replace(status="recorded_late", due_at=None, alerts=()))
    seen.append(known(oldest(metrics)))
    metrics.left(1)
    seen.append(known(oldest(metrics)))

    assert seen == [{("avon", "north"): held.due_at.timestamp()} for held in (first, second, third) if held.due_at]


def test_a_partition_that_went_to_another_worker_takes_with_it_what_it_gave() -> None:
    metrics = metrics_of()
    metrics.changed(0, None, OVERDUE)
    metrics.changed(1, None, PLAIN)

    metrics.left(0)
    metrics.left(7)

    assert not_zero(incidents(metrics)) == {("avon", "theft", "monitoring"): 1}
    assert not_zero(alerts(metrics)) == {}
    assert known(oldest(metrics)) == {}


def test_a_partition_that_came_back_is_counted_from_its_rows() -> None:
    metrics = metrics_of()
    metrics.changed(0, None, OVERDUE)

    metrics.left(0)
    metrics.changed(0, None, PLAIN)

    assert not_zero(incidents(metrics)) == {("avon", "theft", "monitoring"): 1}


@pytest.mark.parametrize(
    ("topic", "type_", "counted"),
    [
        ("incident-log", "incident.closed", "incident.closed"),
        ("incident-log", "crime.recorded", "unknown"),
        ("crime-records", "a type that nobody knows", "unknown"),
    ],
)
def test_an_event_counts_by_its_type_or_as_unknown(topic: str, type_: str, counted: str) -> None:
    metrics = metrics_of()

    metrics.event(topic, type_, "used")

    assert not_zero(series(metrics, "recording_events_total", "topic", "type", "result")) == {
        (topic, counted, "used"): 1
    }


def test_what_is_raised_and_resolved_is_counted() -> None:
    metrics = metrics_of()

    metrics.raised("avon", "overdue", "critical", "M05")
    metrics.raised("avon", "overdue", "critical", "M05")
    metrics.resolved("avon", "overdue", "recorded_late")

    raised = series(metrics, "recording_alerts_raised_total", "force", "kind", "severity", "rule")
    resolved = series(metrics, "recording_alerts_resolved_total", "force", "kind", "resolution")
    assert not_zero(raised) == {("avon", "overdue", "critical", "M05"): 2}
    assert not_zero(resolved) == {("avon", "overdue", "recorded_late"): 1}


def buckets(metrics: Metrics, name: str) -> dict[float, float]:
    """The observations up to each bound, over all labels."""
    found: Counter[float] = Counter()
    for sample in samples(metrics):
        if sample.name == f"{name}_bucket":
            found[float(sample.labels["le"])] += sample.value  # type: ignore[assignment]
    return dict(found)


def test_a_delay_is_observed_in_the_buckets_of_the_contract_and_a_bound_is_within() -> None:
    metrics = metrics_of()

    metrics.delay("avon", "theft", 24 * 3600)
    metrics.delay("avon", "theft", 24 * 3600 + 1)

    found = buckets(metrics, "recording_delay_seconds")
    hours = [0.25, 1, 4, 8, 12, 18, 24, 48, 72, 168]
    assert sorted(found) == [*(hour * 3600 for hour in hours), math.inf]
    assert (found[18 * 3600], found[24 * 3600], found[48 * 3600]) == (0, 1, 2)


def test_lateness_is_observed_from_a_tenth_of_a_second_to_an_hour_and_is_never_negative() -> None:
    metrics = metrics_of()

    metrics.late(timedelta(minutes=1))
    metrics.late(timedelta(seconds=-1))

    found = buckets(metrics, "recording_sweep_lateness_seconds")
    assert (min(found), max(bound for bound in found if bound < math.inf)) == (0.1, 3600)
    assert (found[0.1], found[60]) == (1, 2)
    assert series(metrics, "recording_sweep_lateness_seconds_sum") == {(): 60}


def test_the_newest_event_of_a_feed_is_kept_and_a_feed_without_one_has_no_series() -> None:
    metrics = metrics_of()

    metrics.fed("avon", "crime-records", NOON, NOON)
    metrics.fed("avon", "crime-records", NOON - HOUR, NOON)

    fed = series(metrics, "recording_feed_last_event_timestamp_seconds", "force", "feed")
    assert fed == {("avon", "crime-records"): NOON.timestamp()}


@pytest.mark.parametrize(("ahead", "newest"), [(-HOUR, NOON - HOUR), (HOUR, NOON)])
def test_a_clock_that_is_ahead_or_an_event_that_is_late_is_shown_and_none_is_newer_than_now(
    ahead: timedelta, newest: datetime
) -> None:
    metrics = metrics_of()

    metrics.fed("avon", "crime-records", NOON + ahead, NOON)

    skew = series(metrics, "recording_feed_clock_skew_seconds", "force", "feed")
    assert skew == {("avon", "crime-records"): ahead.total_seconds()}
    fed = series(metrics, "recording_feed_last_event_timestamp_seconds", "force", "feed")
    assert fed["avon", "crime-records"] == newest.timestamp()


def test_a_feed_with_a_rhythm_is_not_stale_until_it_is_said_to_be() -> None:
    metrics = metrics_of()
    stale = [series(metrics, "recording_feed_stale", "force", "feed")]

    for is_stale in (True, False):
        metrics.stale("avon", "crime-records", is_stale)
        stale.append(series(metrics, "recording_feed_stale", "force", "feed"))

    assert stale == [{("avon", "crime-records"): value} for value in (0, 1, 0)]


def test_a_worker_that_no_longer_speaks_for_a_feed_does_not_go_on_calling_it_stale() -> None:
    metrics = metrics_of()
    metrics.stale("avon", "crime-records", True)

    metrics.left(0)

    assert series(metrics, "recording_feed_stale", "force", "feed") == {("avon", "crime-records"): 0}


def test_a_heartbeat_is_shown_by_stage() -> None:
    metrics = metrics_of()

    metrics.heartbeat("intake", NOON)
    metrics.heartbeat("incidents", NOON - HOUR)

    beats = series(metrics, "recording_heartbeat_timestamp_seconds", "stage")
    assert beats == {("intake",): NOON.timestamp(), ("incidents",): (NOON - HOUR).timestamp()}


def test_the_build_names_the_version_and_the_rulebook() -> None:
    info = series(metrics_of(), "recording_build_info", "version", "rulebook_hash")

    assert info == {(version("recording-monitor"), book().hash): 1}


def test_two_workers_in_one_process_count_apart() -> None:
    one, other = metrics_of(), metrics_of()

    one.changed(0, None, OVERDUE)

    assert not_zero(incidents(other)) == {}


HELDS: dict[str, list[Any]] = {
    "force": ["avon", "avon", "york"],
    "area": ["north", "north", "elsewhere", None],
    "status": ["monitoring", "due_soon", "overdue", "recorded_late", None],
    "offence_group": ["rape", "theft"],
    "due_at": [None, *(NOON + minutes * HOUR / 60 for minutes in range(200))],
    "alerts": [
        (),
        (("overdue", "high"),),
        (("overdue", "high"), ("data_quality", "medium"), ("data_quality", "medium")),
    ],
}
"""What the rows of the two tests below are drawn from."""
Step = tuple[Literal["write", "leave", "come back"], tuple[int, int], Held | None]
"""What happens, to which number of an incident in which partition, and what its row says from then on."""

_helds = st.builds(Held, **{name: st.sampled_from(values) for name, values in HELDS.items()})
_subjects = st.tuples(st.integers(0, 1), st.integers(0, 3))
_written: st.SearchStrategy[Step] = st.tuples(st.just("write"), _subjects, st.none() | _helds)
_moved: st.SearchStrategy[Step] = st.tuples(st.sampled_from(["leave", "come back"]), _subjects, st.none())


def recounted(rows: Iterable[Held]) -> tuple[dict[tuple[str, ...], float], ...]:
    """Count what the gauges must show, from nothing but the rows as they are."""
    waiting: Counter[tuple[str, ...]] = Counter()
    standing: Counter[tuple[str, ...]] = Counter()
    first: dict[tuple[str, ...], float] = {}
    next_: dict[tuple[str, ...], float] = {}
    soon: Counter[tuple[str, ...]] = Counter()
    for row in rows:
        area = row.area if row.force == "avon" and row.area in ("north", "south") else "other"
        if row.status in ("monitoring", "due_soon", "overdue"):
            waiting[row.force, row.offence_group, row.status] += 1
        standing.update((row.force, area, kind, severity) for kind, severity in row.alerts)
        if row.due_at is not None:
            at = row.due_at.timestamp()
            overdue = "overdue" in dict(row.alerts)
            earliest = first if overdue else next_
            earliest[row.force, area] = min(at, earliest.get((row.force, area), at))
            soon.update(
                (row.force, area, name) for name, time in WITHIN.items() if not overdue and row.due_at <= NOON + time
            )
    return dict(waiting), dict(standing), first, next_, dict(soon)


def gauges(metrics: Metrics) -> tuple[dict[tuple[str, ...], float], ...]:
    """What the gauges show, in the order of a recount, from one look at everything: there are many to be compared."""
    found: dict[str, dict[tuple[str, ...], float]] = defaultdict(dict)
    for sample in samples(metrics):
        found[sample.name.removeprefix("recording_")][tuple(sample.labels.values())] = sample.value
    instants = (known(found[f"{name}_timestamp_seconds"]) for name in ("oldest_overdue", "next_deadline"))
    return (not_zero(found["incidents"]), not_zero(found["alerts_open"]), *instants, not_zero(found["deadlines_ahead"]))


def differs_from_a_recount(steps: Iterable[Step], every: int = 1) -> str | None:
    """Hand some steps to metrics, and return the first difference between the gauges and a recount of the rows."""
    metrics = metrics_of()
    kept: dict[int, dict[int, Held]] = {}
    owned: set[int] = set()
    for place, (step, (partition, number), held) in enumerate(steps):
        rows = kept.setdefault(partition, {})
        if step == "write" and partition in owned:
            metrics.changed(partition, rows.pop(number, None), held)
            rows |= {} if held is None else {number: held}
        elif step == "leave":
            metrics.left(partition)
            owned.discard(partition)
        else:  # nothing is written where the partition is not owned: it comes back first
            metrics.left(partition)
            owned.add(partition)
            for row in rows.values():
                metrics.changed(partition, None, row)
        if place % every == 0:
            shown = gauges(metrics)
            counted = recounted(row for here in owned for row in kept[here].values())
            if shown != counted:
                return f"step {place}: shown {shown}, counted {counted}"
    return None


@given(st.lists(_written | _written | _written | _moved, max_size=40))
@settings(deadline=None)
def test_the_gauges_are_those_of_a_recount_after_any_changes_and_hand_overs(steps: list[Step]) -> None:
    assert differs_from_a_recount(steps) is None


@pytest.mark.parametrize("seed", [1, 2])
def test_the_gauges_are_those_of_a_recount_after_thousands_of_changes_and_hand_overs(seed: int) -> None:
    random = Random(seed)

    def step() -> Step:
        subject = random.randrange(3), random.randrange(60)
        if random.random() < 0.01:
            return random.choice(("leave", "come back")), subject, None
        held = Held(**{name: random.choice(values) for name, values in HELDS.items()})
        return "write", subject, held if random.random() < 0.9 else None

    assert differs_from_a_recount((step() for _ in range(5_000)), every=50) is None


def test_a_rule_is_checkable_where_the_feeds_give_what_it_needs() -> None:
    needing = next(rule for rule in load_rulebook().rules.values() if rule.needs)
    without = ForceProfile(force="kent", not_supplied=needing.needs)

    metrics = Metrics([ForceProfile(force="avon"), without], load_rulebook(), MovedClock(NOON))

    checkable = series(metrics, "recording_rule_checkable", "force", "rule")
    assert (checkable["avon", needing.id], checkable["kent", needing.id]) == (1, 0)
    assert (checkable["avon", "M02"], checkable["kent", "M02"], checkable["avon", "M01"]) == (1, 1, 0)


def test_what_is_not_acknowledged_is_shown_of_the_partitions_that_are_read_here_and_of_no_other() -> None:
    metrics = metrics_of()
    metrics.behind({("incident-log", 0): 3, ("incident-log", 1): 0})

    metrics.behind({("incident-log", 1): 5})

    assert series(metrics, "recording_lag_messages", "topic", "partition") == {("incident-log", "1"): 5}


def test_the_books_are_shown_by_the_worker_that_compared_them_last_and_by_no_other() -> None:
    metrics = metrics_of()
    first = series(metrics, "recording_reconciliation_timestamp_seconds")[()]
    metrics.compared(NOON, {"avon": 2, "kent": 0})
    found = series(metrics, "recording_reconciliation_differences", "force")
    at = series(metrics, "recording_reconciliation_timestamp_seconds")

    metrics.not_compared()

    assert math.isnan(first)
    assert (found, at) == ({("avon",): 2, ("kent",): 0}, {(): NOON.timestamp()})
    assert series(metrics, "recording_reconciliation_differences", "force") == {}
    assert math.isnan(series(metrics, "recording_reconciliation_timestamp_seconds")[()])


def test_the_process_is_shown_with_its_memory_and_when_it_began() -> None:
    found = {sample.name: sample.value for sample in samples(metrics_of()) if sample.name.startswith("process_")}

    assert found["process_resident_memory_bytes"] > 1024 * 1024
    assert found["process_start_time_seconds"] > 0
