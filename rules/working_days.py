"""Working days as the Victims' Code counts them: Monday to Friday without the bank holidays of England and Wales."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

import holidays

from rules.instants import local_day

_SATURDAY = 5
_LAST = time(23, 59, 59)


@cache
def _bank_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def is_working_day(day: date) -> bool:
    """Whether a day is a working day in England and Wales."""
    return day.weekday() < _SATURDAY and day not in _bank_holidays(day.year)


@lru_cache(maxsize=4096)
def end_of_working_day(start: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Return when a period of working days ends: 23:59:59 local of the last of them (reading R18).

    The first is the one after the local day of the start. The result is in UTC.
    """
    day = local_day(start, zone)
    while days > 0:
        day += timedelta(days=1)
        days -= is_working_day(day)
    return datetime.combine(day, _LAST, zone).astimezone(UTC)
