from datetime import date

import pytest

from rules.codes import CodeMap
from rules.force import ForceProfile
from rules.group import neighbours

from .given import Line, after, at, group, line, opened, statements


def merged(hours: float, ref: str, into: str) -> Line:
    return line(hours, "merged", incident_ref=ref, into=into)


def logs(*refs: str) -> list[Line]:
    return [opened(incident_ref=ref) for ref in refs]


def test_a_chain_is_followed_to_its_end_and_its_members_are_those_that_end_there() -> None:
    made = group(*logs("A", "B", "C", "D"), merged(1, "A", "B"), merged(2, "B", "C"))

    assert made.chain("A") == (("A", "B", "C"), None)
    assert made.members("C") == ("C", "A", "B")
    assert [ref for ref in "ABCD" if made.is_merged(ref)] == ["A", "B"]


def test_logs_that_are_each_others_master_are_a_cycle_and_merged_into_none() -> None:
    made = group(*logs("A", "B", "C"), merged(1, "A", "B"), merged(2, "B", "A"), merged(3, "C", "A"))

    assert {ref: made.chain(ref).fault for ref in "ABC"} == dict.fromkeys("ABC", "cycle")
    assert not any(made.is_merged(ref) for ref in "ABC")
    assert made.members("A") == ("A",)


def test_a_log_merged_into_itself_is_a_cycle() -> None:
    assert group(*logs("A"), merged(1, "A", "A")).chain("A").fault == "cycle"


def test_a_master_that_nobody_opened_is_unknown_for_the_whole_chain_until_it_is_opened() -> None:
    before = [*logs("A", "B"), merged(1, "A", "B"), merged(2, "B", "Z")]

    assert {ref: group(*before).chain(ref).fault for ref in "AB"} == {"A": "unknown", "B": "unknown"}
    assert group(*before, *logs("Z")).members("Z") == ("Z", "A", "B")


def test_the_newest_merge_stands_whichever_kind_it_is() -> None:
    closed = line(2, "closed", closing_codes=["AD_DUPLICATE"], reference="C")

    early = group(*logs("A", "B", "C"), merged(1, "A", "B"), closed)
    late = group(*logs("A", "B", "C"), merged(3, "A", "B"), closed)

    assert (early.chain("A").end, late.chain("A").end) == ("C", "B")


@pytest.mark.parametrize("codes", [["CRI"], ["CRIME_RECORDED", "AD_DUPLICATE"], ["CRI", "AD_DUPLICATE"]])
def test_a_closure_merges_only_where_duplicate_is_its_disposal(codes: list[str]) -> None:
    made = group(*logs("A", "B"), line(2, "closed", closing_codes=codes, reference="B"))

    assert made.chain("A").path == ("A",)


def test_a_later_reopening_undoes_the_merge() -> None:
    given = [*logs("A", "B"), merged(1, "A", "B")]

    assert group(*given, line(1, "reopened")).is_merged("A")
    assert not group(*given, line(2, "reopened")).is_merged("A")
    assert group(*given, line(2, "reopened")).members("B") == ("B",)


def test_a_forces_own_code_for_duplicate_joins_on_any_day_on_which_it_means_that() -> None:
    (closed,) = statements(line(2, "closed", closing_codes=["DUP"], reference="B"))
    dated = CodeMap([(date(2020, 1, 1), date(2020, 12, 31), {"DUP": "AD_DUPLICATE"})])

    assert neighbours(closed, dated).incidents == ("B",)
    assert neighbours(closed, CodeMap()).incidents == ()


@pytest.mark.parametrize(
    ("given", "incidents", "crimes"),
    [
        (merged(1, "A", "B"), ("B",), ()),
        (line(1, "decided", basis="duplicate", decided_by="officer", reference="B"), ("B",), ()),
        (line(1, "decided", basis="other_force", decided_by="officer", reference="B"), (), ()),
        (line(1, "closed", closing_codes=["CRI"], reference="B"), (), ()),
        (line(1, "recorded", incident_refs=["A", "B"]), ("A", "B"), ()),
        (line(1, "unlinked", incident_ref="B"), ("B",), ()),
        (line(1, "cancelled", reason="C3", decided_by="officer", surviving_crime_ref="C2"), (), ("C2",)),
        (line(1, "cancelled", reason="C4", decided_by="officer"), (), ()),
        (opened(), (), ()),
    ],
)
def test_a_statement_ties_its_subject_to_what_it_names(
    given: Line, incidents: tuple[str, ...], crimes: tuple[str, ...]
) -> None:
    (said,) = statements(given)

    assert neighbours(said, CodeMap()) == (incidents, crimes)


def test_a_statement_touches_every_incident_whose_answer_it_may_change() -> None:
    record = line(1, "recorded", crime_ref="C1", incident_refs=["C"])
    cancelled = line(3, "cancelled", crime_ref="C1", reason="C3", decided_by="officer", surviving_crime_ref="C2")
    made = group(*logs("A", "B", "C", "D"), merged(1, "A", "B"), record, cancelled)

    of_log, of_survivor, of_other = statements(
        line(4, "updated", incident_ref="B", area="N"),
        line(4, "recorded", crime_ref="C2", incident_refs=[]),
        line(4, "recorded", crime_ref="C9", incident_refs=["A"]),
    )
    for said in (of_log, of_survivor, of_other):
        made.observe(said)

    assert made.touched_by(of_log) == {"A", "B"}
    assert made.touched_by(of_survivor) == {"C"}
    assert made.touched_by(of_other) == {"A", "B"}


def test_a_repeat_is_not_new_and_a_new_statement_is_folded_in() -> None:
    made = group(opened())
    (late,) = statements({**line(1, "updated", received_at=after(-1)), "id": "late"})

    assert made.incident("A").starts == at(0)
    assert made.observe(late)
    assert not made.observe(late)
    assert made.incident("A").starts == at(-1)


@pytest.mark.parametrize(
    ("ends", "survivor"),
    [([("C1", "C2"), ("C2", "C3")], "C3"), ([("C1", "C2"), ("C2", "C1")], None), ([("C1", "C9")], None)],
)
def test_a_surviving_record_is_the_end_of_the_chain_if_it_lives(
    ends: list[tuple[str, str]], survivor: str | None
) -> None:
    records = [line(1, "recorded", crime_ref=ref, incident_refs=[]) for ref in ("C1", "C2", "C3")]
    cancelled = [
        line(2, "cancelled", crime_ref=one, reason="C3", decided_by="officer", surviving_crime_ref=other)
        for one, other in ends
    ]
    made = group(*records, *cancelled)

    found = made.surviving_record(made.crime("C1"))

    assert (found.ref if found else None) == survivor


def test_the_survivor_must_not_be_cancelled_under_another_reason() -> None:
    made = group(
        line(1, "recorded", crime_ref="C1"),
        line(1, "recorded", crime_ref="C2"),
        line(2, "cancelled", crime_ref="C1", reason="C3", decided_by="officer", surviving_crime_ref="C2"),
        line(2, "cancelled", crime_ref="C2", reason="C4", decided_by="officer"),
    )

    assert made.surviving_record(made.crime("C1")) is None


def test_the_code_map_is_that_of_the_local_day_of_the_report() -> None:
    profile = ForceProfile.model_validate(
        {"force": "Example", "codes": [{"from": "2026-07-01", "map": {"X1": "CRIME_THEFT"}}]}
    )
    late = {"at": "2026-06-30T23:30:00Z", "opened": {}}
    early = {"at": "2026-06-30T22:30:00Z", "opened": {"incident_ref": "B"}}
    made = group(late, early, profile=profile)

    assert made.key(made.incident("A"), "X1") == "CRIME_THEFT"
    assert made.key(made.incident("B"), "X1") is None
