from datetime import date, timedelta

import pytest

from rules.codes.offences import (
    OFFENCE_GROUPS,
    OFFENCE_SETS,
    OFFENCES,
    in_set,
    is_current,
    is_state_based,
    offence,
    offence_group,
)

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("125/12", None, date(2023, 4, 30)),
        ("008/71", None, date(2024, 1, 30)),
        ("005/28", date(2024, 1, 31), None),
        ("008/77", date(2022, 6, 7), None),
        ("008/67", date(2015, 12, 29), None),
        ("068/19", date(2024, 4, 16), None),
        ("068/25", date(2026, 4, 1), None),
        ("8S", date(2017, 4, 1), None),
        ("28I", date(2023, 4, 1), None),
        ("28E", date(2017, 4, 1), date(2023, 3, 31)),
        ("N100/1", date(2015, 4, 1), None),
        ("N200/3", date(2019, 4, 1), date(2025, 3, 31)),
        ("N300/1", date(2024, 4, 1), None),
    ],
)
def test_a_code_is_current_on_its_days_and_on_no_other(code: str, first: date | None, last: date | None) -> None:
    if first is not None:
        assert (is_current(code, first - DAY), is_current(code, first)) == (False, True)
    if last is not None:
        assert (is_current(code, last), is_current(code, last + DAY)) == (True, False)


def test_what_the_tables_do_not_know_may_be_current_and_wrongs_nobody_in_particular() -> None:
    assert offence("999/99") is None
    assert is_current("999/99", date(1999, 1, 1))
    assert not is_state_based("999/99")


@pytest.mark.parametrize(
    ("code", "state"),
    [("066/39", True), ("066/91", True), ("066/21", False), ("092/60", True), ("92C", True), ("008/06", False),
     ("8N", False), ("125/12", True), ("125/11", False), ("10D", False), ("106", False)],
)  # fmt: skip
def test_an_offence_is_state_based_where_the_list_says_so(code: str, state: bool) -> None:
    assert is_state_based(code) is state


@pytest.mark.parametrize(
    ("name", "code", "belongs"),
    [
        ("conduct", "195/12", True),
        ("conduct", "8U", True),
        ("conduct", "105/01", False),
        ("stalking", "195/94", False),
        ("harassment", "195/94", True),
        ("death", "001/01", True),
        ("death", "004/04", True),
        ("death", "005/01", False),
        ("slavery", "106", True),
    ],
)
def test_a_set_names_offences_whole_or_by_number(name: str, code: str, belongs: bool) -> None:
    assert in_set(name, code) is belongs


def test_every_class_counts_in_a_group_of_the_closed_list() -> None:
    classes = {known.class_ for known in OFFENCES.values() if not known.name.startswith("N")}

    assert {name: offence_group(name) for name in classes if offence_group(name) not in OFFENCE_GROUPS} == {}
    assert len(classes) > 130


def test_every_member_of_a_set_is_known_to_the_tables() -> None:
    unknown = {code for members in OFFENCE_SETS.values() for code in members if offence_group(code) is None}

    assert unknown == set()
