"""How an export writes its times, and what instant a cell means by them."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rules.instants import parse_instant, read_local

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = {"epoch_s": timedelta(seconds=1), "epoch_ms": timedelta(milliseconds=1)}
_ISO = re.compile(r"[0-9W-]+[Tt ][0-9]{2}:?[0-9]{2}(?P<seconds>:?[0-9]{2})?.*")


class TimeReading(NamedTuple):
    """The instant that a cell means, and what is uncertain about it."""

    instant: datetime
    ambiguous: bool
    to_the_second: bool


def time_format(value: str) -> str:
    """Return a format if times can be read by it: `iso`, `epoch_s`, `epoch_ms` or as strptime's; else ValueError."""
    if value == "iso" or value in _UNITS:
        return value
    directives = set(re.findall(r"%[^%]", value.replace("%%", "")))
    if not directives & {"%Y", "%y"} or not directives & {"%H", "%I"}:
        raise ValueError("expected iso, epoch_ms, epoch_s, or a format with a year and an hour, as in %d/%m/%Y %H:%M")
    if "%I" in directives and "%p" not in directives:
        raise ValueError("expected %p with %I: without it the morning cannot be told from the evening")
    try:
        datetime.strptime(datetime(2020, 2, 3, 4, 5, 6, tzinfo=UTC).strftime(value), value)  # noqa: DTZ007
    except ValueError as error:
        raise ValueError(f"expected a format that can be read back: {error}") from None
    return value


def read_time(text: str, formats: Iterable[str], zone: ZoneInfo, *, late: bool) -> TimeReading:
    """Read a time by the first format that fits; without an offset it is local time of the zone.

    `late` chooses the later of two instants in the hour that the clocks repeat. Raises ValueError, without the text.
    """
    for form in formats:
        try:
            read, to_the_second = _parsed(text, form)
            break
        except (ValueError, OverflowError):
            continue
    else:
        raise ValueError("none of the time formats reads it")
    try:
        if read.tzinfo is not None:
            return TimeReading(parse_instant(read), False, to_the_second)
        local = read_local(read, zone)
        return TimeReading(parse_instant(local.later if late else local.earlier), local.ambiguous, to_the_second)
    except OverflowError:
        raise ValueError("expected a time between 1990 and 2100") from None


def _parsed(text: str, form: str) -> tuple[datetime, bool]:
    """Read a time by one format; return it, naive if it has no offset, and whether it has seconds."""
    if form == "iso":
        match = _ISO.fullmatch(text)
        if match is None:
            raise ValueError("expected a date and a time")
        return datetime.fromisoformat(text), match["seconds"] is not None
    if form in _UNITS:
        return _EPOCH + float(text) * _UNITS[form], True
    return datetime.strptime(text, form), "%S" in form  # noqa: DTZ007 - local time, read in the export's zone
