from datetime import date, timedelta
from re import fullmatch

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
from rules.codes.tables import national

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
     ("8N", False), ("125/12", True), ("125/11", False), ("10D", False), ("106", False), ("062/01", True),
     ("068/20", True)],
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
        ("death", "037/01", True),
        ("death", "005/01", False),
        ("slavery", "106", True),
    ],
)
def test_a_set_names_offences_whole_or_by_number(name: str, code: str, belongs: bool) -> None:
    assert in_set(name, code) is belongs


@pytest.mark.parametrize("code", ["029/00", "031/00", "028/03", "030/02", "019/08"])
def test_a_number_is_current_whatever_became_of_one_of_its_classes(code: str) -> None:
    assert is_current(code, date(2016, 6, 1))
    assert is_current(code, date(2026, 6, 1))


@pytest.mark.parametrize(
    ("code", "name", "class_", "basis", "source"),
    [
        ("008/06", "008/06", "8N", "victim", "NOL26"),
        ("028/03", "028", "028", "victim", "NOL26"),
        ("046/00", "46", "46", "victim", "NOL26"),
        ("8U", "8U", "8U", "victim", "NOL26"),
        ("30A", "30A", "30A", "victim", "HOT18"),
        ("N100/3", "N100", "N100", "victim", "NOL26"),
    ],
)
def test_a_code_is_looked_up_whole_then_by_its_number(
    code: str, name: str, class_: str, basis: str, source: str
) -> None:
    known = offence(code)

    assert known is not None
    assert (known.name, known.class_, known.basis, known.source) == (name, class_, basis, source)


def test_the_table_and_the_groups_say_the_same_of_every_code_that_both_know() -> None:
    assert {name: known.group for name, known in OFFENCES.items() if offence_group(name) != known.group} == {}


def test_a_number_says_what_its_classes_agree_on() -> None:
    numbers = [known for known in OFFENCES.values() if fullmatch(r"0\d\d|1\d\d", known.name)]
    for number in numbers:
        own = [
            known
            for known in OFFENCES.values()
            if fullmatch(rf"{int(number.name)}[A-Z]", known.name) and known.source == "NOL26"
        ]
        bases = {known.basis for known in own}

        assert {known.group for known in own} <= {number.group}, number
        assert number.basis == "mixed" or bases <= {number.basis}, number


def test_every_row_names_a_source_that_the_table_names_and_ends_after_it_began() -> None:
    table = national("classes.yaml")

    assert {known.source for known in OFFENCES.values()} == set(table["sources"]) - {"CRR26"}
    assert [known for known in OFFENCES.values() if known.first > known.last] == []


def test_every_class_counts_in_a_group_of_the_closed_list() -> None:
    classes = {known.class_ for known in OFFENCES.values() if not known.name.startswith("N")}

    assert {name: offence_group(name) for name in classes if offence_group(name) not in OFFENCE_GROUPS} == {}
    assert len(classes) > 130


@pytest.mark.parametrize(
    "code", ["28A", "29", "72", "90", "AF", "CIFAS", "037/01", "004/10", "19H", "814", "28P", "8U"]
)
def test_classes_of_old_tables_and_of_the_newest_list_are_known(code: str) -> None:
    assert code in OFFENCES


def test_every_member_of_a_set_is_known_to_the_tables() -> None:
    unknown = {code for members in OFFENCE_SETS.values() for code in members if offence_group(code) is None}

    assert unknown == set()
