from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rules.instants import parse_instant
from streams.agents.rhythm import LEARNS_FOR, LEAST, Rhythm

LONDON = ZoneInfo("Europe/London")
MONDAY = parse_instant("2026-01-05T00:00:00Z")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
LEARNT = MONDAY + LEARNS_FOR


def learnt(every: timedelta, weeks: int = 2, start: datetime = MONDAY) -> Rhythm:
    """A feed with an event at every so many minutes."""
    rhythm, at = Rhythm.begun(start), start
    while at < start + timedelta(weeks=weeks):
        rhythm.learn(at, at + every, LONDON)
        at += every
    return rhythm


def test_nothing_is_unusual_before_two_weeks() -> None:
    rhythm = learnt(10 * MINUTE)

    assert rhythm.unusual_after(LEARNT - MINUTE, LONDON) is None
    assert rhythm.unusual_after(LEARNT, LONDON) == 30 * MINUTE


def test_a_silence_of_minutes_is_never_unusual() -> None:
    assert learnt(MINUTE).unusual_after(LEARNT, LONDON) == LEAST


def test_each_hour_of_the_week_has_its_own_silence() -> None:
    rhythm = learnt(10 * MINUTE)
    sunday_night = MONDAY + timedelta(days=13, hours=2)

    rhythm.learn(sunday_night, sunday_night + 100 * MINUTE, LONDON)

    hours = [rhythm.unusual_after(LEARNT + timedelta(days=6, hours=hour), LONDON) for hour in (1, 2, 3, 4)]
    assert hours == [
        27 * MINUTE,
        270 * MINUTE,
        270 * MINUTE,
        27 * MINUTE,
    ]  # three times nine tenths of what was a week ago


def test_a_silence_that_does_not_come_again_fades() -> None:
    rhythm = learnt(10 * MINUTE)
    rhythm.learn(LEARNT, LEARNT + 50 * MINUTE, LONDON)

    weeks = [rhythm.unusual_after(LEARNT + timedelta(weeks=n), LONDON) for n in (0, 1, 2)]

    assert weeks == [150 * MINUTE, 135 * MINUTE, 121.5 * MINUTE]


def test_a_silence_that_is_longer_than_a_week_is_one_of_every_hour() -> None:
    rhythm = Rhythm.begun(MONDAY)

    rhythm.learn(MONDAY, MONDAY + timedelta(days=30), LONDON)

    assert None not in rhythm.longest


@pytest.mark.parametrize(("day", "place"), [("2026-03-23", 10), ("2026-03-30", 11)])
def test_hours_are_those_of_the_force_s_clock(day: str, place: int) -> None:
    rhythm, at = Rhythm.begun(MONDAY), parse_instant(f"{day}T10:05:00Z")

    rhythm.learn(at, at + MINUTE, LONDON)

    assert [hour for hour, known in enumerate(rhythm.longest) if known] == [place]
