import io
import json
import tracemalloc
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import sqrt
from random import Random
from typing import Any

import pytest

from rules.codes import national_lexicon
from rules.events import EVENT
from rules.instants import parse_instant
from rules.reported import stands
from streams.tools.replay import replay_events
from streams.tools.simulate import Feed, Options, simulate, stories, truths, write_simulation
from streams.tools.simulation import narratives
from streams.tools.simulation.feeds import PROMPT
from streams.tools.simulation.log import RULES_TOLD
from streams.tools.simulation.rates import load_rates
from streams.tools.simulation.stories import SPAN
from streams.tools.simulation.ways import ALL, WAYS, ways_of

START = datetime(2026, 4, 1, 6, 30, tzinfo=UTC)
FIVE_THOUSAND = Options(5_000, 1, START)
UNTIMELY = Feed(repeated=0.2, disordered=0.3, export_missed=0.2)


def written(options: Options) -> list[str]:
    out = io.StringIO()
    write_simulation(options, out)
    return out.getvalue().splitlines()


def events(options: Options) -> list[dict[str, Any]]:
    return [delivered.event for delivered in simulate(options)]


def identities(said: Iterable[dict[str, Any]]) -> set[tuple[str, str]]:
    return {(event["source"], event["id"]) for event in said}


@pytest.fixture(scope="module")
def found() -> list[dict[str, Any]]:
    return list(truths(FIVE_THOUSAND))


def test_the_same_seed_gives_the_same_lines() -> None:
    assert written(Options(200, 7, START)) == written(Options(200, 7, START))


def test_another_seed_gives_other_lines() -> None:
    assert written(Options(200, 7, START)) != written(Options(200, 8, START))


def test_a_report_is_the_same_however_many_there_are() -> None:
    few, many = list(stories(Options(20, 7, START))), list(stories(Options(100, 7, START)))

    assert many[:20] == few


def test_what_was_delivered_is_the_same_however_many_reports_follow() -> None:
    few, many = Options(20, 7, START), Options(100, 7, START)

    lines_of_many = Counter(written(many))

    assert not Counter(line for line in written(few) if "-END" not in line) - lines_of_many


def test_every_event_is_one_of_the_contract_with_no_field_unknown() -> None:
    said = events(Options(1_500, 3, START))

    read = [EVENT.validate_python(event) for event in said]

    assert [event.data.model_extra for event in read] == [{}] * len(said)
    assert identities(said) == {(event.source, event.id) for event in read}


def test_every_line_is_json_of_an_event() -> None:
    lines = written(Options(50, 3, START))

    assert all(EVENT.validate_json(line) for line in lines)


def test_every_right_way_and_every_fault_occurs_in_five_thousand_reports(found: list[dict[str, Any]]) -> None:
    assert {truth["way"] for truth in found} == {*WAYS, "no_crime", "end"}
    assert {truth["fault"] for truth in found} == {name for name, way in WAYS.items() if way.fault} | {None}


def test_the_data_file_and_the_ways_name_the_same() -> None:
    pools = [choice.options for choice in load_rates().ways.values()]

    assert sorted(name for pool in pools for name in pool) == sorted(WAYS)


def test_every_family_can_go_every_kind_of_way() -> None:
    for family in ALL:
        for pool in ("in_time", "late", "unrecorded"):
            assert ways_of(pool, family).options


def test_the_shares_of_families_follow_the_recorded_crime_table(found: list[dict[str, Any]]) -> None:
    rates = load_rates()
    families = Counter(
        truth["family"] for truth in found if truth["family"] and not truth["incident_ref"].endswith("-2")
    )
    crimes = families.total()

    for family, share in rates.families.shares.items():
        assert abs(families[family] / crimes - share) < 4 * sqrt(share * (1 - share) / crimes)  # four standard errors


def test_recorded_and_unrecorded_crimes_add_up_to_the_published_rates() -> None:
    rates = load_rates()
    shares = {family: share for family, share in rates.families.shares.items() if family != "fraud"}

    of_all = sum(share * rates.recorded[family] for family, share in shares.items()) / sum(shares.values())

    assert of_all == pytest.approx(0.653)
    assert rates.recorded["violence_with_injury"] == 0.566
    assert rates.recorded["theft"] == pytest.approx(0.685, abs=0.001)


def test_the_share_that_is_recorded_is_the_inspections_within_four_standard_errors(found: list[dict[str, Any]]) -> None:
    rates = load_rates()
    unrecorded = set(rates.ways["unrecorded"].options)
    excused = set(rates.ways["excused"].options)
    due = [t["way"] for t in found if t["family"] and t["way"] not in excused and not t["incident_ref"].endswith("-2")]

    share = sum(way not in unrecorded for way in due) / len(due)

    assert abs(share - 0.653) < 4 * sqrt(0.653 * 0.347 / len(due))


def test_delays_have_the_measured_median_and_almost_all_are_within_a_day() -> None:
    rates = load_rates()
    rng = Random(5)
    hours = sorted(rates.hours_to_record(rng) for _ in range(20_000))

    assert hours[10_000] == pytest.approx(0.73, rel=0.05)
    assert sum(hour <= 24 for hour in hours) / 20_000 == pytest.approx(0.996, abs=0.002)


def test_reports_come_in_order_from_the_start_on_as_many_a_day_as_asked_for() -> None:
    received = [story.received for story in stories(Options(3_000, 3, START, a_day=1_000))]

    assert received[0] >= START
    assert all(one <= next_one for one, next_one in pairwise(received))
    assert abs(received[-1] - START - timedelta(days=3)) < timedelta(minutes=10)


def test_more_reports_come_in_the_evening_than_before_dawn() -> None:
    hours = Counter(story.received.hour for story in stories(Options(5_000, 3, START)))

    assert hours[17] > 3 * hours[4]


def test_events_come_in_the_order_of_arrival_and_never_before_they_happened() -> None:
    delivered = list(simulate(Options(1_000, 3, START, feed=UNTIMELY)))

    assert all(one.arrival <= next_one.arrival for one, next_one in pairwise(delivered))
    assert all(parse_instant(one.event["time"]) <= one.arrival for one in delivered)


def test_a_feed_that_repeats_and_disorders_keeps_the_set_of_events() -> None:
    prompt, untimely = Options(500, 3, START, feed=PROMPT), Options(500, 3, START, feed=UNTIMELY)

    plain, shaken = written(prompt), written(untimely)

    assert set(shaken) == set(plain)
    assert len(shaken) > 1.15 * len(plain)
    times = [json.loads(line)["time"] for line in shaken]
    assert times != sorted(times)


def test_an_event_of_a_prompt_feed_comes_once_and_at_its_time() -> None:
    delivered = list(simulate(Options(500, 3, START, feed=PROMPT)))

    assert len(identities(one.event for one in delivered)) == len(delivered)
    assert all(parse_instant(one.event["time"]) == one.arrival for one in delivered)


def test_some_crimes_are_recorded_before_their_log_is_opened_and_some_links_are_taken_away() -> None:
    said = events(Options(1_000, 3, START, feed=PROMPT))
    opened = {event["subject"]: event["time"] for event in said if event["type"] == "incident.opened"}

    early = [
        ref
        for event in said
        if event["type"] == "crime.recorded"
        for ref in event["data"]["incident_refs"]
        if event["time"] < opened.get(ref, event["time"])
    ]

    assert early
    assert "crime.unlinked" in {event["type"] for event in said}


def test_everything_about_a_report_has_happened_and_fallen_due_before_the_last_event() -> None:
    for story in stories(FIVE_THOUSAND):
        assert all(story.received - timedelta(hours=1) <= one.at <= story.received + SPAN for one in story.stated)
        assert all(not t["due_at"] or parse_instant(t["due_at"]) < story.received + SPAN for t in story.truths)


def test_the_last_event_in_time_opens_a_quiet_log_more_than_thirty_hours_after_the_last_receipt() -> None:
    options = Options(300, 3, START)
    last = max(events(options), key=lambda event: parse_instant(event["time"]))
    newest = max(story.received for story in stories(options))

    assert last["type"] == "incident.opened"
    assert last["subject"].endswith("-END")
    assert parse_instant(last["time"]) > newest + timedelta(hours=30)


def test_no_reports_are_no_events() -> None:
    assert events(Options(0, 3, START)) == []
    assert list(truths(Options(0, 3, START))) == []


def test_memory_does_not_grow_with_the_number_of_reports() -> None:
    def peak(incidents: int) -> int:
        tracemalloc.start()
        for _ in simulate(Options(incidents, 3, START, a_day=200)):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(50)  # what is loaded once

    assert peak(6_000) < 1.3 * peak(2_000)


def test_quiet_words_disclose_nothing_and_disclosures_do() -> None:
    rng = Random(5)
    lexicon = national_lexicon()

    quiet = [narratives.quiet(about, rng) for about in load_rates().no_crime.options for _ in range(300)]
    quiet += [narratives.progress(rng) for _ in range(100)]
    quiet += [
        narratives.waiting(cause, rng) for cause in ("diary_appointment", "awaiting_statement") for _ in range(20)
    ]
    disclosing = [narratives.disclosing(family, rng) for family in narratives.FAMILIES for _ in range(100)]
    with_words = [line for line in disclosing if not line.startswith("caller reports an offence")]

    def disclosed(text: str) -> list[str]:
        families = {phrase: lexicon.families[lexicon.family_of[phrase]] for phrase, _, _ in lexicon.marks(text)}
        return [mark[0] for mark in lexicon.marks(text) if stands(mark) and families[mark[0]].discloses]

    assert [text for text in quiet if disclosed(text)] == []
    assert [text for text in with_words if not disclosed(text)] == []


def test_the_truth_of_a_plain_fault_can_be_read_off_its_events() -> None:
    story = next(s for s in stories(FIVE_THOUSAND) if s.truths[0]["way"] == "crime_code_closed_without_reason")
    opened, closed = (one.event for one in story.stated)

    assert opened["data"]["opening_code"].startswith("CRIME_")
    assert "reason" not in closed["data"]
    (truth,) = story.truths
    assert truth["status"] == "overdue"
    assert parse_instant(truth["due_at"]) - parse_instant(opened["data"]["received_at"]) == timedelta(hours=24)
    assert {"rule": "M03", "kind": "unjustified_disposal"} in truth["alerts"]
    assert {"rule": "M02", "kind": "overdue"} in truth["alerts"]


def test_the_truth_of_a_crime_in_time_and_of_a_late_one_agrees_with_its_record() -> None:
    checked = Counter[str]()
    for story in stories(FIVE_THOUSAND):
        (truth, *_) = story.truths
        if truth["way"] in ("recorded_in_time", "diary_appointment"):
            (recorded,) = (one.event["data"] for one in story.stated if one.event["type"] == "crime.recorded")
            in_time = parse_instant(recorded["recorded_at"]) <= parse_instant(truth["due_at"])
            assert truth["status"] == ("recorded_in_time" if in_time else "recorded_late")
            assert truth["fault"] == (None if in_time else "diary_appointment")
            checked[truth["status"]] += 1

    assert min(checked["recorded_in_time"], checked["recorded_late"]) > 10


def test_a_log_without_crime_expects_nothing(found: list[dict[str, Any]]) -> None:
    for truth in found:
        if truth["way"] == "no_crime":
            assert truth["status"] in ("not_expected", "merged")
            assert not truth["crime_expected"]
            assert truth["alerts"] == []


def test_the_monitor_finds_what_the_truth_says() -> None:
    options = Options(1_500, 5, START, feed=UNTIMELY)

    outcome = replay_events(events(options))

    statuses = {status["incident_ref"]: (status["status"], status.get("due_at")) for status in outcome.statuses}
    open_alerts = defaultdict[str, set[tuple[str, str]]](set)
    for alert in outcome.alerts:
        if alert["status"] == "open" and alert["rule"] in RULES_TOLD:
            open_alerts[alert["incident_ref"]].add((alert["rule"], alert["kind"]))
    expected = list(truths(options))
    assert statuses == {truth["incident_ref"]: (truth["status"], truth["due_at"]) for truth in expected}
    assert {ref: alerts for ref, alerts in open_alerts.items() if alerts} == {
        truth["incident_ref"]: {(alert["rule"], alert["kind"]) for alert in truth["alerts"]}
        for truth in expected
        if truth["alerts"]
    }


def test_events_and_truth_are_written_as_lines_and_progress_is_told_for_each_report() -> None:
    events_out, truth_out, done = io.StringIO(), io.StringIO(), list[int]()

    number = write_simulation(Options(30, 3, START), events_out, truth_out, done.append)

    assert done == list(range(1, 31))
    assert len(events_out.getvalue().splitlines()) == number
    assert [json.loads(line) for line in truth_out.getvalue().splitlines()] == list(truths(Options(30, 3, START)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"incidents": -1},
        {"start": datetime(2026, 4, 1)},  # noqa: DTZ001
        {"start": datetime(2015, 3, 31, tzinfo=UTC)},
        {"a_day": 0},
    ],
)
def test_what_cannot_be_simulated_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="expected"):
        Options(**{"incidents": 1, "seed": 1, "start": START, **wrong})


def test_a_share_of_more_than_everything_is_refused() -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        Feed(repeated=1.5)
