"""The gauges over incidents, counted from their rows, partition by partition, and put together when somebody looks."""

import math
from bisect import bisect_left, bisect_right, insort
from collections import Counter as Count
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from rules.codes import OFFENCE_GROUPS
from streams.clock import Clock

WAITING: Final = ("monitoring", "due_soon", "overdue")
"""The statuses of incidents for which a crime is still to be recorded."""
WITHIN: Final = {f"{hours}h": timedelta(hours=hours) for hours in (1, 4, 12, 24)}
"""How soon deadlines come that are counted together, by what the label `within` says of it."""
_HELP: Final = {
    "incidents": "Incidents for which a crime is still to be recorded.",
    "alerts_open": "Alerts that stand, whether acknowledged or not.",
    "oldest_overdue_timestamp_seconds": "Earliest deadline of what is overdue, in seconds since 1970; NaN where nothing is.",
    "next_deadline_timestamp_seconds": "Earliest deadline still to come, in seconds since 1970; NaN where none is.",
    "deadlines_ahead": "Incidents for which a crime is still to be recorded, and is due `within` that time from now.",
}

_Labels = tuple[str, ...]


class Held(NamedTuple):
    """What the gauges need of one incident's row.

    `due_at` is the earliest deadline of its overdue alerts, where it has none the one that is still to come, and None where
    it waits for nothing; `alerts` has the kind and severity of each that stands.
    """

    force: str
    area: str | None
    status: str | None
    offence_group: str
    due_at: datetime | None
    alerts: tuple[tuple[str, str], ...]


class _Part:
    """What the incidents of one partition give to the gauges; deadlines are sorted, each once for every incident."""

    def __init__(self) -> None:
        self.incidents: Count[_Labels] = Count()
        self.alerts: Count[_Labels] = Count()
        self.passed: defaultdict[_Labels, list[datetime]] = defaultdict(list)
        self.ahead: defaultdict[_Labels, list[datetime]] = defaultdict(list)

    def count(self, held: Held, area: str, by: Literal[-1, 1]) -> None:
        if held.status in WAITING:
            self.incidents[held.force, held.offence_group, held.status] += by
        for kind, severity in held.alerts:
            self.alerts[held.force, area, kind, severity] += by
        if held.due_at is not None:
            overdue = any(kind == "overdue" for kind, _ in held.alerts)
            deadlines = (self.passed if overdue else self.ahead)[held.force, area]
            if by > 0:
                insort(deadlines, held.due_at)
            else:
                del deadlines[bisect_left(deadlines, held.due_at)]


class Gauges(Collector):
    """The gauges over the incidents of one worker; called from its event loop alone."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._parts: defaultdict[int, _Part] = defaultdict(_Part)
        self._incidents: Count[_Labels] = Count()
        self._alerts: Count[_Labels] = Count()
        self._places: set[_Labels] = set()

    def introduce(self, force: str, areas: Iterable[str], alerts: Iterable[tuple[str, str]]) -> None:
        """Show a force's groups, areas, and the kinds and severities of alerts at 0 where there is nothing."""
        kinds = list(alerts)
        self._incidents.update({(force, group, status): 0 for group in OFFENCE_GROUPS for status in WAITING})
        for area in areas:
            self._places.add((force, area))
            self._alerts.update({(force, area, *kind): 0 for kind in kinds})

    def count(self, partition: int, held: Held, area: str, by: Literal[-1, 1]) -> None:
        """Count an incident of a partition under an area, or no longer."""
        self._parts[partition].count(held, area, by)

    def left(self, partition: int) -> None:
        """Forget what a partition gave."""
        self._parts.pop(partition, None)

    def collect(self) -> Iterator[Metric]:
        """Put together what the partitions give, as of now."""
        now = self._clock.now()
        incidents, alerts = self._incidents.copy(), self._alerts.copy()
        oldest, coming = dict.fromkeys(self._places, math.inf), dict.fromkeys(self._places, math.inf)
        ahead = Count({(*place, within): 0 for place in self._places for within in WITHIN})
        for part in self._parts.values():
            incidents.update(part.incidents)
            alerts.update(part.alerts)
            for first, of_part in ((oldest, part.passed), (coming, part.ahead)):
                for place, deadlines in of_part.items():
                    if deadlines:
                        first[place] = min(first.get(place, math.inf), deadlines[0].timestamp())
            for place, deadlines in part.ahead.items():
                ahead.update({(*place, name): bisect_right(deadlines, now + time) for name, time in WITHIN.items()})
        yield _family("incidents", ("force", "offence_group", "status"), incidents)
        yield _family("alerts_open", ("force", "area", "kind", "severity"), alerts)
        yield _family("oldest_overdue_timestamp_seconds", ("force", "area"), _known(oldest))
        yield _family("next_deadline_timestamp_seconds", ("force", "area"), _known(coming))
        yield _family("deadlines_ahead", ("force", "area", "within"), ahead)


def _known(first: Mapping[_Labels, float]) -> dict[_Labels, float]:
    # NaN: min() over areas and workers passes over it, and `time() - x > y` is never true of it.
    return {place: at if at < math.inf else math.nan for place, at in first.items()}


def _family(name: str, labels: _Labels, values: Mapping[_Labels, float]) -> Metric:
    shown = GaugeMetricFamily(f"recording_{name}", _HELP[name], labels=labels)
    for key, value in sorted(values.items()):
        shown.add_metric(key, value)
    return shown
