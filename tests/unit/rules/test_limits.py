from collections.abc import Sequence

import pytest

from rules.codes import CodeMap
from rules.limits import MAX_CRIMES, MAX_GROUP, MAX_LED_TO, TooMany, check_crime, check_incident

from .given import PLAIN, Line, line, opened, statements

NO_CODES: CodeMap = PLAIN.code_map


def merged(ref: str, into: str) -> Line:
    return line(1, "merged", incident_ref=ref, into=into)


def star(logs: int) -> list[Line]:
    """So many logs, all but one merged into that one."""
    return [merged(f"S{number}", "A") for number in range(logs - 1)]


def chain(steps: int) -> list[Line]:
    return [merged(f"S{number}", f"S{number + 1}") for number in range(steps)]


def fan(masters: int) -> list[Line]:
    return [merged("A", f"M{number}") for number in range(masters)]


def crimes(number: int) -> list[Line]:
    return [line(1, "recorded", crime_ref=f"C{each}") for each in range(number)]


@pytest.mark.parametrize(
    ("ref", "most", "more"),
    [
        ("A", star(MAX_GROUP), star(MAX_GROUP + 1)),
        ("A", fan(MAX_LED_TO), fan(MAX_LED_TO + 1)),
        ("S0", chain(MAX_LED_TO), chain(MAX_LED_TO + 1)),
        (f"S{MAX_LED_TO + 1}", chain(MAX_LED_TO), chain(MAX_LED_TO + 1)),
        ("A", crimes(MAX_CRIMES), crimes(MAX_CRIMES + 1)),
    ],
    ids=["logs", "masters", "steps from the first", "steps to the last", "crimes"],
)
def test_so_much_may_hang_together_and_no_more(ref: str, most: Sequence[Line], more: Sequence[Line]) -> None:
    check_incident(ref, statements(*most), NO_CODES)

    with pytest.raises(TooMany):
        check_incident(ref, statements(*more), NO_CODES)


def test_a_cycle_is_walked_round_once() -> None:
    check_incident("S0", statements(*chain(3), merged("S3", "S0"), opened(incident_ref="S0")), NO_CODES)


@pytest.mark.parametrize(("incidents", "survivors"), [(MAX_GROUP + 1, 0), (1, MAX_LED_TO + 1)])
def test_a_crime_tells_so_many_logs_and_is_survived_by_so_many_records(incidents: int, survivors: int) -> None:
    check_crime(range(min(incidents, MAX_GROUP)), range(min(survivors, MAX_LED_TO)))  # type: ignore[arg-type]

    with pytest.raises(TooMany):
        check_crime(range(incidents), range(survivors))  # type: ignore[arg-type]
