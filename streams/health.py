"""Whether a worker is alive and ready, by what it last did: what stands still is named, and for how long.

Not alive is what a new start may mend: nothing is flushed, rows do not come back, deadlines are not looked at, a partition
is not read while others are. Not ready is what others may cause as well: partitions on the move, feeds of which nobody says
how far they were read.
"""

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from typing import Protocol

from streams.kafka.state import STUCK_AFTER, Flush, StateTable

RESTORES_WITHIN = timedelta(minutes=5)
"""How long not one row may come back while rows are being restored."""

Conditions = dict[str, str | None]


class Reader(Protocol):
    """An agent that owns partitions of an inbox: `words` has when it was last told over each how far a feed was read."""

    words: dict[int, float]
    table: StateTable


class Health:
    """What a worker says of itself; asked from its event loop."""

    def __init__(self, flush: Flush, readers: Iterable[Reader]) -> None:
        self._flush = flush
        self._readers = tuple(readers)
        self._swept_at: float | None = None
        self._restored = -1, 0.0
        self._owned_since: dict[tuple[int, int], float] = {}

    def swept(self) -> None:
        """Take in that the deadlines have just been looked at."""
        self._swept_at = _now()

    def live(self) -> Conditions:
        """Say what keeps the worker from being alive, by condition; None where it is well."""
        silent = self._silent()
        return {**self._working(), "inboxes": _named(silent) if 0 < len(silent) < len(self._owned_since) else None}

    def ready(self) -> Conditions:
        """Say what keeps the worker from being ready, by condition; None where it is."""
        silent, working = self._silent(), self._working()
        if self._swept_at is None:
            working["sweep"] = "the deadlines have not been looked at yet"
        moving = f"partitions are being assigned, or their rows restored: {self._rows} so far"
        return {
            **working,
            "partitions": moving if self._flush.suspended else None,
            "inboxes": _named(silent) if silent else None,
        }

    @property
    def stalled(self) -> int:
        """How many of the partitions that are owned here stand still."""
        return len(self._silent())

    @property
    def unswept(self) -> timedelta:
        """For how long the deadlines have not been looked at; nothing while partitions move, or before the first time."""
        waits = self._flush.suspended or self._swept_at is None
        return timedelta(0) if waits else timedelta(seconds=_now() - (self._swept_at or 0.0))

    def _working(self) -> Conditions:
        if self._flush.suspended:
            return {"flush": None, "recovery": self._stuck(), "sweep": None}
        self._restored = -1, 0.0
        return {
            "flush": _late("nothing was flushed", self._flush.idle),
            "recovery": None,
            "sweep": _late("no deadlines were looked at", self.unswept),
        }

    @property
    def _rows(self) -> int:
        return sum(reader.table.restored for reader in self._readers)

    def _stuck(self) -> str | None:
        rows, now = self._rows, _now()
        if rows != self._restored[0]:
            self._restored = rows, now
        return _late("not one row came back", timedelta(seconds=now - self._restored[1]), RESTORES_WITHIN)

    def _silent(self) -> list[tuple[int, int]]:
        """Return the reader and number of each partition that is owned here and over which too long nothing was heard."""
        if self._flush.suspended:
            self._owned_since = {}
            return []
        now = _now()
        owned = {(n, part): reader for n, reader in enumerate(self._readers) for part in reader.table.owned}
        self._owned_since = {place: self._owned_since.get(place, now) for place in owned}
        heard = {
            place: max(reader.words.get(place[1], 0.0), self._owned_since[place]) for place, reader in owned.items()
        }
        return [place for place, at in heard.items() if now - at > STUCK_AFTER.total_seconds()]


def _late(what: str, since: timedelta, within: timedelta = STUCK_AFTER) -> str | None:
    return f"{what} for {since.total_seconds():.0f} s" if since > within else None


def _named(places: list[tuple[int, int]]) -> str:
    listed = ", ".join(map(str, sorted({partition for _, partition in places})))
    return f"nothing is heard over partition {listed} of an inbox: its reading, or the intake before it, stands still"


def _now() -> float:
    return asyncio.get_running_loop().time()
