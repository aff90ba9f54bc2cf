"""What the supervisors' list holds: every incident with something open, the most pressing first.

It is told each change of `recording-alerts` and answers from memory. Of an alert that is resolved it keeps what a shift
wants to know of the last hours; where the newest state of anything stands in its topic is the follower's to know.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Final, Literal, NamedTuple

import msgspec

from rules.codes import GRAVITY
from rules.rule import SEVERITIES

State = Literal["open", "acknowledged"]
Place = tuple[str, str | None]
"""A force and an incident's number; None in its place for the force as a whole."""

PRESSING: Final = (timedelta(0), timedelta(hours=1), timedelta(hours=4), timedelta(hours=12))
"""The list goes by how soon something is breached, in bands; within one the gravest comes first, not the minute."""

OWED: Final = frozenset({"overdue", "closed_without_crime", "due_soon", "too_few_crimes"})
"""The kinds that say that a crime is yet to be recorded: of an incident they come before all others."""


class Links(msgspec.Struct, frozen=True):
    """The address of the log in the force's own system, where the force has given one."""

    log: str = ""


class ListedAlert(msgspec.Struct, frozen=True):
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
    team: str | None = None
    assigned_to: str | None = None
    resolved_at: datetime | None = None
    resolution: str | None = None
    links: Links = Links()

    @property
    def stands(self) -> bool:
        """Whether something is still to be done."""
        return self.status != "resolved"

    @property
    def place(self) -> Place:
        """What it is about."""
        return self.force, self.incident_ref


@dataclass(frozen=True)
class Case:
    """One incident, or a force as a whole, with all that is open on it: crimes that are owed, then by when it is due.

    It presses by the first of these, and is as grave as the gravest.
    """

    force: str
    incident_ref: str | None
    alerts: tuple[ListedAlert, ...]

    @property
    def first(self) -> ListedAlert:
        """The alert that presses."""
        return self.alerts[0]

    @property
    def place(self) -> Place:
        """What it is about."""
        return self.force, self.incident_ref

    @property
    def area(self) -> str | None:
        """Where it happened, as the log has it."""
        return self.first.area

    @property
    def due_at(self) -> datetime:
        """The deadline of that."""
        return self.first.due_at

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of what is open."""
        return frozenset(alert.kind for alert in self.alerts)

    @cached_property
    def group(self) -> str:
        """The gravest offence group."""
        return min((alert.offence_group for alert in self.alerts), key=_gravity)

    @cached_property
    def severity(self) -> str:
        """The highest severity: it says what offence, relation, and a victim's age and vulnerability make of it."""
        return min((alert.severity for alert in self.alerts), key=SEVERITIES.index)

    @cached_property
    def state(self) -> State:
        """Whether anything of it is yet to be taken."""
        return "open" if any(alert.status == "open" for alert in self.alerts) else "acknowledged"

    @cached_property
    def rank(self) -> tuple[int, int]:
        """How grave it is, 0 being gravest: by severity, then by offence."""
        return SEVERITIES.index(self.severity), _gravity(self.group)


class Filters(NamedTuple):
    """Which of the list is wanted; what is None or empty is not asked for."""

    force: str | None = None
    area: str | None = None
    kind: str | None = None
    group: str | None = None
    state: State | None = None
    words: str = ""

    def take(self, case: Case) -> bool:
        """Whether a case is wanted."""
        return (
            (self.force is None or self.force == case.force)
            and (self.area is None or self.area == case.area)
            and (self.kind is None or self.kind in case.kinds)
            and (self.group is None or self.group == case.group)
            and (self.state is None or self.state == case.state)
            and (not self.words or self.words.casefold() in (case.incident_ref or "").casefold())
        )


class Board:
    """The open alerts of all forces, by incident, and those that were resolved of late."""

    def __init__(self) -> None:
        self._alerts: dict[str, ListedAlert] = {}
        self._cases: dict[Place, Case] = {}
        self._ended: dict[str, ListedAlert] = {}
        self._horizon = datetime.min.replace(tzinfo=UTC)

    def __len__(self) -> int:
        return len(self._alerts)

    def take(self, alert_id: str, alert: ListedAlert | None) -> Place | None:
        """Take in the newest state of an alert, None where it was removed; return the place of which the list has changed."""
        self._ended.pop(alert_id, None)
        before = self._alerts.pop(alert_id, None)
        if before is not None:
            self._settle(before.place, (each for each in self._cases[before.place].alerts if each != before))
        if alert is None:
            return before.place if before is not None else None
        if alert.stands:
            self._alerts[alert_id] = alert
            there = self._cases.get(alert.place)
            self._settle(alert.place, (*(there.alerts if there is not None else ()), alert))
        elif alert.resolved_at is not None and alert.resolved_at >= self._horizon:
            self._ended[alert_id] = alert
        return alert.place if alert.stands or before is not None else None

    def _settle(self, place: Place, alerts: Iterable[ListedAlert]) -> None:
        if found := sorted(alerts, key=_first):
            self._cases[place] = Case(*place, tuple(found))
        else:
            self._cases.pop(place, None)

    def forget_before(self, horizon: datetime) -> None:
        """Forget what was resolved before an instant."""
        self._horizon = horizon
        for name in [name for name, alert in self._ended.items() if alert.resolved_at and alert.resolved_at < horizon]:
            del self._ended[name]

    def case(self, place: Place) -> Case | None:
        """Return what is open on one incident, or on a force as a whole; None where nothing is."""
        return self._cases.get(place)

    def alert(self, alert_id: str) -> ListedAlert | None:
        """Return an alert that is open."""
        return self._alerts.get(alert_id)

    def cases(self, filters: Filters, forces: Collection[str] | None = None) -> Iterator[Case]:
        """Yield what is wanted of some forces, None being all of them, in no order."""
        return (
            case for case in self._cases.values() if (forces is None or case.force in forces) and filters.take(case)
        )

    def ended(self, since: datetime, forces: Collection[str] | None = None) -> list[ListedAlert]:
        """Return what was resolved from an instant on."""
        return [
            alert
            for alert in self._ended.values()
            if (forces is None or alert.force in forces)
            and alert.resolved_at is not None
            and alert.resolved_at >= since
        ]


def in_order(cases: Iterable[Case], now: datetime, own_areas: Collection[str] = ()) -> list[Case]:
    """Return cases as they are listed: what is about a force as a whole, own areas, then by how soon and how grave."""

    def place(case: Case) -> tuple[object, ...]:
        return case.incident_ref is not None, case.area not in own_areas, *pressing(case, now)

    return sorted(cases, key=place)


def pressing(case: Case, now: datetime) -> tuple[int, int, int, datetime, str]:
    """Return the place of a case: how soon it is breached, how grave it is, when exactly."""
    left = case.due_at - now
    band = next((number for number, until in enumerate(PRESSING) if left <= until), len(PRESSING))
    return band, *case.rank, case.due_at, case.incident_ref or ""


def kinds_of(cases: Iterable[Case]) -> Counter[str]:
    """Count of how many cases each kind is."""
    return Counter(kind for case in cases for kind in case.kinds)


def _first(alert: ListedAlert) -> tuple[bool, datetime, int, str]:
    return alert.kind not in OWED, alert.due_at, SEVERITIES.index(alert.severity), alert.alert_id


def _gravity(group: str) -> int:
    return GRAVITY.get(group, len(GRAVITY))
