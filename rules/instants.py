"""The one type for a time, and the few calculations that the counting rules need with it.

Inside, a time is an aware `datetime` in UTC and a span is a `timedelta`; local time exists only where a rule speaks of a
*day* (which law was in force, "the same day"), and then in the force's own zone. Limits run in elapsed time: nights,
weekends and the change of the clocks are not excluded (CRR26 p10 prints no exclusion; E01, E02).
"""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)
"""The smallest step of time: an `overdue` begins one tick after its deadline, for exactly at the deadline is in time."""

_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
)


def parse_instant(value: object) -> datetime:
    """Read an RFC 3339 time with an offset, or take an aware datetime, as an instant in UTC.

    Raises ValueError, without the value in its text, for anything else and for times outside 1990 to 2100.
    """
    if isinstance(value, str) and _RFC_3339.fullmatch(value):
        instant = datetime.fromisoformat(value.upper())
    elif isinstance(value, datetime) and value.tzinfo is not None:
        instant = value
    else:
        raise ValueError("expected an RFC 3339 time with an offset, as in 2026-04-01T09:30:00Z")
    if not EARLIEST <= instant < LATEST:
        raise ValueError("expected a time between 1990 and 2100")
    return instant if instant.tzinfo is UTC else instant.astimezone(UTC)


def format_instant(instant: datetime) -> str:
    """Write an instant in UTC with `Z`, and with a fraction only if it is not zero (reading R31)."""
    return (instant if instant.tzinfo is UTC else instant.astimezone(UTC)).isoformat()[:-6] + "Z"


Instant = Annotated[
    datetime,
    PlainValidator(parse_instant),
    PlainSerializer(format_instant, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A point in time: RFC 3339 with an offset outside, an aware datetime in UTC inside."""


@lru_cache(maxsize=4096)
def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """Return the calendar day of an instant in a zone."""
    return instant.astimezone(zone).date()


def calendar_years_apart(one: datetime, other: datetime, zone: ZoneInfo) -> int:
    """Return by how many whole calendar years two times differ that fall on the same day of the year, else 0.

    Two times of one record that lie a year apart to the day are far likelier a year typed wrongly than a year's wait.
    """
    first, second = one.astimezone(zone), other.astimezone(zone)
    same_day = (first.month, first.day) == (second.month, second.day)
    return abs(first.year - second.year) if same_day else 0


class LocalReading(NamedTuple):
    """The instants that a local time without offset can mean: two in the hour that the clocks repeat."""

    earlier: datetime
    later: datetime

    @property
    def ambiguous(self) -> bool:
        """Whether the local time happened twice (E03)."""
        return self.earlier != self.later


def read_local(naive: datetime, zone: ZoneInfo) -> LocalReading:
    """Return the instants in UTC that a naive local time means in a zone (E03).

    Raises ValueError if the clocks skipped it (E04).
    """
    readings = [naive.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    if readings[0].astimezone(zone).replace(tzinfo=None) != naive:
        raise ValueError("this local time does not exist: the clocks skipped it")
    return LocalReading(min(readings), max(readings))


@lru_cache
def zone_named(name: str) -> ZoneInfo:
    """Return the time zone of an IANA name, as in Europe/London; raises ValueError if there is none."""
    try:
        return ZoneInfo(name)
    except (OSError, KeyError, ValueError):
        raise ValueError("expected the name of a time zone, as in Europe/London") from None
