from datetime import timedelta

import pytest

from rules.force import ForceProfile
from rules.reported import stands

from .given import Line, after, at, line, opened, situation


def linked(**data: object) -> Line:
    return line(1, "recorded", **data)


def test_a_survivor_takes_over_the_earliest_start_codes_entries_victims_and_crimes() -> None:
    found = situation(
        opened(
            incident_ref="B", opening_code="CRIME_THEFT", entries=[{"text": "punched"}], victims=[{"victim_ref": "V1"}]
        ),
        opened(1, incident_ref="A", victims=[{"victim_ref": "V2"}]),
        line(2, "recorded", incident_refs=["B"], victim_refs=["V1"]),
        line(3, "merged", incident_ref="B", into="A"),
    )

    assert (found.starts, found.received_at) == (at(0), at(0))
    assert [ground.sign for _, ground in found.given_codes if ground] == ["CRIME_THEFT"]
    assert [ground.sign for ground in found.disclosures] == ["punched"]
    assert sorted(found.victims) == ["V1", "V2"]
    assert [record.ref for record in found.live] == ["C1"]


def test_a_survivor_takes_over_no_closure_decision_or_transfer() -> None:
    found = situation(
        opened(incident_ref="B"),
        line(1, "decided", incident_ref="B", basis="not_notifiable", reason="moot", decided_by="supervisor"),
        line(1, "closed", incident_ref="B", closing_codes=["PSW_CIVIL"], reason="moot", decided_by="supervisor"),
        line(1, "transferred", incident_ref="B", accepted_at=after(1)),
        line(2, "merged", incident_ref="B", into="A"),
        opened(3),
    )

    assert found.member_refs == ("A", "B")
    assert found.endings == []


def test_a_disclosure_belongs_to_the_report_by_the_opening_of_the_log_that_is_judged() -> None:
    found = situation(
        opened(incident_ref="B", entries=[{"text": "punched"}]),
        line(2, "updated", incident_ref="B", entries=[{"text": "kicked her"}]),
        line(3, "merged", incident_ref="B", into="A"),
        opened(1),
    )

    assert [(ground.sign, ground.at_report) for ground in found.disclosures] == [("punched", True), ("kicked", False)]


@pytest.mark.parametrize(("category", "grounds"), [("question", 0), ("system", 0), ("remark", 1), ("answer", 1)])
def test_questions_and_system_lines_disclose_nothing(category: str, grounds: int) -> None:
    found = situation(opened(entries=[{"category": category, "text": "punched"}]))

    assert len(found.disclosures) == grounds


@pytest.mark.parametrize(
    ("log", "record", "live"),
    [
        (["V1"], ["V1"], True),
        (["V1", "V2"], ["V2", "V9"], True),
        (["V1"], ["V9"], False),
        ([], ["V9"], True),
        (["V1"], [], True),
    ],
)
def test_a_record_is_mismatched_only_where_both_name_victims_and_none_is_the_same(
    log: list[str], record: list[str], live: bool
) -> None:
    found = situation(opened(victims=[{"victim_ref": ref} for ref in log]), linked(victim_refs=record))

    assert bool(found.live) is live
    assert found.mismatched == ([] if live else ["C1"])


@pytest.mark.parametrize(
    "given",
    [
        [linked(initial=False)],
        [linked(), line(2, "unlinked")],
        [linked(), line(2, "cancelled", reason="C4", decided_by="officer")],
        [linked(incident_refs=["B"])],
    ],
)
def test_a_record_counts_only_while_it_is_initial_linked_and_not_cancelled(given: list[Line]) -> None:
    assert situation(opened(), *given).live == []


def test_a_duplicate_record_hands_over_to_the_survivor_with_the_earlier_of_the_two_times() -> None:
    found = situation(
        opened(),
        linked(),
        line(5, "recorded", crime_ref="C2", incident_refs=[], offence_code="39/0"),
        line(6, "cancelled", reason="C3", decided_by="officer", independent=True, surviving_crime_ref="C2"),
    )

    (record,) = found.live
    assert (record.ref, record.recorded_at, record.group) == ("C2", at(1), "theft")


def test_a_duplicate_of_a_record_that_counts_already_counts_once() -> None:
    found = situation(
        opened(),
        linked(),
        line(5, "recorded", crime_ref="C2"),
        line(6, "cancelled", reason="C3", decided_by="officer", independent=True, surviving_crime_ref="C2"),
    )

    assert [(record.ref, record.recorded_at) for record in found.live] == [("C2", at(1))]


@pytest.mark.parametrize(
    ("cancelled", "endings"),
    [
        ({"reason": "C1", "other_force_ref": "X-1"}, [("transferred", "C1")]),
        ({"reason": "C4", "independent": True, "note": "entered twice"}, [("exempt", "C4")]),
        ({"reason": "C4", "independent": True}, []),
        ({"reason": "C3", "independent": True, "surviving_crime_ref": "C9"}, []),
    ],
)
def test_a_proper_cancellation_ends_what_the_record_met(
    cancelled: dict[str, object], endings: list[tuple[str, str]]
) -> None:
    found = situation(opened(), linked(), line(5, "cancelled", decided_by="officer", **cancelled))

    assert [(ending.status, ending.basis) for ending in found.endings] == endings


def test_endings_stand_in_the_order_of_their_instants() -> None:
    found = situation(
        opened(),
        line(3, "transferred", accepted_at=after(3)),
        line(4, "closed", closing_codes=["REPORT_FRAUD"]),
        line(5, "decided", basis="not_notifiable", reason="moot", decided_by="officer", decided_at=after(2)),
    )

    assert [(ending.by, ending.at) for ending in found.endings] == [
        ("decision", at(2)),
        ("transfer", at(3)),
        ("closure", at(4)),
    ]


def test_victims_who_are_not_confirmed_do_not_count_and_each_counts_from_when_it_was_named() -> None:
    found = situation(
        opened(victims=[{"victim_ref": "V1"}, {"victim_ref": "V2"}]),
        line(
            2, "updated", victims=[{"victim_ref": "V1"}, {"victim_ref": "V2", "confirmed": False}, {"victim_ref": "V3"}]
        ),
    )

    assert found.counted_victims == {"V1": at(0), "V3": at(2)}


def test_a_duplicate_decision_rests_on_a_live_log_that_is_not_this_one() -> None:
    decided = {"basis": "duplicate", "reason": "same event", "decided_by": "supervisor"}

    def ends(*given: Line, reference: str) -> bool:
        return bool(situation(opened(), *given, line(2, "decided", reference=reference, **decided)).endings)

    assert ends(opened(incident_ref="B"), reference="B")
    assert not ends(reference="B")
    assert not ends(reference="A")
    assert not ends(opened(incident_ref="B"), line(1, "merged", incident_ref="B", into="A"), reference="B")


def test_a_code_that_nothing_maps_is_named_and_a_mapped_qualifier_is_its_key() -> None:
    profile = ForceProfile.model_validate(
        {"force": "Example", "codes": [{"from": "2026-01-01", "map": {"DV": "Q_DOMESTIC_ABUSE"}}]}
    )

    found = situation(opened(opening_code="ZZ9", qualifiers=["DV", "LAMP"]), profile=profile)

    assert found.unmapped == {"ZZ9"}
    assert found.qualifiers == {"Q_DOMESTIC_ABUSE", "LAMP"}


def test_the_fault_of_a_master_stands_with_the_earliest_start_of_the_chain() -> None:
    found = situation(
        opened(),
        opened(-3, incident_ref="B"),
        line(1, "merged", into="B"),
        line(2, "merged", incident_ref="B", into="A"),
    )

    assert found.merge_fault == ("master_cycle", at(1), at(-3))
    assert found.merged_into is None


@pytest.mark.parametrize(
    ("mark", "discloses"),
    [
        (["punched", "", ""], True),
        (["punched", "", "victim"], True),
        (["punched", "not", ""], False),
        (["punched", "not", "victim"], False),
        (["punched", "not", "suspect"], True),
        (["punched", "not", "bystander"], True),
        (["punched", "denied", ""], True),
        (["punched", "denied", "suspect"], True),
        (["punched", "denied", "victim"], False),
    ],
)
def test_a_negation_takes_a_mark_back_unless_a_suspect_or_bystander_speaks(mark: list[str], discloses: bool) -> None:
    assert stands(mark) is discloses


def test_the_day_of_a_report_is_local() -> None:
    found = situation({"at": "2026-06-30T23:30:00Z", "opened": {}})

    assert found.day - timedelta(days=1) == found.starts.date()
