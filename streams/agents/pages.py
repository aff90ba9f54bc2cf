"""Counts whom a worker pages, so that a flood of alerts is one page with their number."""

from collections import defaultdict, deque
from datetime import datetime, timedelta

from streams.agents.messages import Flood

MINUTE = timedelta(minutes=1)


class Pages:
    """The pages of the last minute by force, and the floods of them that go on.

    A worker has of the limit the share that it has of the partitions: so no worker need ask another one.
    """

    def __init__(self, limit: int, partitions: int) -> None:
        self._limit = limit
        self._partitions = partitions
        self._calls: defaultdict[str, deque[datetime]] = defaultdict(deque)
        self._since: dict[str, datetime] = {}
        self._withheld: dict[tuple[str, int], int] = {}
        self._untold: set[tuple[str, int]] = set()

    def flooded(self, force: str, owned: int, now: datetime) -> bool:
        """Whether so many alerts of a force would have paged within a minute that one speaks for the next of them."""
        calls = self._calls[force]
        while calls and now - calls[0] >= MINUTE:
            calls.popleft()
        if len(calls) < max(self._limit * owned // self._partitions, 1):
            if self._since.pop(force, None) is not None:
                self._withheld = {place: count for place, count in self._withheld.items() if place[0] != force}
            return False
        self._since.setdefault(force, now)
        return True

    def called(self, force: str, partition: int, now: datetime, *, withheld: bool) -> None:
        """Take in that an alert of a partition has paged, or would have but for the flood."""
        self._calls[force].append(now)
        if withheld:
            place = force, partition
            self._withheld[place] = self._withheld.get(place, 0) + 1
            self._untold.add(place)

    def untold(self) -> list[tuple[str, Flood]]:
        """Return, once, by force what nobody has been told of the floods that go on."""
        told = [
            (force, Flood(partition, self._since[force], self._withheld[force, partition]))
            for force, partition in sorted(self._untold)
            if force in self._since and (force, partition) in self._withheld
        ]
        self._untold.clear()
        return told
