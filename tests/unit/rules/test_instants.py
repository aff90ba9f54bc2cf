from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from rules.instants import calendar_years_apart, format_instant, local_day, parse_instant, read_local, zone_named

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-04-01T09:30:00Z", datetime(2026, 4, 1, 9, 30, tzinfo=UTC)),
        ("2026-04-01t09:30:00z", datetime(2026, 4, 1, 9, 30, tzinfo=UTC)),
        ("2026-04-01T10:30:00+01:00", datetime(2026, 4, 1, 9, 30, tzinfo=UTC)),
        ("2026-04-01T00:30:00+01:00", datetime(2026, 3, 31, 23, 30, tzinfo=UTC)),
        ("2026-04-01T09:30:00.25Z", datetime(2026, 4, 1, 9, 30, 0, 250_000, tzinfo=UTC)),
        ("1990-01-01T00:00:00Z", datetime(1990, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_time_with_an_offset_is_read_as_an_instant_in_utc(text: str, instant: datetime) -> None:
    read = parse_instant(text)

    assert read == instant
    assert read.tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [
        "2026-04-01T09:30:00",
        "2026-04-01 09:30:00Z",
        "2026-04-01T09:30Z",
        "2026-04-01",
        "20260401T093000Z",
        "2026-W14-3T09:30:00Z",
        "2026-02-30T09:30:00Z",
        "2026-04-01T24:00:00Z",
        "2026-04-01T09:30:00+0100",
        "٢٠٢٦-04-01T09:30:00Z",
        " 2026-04-01T09:30:00Z",
        1_775_035_800,
        None,
        datetime(2026, 4, 1),  # noqa: DTZ001 - the case is a time without a zone
        "1989-12-31T23:59:59Z",
        "2100-01-01T00:00:00Z",
    ],
)
def test_anything_else_is_refused(value: object) -> None:
    with pytest.raises(ValueError):
        parse_instant(value)


@pytest.mark.parametrize("value", ["2031-13-45T99:61:00Z", "2031-07-09T11:22:33", "3017-07-09T11:22:33Z"])
def test_a_refusal_does_not_repeat_the_value(value: str) -> None:
    with pytest.raises(ValueError) as refused:
        parse_instant(value)

    assert value[:4] not in str(refused.value)


def test_a_refused_offset_is_not_repeated() -> None:
    with pytest.raises(ValueError) as refused:
        parse_instant("2026-04-01T09:30:00+25:00")

    assert "3600" not in str(refused.value)


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (datetime(2026, 4, 1, 10, 30, tzinfo=LONDON), "2026-04-01T09:30:00Z"),
        (datetime(2026, 4, 1, 9, 30, 0, 1, tzinfo=UTC), "2026-04-01T09:30:00.000001Z"),
        (datetime(2026, 12, 1, 0, 0, tzinfo=LONDON), "2026-12-01T00:00:00Z"),
    ],
)
def test_an_instant_is_written_in_utc_with_a_fraction_only_if_there_is_one(instant: datetime, text: str) -> None:
    assert format_instant(instant) == text


def test_the_local_day_in_summer_begins_an_hour_before_that_of_utc() -> None:
    late = datetime(2026, 6, 30, 23, 0, tzinfo=UTC)

    assert local_day(late, LONDON).isoformat() == "2026-07-01"
    assert local_day(late, ZoneInfo("UTC")).isoformat() == "2026-06-30"


def test_a_time_that_the_clocks_skipped_is_rejected() -> None:
    with pytest.raises(ValueError, match="skipped"):
        read_local(datetime(2026, 3, 29, 1, 30), LONDON)  # noqa: DTZ001


def test_a_time_that_the_clocks_repeat_has_two_readings() -> None:
    reading = read_local(datetime(2026, 10, 25, 1, 30), LONDON)  # noqa: DTZ001

    assert reading == (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
    assert reading.ambiguous
    assert not read_local(datetime(2026, 10, 25, 2, 0), LONDON).ambiguous  # noqa: DTZ001


def test_years_apart_are_counted_only_on_the_same_local_day_of_the_year() -> None:
    received = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)  # already the first of July in London

    assert calendar_years_apart(received, datetime(2027, 7, 1, 8, tzinfo=UTC), LONDON) == 1
    assert calendar_years_apart(datetime(2027, 7, 1, 8, tzinfo=UTC), received, LONDON) == 1
    assert calendar_years_apart(received, datetime(2027, 6, 30, 8, tzinfo=UTC), LONDON) == 0
    assert calendar_years_apart(received, received, LONDON) == 0


@pytest.mark.parametrize("name", ["Europe/Nowhere", "", "../etc/passwd", "Europe"])
def test_a_zone_that_nobody_knows_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="time zone"):
        zone_named(name)
