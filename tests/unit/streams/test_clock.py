from datetime import UTC, datetime, timedelta

from streams.clock import Clock, WallClock


def test_the_wall_clock_tells_an_instant_in_utc() -> None:
    clock: Clock = WallClock()

    before, told, after = datetime.now(UTC), clock.now(), datetime.now(UTC)

    assert before <= told <= after
    assert told.utcoffset() == timedelta(0)
