"""Hands the alerts that page to Alertmanager, which routes them; `recording-alerts` is the truth, this is a view of it.

Every alert that stands is sent again each interval with an end four intervals ahead: a worker that dies leaves nothing that
stands for ever, and one that takes over its rows goes on. An Alertmanager that is away holds up nothing; it is told all
that stands when it is back.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import aiohttp
from mode.utils.logging import get_logger

from rules.alerts import Alert
from rules.instants import format_instant
from streams.clock import Clock

log = get_logger(__name__)

ENDS_AFTER: Final = 4
"""How many intervals an alert lasts that is not sent again."""
RESOLVES_FOR: Final = timedelta(minutes=5)
"""For how long it is repeated that an alert is resolved."""
AT_ONCE: Final = 500
"""How many alerts go into one request."""
PATIENCE: Final = aiohttp.ClientTimeout(total=10)


class Pager:
    """The alerts of the partitions owned here that page, and the resolved ones that are still repeated."""

    def __init__(self, addresses: Sequence[str], every: timedelta, clock: Clock) -> None:
        self._addresses = addresses
        self._every = every
        self._clock = clock
        self._standing: dict[int, dict[str, Alert]] = {}
        self._resolved: dict[int, dict[str, tuple[Alert, datetime]]] = {}
        self._fresh: set[str] = set()
        self._sent_at: dict[str, datetime] = {}
        self._away: set[str] = set()

    @property
    def is_used(self) -> bool:
        """Whether there is any Alertmanager to tell."""
        return bool(self._addresses)

    def take(self, partition: int, alerts: Iterable[Alert]) -> None:
        """Take in alerts of a partition that have changed, or that stood when the partition came here."""
        if not self.is_used:
            return
        standing, resolved = self._standing.setdefault(partition, {}), self._resolved.setdefault(partition, {})
        for alert in alerts:
            name = alert.alert_id
            if alert.stands and alert.paged:
                resolved.pop(name, None)
                standing[name] = alert
            elif standing.pop(name, None) is not None:
                resolved[name] = alert, self._clock.now()
            else:
                continue
            self._fresh.add(name)

    def left(self, partition: int) -> None:
        """Forget a partition: whoever owns it now goes on."""
        self._standing.pop(partition, None)
        self._resolved.pop(partition, None)

    async def push(self) -> None:
        """Tell every Alertmanager what is new, and all that stands where that was too long ago or did not succeed."""
        if not self.is_used:
            return
        now = self._clock.now()
        for resolved in self._resolved.values():
            for name in [name for name, (_, since) in resolved.items() if now - since > RESOLVES_FOR]:
                del resolved[name]
        fresh, self._fresh = self._fresh, set()
        ends = now + ENDS_AFTER * self._every
        everything = [(alert, ends) for standing in self._standing.values() for alert in standing.values()]
        everything += [ended for resolved in self._resolved.values() for ended in resolved.values()]
        async with aiohttp.ClientSession(timeout=PATIENCE) as session:
            await asyncio.gather(*[self._tell(session, each, everything, fresh, now) for each in self._addresses])

    async def _tell(
        self,
        session: aiohttp.ClientSession,
        address: str,
        alerts: Sequence[tuple[Alert, datetime]],
        fresh: set[str],
        now: datetime,
    ) -> None:
        before = self._sent_at.get(address)
        whole = before is None or now - before >= self._every
        said = [_as_sent(alert, ends) for alert, ends in alerts if whole or alert.alert_id in fresh]
        try:
            for start in range(0, len(said), AT_ONCE):
                url = f"{address.rstrip('/')}/api/v2/alerts"
                async with session.post(url, json=said[start : start + AT_ONCE]) as answer:
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


def _as_sent(alert: Alert, ends: datetime) -> dict[str, Any]:
    said = alert.as_dict()
    named = {"force": "force", "area": "area", "incident": "incident_ref", "rule": "rule", "severity": "severity"}
    labels = {label: str(said[field]) for label, field in named.items() if field in said}
    return {
        "labels": {"alertname": alert_name(alert.kind), **labels},
        "annotations": _annotations(said),
        "startsAt": format_instant(alert.opened_at),
        "endsAt": format_instant(max(ends, alert.opened_at)),
        "generatorURL": said.get("links", {}).get("log", ""),
    }


def alert_name(kind: str) -> str:
    """Return the name by which Alertmanager knows a kind of alert, as `RecordingDueSoon`."""
    return "Recording" + "".join(word.capitalize() for word in kind.split("_"))


def _annotations(said: Mapping[str, Any]) -> dict[str, str]:
    """Return what a person who is woken reads first: no text of the log and no personal data is in any of it."""
    return {
        "summary": said["summary"],
        "due_at": said["due_at"],
        "next": said["runbook"][0] if said.get("runbook") else "",
        "alert_id": said["alert_id"],
    }
