from typing import Any

import pytest

from rules.crime import Crime, cancellation_faults

from .given import Line, after, at, crime, line

PROPER: dict[str, dict[str, Any]] = {
    "C1": {"decided_by": "officer", "other_force_ref": "X-1", "victim_told_at": after(47)},
    "C2": {
        "decided_by": "designated_decision_maker",
        "independent": True,
        "victim_told_at": after(48),
        "avi": {"source": "footage", "verified": True, "available_at": after(30)},
    },
    "C3": {"decided_by": "officer", "independent": True, "surviving_crime_ref": "C9"},
    "C4": {"decided_by": "officer", "independent": True, "note": "entered twice"},
    "C5": {"decided_by": "designated_decision_maker", "independent": True, "victim_told_at": after(47)},
}
"""A proper cancellation, 48 hours on, of an ABH recorded an hour in with one victim, for each reason."""


def recorded(**data: Any) -> Line:
    return line(1, "recorded", **{"victim_refs": ["V1"], **data})


def faults(reason: str, lives: bool = True, registrar: bool = True, code: str = "008/06", **changed: Any) -> set[str]:
    cancelled = {**PROPER[reason], "reason": reason, **changed}
    stated = {name: value for name, value in cancelled.items() if value != "absent"}
    record = crime(recorded(offence_code=code), line(48, "cancelled", **stated))
    assert record.cancellation is not None
    return set(cancellation_faults(record, lives, registrar))


def test_only_an_initial_record_makes_a_crime() -> None:
    supplement = crime(line(1, "recorded", initial=False))
    both = crime(line(1, "recorded", initial=False, recorded_at=after(0)), line(2, "recorded"))

    assert supplement.recorded_at is None
    assert supplement.links["A"].stands
    assert both.recorded_at == at(2)


def test_the_newest_statement_of_a_record_stands_and_links_only_grow() -> None:
    record = crime(
        line(1, "recorded", incident_refs=["A"], offence_code="8/6"),
        line(2, "recorded", incident_refs=["B"], offence_code="39/0", recorded_at=after(1)),
    )

    assert (record.recorded_at, record.code, record.group) == (at(1), "039/00", "theft")
    assert sorted(ref for ref, link in record.links.items() if link.stands) == ["A", "B"]


@pytest.mark.parametrize(
    ("given", "stands"),
    [
        ([line(2, "unlinked")], False),
        ([line(1, "unlinked")], True),
        ([line(2, "unlinked"), line(3, "linked")], True),
        ([line(2, "unlinked"), line(2, "linked")], True),
        ([line(3, "unlinked"), line(2, "linked")], False),
    ],
)
def test_the_newest_word_on_a_link_stands_and_linked_wins_a_tie(given: list[Line], stands: bool) -> None:
    assert crime(recorded(), *given).links["A"].stands is stands


def test_what_is_owed_about_a_record_is_raised_at_its_smallest_standing_link() -> None:
    given = [line(1, "recorded", incident_refs=["B", "A"]), line(0, "linked", incident_ref="D")]

    assert crime(*given).home == "D"
    assert crime(*given, line(5, "unlinked", incident_ref="D")).home == "A"
    assert crime(line(1, "recorded", incident_refs=[])).home is None


def test_a_reclassified_record_keeps_its_time_and_the_memory_of_a_rape() -> None:
    record = crime(recorded(offence_code="019/08"), line(2, "reclassified", offence_code="N100/2"))

    assert (record.recorded_at, record.kind) == (at(1), "n100")
    assert record.was_rape_or_homicide
    assert not crime(recorded(offence_code="N100/1")).was_rape_or_homicide


@pytest.mark.parametrize(
    ("given", "cancelled"),
    [
        ([line(48, "cancelled", reason="C4", decided_by="officer")], 48),
        ([line(48, "cancelled", reason="C4", decided_by="officer"), line(49, "reinstated")], None),
        ([line(48, "cancelled", reason="C4", decided_by="officer"), line(48, "reinstated")], None),
        (
            [line(48, "cancelled", reason="C4", decided_by="officer"), line(50, "reinstated", reinstated_at=after(47))],
            48,
        ),
        (
            [line(hours, "cancelled", reason="C4", decided_by="officer") for hours in (48, 60)]
            + [line(50, "reinstated")],
            60,
        ),
    ],
)
def test_a_cancellation_stands_until_the_record_is_reinstated(given: list[Line], cancelled: int | None) -> None:
    cancellation = crime(recorded(), *given).cancellation

    assert (cancellation and cancellation["cancelled_at"]) == (None if cancelled is None else at(cancelled))


def test_a_cancellation_sent_again_corrects_itself() -> None:
    first = line(48, "cancelled", reason="C4", decided_by="officer", independent=True)
    note = line(49, "cancelled", reason="C4", decided_by="officer", cancelled_at=after(48), note="entered twice")

    assert set(cancellation_faults(crime(recorded(), first), True, True)) == {"no_documented_mistake"}
    assert not cancellation_faults(crime(recorded(), first, note), True, True)


@pytest.mark.parametrize("reason", PROPER)
def test_a_cancellation_with_all_its_reason_requires_is_proper(reason: str) -> None:
    assert faults(reason) == set()


LATE = {"source": "footage", "verified": True, "available_at": after(1)}


@pytest.mark.parametrize(
    ("reason", "changed", "found"),
    [
        ("C1", {"other_force_ref": "absent"}, {"no_other_force_reference"}),
        ("C1", {"victim_told_at": "absent"}, {"victim_not_told_before"}),
        ("C1", {"victim_told_at": after(48.1)}, {"victim_not_told_before"}),
        ("C1", {"independent": False}, set()),
        ("C2", {"avi": "absent"}, {"additional_verifiable_information"}),
        ("C2", {"avi": {**LATE}}, {"additional_verifiable_information"}),
        ("C2", {"avi": {**LATE, "available_at": after(1.1)}}, set()),
        ("C2", {"avi": {**LATE, "available_at": after(9), "verified": False}}, {"additional_verifiable_information"}),
        ("C2", {"avi": {"verified": True, "available_at": after(9)}}, {"additional_verifiable_information"}),
        ("C2", {"avi": {"source": "footage", "verified": True}}, {"additional_verifiable_information"}),
        ("C2", {"independent": "absent"}, {"not_independent"}),
        ("C2", {"independent": False}, {"not_independent"}),
        ("C2", {"decided_by": "supervisor"}, {"decided_too_low"}),
        ("C2", {"decided_by": "force_crime_registrar"}, set()),
        ("C2", {"decided_by": "chief_officer"}, set()),
        ("C2", {"victim_told_at": after(49)}, {"victim_not_told_before"}),
        ("C2", {"code": "019/08"}, {"not_the_registrar"}),
        ("C2", {"code": "019/08", "decided_by": "officer"}, {"not_the_registrar"}),
        ("C2", {"code": "019/08", "decided_by": "force_crime_registrar"}, set()),
        ("C2", {"code": "001/01", "decided_by": "chief_officer"}, {"not_the_registrar"}),
        ("C2", {"code": "001/01", "decided_by": "chief_officer", "registrar": False}, set()),
        ("C2", {"code": "001/01", "registrar": False}, {"not_the_registrar"}),
        ("C3", {"lives": False}, {"no_surviving_record"}),
        ("C3", {"independent": "absent"}, {"correction_not_independent"}),
        ("C3", {"victim_told_at": "absent"}, set()),
        ("C4", {"note": "absent"}, {"no_documented_mistake"}),
        ("C4", {"note": "  "}, {"no_documented_mistake"}),
        ("C4", {"independent": False}, {"correction_not_independent"}),
        ("C4", {"code": "019/08"}, set()),
        ("C5", {"code": "039/00"}, {"class_without_self_defence"}),
        ("C5", {"code": "008/01"}, {"class_without_self_defence"}),
        ("C5", {"code": "104/25"}, set()),
        ("C5", {"code": "105/01"}, set()),
        ("C5", {"code": "105A"}, set()),
        ("C5", {"decided_by": "supervisor"}, {"decided_too_low"}),
        ("C5", {"independent": False, "victim_told_at": "absent"}, {"not_independent", "victim_not_told_before"}),
    ],
)
def test_a_cancellation_lacks_what_its_reason_requires(reason: str, changed: dict[str, Any], found: set[str]) -> None:
    assert faults(reason, **changed) == found


def test_no_victim_need_be_told_of_a_record_without_one() -> None:
    told = {**PROPER["C1"], "reason": "C1"}
    told.pop("victim_told_at")

    record = crime(line(1, "recorded"), line(48, "cancelled", **told))

    assert not cancellation_faults(record, True, True)


def test_a_record_that_is_not_cancelled_lacks_nothing() -> None:

    assert not cancellation_faults(crime(recorded()), True, True)
    assert not cancellation_faults(Crime("C1"), True, True)


def test_of_two_contacts_of_a_kind_the_later_one_says_whether_it_was_declined() -> None:
    offered = line(2, "contacted", kind="referral_offered", declined=True)
    again = line(3, "contacted", kind="referral_offered")

    assert crime(line(1, "recorded"), offered).contacts == {("V1", "referral_offered"): True}
    assert crime(line(1, "recorded"), again, offered).contacts == {("V1", "referral_offered"): False}
