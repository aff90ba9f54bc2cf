"""How quiet a feed usually is at each hour of the week, learnt from its own silences."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

HOUR: Final = timedelta(hours=1)
WEEK: Final = 7 * 24
LEARNS_FOR: Final = timedelta(days=14)
"""How long a feed is watched before anything is said of what is usual."""
FADES: Final = 0.9
"""What is left each week of a silence that does not come again."""
TIMES: Final = 3
LEAST: Final = timedelta(minutes=5)


class Rhythm(msgspec.Struct, array_like=True):
    """The longest silence of each hour of the local week since the feed was first watched: its week, and its seconds."""

    since: datetime
    longest: list[tuple[int, float] | None]

    @classmethod
    def begun(cls, since: datetime) -> "Rhythm":
        """Return the rhythm of a feed of which nothing is known before an instant."""
        return cls(since, [None] * WEEK)

    def learn(self, before: datetime, event: datetime, zone: ZoneInfo) -> None:
        """Take in that no event of the feed lies between two."""
        silence = (event - before).total_seconds()
        first = before.replace(minute=0, second=0, microsecond=0)
        for hours in range(min(int((event - first) / HOUR), WEEK - 1) + 1):
            hour, week = _place(first + hours * HOUR, zone)
            self.longest[hour] = week, max(silence, self._faded(hour, week))

    def unusual_after(self, now: datetime, zone: ZoneInfo) -> timedelta | None:
        """Return for how long the feed may be silent at an instant before that is unusual; None while it is being learnt."""
        hour, week = _place(now, zone)
        if now - self.since < LEARNS_FOR or self.longest[hour] is None:
            return None
        return max(TIMES * timedelta(seconds=self._faded(hour, week)), LEAST)

    def _faded(self, hour: int, week: int) -> float:
        if (known := self.longest[hour]) is None:
            return 0.0
        heard_in, silence = known
        return silence * FADES ** max(week - heard_in, 0)


def _place(at: datetime, zone: ZoneInfo) -> tuple[int, int]:
    """Return the hour of the local week, from Monday midnight, and the number of that week."""
    local = at.astimezone(zone)
    return local.weekday() * 24 + local.hour, (local.toordinal() - 1) // 7
