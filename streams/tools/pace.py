"""How fast a feed goes: as fast as it can, so many events a second, or as the history happened, only faster."""

from datetime import datetime
from typing import Protocol


class Pace(Protocol):
    """Says of one event after another when it may go."""

    def due(self, time: datetime, now: float) -> float:
        """Return when an event of this `time` may go, in the seconds of the clock that tells `now`."""
        ...


class AtOnce:
    """Every event goes at once."""

    def due(self, time: datetime, now: float) -> float:
        """Return now."""
        return now


class AtRate:
    """At most so many events a second; time that was lost is not made up for."""

    def __init__(self, a_second: float) -> None:
        self._between = 1 / a_second
        self._next = 0.0

    def due(self, time: datetime, now: float) -> float:
        """Return when the next event may go, whatever its time."""
        due = max(self._next, now)
        self._next = due + self._between
        return due


class AtSpeed:
    """The history's own spacing, so many times as fast; an event that lies before one that has gone waits for nothing."""

    def __init__(self, times: float) -> None:
        self._times = times
        self._start: tuple[datetime, float] | None = None

    def due(self, time: datetime, now: float) -> float:
        """Return when an event may go, the first at once."""
        if self._start is None:
            self._start = time, now
        first, began = self._start
        return max(began + (time - first).total_seconds() / self._times, now)
