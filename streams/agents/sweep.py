"""The sweep: finds the incidents whose next step or deadline has passed, and has them judged, the gravest first.

It only reads. What is due becomes a message in the incident's own inbox, so that one agent alone writes a row; so many
are on their way at once that a burst of deadlines holds up neither the records nor the gravest of them.
"""

from collections.abc import Callable
from datetime import datetime
from heapq import heappop, heappush
from typing import NamedTuple

from rules.codes import GRAVITY
from streams.agents.rows import Summary
from streams.agents.watermarks import View

MAX_UNDERWAY = 1_000
"""How many incidents may be on their way to be judged at once."""


class _Planned(NamedTuple):
    due: datetime | None
    review: datetime | None
    gravity: int


class Schedule:
    """When each incident of the partitions that are owned here is to be looked at again."""

    def __init__(self) -> None:
        self._planned: dict[int, dict[bytes, _Planned]] = {}
        self._due: dict[tuple[int, str], list[tuple[datetime, bytes]]] = {}
        self._reviews: dict[tuple[int, str], list[tuple[datetime, bytes]]] = {}
        self._ready: list[tuple[int, datetime, int, bytes]] = []
        self._underway: set[tuple[int, bytes]] = set()

    def __len__(self) -> int:
        return sum(len(planned) for planned in self._planned.values())

    def plan(self, partition: int, key: bytes, row: Summary) -> None:
        """Take in what an incident's row now says; whatever was planned or on its way for it is done with."""
        self.forget(partition, key)
        if row.due is None and row.review is None:
            return
        self._planned.setdefault(partition, {})[key] = _Planned(row.due, row.review, GRAVITY[row.group])
        if row.due is not None:
            heappush(self._due.setdefault((partition, row.force), []), (row.due, key))
        if row.review is not None:
            heappush(self._reviews.setdefault((partition, row.force), []), (row.review, key))

    def forget(self, partition: int, key: bytes) -> None:
        """Forget an incident that is not to be looked at any more."""
        self._underway.discard((partition, key))
        self._planned.get(partition, {}).pop(key, None)

    def left(self, partition: int) -> None:
        """Forget a partition that has gone to another worker."""
        self._planned.pop(partition, None)
        for heaps in (self._due, self._reviews):
            for place in [place for place in heaps if place[0] == partition]:
                del heaps[place]
        self._underway = {(part, key) for part, key in self._underway if part != partition}

    def take(self, view: Callable[[int, str], View]) -> list[tuple[int, bytes]]:
        """Return the partition and key of what is to be judged now, the gravest and then the earliest due first.

        It counts as underway until it is planned anew, and no more is returned than may be underway.
        """
        for (partition, force), heap in self._due.items():
            if heap:
                self._gather(partition, heap, view(partition, force).judged_at, lambda planned: planned.due)
        for (partition, force), heap in self._reviews.items():
            if heap and not ((seen := view(partition, force)).stale or seen.catching_up):
                self._gather(partition, heap, seen.heard, lambda planned: planned.review)
        taken: list[tuple[int, bytes]] = []
        while self._ready and len(self._underway) < MAX_UNDERWAY:
            _, at, partition, key = heappop(self._ready)
            if at in self._planned_at(partition, key):
                self._underway.add((partition, key))
                taken.append((partition, key))
        return taken

    def waits_since(self) -> datetime | None:
        """Return the earliest instant at which something was due that is ready to be judged and not underway; None if none."""
        return min(
            (at for _, at, partition, key in self._ready if at in self._planned_at(partition, key)), default=None
        )

    def _planned_at(self, partition: int, key: bytes) -> tuple[datetime | None, ...]:
        plan = self._planned.get(partition, {}).get(key)
        return () if plan is None or (partition, key) in self._underway else (plan.due, plan.review)

    def _gather(
        self,
        partition: int,
        heap: list[tuple[datetime, bytes]],
        until: datetime,
        wanted: Callable[[_Planned], datetime | None],
    ) -> None:
        planned = self._planned.get(partition, {})
        while heap and heap[0][0] <= until:
            at, key = heappop(heap)
            if (plan := planned.get(key)) is not None and wanted(plan) == at:
                heappush(self._ready, (plan.gravity, at, partition, key))
