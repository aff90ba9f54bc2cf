"""When an event may go, by a clock that a test moves."""

from datetime import UTC, datetime, timedelta

import pytest

from streams.tools.pace import AtOnce, AtRate, AtSpeed

NINE = datetime(2026, 4, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_without_a_pace_every_event_goes_at_once() -> None:
    assert AtOnce().due(NINE, 5.0) == 5.0


def test_a_rate_spaces_events_evenly_whatever_their_times() -> None:
    pace = AtRate(2)

    assert [pace.due(NINE, 10.0) for _ in range(3)] == [10.0, 10.5, 11.0]


def test_time_that_was_lost_is_not_made_up_for_by_a_burst() -> None:
    pace = AtRate(2)
    pace.due(NINE, 10.0)

    assert [pace.due(NINE, 20.0) for _ in range(2)] == [20.0, 20.5]


def test_a_speed_keeps_the_history_s_own_spacing_from_the_first_event_on() -> None:
    pace = AtSpeed(3600)

    assert [pace.due(NINE + hours * HOUR, 10.0) for hours in (0, 1, 1, 5)] == [10.0, 11.0, 11.0, 15.0]


def test_a_jump_backwards_waits_for_nothing_and_what_lay_ahead_is_not_waited_for_twice() -> None:
    pace = AtSpeed(3600)
    for hours in (0, 5):
        pace.due(NINE + hours * HOUR, 10.0)

    assert pace.due(NINE - HOUR, 15.0) == 15.0
    assert pace.due(NINE + 5 * HOUR, 15.0) == 15.0
    assert pace.due(NINE + 6 * HOUR, 15.0) == pytest.approx(16.0)
