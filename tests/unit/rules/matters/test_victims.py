from typing import Any

import pytest

from rules.force import ForceProfile
from rules.matters import MATTERS
from rules.matters.victims import ENHANCED_QUALIFIERS
from tests.unit.rules.given import Line, assessed, line, opened, played

DAYS = 24.0
KNOWN = {"equality": {"ethnicity": "recorded", "sex": "refused", "age": "recorded"}}
ALL = {"equality", "written_confirmation", "needs_assessment", "referral_offered"}


def report(**victim: Any) -> Line:
    return opened(opening_code="CRIME_THEFT", victims=[{"victim_ref": "V1", **victim}])


def recorded(hours: float = 1, **data: Any) -> Line:
    return line(hours, "recorded", **{"offence_code": "039/00", "victim_refs": ["V1"], **data})


def contacted(hours: float, kind: str, **data: Any) -> Line:
    return line(hours, "contacted", kind=kind, **data)


def duties(*given: Line, ref: str = "A") -> set[str]:
    found = MATTERS["victim_duties"](assessed(*given, now=30 * DAYS, ref=ref).moment)
    return {matter.occasion for matter in found}


def test_a_victim_of_a_recorded_crime_is_owed_four_things() -> None:
    assert duties(report(), recorded()) == {f"C1 V1 {duty}" for duty in ALL}
    assert duties(report()) == set()


def test_what_is_done_or_declined_is_owed_no_longer() -> None:
    done = [
        contacted(2, "written_confirmation"),
        contacted(3, "needs_assessment", declined=True),
        contacted(4, "referral_offered"),
    ]

    assert duties(report(**KNOWN), recorded(), *done) == set()
    assert duties(report(**KNOWN), recorded(), *done[1:]) == {"C1 V1 written_confirmation"}


@pytest.mark.parametrize(
    ("victim", "more"),
    [
        ({"age": 17}, "young_victim_support"),
        ({"vulnerable": True}, "enhanced_rights"),
        ({"age": 18}, None),
        ({"vulnerable": True, "enhanced": True}, None),
    ],
)
def test_a_young_victim_and_one_with_enhanced_rights_is_owed_more(victim: dict[str, Any], more: str | None) -> None:
    """E42"""
    extra = {"C1 V1 " + more} if more else set()

    assert duties(report(**victim), recorded()) - {f"C1 V1 {duty}" for duty in ALL} == extra


@pytest.mark.parametrize(("code", "enhanced"), [("019/08", True), ("106/00", True), ("039/00", False)])
def test_the_class_of_the_crime_gives_enhanced_rights(code: str, enhanced: bool) -> None:
    found = duties(report(), recorded(offence_code=code))

    assert ("C1 V1 enhanced_rights" in found) is enhanced


@pytest.mark.parametrize("qualifier", sorted(ENHANCED_QUALIFIERS))
def test_a_qualifier_of_the_log_gives_enhanced_rights(qualifier: str) -> None:
    marked = opened(opening_code="CRIME_THEFT", victims=[{"victim_ref": "V1"}], qualifiers=[qualifier])

    assert "C1 V1 enhanced_rights" in duties(marked, recorded())


@pytest.mark.parametrize(
    ("victim", "said", "resolution"),
    [
        ({"vulnerable": True}, contacted(10 * DAYS, "referral_offered", declined=True), "declined"),
        ({"vulnerable": True}, contacted(10 * DAYS, "referral_offered"), "done"),
        ({"vulnerable": True}, line(10 * DAYS, "victim", victim={"victim_ref": "V1", "enhanced": True}), "done"),
        (
            {"vulnerable": True},
            line(10 * DAYS, "victim", victim={"victim_ref": "V1", "vulnerable": False}),
            "corrected",
        ),
        ({"age": 17}, contacted(10 * DAYS, "young_victim_support_offered", declined=True), "declined"),
        ({"age": 17}, line(10 * DAYS, "victim", victim={"victim_ref": "V1", "age": 18}), "corrected"),
        ({"age": 17}, line(10 * DAYS, "victim", victim={"victim_ref": "V1", "kind": "state"}), "no_longer_expected"),
        ({"age": 17}, line(10 * DAYS, "unlinked"), "no_longer_expected"),
    ],
)
def test_what_enhanced_rights_add_is_resolved_by_what_ended_it(
    victim: dict[str, Any], said: Line, resolution: str
) -> None:
    last = [
        alert for alert in played(report(**victim), recorded(), said, until=20 * DAYS).changes if alert.rule == "M43"
    ]

    assert (last[-1].status, last[-1].resolution) == ("resolved", resolution)


@pytest.mark.parametrize("kind", ["organisation", "state"])
def test_who_is_no_person_is_owed_nothing(kind: str) -> None:
    assert duties(report(kind=kind), recorded()) == set()


def test_a_crime_that_names_nobody_is_that_of_the_logs_victims() -> None:
    assert duties(report(**KNOWN), recorded(victim_refs=[])) == {f"C1 V1 {duty}" for duty in ALL - {"equality"}}


def test_what_the_records_system_alone_knows_counts() -> None:
    known = line(2, "victim", victim={"victim_ref": "V2", **KNOWN})

    found = duties(opened(), recorded(victim_refs=["V2"]), known)

    assert found == {f"C1 V2 {duty}" for duty in ALL - {"equality"}}


def test_of_two_incidents_of_one_crime_the_first_is_told() -> None:
    given = [report(), opened(incident_ref="B"), recorded(incident_refs=["B"]), line(2, "linked", incident_ref="A")]

    assert (len(duties(*given, ref="B")), duties(*given, ref="A")) == (4, set())


def test_a_duty_is_raised_after_its_last_working_day_and_resolved_when_done() -> None:
    given = [report(**KNOWN), recorded(), contacted(2, "written_confirmation"), contacted(2, "needs_assessment")]

    said = played(*given, contacted(10 * DAYS, "referral_offered", declined=True), until=20 * DAYS).changes

    turns = [(alert.kind, alert.status, alert.history[-1][0].isoformat()) for alert in said if alert.rule == "M44"]
    assert turns == [
        # A Thursday before Easter: Friday and Monday are bank holidays, so two working days end on Wednesday.
        ("victim_service", "open", "2026-04-08T22:59:59+00:00"),
        ("victim_service", "resolved", "2026-04-12T09:00:00+00:00"),
    ]
    assert said[-1].resolution == "declined"


def test_a_feed_that_cannot_give_it_is_not_asked() -> None:
    blind = ForceProfile(force="Example", not_supplied=("victim.contacted", "equality"))

    judged = assessed(report(age=9), recorded(), now=30 * DAYS, profile=blind)

    assert [owed.rule for owed in judged.owed] == []
    assert {rule.id for rule in judged.asked.unsupplied} == {"M42", "M43", "M44"}


def test_a_duty_of_a_crime_that_no_longer_counts_is_not_expected() -> None:
    given = [report(**KNOWN), recorded(), contacted(2, "written_confirmation"), contacted(2, "needs_assessment")]
    unlinked = line(8 * DAYS, "unlinked")

    last = played(*given, unlinked, until=20 * DAYS).changes[-1]

    assert (last.rule, last.status, last.resolution) == ("M44", "resolved", "no_longer_expected")
