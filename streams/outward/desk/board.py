"""What the supervisors' list holds: every incident with something open, the most pressing first.

It is told each change of `recording-alerts` and answers from memory. Of an alert that is resolved nothing stays but that its
incident has one less; where the newest state of anything stands in its topic is the follower's to know.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

import msgspec

from rules.codes import GRAVITY
from rules.rule import SEVERITIES

State = Literal["open", "acknowledged"]

PRESSING: Final = (timedelta(0), timedelta(hours=1), timedelta(hours=4), timedelta(hours=12))
"""The list goes by how soon something is breached, in bands; within one the gravest comes first, not the minute."""


class OpenAlert(msgspec.Struct, frozen=True):
    """What the list shows of an alert: times are aware and in UTC."""

    alert_id: str
    force: str
    kind: str
    severity: str
    rule: str
    status: str
    due_at: datetime
    raised_at: datetime
    summary: str
    paged: bool = False
    feed_stale: bool = False
    incident_ref: str | None = None
    area: str | None = None
    offence_group: str = "none"
    acknowledged_by: str | None = None

    @property
    def stands(self) -> bool:
        """Whether something is still to be done."""
        return self.status != "resolved"


class Filters(NamedTuple):
    """Which of the list is wanted; what is None or empty is not asked for."""

    force: str | None = None
    area: str | None = None
    kind: str | None = None
    group: str | None = None
    state: State | None = None
    words: str = ""

    def take(self, alert: OpenAlert) -> bool:
        """Whether an alert is wanted."""
        wanted = (
            (self.force, alert.force),
            (self.area, alert.area),
            (self.kind, alert.kind),
            (self.group, alert.offence_group),
            (self.state, alert.status),
        )
        if any(asked is not None and asked != has for asked, has in wanted):
            return False
        return self.words.casefold() in (alert.incident_ref or "").casefold()


@dataclass
class Case:
    """One incident, or a force as a whole, with the alerts on it that are wanted: the first is why it stands where it does."""

    force: str
    incident_ref: str | None
    alerts: list[OpenAlert] = field(default_factory=list)

    @property
    def first(self) -> OpenAlert:
        """The alert that presses most."""
        return self.alerts[0]


class Board:
    """The open alerts of all forces, by incident."""

    def __init__(self) -> None:
        self._alerts: dict[str, OpenAlert] = {}
        self._of: dict[tuple[str, str | None], dict[str, OpenAlert]] = {}

    def __len__(self) -> int:
        return len(self._alerts)

    def take(self, alert_id: str, alert: OpenAlert | None) -> OpenAlert | None:
        """Take in the newest state of an alert, None where it was removed; return what stood of it before, if anything."""
        before = self._alerts.pop(alert_id, None)
        if before is not None:
            place = before.force, before.incident_ref
            del self._of[place][alert_id]
            if not self._of[place]:
                del self._of[place]
        if alert is not None and alert.stands:
            self._alerts[alert_id] = alert
            self._of.setdefault((alert.force, alert.incident_ref), {})[alert_id] = alert
        return before

    def of(self, force: str, incident_ref: str | None) -> list[OpenAlert]:
        """Return the open alerts on one incident, or with None on the force as a whole, by when they are due."""
        return sorted(
            self._of.get((force, incident_ref), {}).values(), key=lambda alert: (alert.due_at, alert.alert_id)
        )

    def cases(self, filters: Filters, now: datetime, own_areas: Collection[str] = ()) -> list[Case]:
        """Return what is wanted, first what is about a force as a whole, then own areas, then by how soon and how grave."""

        def order(alert: OpenAlert) -> tuple[object, ...]:
            return pressing(alert, now)

        found = [
            Case(force, ref, sorted(wanted, key=order))
            for (force, ref), alerts in self._of.items()
            if (wanted := [alert for alert in alerts.values() if filters.take(alert)])
        ]

        def place(case: Case) -> tuple[object, ...]:
            return (
                case.incident_ref is not None,
                case.first.area not in own_areas,
                *order(case.first),
                case.incident_ref,
            )

        return sorted(found, key=place)

    def counts(self, filters: Filters) -> Mapping[str, int]:
        """Return how many alerts of each kind are wanted, the kind that is asked for left out of account."""
        found: dict[str, int] = {}
        for alert in self._wanted(filters._replace(kind=None)):
            found[alert.kind] = found.get(alert.kind, 0) + 1
        return found

    def _wanted(self, filters: Filters) -> Iterator[OpenAlert]:
        return (alert for alert in self._alerts.values() if filters.take(alert))


def pressing(alert: OpenAlert, now: datetime) -> tuple[int, int, int, datetime, str]:
    """Return the place of an alert: how soon it is breached, how grave it is, when exactly.

    Its severity says what the offence, the relation and the victim's age and vulnerability make of it; the offence decides
    among those of one severity.
    """
    left = alert.due_at - now
    band = next((number for number, until in enumerate(PRESSING) if left <= until), len(PRESSING))
    gravity = GRAVITY.get(alert.offence_group, len(GRAVITY))
    return band, SEVERITIES.index(alert.severity), gravity, alert.due_at, alert.alert_id
