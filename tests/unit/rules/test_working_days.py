from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.working_days import end_of_working_day, is_working_day

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-05-01", True),
        ("2026-05-02", False),
        ("2026-05-04", False),
        ("2026-12-28", False),
        ("2022-06-03", False),
        ("2022-09-19", False),
        ("2023-05-08", False),
        ("2026-01-02", True),
        ("2026-03-17", True),
        ("2026-11-30", True),
    ],
)
def test_a_bank_holiday_of_england_and_wales_is_none_and_one_of_scotland_or_ireland_is(day: str, works: bool) -> None:
    assert is_working_day(date.fromisoformat(day)) is works


def test_two_working_days_from_a_friday_before_a_bank_holiday_end_on_wednesday() -> None:
    """E50, Acceptance 9"""
    friday = datetime(2026, 5, 1, 16, 30, tzinfo=UTC)

    assert end_of_working_day(friday, 2, LONDON) == datetime(2026, 5, 6, 22, 59, 59, tzinfo=UTC)


def test_the_day_of_the_start_is_the_one_of_the_force() -> None:
    before_midnight = datetime(2026, 6, 4, 22, 30, tzinfo=UTC)

    assert end_of_working_day(before_midnight, 1, LONDON) == datetime(2026, 6, 5, 22, 59, 59, tzinfo=UTC)
    assert end_of_working_day(before_midnight + timedelta(hours=1), 1, LONDON) == datetime(
        2026, 6, 8, 22, 59, 59, tzinfo=UTC
    )


def test_the_end_is_told_by_the_wall_clock_of_its_own_day() -> None:
    summer = datetime(2026, 10, 23, 12, tzinfo=UTC)

    assert end_of_working_day(summer, 1, LONDON) == datetime(2026, 10, 26, 23, 59, 59, tzinfo=UTC)


@given(st.dates(date(2016, 1, 1), date(2030, 1, 1)), st.integers(1, 30))
def test_a_period_has_as_many_working_days_as_it_says(day: date, days: int) -> None:
    start = datetime.combine(day, time(12), LONDON)

    last = end_of_working_day(start.astimezone(UTC), days, LONDON).astimezone(LONDON).date()

    counted = [day + timedelta(days=one) for one in range(1, (last - day).days + 1)]
    assert sum(map(is_working_day, counted)) == days
    assert is_working_day(last)
