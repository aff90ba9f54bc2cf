from typing import Any

import pytest

from rules.counting import crimes_owed

from .given import Line, line, opened, situation

BREACH = {"text": "breach of restraining order"}
STALKED = {"text": "ex-partner keeps following her, punched her today"}


def victims(*refs: str, **more: Any) -> list[dict[str, Any]]:
    return [{"victim_ref": ref, **more} for ref in refs]


def owed(*given: Line) -> int:
    return crimes_owed(situation(*given))


def test_one_crime_is_owed_for_each_victim_and_one_where_nobody_is_named() -> None:
    assert owed(opened(opening_code="CRIME_THEFT")) == 1
    assert owed(opened(opening_code="CRIME_THEFT", victims=victims("V1", "V2"))) == 2
    assert owed(opened(victims=[*victims("V1"), {"victim_ref": "V2", "confirmed": False}])) == 1


def test_a_breach_that_is_recorded_stands_beside_the_victims() -> None:
    breached = opened(victims=victims("V1"), entries=[BREACH])

    assert owed(breached) == 1
    assert owed(breached, line(1, "recorded", offence_code="066/39")) == 2
    assert owed(breached, line(1, "recorded", offence_code="008/06")) == 1


def test_a_state_based_crime_without_a_breach_is_one_of_those_that_the_victims_call_for() -> None:
    assert owed(opened(victims=victims("V1")), line(1, "recorded", offence_code="092/60")) == 1


def test_the_state_as_a_victim_is_counted_unless_a_breach_asks_for_it() -> None:
    state = [*victims("V1"), {"victim_ref": "S", "kind": "state"}]

    assert owed(opened(victims=state)) == 2
    assert owed(opened(victims=state, entries=[BREACH])) == 1
    assert owed(opened(victims=victims("S", kind="state"))) == 1


@pytest.mark.parametrize(
    ("day", "number"), [("2018-03-31", 1), ("2018-04-01", 2), ("2023-05-14", 2), ("2023-05-15", 1)]
)
def test_a_conduct_crime_was_counted_beside_the_other_for_some_years(day: str, number: int) -> None:
    at = f"{day}T12:00:00Z"

    assert owed({"at": at, "opened": {"victims": victims("V1"), "entries": [{**STALKED, "at": at}]}}) == number


def test_modern_slavery_is_counted_beside_any_other_crime() -> None:
    assert owed(opened(victims=victims("V1"), entries=[{"text": "being trafficked"}])) == 1
    assert owed(opened(victims=victims("V1"), entries=[{"text": "being trafficked, and was punched"}])) == 2
