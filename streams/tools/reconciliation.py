"""Whether what the rows hold is what was published, and what the gauges count: the comparison, without the reading.

Of an incident only what is compared is kept: one tuple that it shares with all others like it, or, where it has alerts,
one of its own.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from streams.outward.gauges import WAITING

Name = Literal[
    "status_never_sent",
    "status_differs",
    "status_without_row",
    "row_left_behind",
    "alert_lost",
    "alert_differs",
    "alert_doubled",
    "alert_without_row",
    "gauge_drifted",
]
Series = tuple[str, ...]
"""The force, the metric, and two labels of a gauge: its values are summed over all others, and over the workers."""
INCIDENTS = "recording_incidents"
ALERTS_OPEN = "recording_alerts_open"
GAUGES = {INCIDENTS: ("offence_group", "status"), ALERTS_OPEN: ("kind", "severity")}
"""The gauges that are compared, with the labels by which they are."""


class Told(NamedTuple):
    """What is compared of an alert."""

    kind: str
    rule: str
    severity: str
    status: str

    @property
    def stands(self) -> bool:
        """Whether the alert is open or acknowledged."""
        return self.status != "resolved"


class Row(NamedTuple):
    """What is compared of an incident's row; `status` is None as long as nobody has said when it was received."""

    status: str | None
    offence_group: str
    alerts: tuple[tuple[str, Told], ...] = ()


class Incident(NamedTuple):
    """What both sides say of an incident; `removed`: its status was published and then taken away."""

    row: Row | None = None
    status: str | None = None
    removed: bool = False


class Fault(NamedTuple):
    """What is wrong with one incident, given by its key `force/reference`; `alert` is the alert's id, if it is about one."""

    key: str
    name: Name
    alert: str = ""


@dataclass
class Account:
    """The two sums of one force: opened incidents by their status, raised alerts by whether they still stand."""

    opened: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    raised: int = 0
    open: int = 0
    resolved: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return the account for a program."""
        return {
            "opened": self.opened,
            "statuses": dict(sorted(self.statuses.items())),
            "alerts_raised": self.raised,
            "alerts_open": self.open,
            "alerts_resolved": self.resolved,
        }

    def __str__(self) -> str:
        statuses = " + ".join(f"{count} {status}" for status, count in sorted(self.statuses.items())) or "0"
        return (
            f"{self.opened} incidents opened = {statuses}; "
            f"{self.raised} alerts raised = {self.open} open + {self.resolved} resolved"
        )


class Books:
    """What rows and topics say of every incident, by its key, kept up as their records are read.

    `touched` has the incidents whose row was read since somebody last cleared it, with how many alerts they have at most.
    """

    def __init__(self) -> None:
        self.touched: dict[str, int] = {}
        self._incidents: dict[str, Incident] = {}
        self._alerts: dict[str, tuple[str, Told]] = {}
        self._shared: dict[Any, Any] = {}

    def row(self, key: str, row: Row | None) -> None:
        """Take in an incident's row; None: it was removed."""
        known = self._incidents.get(key, Incident())
        alerts = max(len(each.alerts) if each else 0 for each in (known.row, row))
        self.touched[key] = max(alerts, self.touched.get(key, 0))
        self._keep(key, known._replace(row=row))

    def status(self, key: str, status: str | None) -> None:
        """Take in an incident's status as it was published; None: it was removed."""
        known = self._incidents.get(key, Incident())
        self._keep(key, known._replace(status=status, removed=status is None))

    def alert(self, name: str, key: str, told: Told | None) -> None:
        """Take in an alert of an incident as it was published; None: it was removed, and the key does not matter."""
        if told is None:
            self._alerts.pop(name, None)
        else:
            self._alerts[name] = key, self._one(told)

    def _keep(self, key: str, incident: Incident) -> None:
        if incident.row is None and incident.status is None and not incident.removed:
            self._incidents.pop(key, None)
        else:
            self._incidents[key] = incident if incident.row and incident.row.alerts else self._one(incident)

    def _one(self, value: Any) -> Any:
        """Return the one object that stands for all equal ones."""
        return self._shared.setdefault(value, value)

    def faults(self) -> Iterator[Fault]:
        """Yield what is wrong with each incident, as far as has been read."""
        for key, incident in self._incidents.items():
            row, status = incident.row, incident.status
            if row is None or row.status is None:
                if status is not None:
                    yield Fault(key, "status_without_row")
                continue
            if incident.removed:
                yield Fault(key, "row_left_behind")
                continue
            if status != row.status:
                yield Fault(key, "status_never_sent" if status is None else "status_differs")
            for name, told in row.alerts:
                if name not in self._alerts:
                    yield Fault(key, "alert_lost", name)
                elif self._alerts[name][1] != told:
                    yield Fault(key, "alert_differs", name)
        for name, (key, told) in self._alerts.items():
            if told.stands and name not in (known := self._known(key)):
                twice = any(each.stands and each[:2] == told[:2] for each in known.values())
                yield Fault(key, "alert_doubled" if twice else "alert_without_row", name)

    def _known(self, key: str) -> dict[str, Told]:
        row = self._incidents.get(key, Incident()).row
        return {} if row is None else dict(row.alerts)

    def accounts(self) -> dict[str, Account]:
        """Return the sums of each force; a resolved alert that no row knows any more is history, and not counted."""
        accounts: defaultdict[str, Account] = defaultdict(Account)
        for key, incident in self._incidents.items():
            account = accounts[force_of(key)]
            if incident.status is not None:
                account.statuses[incident.status] += 1
            if (row := incident.row) is None or row.status is None:
                continue
            account.opened += 1
            account.raised += len(row.alerts)
            for name, _ in row.alerts:
                if name in self._alerts:
                    stands = self._alerts[name][1].stands
                    account.open += stands
                    account.resolved += not stands
        return dict(sorted(accounts.items()))

    def gauges(self) -> Counter[Series]:
        """Return what the gauges should say by the rows."""
        counted: Counter[Series] = Counter()
        for key, incident in self._incidents.items():
            if (row := incident.row) is None:
                continue
            if row.status in WAITING:
                counted[force_of(key), INCIDENTS, row.offence_group, row.status] += 1
            for _, told in row.alerts:
                counted[force_of(key), ALERTS_OPEN, told.kind, told.severity] += told.stands
        return counted

    def leeway(self) -> Counter[tuple[str, str]]:
        """Return by how much a gauge may be off, by force and metric, for the incidents touched alone."""
        allowed: Counter[tuple[str, str]] = Counter()
        for key, alerts in self.touched.items():
            allowed[force_of(key), INCIDENTS] += 1
            allowed[force_of(key), ALERTS_OPEN] += alerts
        return allowed


def off(
    expected: Mapping[Series, int], found: Mapping[Series, int], leeway: Mapping[tuple[str, str], int]
) -> set[Series]:
    """Return the gauges that differ by more than may be."""
    return {
        series
        for series in expected.keys() | found.keys()
        if abs(expected.get(series, 0) - found.get(series, 0)) > leeway.get((series[0], series[1]), 0)
    }


def force_of(key: str) -> str:
    """Return the force of an incident's key."""
    return key.partition("/")[0]
