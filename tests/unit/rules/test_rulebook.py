from datetime import date, timedelta
from typing import Any

import pytest

from .given import book


def limit(day: date, rule: str = "M02") -> timedelta | None:
    return next(asked.within for asked in book().on(day) if asked.rule.id == rule)


def test_the_limit_is_that_of_the_day() -> None:
    assert limit(date(2015, 3, 31)) == timedelta(hours=72)
    assert limit(date(2015, 4, 1)) == timedelta(hours=24)
    assert limit(date(2040, 1, 1)) == timedelta(hours=24)


def test_a_rule_asks_nothing_before_its_first_version() -> None:
    def asking(day: date) -> set[str]:
        return {asked.rule.id for asked in book().on(day)}

    assert asking(date(2015, 4, 1)) - asking(date(2015, 3, 31)) == {"M05", "M06", "M08", "M42", "M43", "M44"}


def test_a_parameter_before_its_first_day_has_its_first_value() -> None:
    assert book().parameter("recording_limit", date(1995, 1, 1)) == timedelta(hours=72)
    with pytest.raises(KeyError):
        book().parameter("patience", date(2026, 1, 1))


def test_expectations_are_asked_first() -> None:
    kinds = [asked.terms is None for asked in book().on(date(2026, 4, 1))]

    assert kinds == sorted(kinds)
    assert False in kinds
    assert True in kinds


def test_the_steps_are_half_and_five_sixths_unless_the_rule_names_its_own() -> None:
    terms = {asked.rule.id: asked.terms for asked in book().on(date(2026, 4, 1)) if asked.terms}

    assert terms["M02"].warn_before == (timedelta(hours=12), timedelta(hours=4))
    assert terms["M05"].warn_before == (timedelta(hours=23),)


def test_paragraphs_are_quoted_together() -> None:
    rule: Any = book().rules["M03"]

    assert rule.paragraphs == "CRR26 p10; NSIR 1.17"
