"""What a replay says at its end: counts that add up, and what somebody should look at."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from heapq import nsmallest
from math import ceil
from typing import Any

from rules.alerts import Alert
from rules.codes import GRAVITY
from rules.explanation import span
from rules.instants import calendar_years_apart, format_instant, parse_instant
from rules.rule import SEVERITIES
from streams.settings import Forces

LISTED = 50
"""How many incidents a list in a summary names at most; the count is always whole."""
FIRST = 5
"""How many of the gravest alerts that stand a summary names."""
_LONGEST = 7 * 24 * 3600


@dataclass(slots=True)
class Summary:
    """Counts of one replay; the summaries of its parts add up to that of the whole."""

    events: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    raised: Counter[str] = field(default_factory=Counter)
    open: Counter[str] = field(default_factory=Counter)
    unmapped: Counter[str] = field(default_factory=Counter)
    delays: Counter[int] = field(default_factory=Counter)
    differences: Counter[str] = field(default_factory=Counter)
    years_apart: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    gravest: list[tuple[int, int, str, str, str]] = field(default_factory=list)
    until: datetime | None = None

    def add(self, other: "Summary") -> None:
        """Add the counts of another part."""
        for one in fields(self):
            mine, theirs = getattr(self, one.name), getattr(other, one.name)
            if isinstance(mine, Counter):
                mine.update(theirs)
        self.gravest = nsmallest(FIRST, self.gravest + other.gravest)

    def count_alert(self, alert: Alert) -> None:
        """Count the last state of one alert, and keep it if it is among the gravest that stand: by severity, harm, due time."""
        if alert.stands:
            self.open[alert.kind] += 1
            where = f"{alert.facts['force']}/{alert.facts['incident_ref']}"
            harm = (SEVERITIES.index(alert.severity), GRAVITY[alert.facts["offence_group"]])
            grave = (*harm, format_instant(alert.due_at), where, alert.body["summary"])
            self.gravest = nsmallest(FIRST, [*self.gravest, grave])

    def count_status(self, status: Mapping[str, Any], forces: Forces) -> None:
        """Count one incident, and name it where two of its times lie a calendar year apart to the day."""
        self.statuses[status["status"]] += 1
        if "delay_seconds" in status:
            self.delays[min(ceil(status["delay_seconds"]), _LONGEST)] += 1
            zone = forces.profile(status["force"]).zone
            received, recorded = parse_instant(status["received_at"]), parse_instant(status["recorded_at"])
            if years := calendar_years_apart(received, recorded, zone):
                self.years_apart[f"{status['force']}/{status['incident_ref']}: {years}"] += 1

    def delay_at(self, share: float) -> timedelta | None:
        """Return the delay that a share of the recorded incidents does not exceed; a week stands for any longer one."""
        wanted, seen = share * self.delays.total(), 0
        for seconds in sorted(self.delays):
            seen += self.delays[seconds]
            if seen >= wanted:
                return timedelta(seconds=seconds)
        return None

    def share_within(self, limit: timedelta) -> float | None:
        """Return which share of the recorded incidents was recorded within a limit of the start of its clock."""
        within = sum(number for seconds, number in self.delays.items() if seconds <= limit.total_seconds())
        return within / self.delays.total() if self.delays else None

    def as_dict(self) -> dict[str, Any]:
        """Return the summary for a program."""
        counts = {
            one.name: dict(sorted(getattr(self, one.name).items())) for one in fields(self) if one.name not in _OWN
        }
        median, share = self.delay_at(0.5), self.share_within(timedelta(hours=24))
        return {
            **counts,
            "until": format_instant(self.until) if self.until else None,
            "median_delay_seconds": None if median is None else median.total_seconds(),
            "share_within_24_hours": share,
            "years_apart": sorted(self.years_apart),
            "changed": sorted(self.changed),
            "gravest": [
                {"severity": SEVERITIES[rank], "incident": ref, "summary": said}
                for rank, _, _, ref, said in self.gravest
            ],
        }

    def lines(self) -> Iterator[str]:
        """Write the summary for a person."""
        yield f"Replayed to {format_instant(self.until) if self.until else 'the end'}"
        yield f"  events     {_counted(self.events)}"
        if self.rejected:
            yield f"  rejected   {_counted(self.rejected)}"
        yield f"  incidents  {self.statuses.total():,}: {_counted(self.statuses)}"
        yield f"  alerts     raised {_counted(self.raised)}; open {_counted(self.open)}"
        median, share = self.delay_at(0.5), self.share_within(timedelta(hours=24))
        if median is not None and share is not None:
            hours = f"{median.total_seconds() / 3600:.2f} h"
            yield f"  recorded   median {hours} after the start of the clock, {share:.1%} within {span(timedelta(hours=24))}"
        if self.unmapped:
            yield f"  unmapped   {_counted(self.unmapped)}"
        for named in sorted(self.years_apart)[:LISTED]:
            ref, _, years = named.rpartition(": ")
            yield f"  look at    {ref}: received and recorded {years} calendar year apart to the day; a year typed wrongly?"
        for severity, _, _, where, said in self.gravest:
            yield f"  first      {SEVERITIES[severity]}: {where}: {said}"
        if self.differences:
            yield f"  with the other rulebook: {_counted(self.differences)}"
            yield from (f"    {named}" for named in sorted(self.changed)[:LISTED])


_OWN = {"delays", "until", "years_apart", "changed", "gravest"}


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {name}" for name, number in sorted(counts.items())) or "none"
