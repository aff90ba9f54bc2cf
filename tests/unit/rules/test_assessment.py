from datetime import timedelta
from typing import Any

import pytest

from rules.instants import TICK

from .given import Line, after, assessed, at, line, opened

DECIDED = {"basis": "contrary_evidence", "reason": "footage", "decided_by": "supervisor"}
THEFT = opened(opening_code="CRIME_THEFT")
MERGED = [opened(incident_ref="B"), line(1, "merged", into="B")]


@pytest.mark.parametrize(
    ("given", "now", "status"),
    [
        ([opened()], 1, "not_expected"),
        ([THEFT], 1, "monitoring"),
        ([THEFT], 12, "due_soon"),
        ([THEFT], 25, "overdue"),
        ([THEFT, *MERGED], 25, "merged"),
        ([THEFT, line(1, "recorded")], 25, "recorded_in_time"),
        ([THEFT, line(25, "recorded")], 26, "recorded_late"),
        ([THEFT, line(1, "decided", **DECIDED)], 25, "exempt"),
        ([THEFT, line(1, "transferred", accepted_at=after(1))], 25, "transferred"),
        ([THEFT, line(1, "transferred", accepted_at=after(1)), line(2, "decided", **DECIDED)], 25, "exempt"),
        ([THEFT, line(2, "transferred", accepted_at=after(2)), line(1, "decided", **DECIDED)], 25, "transferred"),
        ([opened(), line(1, "decided", **DECIDED)], 25, "not_expected"),
        ([opened(), line(1, "transferred", accepted_at=after(1))], 25, "not_expected"),
        ([opened(), line(1, "recorded")], 25, "recorded_in_time"),
        ([opened(), line(25, "recorded")], 26, "recorded_late"),
        ([opened(), line(1, "recorded", offence_code="N100/1")], 25, "not_expected"),
        (
            [THEFT, line(1, "decided", **DECIDED), line(2, "updated", entries=[{"text": "punched"}])],
            3,
            "monitoring",
        ),
        ([opened(opening_code="CRIME_RAPE"), line(25, "recorded", offence_code="8/6")], 26, "overdue"),
        ([opened(opening_code="CRIME_RAPE"), line(1, "decided", **DECIDED)], 0.5, "monitoring"),
        (
            [opened(opening_code="CRIME_RAPE"), line(25, "recorded", offence_code="8/6"),
             line(26, "recorded", crime_ref="C2", offence_code="N100/1", recorded_at=after(1))],
            27,
            "recorded_in_time",
        ),
    ],
)  # fmt: skip
def test_the_status_is_the_first_that_fits(given: list[Line], now: float, status: str) -> None:
    assert assessed(*given, now=now).status == status


def test_some_expectation_open_beats_one_that_is_met() -> None:
    given = [opened(opening_code="CRIME_RAPE"), line(1, "recorded", offence_code="8/6")]

    found = assessed(*given, now=2)

    assert {asked.rule: asked.state(at(2)) for asked in found.moment.expectations} == {"M02": "met", "M05": "due_soon"}
    assert found.status == "due_soon"
    assert found.leading is not None
    assert found.leading.rule == "M05"


def test_the_open_expectation_with_the_earliest_deadline_speaks_and_ties_go_by_rule() -> None:
    tie = assessed(opened(opening_code="CRIME_THEFT", entries=[{"text": "punched"}]), now=1)
    earlier = assessed(opened(entries=[{"text": "punched"}]), line(2, "updated", opening_code="CRIME_THEFT"), now=3)

    assert tie.leading is not None
    assert earlier.leading is not None
    assert (tie.leading.rule, earlier.leading.rule) == ("M02", "M04")


def test_of_the_met_the_one_that_was_latest_against_its_deadline_speaks() -> None:
    found = assessed(
        opened(opening_code="CRIME_THEFT"),
        line(5, "updated", entries=[{"text": "punched"}]),
        line(20, "recorded"),
        now=21,
    )

    assert found.leading is not None
    assert found.leading.rule == "M02"


@pytest.mark.parametrize(
    ("given", "now", "turn"),
    [
        ([THEFT], 1, (12, 0)),
        ([THEFT], 12, (24, 1)),
        ([THEFT], 25, None),
        ([THEFT, line(1, "recorded")], 2, None),
        ([opened()], 2, None),
        (
            [THEFT, line(1, "decided", basis="other_force", reason="theirs", decided_by="officer", reporter_told=True)],
            2,
            (49, 1),
        ),
        ([opened(), line(1, "merged", into="Z")], 2, (24, 1)),
    ],
)
def test_it_turns_next_at_its_step_or_just_after_its_deadline(
    given: list[Line], now: float, turn: tuple[float, int] | None
) -> None:
    found = assessed(*given, now=now).turn

    assert found == (None if turn is None else (at(turn[0]) + turn[1] * TICK, at(turn[0])))


def test_nothing_changes_between_now_and_the_turn() -> None:
    given = [THEFT, line(1, "closed", closing_codes=["CRIME_RECORDED"], reference="C9")]
    first = assessed(*given, now=2)
    assert first.turn is not None

    before = assessed(*given, now=first.turn.at - TICK)
    then = assessed(*given, now=first.turn.at)

    assert (before.status, [owed.kind for owed in before.owed]) == (first.status, [owed.kind for owed in first.owed])
    assert then.status != first.status


@pytest.mark.parametrize(
    ("given", "rules"),
    [
        ([opened()], []),
        ([opened(opening_code="CRIME_RAPE", entries=[{"text": "punched"}])], ["M02", "M04", "M05"]),
        ([opened(), line(1, "recorded")], []),
        ([opened(victims=[{"victim_ref": "V1"}]), line(1, "recorded", victim_refs=["V9"])], ["E36"]),
    ],
)
def test_its_rules_are_those_with_an_expectation_or_an_alert(given: list[Line], rules: list[str]) -> None:
    assert assessed(*given, now=2).rules == rules


@pytest.mark.parametrize(
    ("given", "group"),
    [
        ([opened()], "none"),
        ([opened(opening_code="CRIME_DOMESTIC")], "violence_without_injury"),
        ([opened(opening_code="CRIME_THEFT", entries=[{"text": "raped"}])], "rape"),
        ([opened(opening_code="CRIME_RAPE"), line(1, "recorded", offence_code="39/0")], "theft"),
        ([opened(), line(1, "recorded", offence_code="999/9")], "miscellaneous"),
    ],
)
def test_the_offence_group_is_of_the_gravest_record_else_of_the_gravest_ground(given: list[Line], group: str) -> None:
    assert assessed(*given, now=2).offence_group == group


def test_the_law_of_the_local_day_of_the_report_holds() -> None:
    def due(received: str) -> Any:
        found = assessed({"at": received, "opened": {"opening_code": "CRIME_THEFT"}}, now=at(0))
        assert found.leading is not None
        return found.leading.due_at - found.leading.starts

    assert due("2015-03-31T22:59:59Z") == timedelta(hours=72)
    assert due("2015-03-31T23:00:00Z") == timedelta(hours=24)


def test_there_is_no_warning_of_rape_under_the_law_before_2015() -> None:
    found = assessed({"at": "2015-03-31T12:00:00Z", "opened": {"opening_code": "CRIME_RAPE"}}, now=at(0))

    assert [asked.rule for asked in found.moment.expectations] == ["M02"]
