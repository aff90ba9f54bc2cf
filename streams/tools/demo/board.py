"""What the demo shows, kept up to date from what the worker publishes: counts, the newest alerts, the next deadlines."""

from bisect import insort
from collections import Counter
from datetime import datetime
from heapq import nsmallest
from typing import Final, NamedTuple

import msgspec

NEWEST: Final = 40
"""How many of the newest alerts are remembered in their order."""
PENDING: Final = ("monitoring", "due_soon")


class Status(msgspec.Struct, frozen=True):
    """What is shown of a recording status."""

    incident_ref: str
    status: str
    due_at: datetime | None = None
    offence_group: str | None = None


class Pending(NamedTuple):
    """An incident without a crime, whose deadline is still to come or has just passed."""

    due_at: datetime
    incident_ref: str
    status: str
    offence_group: str | None


class Alert(msgspec.Struct, frozen=True):
    """What is shown of an alert."""

    alert_id: str
    kind: str
    severity: str
    status: str
    summary: str
    raised_at: datetime
    incident_ref: str = ""
    """Empty where it is about the force as a whole."""
    due_at: datetime | None = None
    resolution: str | None = None


_STATUSES: Final = msgspec.json.Decoder(Status)
_ALERTS: Final = msgspec.json.Decoder(Alert)


class Board:
    """The newest state of every status and alert, as far as it is shown; `since` is when the demo began."""

    def __init__(self, since: datetime) -> None:
        self.since = since
        self.incidents: Counter[str] = Counter()
        """How many incidents have each status."""
        self.open_alerts: Counter[str] = Counter()
        """How many alerts of each kind stand."""
        self.fell_due: list[Alert] = []
        """The overdue alerts whose deadline fell after the demo began, in the order in which they came."""
        self._statuses: dict[bytes, str] = {}
        self._pending: dict[bytes, Pending] = {}
        self._alerts: dict[str, Alert] = {}
        self._newest: list[tuple[datetime, str]] = []

    def take_status(self, key: bytes, value: bytes | None) -> None:
        """Take in what was published about an incident; None takes it away."""
        if (before := self._statuses.pop(key, None)) is not None:
            self.incidents[before] -= 1
            self._pending.pop(key, None)
        if value is None:
            return
        said = _STATUSES.decode(value)
        self._statuses[key] = said.status
        self.incidents[said.status] += 1
        if said.status in PENDING and said.due_at is not None:
            self._pending[key] = Pending(said.due_at, said.incident_ref, said.status, said.offence_group)

    def take_alert(self, key: bytes, value: bytes | None) -> None:
        """Take in a state of an alert; None takes it away."""
        before = self._alerts.pop(key.decode(), None)
        if before is not None and before.status != "resolved":
            self.open_alerts[before.kind] -= 1
        if value is None:
            return
        alert = _ALERTS.decode(value)
        self._alerts[alert.alert_id] = alert
        if alert.status != "resolved":
            self.open_alerts[alert.kind] += 1
        if before is None:
            insort(self._newest, (alert.raised_at, alert.alert_id))
            del self._newest[:-NEWEST]
            if alert.kind == "overdue" and alert.due_at is not None and alert.due_at > self.since:
                self.fell_due.append(alert)

    def newest_alerts(self, count: int) -> list[Alert]:
        """Return the alerts that were raised last, the newest first, each as it is now."""
        return [self._alerts[name] for _, name in reversed(self._newest[-count:]) if name in self._alerts]

    def next_deadlines(self, now: datetime, count: int) -> list[Pending]:
        """Return the incidents without a crime whose deadlines come next."""
        return nsmallest(
            count, (each for each in self._pending.values() if each.due_at > now), key=lambda each: each[:2]
        )

    @property
    def deadlines_passed(self) -> int:
        """How many incidents became overdue by a deadline that fell after the demo began."""
        return len({alert.incident_ref for alert in self.fell_due})
