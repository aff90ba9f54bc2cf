"""Hands the alerts that page to Alertmanager, which routes them; `recording-alerts` is the truth, this is a view of it.

Every alert that stands is sent again each interval with an end four intervals ahead: a worker that dies leaves nothing that
stands for ever, and one that takes over its rows goes on. An Alertmanager that is away holds up nothing; it is told all
that stands when it is back. What nobody takes in time is told to the duty inspector too (M38), which follows from the alert
and the clock, and so goes on wherever its partition is.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

import aiohttp
from mode.utils.logging import get_logger

from rules.alerts import Alert
from streams.clock import Clock
from streams.outward.notices import Labels, Notice, Notices

log = get_logger(__name__)

ENDS_AFTER: Final = 4
"""How many intervals an alert lasts that is not sent again."""
RESOLVES_FOR: Final = timedelta(minutes=5)
"""For how long it is repeated that an alert is resolved."""
AT_ONCE: Final = 500
"""How many alerts go into one request."""
PATIENCE: Final = aiohttp.ClientTimeout(total=10)


@dataclass
class _Part:
    """What Alertmanager is to hold of a partition, by alert, and what it is still told to have ended, and when."""

    standing: dict[str, tuple[Notice, ...]] = field(default_factory=dict)
    ended: dict[Labels, tuple[Notice, datetime]] = field(default_factory=dict)


class Pager:
    """The alerts of the partitions owned here that page, and the resolved ones that are still repeated."""

    def __init__(self, addresses: Sequence[str], every: timedelta, clock: Clock, notices: Notices) -> None:
        self._addresses = addresses
        self._every = every
        self._clock = clock
        self._notices = notices
        self._parts: dict[int, _Part] = {}
        self._fresh: set[Labels] = set()
        self._sent_at: dict[str, datetime] = {}
        self._away: set[str] = set()

    @property
    def is_used(self) -> bool:
        """Whether there is any Alertmanager to tell."""
        return bool(self._addresses)

    @property
    def away(self) -> int:
        """How many Alertmanagers took nothing when they were told last."""
        return len(self._away)

    def take(self, partition: int, alerts: Iterable[Alert]) -> None:
        """Take in alerts of a partition that have changed, or that stood when the partition came here."""
        if not self.is_used:
            return
        part, now = self._parts.setdefault(partition, _Part()), self._clock.now()
        for alert in alerts:
            self._settle(part, alert, now)

    def left(self, partition: int) -> None:
        """Forget a partition: whoever owns it now goes on."""
        self._parts.pop(partition, None)

    async def push(self) -> None:
        """Tell every Alertmanager what is new, and all that stands where that was too long ago or did not succeed."""
        if not self.is_used:
            return
        now = self._clock.now()
        for part in self._parts.values():
            for labels in [labels for labels, (_, since) in part.ended.items() if now - since > RESOLVES_FOR]:
                del part.ended[labels]
            for first, *escalated in list(part.standing.values()):
                at = self._notices.escalates_at(first.alert)
                if at is not None and now >= at and not escalated:
                    self._settle(part, first.alert, now)
        fresh, self._fresh = self._fresh, set()
        ends = now + ENDS_AFTER * self._every
        everything: list[tuple[Notice, datetime, bool]] = []
        for part in self._parts.values():
            standing = {notice.labels: notice for notices in part.standing.values() for notice in notices}
            everything += [(notice, ends, False) for notice in standing.values()]
            # Another alert may have the labels of one that ended: of an incident's alerts of a kind only one pages.
            everything += [(*over, True) for labels, over in part.ended.items() if labels not in standing]
        async with aiohttp.ClientSession(timeout=PATIENCE) as session:
            await asyncio.gather(*[self._tell(session, each, everything, fresh, now) for each in self._addresses])

    def _settle(self, part: _Part, alert: Alert, now: datetime) -> None:
        """Hold what follows from an alert now, and end what followed from it before and does not any more.

        An area or a severity that changes in place makes another alert of it for Alertmanager: the former one ends.
        """
        before, follows = part.standing.pop(alert.alert_id, ()), self._notices.of(alert, now)
        if follows:
            part.standing[alert.alert_id] = follows
        held = {notice.labels for notice in follows}
        for labels in held:
            part.ended.pop(labels, None)
        over = [notice for notice in before if notice.labels not in held]
        part.ended.update((notice.labels, (replace(notice, alert=alert), now)) for notice in over)
        self._fresh |= held | {notice.labels for notice in over}

    async def _tell(
        self,
        session: aiohttp.ClientSession,
        address: str,
        notices: Sequence[tuple[Notice, datetime, bool]],
        fresh: set[Labels],
        now: datetime,
    ) -> None:
        before = self._sent_at.get(address)
        whole = before is None or now - before >= self._every
        due = [each for each in notices if whole or each[0].labels in fresh]
        # What speaks for others goes before them: what stands for long Alertmanager notifies of as soon as it hears of it.
        first = [each for each in due if each[0].speaks_for_others]
        then = [each for each in due if not each[0].speaks_for_others]
        url = f"{address.rstrip('/')}/api/v2/alerts"
        try:
            for some in (part[at : at + AT_ONCE] for part in (first, then) for at in range(0, len(part), AT_ONCE)):
                said = [self._notices.as_sent(notice, ends, ended=ended) for notice, ends, ended in some]
                async with session.post(url, json=said) as answer:
                    answer.raise_for_status()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self._sent_at.pop(address, None)
            if address not in self._away:
                log.warning("Alertmanager at %s takes no alerts, which are kept: %s", address, type(error).__name__)
            self._away.add(address)
            return
        self._away.discard(address)
        if whole:
            self._sent_at[address] = now
