"""How far the feeds have been read, which decides what their silence says.

A deadline that passed with no crime is a fact only once every crime partition has been read past it. Each stage tells
the next one how far it has read, along the way that the records travel, so that the word cannot overtake them. The
incidents of one partition tell those of all others too, for merged logs pass on what they are told.
"""

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from rules.force import ForceProfile
from streams.agents.messages import Seen

CRIMES: Final = "crime-records"
RELAYS: Final = "relays"
"""What incidents tell each other, as a feed: a crime may come to an incident by way of another one."""
_KEPT: Final = 60
"""How many of the last steps of a watermark are known: at one in ten seconds, those of ten minutes."""
NEVER = datetime(1, 1, 1, tzinfo=UTC)
"""Before every instant: how far a feed has been read of which nothing is known yet."""


class View(NamedTuple):
    """What may be said at an instant about an incident of a force.

    `judged_at`: the instant up to which deadlines are judged; `read_to`: how far the force's crime feed has been read;
    `heard`: how far all feeds have been read;
    `stale`: whether that feed is silent or behind for longer than it ever is; `catching_up`: whether some feed is still
    being read that came while nobody read it.
    """

    judged_at: datetime
    read_to: datetime
    heard: datetime
    stale: bool
    catching_up: bool


class Heard(NamedTuple):
    """What is known of a force's feed: its newest event, how much later that came, and how long it is silent since.

    `stale`: whether it is silent, or behind, for longer than it ever is. A feed is silent only as far as it was read.
    """

    newest: datetime
    behind: timedelta
    lasts: timedelta
    stale: bool


class Marks:
    """How far one partition of a topic has been read, by where its end was at which instant."""

    def __init__(self) -> None:
        self.read_to: datetime | None = None
        self._end = 0
        self._ends: deque[tuple[int, datetime]] = deque()

    def look(self, position: int, end: int, at: datetime) -> datetime | None:
        """Take in that the partition ended before `end` at an instant, and that all before `position` has been handled.

        A broker that stood still may say where the partition ended when it stopped: that says nothing of now.
        """
        if end >= self._end:
            self._end = end
            self._ends.append((end, at))
        while self._ends and self._ends[0][0] <= position:
            self.read_to = self._ends.popleft()[1]
        return self.read_to


@dataclass
class _Feed:
    partitions: int
    read_to: dict[int, datetime] = field(default_factory=dict)
    newest: dict[str, tuple[datetime, float]] = field(default_factory=dict)

    @property
    def least(self) -> datetime | None:
        return min(self.read_to.values()) if len(self.read_to) >= self.partitions else None


class Watermarks:
    """What the owner of some partitions of an inbox was told of the feeds before it."""

    def __init__(self, feeds: Collection[str], hold: timedelta) -> None:
        self._names = feeds
        self._hold = hold
        self._feeds: dict[int, dict[str, _Feed]] = {}
        self._behind: dict[tuple[int, str], datetime] = {}
        self._passed: dict[tuple[int, str], deque[tuple[datetime, datetime]]] = {}

    def take(self, partition: int, seen: Seen) -> bool:
        """Take in a word that came over a partition; return whether the feed as a whole has now been read further."""
        feeds = self._feeds.setdefault(partition, {})
        feed = feeds.setdefault(seen.feed, _Feed(seen.partitions))
        before = feed.least
        feed.partitions = max(seen.partitions, feed.partitions)  # a topic may get more of them, and never fewer
        feed.read_to[seen.partition] = max(seen.read_to, feed.read_to.get(seen.partition, NEVER))
        for force, newest in seen.newest.items():
            feed.newest[force] = max(newest, feed.newest.get(force, newest))
        return feed.least is not None and feed.least != before

    def remember(self, partition: int, name: str, force: str, newest: tuple[datetime, float]) -> None:
        """Take up what an earlier owner of a partition knew of a force's feed."""
        feed = self._feeds.setdefault(partition, {}).setdefault(name, _Feed(1))
        feed.newest[force] = max(newest, feed.newest.get(force, newest))

    def forces(self, partition: int, name: str) -> list[str]:
        """Return the forces of which a feed has had an event."""
        feed = self._feeds.get(partition, {}).get(name)
        return [] if feed is None else sorted(feed.newest)

    def newest(self, partition: int, name: str, force: str) -> tuple[datetime, float] | None:
        """Return the newest event of a force's feed, and how many seconds later than it happened it came."""
        feed = self._feeds.get(partition, {}).get(name)
        return None if feed is None else feed.newest.get(force)

    def heard(self, partition: int, name: str, profile: ForceProfile) -> Heard | None:
        """Return what is known of a feed with habits; None while that is too little, or the force says nothing of them."""
        feed, habits = self._feeds.get(partition, {}).get(name), profile.feeds.get(name)  # type: ignore[call-overload]
        newest = None if feed is None else feed.newest.get(profile.force)
        if feed is None or feed.least is None or newest is None or habits is None:
            return None
        time, behind = newest[0], timedelta(seconds=newest[1])
        lasts = max(feed.least - (time + behind), timedelta(0))
        return Heard(time, behind, lasts, max(lasts, behind) > habits.silent_after)

    def left(self, partition: int) -> None:
        """Forget what was told over a partition that has gone to another worker."""
        self._feeds.pop(partition, None)
        for kept in (self._behind, self._passed):
            for place in [place for place in kept if place[0] == partition]:
                del kept[place]

    def onward(self, partition: int, partitions: int, name: str) -> Seen | None:
        """Return what to tell the next stage of a feed, as one of so many partitions of this one; None if not known."""
        feed = self._feeds.get(partition, {}).get(name)
        least = None if feed is None else feed.least
        return None if feed is None or least is None else Seen(name, partition, partitions, least, feed.newest)

    def read_to(self, partition: int, besides: str | None = None) -> datetime | None:
        """Return how far all feeds, `besides` one, have been read; None until each has been heard of."""
        feeds = self._feeds.get(partition, {})
        least = [feeds[name].least if name in feeds else None for name in self._names if name != besides]
        known = [at for at in least if at is not None]
        return min(known) if len(known) == len(least) else None

    def unheard(self, partition: int) -> set[str]:
        """Return of which feeds it is not known yet how far they were read."""
        feeds = self._feeds.get(partition, {})
        return {name for name in self._names if name not in feeds or feeds[name].least is None}

    def view(self, partition: int, profile: ForceProfile, now: datetime) -> View:
        """Return what may be said about the incidents of a force that live in a partition."""
        feed = self._feeds.get(partition, {}).get(CRIMES)
        least = None if feed is None else feed.least
        read_to = least or NEVER
        if (heard := self.heard(partition, CRIMES, profile)) is not None and least is not None:
            silent = heard.lasts > profile.feeds[CRIMES].silent_after
            read_to = heard.newest if silent else max(least - heard.behind, heard.newest)
        all_read_to = self.read_to(partition) or NEVER
        self._note((partition, profile.force), read_to, now)
        judged_at = self._judged_at((partition, profile.force), read_to, now)
        stale = heard is not None and heard.stale
        return View(judged_at, read_to, min(all_read_to, read_to), stale, now - all_read_to > self._hold)

    def passed_at(self, partition: int, force: str, deadline: datetime) -> datetime | None:
        """Return when it was first seen that a force's crimes had been read past a deadline; None if that is not known."""
        passed = self._passed.get((partition, force), ())
        return next((at for read_to, at in passed if read_to >= deadline), None)

    def _note(self, place: tuple[int, str], read_to: datetime, now: datetime) -> None:
        passed = self._passed.setdefault(place, deque(maxlen=_KEPT))
        if read_to > NEVER and (not passed or read_to > passed[-1][0]):
            passed.append((read_to, now))

    def _judged_at(self, place: tuple[int, str], read_to: datetime, now: datetime) -> datetime:
        """Return how far deadlines are judged: as far as crimes were read, or, once that has not got on for too long, more.

        What comes first after a start is a backlog: for as long as the hold nothing is said that it may still answer.
        """
        if now - read_to <= self._hold:
            self._behind.pop(place, None)
            return min(now, read_to)
        if now - self._behind.setdefault(place, now) < self._hold:
            return read_to
        return now - self._hold
