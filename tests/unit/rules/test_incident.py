import pytest

from rules.statements import GIVEN

from .given import HOUR, OPENED_AT, Line, after, at, incident, line, opened


def test_the_earliest_receipt_ever_stated_starts_the_clock() -> None:
    later = line(1, "updated", received_at=after(-3))

    log = incident(opened(), later, line(2, "updated", received_at=after(-1)), line(3, "updated", received_at=None))

    assert log.received_at == log.starts == at(-3)


def test_a_receipt_after_the_opening_starts_the_clock_at_the_opening() -> None:
    log = incident(opened(opened_at=after(-2)))

    assert log.received_at == OPENED_AT
    assert log.starts == at(-2)


@pytest.mark.parametrize(
    ("stated", "starts"),
    [
        ({"reason": "typed wrongly", "decided_by": "supervisor"}, 2),
        ({"reason": " ", "decided_by": "supervisor"}, 0),
        ({"decided_by": "supervisor"}, 0),
        ({"reason": "typed wrongly", "decided_by": "officer"}, 0),
        ({"reason": "typed wrongly"}, 0),
    ],
)
def test_a_correction_counts_with_a_reason_and_a_supervisor(stated: dict[str, str], starts: int) -> None:
    log = incident(opened(), line(5, "updated", received_at_corrected=after(2), **stated))

    assert log.starts == at(starts)


def test_the_newest_correction_stands() -> None:
    why = {"reason": "typed wrongly", "decided_by": "supervisor"}

    log = incident(
        opened(),
        line(6, "updated", received_at_corrected=after(-1), **why),
        line(5, "updated", received_at_corrected=after(2), **why),
    )

    assert log.starts == at(-1)


def test_of_two_statements_about_a_field_the_later_stands_and_null_clears() -> None:
    log = incident(line(2, "updated", area="S", grade="2"), opened(area="N", grade="1"), line(3, "updated", grade=None))

    assert log.fields["area"] == "S"
    assert log.fields["grade"] is None


def test_a_code_once_given_is_never_forgotten() -> None:
    log = incident(
        opened(opening_code="CRIME_THEFT"),
        line(1, "updated", opening_code="PSW_CIVIL"),
        line(2, "updated", opening_code="PSW_CIVIL"),
        line(3, "closed", closing_codes=["CRI", "ASB_NUISANCE"]),
        line(4, "reopened"),
    )

    assert log.codes == [
        ("CRIME_THEFT", None, "opening"),
        ("PSW_CIVIL", at(1), "change"),
        ("CRI", at(3), "closing"),
        ("ASB_NUISANCE", at(3), "closing"),
    ]
    assert log.closure is None


def test_a_victim_is_named_by_the_first_statement_and_listed_by_the_last() -> None:
    log = incident(
        opened(victims=[{"victim_ref": "V1"}]),
        line(1, "updated", victims=[{"victim_ref": "V1"}, {"victim_ref": "V2"}]),
        line(2, "updated", victims=[{"victim_ref": "V2", "confirmed": False}]),
    )

    assert log.victims == [{"victim_ref": "V2", "confirmed": False}]
    assert log.named == {"V1": (OPENED_AT, True), "V2": (at(1), False)}


def test_an_entry_sent_twice_is_one() -> None:
    punched = {"at": after(0), "text": "punched"}

    log = incident(opened(entries=[punched]), line(1, "updated", entries=[punched, {**punched, "category": "caller"}]))

    assert [(entry.at, entry.category) for entry in log.entries] == [(OPENED_AT, "remark"), (OPENED_AT, "caller")]


@pytest.mark.parametrize(
    ("given", "closed"),
    [
        ([line(2, "closed", closing_codes=["CRI"]), line(3, "reopened")], None),
        ([line(2, "closed", closing_codes=["CRI"]), line(2, "reopened")], None),
        ([line(2, "reopened"), line(2, "closed", closing_codes=["CRI"])], None),
        ([line(2, "closed", closing_codes=["CRI"]), line(1, "reopened")], 2),
        ([line(5, "reopened", reopened_at=after(1)), line(2, "closed", closing_codes=["CRI"])], 2),
        ([line(2, "closed", closing_codes=["CRI"]), line(4, "closed", closing_codes=["CRI"])], 4),
        ([line(4, "closed", closing_codes=["CRI"]), line(5, "closed", closing_codes=["CRI"], closed_at=after(2))], 4),
    ],
)
def test_a_closure_stands_by_its_instant_until_reopened(given: list[Line], closed: int | None) -> None:
    log = incident(opened(), *given)

    assert (log.closure and log.closure["closed_at"]) == (None if closed is None else at(closed))


def test_the_same_closure_again_corrects_itself() -> None:
    log = incident(
        opened(),
        line(2, "closed", closing_codes=["PSW_CIVIL"], reason="joint owners"),
        line(9, "closed", closing_codes=["PSW_CIVIL"], closed_at=after(2), decided_by="supervisor"),
    )

    assert log.closure is not None
    assert (log.closure["reason"], log.closure["decided_by"]) == (GIVEN, "supervisor")


def test_a_closure_with_a_reference_may_be_a_merge_and_a_later_reopening_undoes_both_kinds() -> None:
    closed = line(2, "closed", closing_codes=["AD_DUPLICATE"], reference="B")

    log = incident(opened(), line(1, "merged", into="D"), closed)
    undone = incident(opened(), line(1, "merged", into="D"), closed, line(3, "reopened"))
    at_once = incident(opened(), line(3, "merged", into="D"), line(3, "reopened"))

    assert [(merge.into, merge.by_closure) for merge in log.merges] == [("D", False), ("B", True)]
    assert undone.merges == []
    assert [merge.into for merge in at_once.merges] == ["D"]


@pytest.mark.parametrize(
    ("given", "stands"),
    [
        ([line(1, "transferred")], False),
        ([line(1, "transferred", accepted_at=after(1))], True),
        ([line(1, "transferred", accepted_at=after(1)), line(2, "transferred", returned_at=after(2))], False),
        ([line(1, "transferred", accepted_at=after(1), returned_at=after(1))], False),
        ([line(2, "transferred", returned_at=after(1)), line(3, "transferred", accepted_at=after(2))], True),
    ],
)
def test_a_transfer_stands_from_acceptance_until_it_is_returned(given: list[Line], stands: bool) -> None:
    assert (incident(opened(), *given).transfer is not None) is stands


@pytest.mark.parametrize(
    ("withdrawal", "left"),
    [
        (line(3, "withdrawn"), []),
        (line(2, "withdrawn"), []),
        (line(1.5, "withdrawn"), ["D2"]),
        (line(3, "withdrawn", decision_ref="D1"), ["D2"]),
        (line(3, "withdrawn", decision_ref="D9"), ["D1", "D2"]),
        (line(3, "withdrawn", decision_ref="D1", decided_at=after(0.5)), ["D1", "D2"]),
    ],
)
def test_a_withdrawal_ends_the_decision_it_names_or_all_up_to_then(withdrawal: Line, left: list[str]) -> None:
    decided = {"basis": "not_notifiable", "decided_by": "supervisor"}

    log = incident(
        opened(),
        line(1, "decided", decision_ref="D1", **decided),
        line(2, "decided", decision_ref="D2", **decided),
        withdrawal,
    )

    assert [decision["decision_ref"] for decision in log.decisions] == left


def test_a_withdrawal_without_a_name_ends_delays_too_and_one_may_name_source_and_id() -> None:
    delay = {"until": after(60), "decided_by": "force_crime_registrar", "note": "victim abroad"}

    ended = incident(opened(), line(1, "delayed", **delay), line(2, "withdrawn"))
    named = incident(opened(), line(1, "delayed", **delay), line(2, "withdrawn", decision_ref="examplese2"))

    assert ended.delays == named.delays == []


def test_a_decision_sent_again_under_its_name_is_completed() -> None:
    log = incident(
        opened(),
        line(1, "decided", basis="other_force", decided_by="supervisor", decision_ref="D1", reason="elsewhere"),
        line(2, "decided", basis="other_force", decided_by="supervisor", decision_ref="D1", reference="X-1",
             decided_at=after(1)),
    )  # fmt: skip

    (decision,) = log.decisions
    assert (decision["reason"], decision["reference"], decision["decided_at"]) == (GIVEN, "X-1", at(1))


def test_a_log_that_nobody_opened_has_no_start() -> None:
    log = incident(line(0, "updated", area="N"))

    assert log.received_at is None
    assert log.starts is None


def test_the_order_of_arrival_changes_nothing() -> None:
    given = [
        opened(opening_code="CRIME_THEFT", victims=[{"victim_ref": "V1"}]),
        line(1, "updated", received_at=after(-1), victims=[{"victim_ref": "V2"}]),
        line(2, "closed", closing_codes=["CRI"], reason="victim_not_traced"),
        line(2, "reopened", entries=[{"text": "punched"}]),
        line(3, "decided", basis="duplicate", decided_by="officer", reference="B"),
    ]
    named = [{**one, "id": f"n{place}"} for place, one in enumerate(given)]

    assert incident(*named) == incident(*reversed(named))
    assert incident(*named).starts == OPENED_AT - HOUR
