"""The oracle against cases of the contract that were worked out by hand. Received on Monday at 09:00, due on Tuesday."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rules.events import EVENT
from rules.instants import format_instant

from .histories import FORCE, SECOND, SENTENCES, Event, alert_id
from .oracle import Alert, judge

MONDAY = datetime(2026, 6, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
DUE = MONDAY + 24 * HOUR


def event(kind: str, time: datetime, **data: Any) -> Event:
    shown = {name: format_instant(v) if isinstance(v, datetime) else v for name, v in data.items()}
    made = {
        "specversion": "1.0",
        "type": kind,
        "source": "cad",
        "id": f"{kind} {time} {sorted(shown.items())}",
        "time": format_instant(time),
        "data": {"force": FORCE} | shown,
    }
    EVENT.validate_python(made | {"id": "e1"})
    return made


def opened(ref: str = "I1", at: datetime = MONDAY, code: str = "CRIME_VIOLENCE", **data: Any) -> Event:
    fields = {"received_at": at, "opened_at": at, "channel": "101", "reporter": "victim"}
    return event("incident.opened", at, incident_ref=ref, opening_code=code, **fields | data)


def closed(at: datetime, *codes: str, ref: str = "I1", **data: Any) -> Event:
    return event("incident.closed", at, incident_ref=ref, closed_at=at, closing_codes=list(codes), **data)


def note(at: datetime, text: str, ref: str = "I1") -> Event:
    return event("incident.updated", at, incident_ref=ref, entries=[{"at": format_instant(at), "text": text}])


def recorded(at: datetime, crime: str = "C1", ref: str = "I1", code: str = "008/06", **data: Any) -> Event:
    return event("crime.recorded", at, crime_ref=crime, incident_refs=[ref], offence_code=code, recorded_at=at, **data)


def cancelled(at: datetime, reason: str, crime: str = "C1", **data: Any) -> Event:
    data = {"decided_by": "designated_decision_maker", "independent": True} | data
    return event("crime.cancelled", at, crime_ref=crime, cancelled_at=at, reason=reason, **data)


def decided(at: datetime, **data: Any) -> Event:
    fields = {
        "basis": "no_crime_disclosed",
        "decided_by": "supervisor",
        "reason": "lawful force",
        "reporter_told": True,
    }
    return event("decision.not_to_record", at, incident_ref="I1", decided_at=at, **fields | data)


def status(events: list[Event], until: datetime, ref: str = "I1") -> dict[str, Any]:
    return judge(events, until).statuses[FORCE, ref]


def alert(rule: str, kind: str, occasion: str = "report", ref: str = "I1") -> Alert:
    return Alert(alert_id(FORCE, ref, rule, kind, occasion), rule, kind)


def at(instant: datetime, what: str) -> str:
    return f"{what} {format_instant(instant)}"


def test_exactly_at_the_deadline_is_in_time() -> None:
    answer = status([opened(), recorded(DUE)], DUE)

    assert answer == {
        "status": "recorded_in_time",
        "received_at": "2026-06-01T09:00:00Z",
        "clock": "report",
        "due_at": "2026-06-02T09:00:00Z",
        "recorded_at": "2026-06-02T09:00:00Z",
        "delay_seconds": 86_400,
        "crime_refs": ["C1"],
        "rules": ["M02"],
        "data_quality": [],
    }


def test_one_second_later_is_late() -> None:
    answer = status([opened(), recorded(DUE + SECOND)], DUE + SECOND)

    assert (answer["status"], answer["delay_seconds"]) == ("recorded_late", 86_401)


@pytest.mark.parametrize(
    ("now", "expected", "kinds"),
    [
        (MONDAY + 12 * HOUR - SECOND, "monitoring", set()),
        (MONDAY + 12 * HOUR, "due_soon", {alert("M02", "due_soon")}),
        (DUE, "due_soon", {alert("M02", "due_soon")}),
        (DUE + SECOND, "overdue", {alert("M02", "overdue")}),
    ],
)
def test_an_open_expectation_turns_due_soon_at_half_the_limit_and_overdue_after_it(
    now: datetime, expected: str, kinds: set[Alert]
) -> None:
    judgement = judge([opened()], now)

    assert judgement.statuses[FORCE, "I1"]["status"] == expected
    assert judgement.alerts == kinds


def test_an_expected_rape_is_due_soon_after_an_hour_and_no_decision_ends_it() -> None:
    history = [opened(code="CRIME_RAPE"), decided(MONDAY)]

    answer = judge(history, MONDAY + HOUR)

    assert answer.statuses[FORCE, "I1"]["status"] == "due_soon"
    assert answer.alerts == {alert("M05", "due_soon")}


def test_a_reported_incident_of_rape_meets_what_rests_on_rape_alone() -> None:
    n_record = recorded(MONDAY + HOUR, code="N100/1")
    assault_too = [opened(code="CRIME_RAPE"), note(MONDAY, "victim pushed by neighbour"), n_record]

    alone = judge([opened(code="CRIME_RAPE"), n_record], DUE + SECOND)
    beside = judge(assault_too, DUE + SECOND)

    assert alone.statuses[FORCE, "I1"]["status"] == "recorded_in_time"
    assert alone.alerts == set()
    assert beside.alerts == {alert("M04", "overdue")}


def test_before_april_2015_the_limit_is_three_days_by_the_local_day() -> None:
    last = datetime(2015, 3, 31, 22, 59, tzinfo=UTC)
    first = last + timedelta(minutes=1)

    before, after = (status([opened(at=start)], start) for start in (last, first))

    assert before["due_at"] == "2015-04-03T22:59:00Z"
    assert after["due_at"] == "2015-04-01T23:00:00Z"


def test_a_later_disclosure_has_its_own_clock() -> None:
    heard = MONDAY + 13 * HOUR

    answer = status([opened(code="PSW_DOMESTIC"), note(heard, "caller states she was punched")], heard)

    assert (answer["status"], answer["clock"]) == ("monitoring", "disclosure")
    assert (answer["received_at"], answer["due_at"]) == ("2026-06-01T09:00:00Z", format_instant(heard + 24 * HOUR))


def test_questions_and_denials_disclose_nothing() -> None:
    silent = [note(MONDAY, sentence) for sentence, families in SENTENCES.items() if not families]

    assert status([opened(code="PSW_DOMESTIC"), *silent], DUE + HOUR)["status"] == "not_expected"


def test_a_merge_takes_the_earliest_start_and_the_crimes() -> None:
    later = MONDAY + 5 * HOUR
    history = [
        opened(),
        opened("I2", later, "ASB_PERSONAL"),
        recorded(DUE),
        event("incident.merged", later, incident_ref="I1", into="I2"),
    ]

    survivor, merged = status(history, DUE, "I2"), status(history, DUE)

    assert (survivor["status"], survivor["received_at"]) == ("recorded_in_time", "2026-06-01T09:00:00Z")
    assert survivor["crime_refs"] == ["C1"]
    assert (merged["status"], merged["merged_into"]) == ("merged", "I2")


def test_a_cycle_of_merges_is_assessed_log_by_log_and_raised_after_the_limit() -> None:
    history = [
        opened(),
        opened("I2", code="ASB_PERSONAL"),
        event("incident.merged", MONDAY, incident_ref="I1", into="I2"),
        closed(MONDAY + HOUR, "AD_DUPLICATE", ref="I2", reference="I1"),
    ]

    answer = judge(history, DUE + SECOND)

    assert [s["status"] for s in answer.statuses.values()] == ["overdue", "not_expected"]
    assert [s["data_quality"] for s in answer.statuses.values()] == [["merge_cycle"]] * 2
    assert answer.alerts == {
        alert("M02", "overdue"),
        alert("M34", "unjustified_disposal", at(MONDAY, "closed")),
        alert("M34", "unjustified_disposal", at(MONDAY + HOUR, "closed"), "I2"),
    }


def test_reopening_a_closure_brings_back_the_original_start() -> None:
    shut, again = MONDAY + HOUR, MONDAY + 30 * HOUR
    history = [opened(), closed(shut, "PSW_CONCERN", decided_by="supervisor", reason="self defence")]
    reopened = event("incident.reopened", again, incident_ref="I1", reopened_at=again)

    assert status(history, again)["status"] == "exempt"
    answer = status([*history, reopened], again)
    assert (answer["status"], answer["clock"], answer["due_at"]) == ("overdue", "report", format_instant(DUE))


def test_a_closure_that_lacks_a_reason_is_unjustified_and_one_with_a_crime_code_is_without_crime() -> None:
    shut = MONDAY + HOUR

    faulty = judge([opened(), closed(shut, "ASB_PERSONAL")], shut)
    unmet = judge([opened(), closed(shut, "CRIME_VIOLENCE")], shut)
    waiting = judge([opened(), closed(shut, "CRIME_RECORDED", reference="C1")], DUE)
    missing = judge([opened(), closed(shut, "CRIME_RECORDED", reference="C1")], DUE + SECOND)

    assert faulty.alerts == {alert("M03", "unjustified_disposal", at(shut, "closed"))}
    assert unmet.alerts == {alert("M03", "closed_without_crime", at(shut, "closed"))}
    assert waiting.alerts == {alert("M02", "due_soon")}
    assert missing.alerts == {alert("M02", "overdue"), alert("M03", "closed_without_crime", at(shut, "closed"))}


def test_a_decision_ends_what_was_disclosed_and_a_later_disclosure_is_expected_anew() -> None:
    decision, heard = MONDAY + HOUR, MONDAY + 20 * HOUR
    history = [opened(), decided(decision)]

    ended = status(history, DUE + HOUR)
    anew = judge([*history, note(heard, "phone stolen from bag")], heard + 24 * HOUR + SECOND)

    assert (ended["status"], ended["due_at"]) == ("exempt", format_instant(DUE))
    assert anew.statuses[FORCE, "I1"]["due_at"] == format_instant(heard + 24 * HOUR)
    assert anew.statuses[FORCE, "I1"]["rules"] == ["M02", "M04"]
    assert anew.alerts == {alert("M04", "overdue", at(decision, "disclosure"))}


def test_a_withdrawn_decision_no_longer_ends_anything() -> None:
    withdrawn = event("decision.withdrawn", MONDAY + 2 * HOUR, incident_ref="I1", decided_at=MONDAY + HOUR)

    answer = status([opened(), decided(MONDAY + HOUR), withdrawn], DUE + SECOND)

    assert (answer["status"], answer["due_at"]) == ("overdue", format_instant(DUE))


def test_a_decision_without_reason_or_note_ends_nothing() -> None:
    answer = judge([opened(), decided(MONDAY, reason=" ")], MONDAY)

    assert answer.statuses[FORCE, "I1"]["status"] == "monitoring"
    assert answer.alerts == {alert("M37", "unjustified_disposal", at(MONDAY, "decided"))}


def test_a_decision_for_another_force_has_two_days_for_its_reference() -> None:
    history = [opened(), decided(MONDAY, basis="other_force")]
    grace = MONDAY + 48 * HOUR

    in_time, after = judge(history, grace), judge(history, grace + SECOND)

    assert (in_time.statuses[FORCE, "I1"]["status"], in_time.alerts) == ("exempt", set())
    assert after.alerts == {alert("M02", "overdue"), alert("M37", "unjustified_disposal", at(MONDAY, "decided"))}


def test_a_returned_transfer_gives_back_the_original_clock() -> None:
    accepted, returned = MONDAY + HOUR, MONDAY + 30 * HOUR
    fields = {"incident_ref": "I1", "to_force": "southshire", "accepted_at": accepted}
    history = [opened(), event("incident.transferred", accepted, **fields)]
    back = event("incident.transferred", returned, **fields, returned_at=returned)

    away = judge(history, accepted + 48 * HOUR + SECOND)

    assert away.statuses[FORCE, "I1"]["status"] == "transferred"
    assert away.alerts == {alert("M33", "unjustified_disposal", at(accepted, "transferred"))}
    answer = status([*history, back], returned)
    assert (answer["status"], answer["due_at"]) == ("overdue", format_instant(DUE))


def test_a_duplicate_hands_over_the_earlier_time_to_the_record_that_survives_it() -> None:
    history = [
        opened(),
        recorded(DUE, "C1"),
        event("crime.recorded", DUE + HOUR, crime_ref="C2", offence_code="008/06", recorded_at=DUE + HOUR),
        cancelled(DUE + HOUR, "C3", surviving_crime_ref="C2"),
    ]

    answer = status(history, DUE + HOUR)

    assert (answer["status"], answer["recorded_at"]) == ("recorded_in_time", format_instant(DUE))
    assert answer["crime_refs"] == ["C2"]


def test_a_proper_cancellation_exempts_and_an_improper_one_opens_the_original_clock() -> None:
    cut = MONDAY + 5 * HOUR
    history = [opened(), recorded(MONDAY + HOUR, victim_refs=["V1"])]

    proper = judge([*history, cancelled(cut, "C5", victim_told_at=cut)], DUE + SECOND)
    untold = judge([*history, cancelled(cut, "C5", victim_told_at=cut + SECOND)], DUE + SECOND)
    by_officer = judge([*history, cancelled(cut, "C5", victim_told_at=cut, decided_by="officer")], cut)

    assert (proper.statuses[FORCE, "I1"]["status"], proper.alerts) == ("exempt", set())
    assert untold.statuses[FORCE, "I1"]["status"] == "overdue"
    occasion = at(cut, "C1")
    assert untold.alerts == {alert("M02", "overdue"), alert("M30", "improper_cancellation", occasion)}
    assert by_officer.alerts == {alert("M29", "improper_cancellation", occasion)}


def test_two_victims_and_one_crime_are_too_few_after_the_deadline() -> None:
    victims = [{"victim_ref": "V1"}, {"victim_ref": "V2"}]
    named = event("incident.updated", MONDAY + 3 * HOUR, incident_ref="I1", victims=victims)
    history = [opened(), named, recorded(MONDAY + HOUR)]

    on_time, missing = judge(history, DUE + 3 * HOUR), judge(history, DUE + 3 * HOUR + SECOND)

    assert on_time.alerts == set()
    assert missing.alerts == {alert("M09", "too_few_crimes", "count")}
    assert missing.statuses[FORCE, "I1"]["status"] == "recorded_in_time"
    assert missing.statuses[FORCE, "I1"]["rules"] == ["M02", "M09"]


def test_the_registrar_alone_moves_a_deadline() -> None:
    fields = {"incident_ref": "I1", "decided_at": DUE, "until": DUE + 24 * HOUR, "note": "statement abroad"}
    by_registrar = event("decision.delay_authorised", DUE, decided_by="force_crime_registrar", **fields)
    by_officer = event("decision.delay_authorised", DUE, decided_by="officer", **fields)

    moved = judge([opened(), by_registrar], DUE + 12 * HOUR)
    asked = judge([opened(), by_officer], DUE + SECOND)

    assert moved.statuses[FORCE, "I1"]["due_at"] == format_instant(DUE + 24 * HOUR)
    assert moved.alerts == {alert("M02", "due_soon")}
    assert asked.alerts == {alert("M02", "overdue"), alert("M36", "unjustified_disposal", at(DUE, "decided"))}


def test_the_newest_valid_correction_is_the_start_of_the_clock() -> None:
    right = MONDAY - 2 * HOUR
    fields = {"incident_ref": "I1", "received_at_corrected": right, "decided_by": "supervisor"}
    with_reason = event("incident.updated", MONDAY, **fields, reason="misread")

    answer = status([opened(), with_reason], MONDAY)

    assert status([opened(), event("incident.updated", MONDAY, **fields)], MONDAY)["due_at"] == format_instant(DUE)
    assert (answer["received_at"], answer["due_at"]) == (format_instant(right), format_instant(DUE - 2 * HOUR))
    assert answer["data_quality"] == ["received_at_corrected"]


def test_an_unlinked_crime_and_a_supplement_and_another_victims_crime_meet_nothing() -> None:
    unlinked = event("crime.unlinked", MONDAY + HOUR, crime_ref="C1", incident_ref="I1")
    named = opened(victims=[{"victim_ref": "V1"}])

    assert status([opened(), recorded(MONDAY), unlinked], MONDAY + HOUR)["crime_refs"] == []
    assert status([opened(), recorded(MONDAY, initial=False)], MONDAY)["status"] == "monitoring"
    assert status([named, recorded(MONDAY, victim_refs=["V2"])], MONDAY)["data_quality"] == ["crime_mismatch"]


def test_the_order_of_the_events_and_repeats_change_nothing() -> None:
    history = [opened(), recorded(DUE), decided(MONDAY), note(DUE, "window smashed")]

    assert judge([*history[::-1], *history], DUE) == judge(history, DUE)


def test_a_decision_of_which_the_reporter_is_not_told_is_named_after_a_day() -> None:
    untold = [opened(), decided(MONDAY, reporter_told=None)]

    assert judge(untold, DUE).alerts == set()
    assert judge(untold, DUE + SECOND).alerts == {alert("M37", "unjustified_disposal", at(MONDAY, "decided"))}
    assert judge(untold, DUE + SECOND).statuses[FORCE, "I1"]["status"] == "exempt"
