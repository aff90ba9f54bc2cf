from datetime import date

import pytest

from rules.codes import (
    CRIME_FAMILIES,
    KEYS,
    OFFENCE_GROUPS,
    CodeMap,
    gravest,
    is_crime,
    offence_code,
    offence_group,
    offence_number,
    record_kind,
)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("8/6", "008/06"),
        ("008/06", "008/06"),
        (" 008/6 ", "008/06"),
        ("N100/3", "N100/3"),
        ("N100/03", "N100/3"),
        ("100/03", "N100/3"),
        ("n300/01", "N300/1"),
        ("200/1", "N200/1"),
        ("066/91a", "066/91A"),
        ("105A", "105A"),
    ],
)
def test_one_code_is_written_in_one_way(written: str, code: str) -> None:
    assert offence_code(written) == code
    assert offence_code(code) == code


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("N100/1", "n100"),
        ("N200/2", "n200"),
        ("N300/1", "n300"),
        ("008/06", "crime"),
        ("NFIB5D", "crime"),
        ("", "crime"),
    ],
)
def test_a_reported_incident_is_told_from_a_crime(code: str, kind: str) -> None:
    assert record_kind(code) == kind


@pytest.mark.parametrize(
    ("code", "group"),
    [
        ("001/01", "homicide"),
        ("004/10", "homicide"),
        ("004/04", "driving_death_injury"),
        ("019/08", "rape"),
        ("N100/1", "rape"),
        ("N300/1", "homicide"),
        ("017/15", "other_sexual"),
        ("175/08", "other_sexual"),
        ("008/06", "violence_with_injury"),
        ("008/77", "violence_with_injury"),
        ("008/30", "stalking_harassment"),
        ("008/67", "stalking_harassment"),
        ("005/28", "stalking_harassment"),
        ("005/01", "violence_with_injury"),
        ("003/01", "violence_without_injury"),
        ("105/01", "violence_without_injury"),
        ("195/94", "stalking_harassment"),
        ("138/52", "stalking_harassment"),
        ("034/01", "robbery"),
        ("028/03", "burglary"),
        ("030/02", "burglary"),
        ("058/00", "arson_damage"),
        ("149/00", "arson_damage"),
        ("048/01", "vehicle"),
        ("045/10", "vehicle"),
        ("039/00", "theft"),
        ("046/00", "theft"),
        ("068/25", "public_order"),
        ("125/11", "public_order"),
        ("066/39", "stalking_harassment"),
        ("092/60", "drugs"),
        ("999/99", None),
        ("nonsense", None),
    ],
)
def test_a_code_counts_in_the_group_that_names_it_whole_before_that_of_its_number(code: str, group: str | None) -> None:
    assert offence_group(code) == group


def test_the_gravest_group_is_the_first_of_the_closed_list() -> None:
    assert gravest(["theft", "rape", "none", "robbery"]) == "rape"
    assert gravest([]) == "none"
    assert gravest(reversed(OFFENCE_GROUPS)) == "homicide"


def test_every_crime_family_says_crime_and_nothing_else_does() -> None:
    assert {key for key in KEYS if is_crime(key)} == set(CRIME_FAMILIES)
    assert {key for key in KEYS if not key.startswith("CRIME_") and is_crime(key)} == set()


def test_a_forces_code_means_what_it_meant_on_the_day_of_the_report() -> None:
    """E46"""
    spring, summer = date(2026, 4, 1), date(2026, 7, 1)
    codes = CodeMap([(spring, date(2026, 6, 30), {"X1": "CRIME_THEFT"}), (summer, None, {"X1": "AD_DUPLICATE"})])

    assert codes.key("X1", date(2026, 3, 31)) is None
    assert codes.key("X1", spring) == "CRIME_THEFT"
    assert codes.key("X1", date(2026, 6, 30)) == "CRIME_THEFT"
    assert codes.key("X1", summer) == "AD_DUPLICATE"
    assert codes.can_mean("X1", "AD_DUPLICATE")
    assert not codes.can_mean("X1", "CRI")


def test_a_key_is_accepted_as_it_is_and_an_unknown_code_is_not() -> None:
    codes = CodeMap([(date(2026, 1, 1), None, {"PSW_ALARM": "CRIME_BURGLARY"})])

    assert codes.key("CRIME_RAPE", date(2026, 4, 1)) == "CRIME_RAPE"
    assert codes.key("PSW_ALARM", date(2026, 4, 1)) == "CRIME_BURGLARY"
    assert codes.key("PSW_ALARM", date(2025, 4, 1)) == "PSW_ALARM"
    assert codes.key("crime_rape", date(2026, 4, 1)) is None


def test_the_number_of_a_code_stands_before_the_stroke() -> None:
    assert (offence_number("008/06"), offence_number("105A")) == ("008", "105A")
