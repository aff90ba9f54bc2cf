import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from rules.disposals import Closing, Ending, disposal_of, judge_closure, judge_decision
from rules.examples import FORCE
from rules.force import ForceProfile
from rules.history import play
from rules.vocabulary import Role

from .given import HOUR, OPENED_AT, Line, at, book, events, line, opened

GRACE = timedelta(hours=48)


def closing(
    key: str, enquiry: bool = False, service: bool = False, flag: bool = False, reporter: str = "witness", **said: Any
) -> Closing:
    closure = {"closed_at": OPENED_AT, **said}
    return judge_closure(closure, [key], reporter, lambda: enquiry, lambda: service, lambda: flag, GRACE)


@pytest.mark.parametrize(
    ("keys", "disposal"),
    [
        (["CRI", "CRIME_RECORDED"], ("crime", "CRIME_RECORDED")),
        (["CRI", "CRIME_THEFT", "CRIME_RAPE"], ("crime", "CRIME_THEFT")),
        (["AD_DUPLICATE", "REPORT_FRAUD", "CRI"], ("cri", "CRI")),
        (["AD_DUPLICATE", "REPORT_FRAUD"], ("report_fraud", "REPORT_FRAUD")),
        (["ASB_PERSONAL", "AD_DUPLICATE"], ("duplicate", "AD_DUPLICATE")),
        ([None, "ASB_PERSONAL", "PSW_CIVIL"], ("other", "ASB_PERSONAL")),
        ([None], ("unmapped", "")),
        ([], ("none", "")),
    ],
)
def test_the_disposal_is_the_first_of_the_ranked_codes(keys: list[str | None], disposal: tuple[str, str]) -> None:
    assert disposal_of(keys) == disposal


@pytest.mark.parametrize(
    ("said", "lacks"),
    [
        ({"reason": "victim_not_confirmed"}, None),
        ({"reason": "victim_not_confirmed", "reporter": "victim"}, "reporter"),
        ({"reason": "victim_not_confirmed", "reporter": "professional"}, "reporter"),
        ({"reason": "victim_not_confirmed", "reporter": "parent_or_carer"}, "reporter"),
        ({"reason": "victim_not_confirmed", "reporter": "acting_for_victim"}, "reporter"),
        ({"reason": "victim_not_traced"}, "enquiry"),
        ({"reason": "victim_not_traced", "enquiry": True}, None),
        ({"reason": "directed_not_to_record"}, None),
        ({"reason": "not interested"}, "reason"),
        ({}, "reason"),
    ],
)
def test_a_crime_related_incident_needs_one_of_four_reasons(said: dict[str, Any], lacks: str | None) -> None:
    judged = closing("CRI", **said)

    assert judged.lacks == lacks
    assert judged.complete(at(1_000)) is (lacks is None)


def test_another_force_has_48_hours_for_its_number_to_the_instant() -> None:
    without, given = closing("CRI", reason="other_force"), closing("CRI", reason="other_force", reference="X-1")

    assert without.complete(OPENED_AT + GRACE)
    assert not without.complete(OPENED_AT + GRACE + timedelta(microseconds=1))
    assert given.complete(OPENED_AT + 10 * GRACE)
    assert given.ending is not None
    assert given.ending.basis == "other_force"


@pytest.mark.parametrize(
    ("said", "lacks"),
    [
        ({"reason": "moot", "decided_by": "officer"}, None),
        ({"reason": "moot"}, "decision_maker"),
        ({"decided_by": "officer"}, "reason"),
        ({"reason": "  ", "decided_by": "officer"}, "reason"),
    ],
)
def test_a_code_that_is_no_crime_needs_a_reason_and_who_decided(said: dict[str, Any], lacks: str | None) -> None:
    judged = closing("PSW_CIVIL", **said)

    assert judged.lacks == lacks
    assert (judged.ending is None) is (lacks is not None)


def test_a_test_is_one_by_the_flag_of_its_source_alone() -> None:
    assert closing("AD_TEST", reason="training", decided_by="supervisor").lacks == "test_flag"
    assert closing("AD_TEST", flag=True).complete(OPENED_AT)


def test_a_fraud_passed_on_ends_it_unless_there_is_a_call_for_service() -> None:
    assert closing("REPORT_FRAUD").ending == Ending(OPENED_AT, "exempt", "report_fraud", "closure")
    assert closing("REPORT_FRAUD", service=True).lacks == "call_for_service"


@pytest.mark.parametrize("key", ["CRIME_RECORDED", "CRIME_THEFT", "AD_DUPLICATE"])
def test_a_closure_as_crime_or_duplicate_ends_nothing_by_itself(key: str) -> None:
    assert closing(key, reference="B", reason="moot", decided_by="supervisor").ending is None


@pytest.mark.parametrize(
    ("said", "lives", "lacks"),
    [
        ({"basis": "contrary_evidence", "reason": "footage"}, False, None),
        ({"basis": "contrary_evidence", "note": "footage"}, False, None),
        ({"basis": "contrary_evidence", "note": " ", "reason": ""}, False, "reason"),
        ({"basis": "contrary_evidence"}, False, "reason"),
        ({"basis": "duplicate", "reason": "same"}, False, "live_master"),
        ({"basis": "duplicate", "reason": "same"}, True, None),
        ({"basis": "other_force", "reason": "theirs", "reference": "X-1"}, False, None),
    ],
)
def test_a_decision_needs_a_reason_and_what_its_basis_rests_on(
    said: dict[str, Any], lives: bool, lacks: str | None
) -> None:
    ending, lacking = judge_decision({"decided_at": OPENED_AT, **said}, lives, GRACE)

    assert lacking == lacks
    assert (ending is None) is (lacks is not None)


def test_a_decision_for_another_force_ends_it_for_48_hours_and_names_what_is_missing() -> None:
    ending, lacks = judge_decision({"decided_at": OPENED_AT, "basis": "other_force", "reason": "theirs"}, False, GRACE)

    assert lacks == "reference"
    assert ending is not None
    assert ending.in_force(OPENED_AT + GRACE)
    assert not ending.in_force(OPENED_AT + GRACE + HOUR / 3600)


def test_a_decision_ends_what_its_rules_name() -> None:
    said = {"decided_at": OPENED_AT, "basis": "principal_crime", "reason": "one event"}

    named, _ = judge_decision({**said, "rules": ["M09"]}, False, GRACE)
    absent, _ = judge_decision(said, False, GRACE)

    assert named is not None
    assert absent is not None
    assert (named.rules, absent.rules) == (frozenset({"M09"}), None)


ONLY_DDM: Mapping[str, Role] = {"not_notifiable": "designated_decision_maker", "crime_related_incident": "supervisor"}


@pytest.mark.parametrize(
    ("basis", "decided_by", "lacks"),
    [
        ("not_notifiable", "officer", "role"),
        ("not_notifiable", "supervisor", "role"),
        ("not_notifiable", "designated_decision_maker", None),
        ("not_notifiable", "chief_officer", None),
        ("no_crime_disclosed", "officer", None),
    ],
)
def test_a_decision_of_a_role_that_may_not_take_it_ends_nothing(basis: str, decided_by: str, lacks: str | None) -> None:
    decision = {"decided_at": OPENED_AT, "basis": basis, "decided_by": decided_by, "reason": "moot"}

    ending, lacking = judge_decision(decision, False, GRACE, ONLY_DDM)

    assert lacking == lacks
    assert (ending is None) is (lacks is not None)


@pytest.mark.parametrize(
    ("key", "said", "lacks"),
    [
        ("PSW_CIVIL", {"reason": "moot", "decided_by": "supervisor"}, "role"),
        ("PSW_CIVIL", {"reason": "moot", "decided_by": "designated_decision_maker"}, None),
        ("CRI", {"reason": "directed_not_to_record"}, "role"),
        ("CRI", {"reason": "directed_not_to_record", "decided_by": "supervisor"}, None),
        ("CRI", {"reason": "other_force"}, "reference"),
        ("REPORT_FRAUD", {}, None),
    ],
)
def test_a_closure_of_a_role_that_may_not_make_it_ends_nothing(key: str, said: Line, lacks: str | None) -> None:
    closure = {"closed_at": OPENED_AT, **said}

    judged = judge_closure(closure, [key], "witness", bool, bool, bool, GRACE, ONLY_DDM)

    assert judged.lacks == lacks


def test_who_decided_without_the_role_is_told_so_in_the_explanation_and_the_expectation_stands() -> None:
    profile = ForceProfile(force=FORCE, lowest_role={"not_notifiable": "designated_decision_maker"})
    decided = {"basis": "not_notifiable", "reason": "chalk", "decided_by": "supervisor", "decision_ref": "D1"}
    given = opened(opening_code="CRIME_DAMAGE"), line(2, "decided", **decided)

    played = play(events(*given), at(3), profile, book())

    (alert,) = [alert for alert in played.alerts["A"].values() if alert.kind == "unjustified_disposal"]
    assert alert.rule == "M37"
    assert "role" in json.dumps(alert.as_dict()["explanation"])
    assert played.standings["A"].facts["status"] == "monitoring"
