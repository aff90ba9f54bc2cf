"""The contract's metrics, kept where rows are written, so that they cannot drift from them.

No label holds a number of an incident or free text. Each worker exports what it owns; the sum over workers is the whole,
of instants the min or max. Every combination of the counters exists at 0 from the start for the forces that have a file,
for others from the moment they are first seen. Called from the worker's event loop alone.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from importlib.metadata import version
from typing import Literal, TypeVar, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, disable_created_metrics

from rules.codes import OFFENCE_GROUPS
from rules.events import TOPICS
from rules.force import ForceProfile
from rules.published import Resolution
from rules.rulebook import Rulebook
from rules.status import FINAL
from streams.agents.monitor import KIND, RULE, SEVERITIES
from streams.clock import Clock
from streams.outward.gauges import Gauges, Held

OTHER = "other"
"""The area of an incident that has none, or one that its force has not configured."""
Result = Literal["used", "repeat", "expired", "dead_letter"]
Called = Literal["paged", "shadow", "flood"]
RESOLUTIONS: tuple[str, ...] = get_args(Resolution)
"""The contract's closed list (A9)."""
_HOUR = 3600
_DELAYS = (_HOUR / 4, *(hours * _HOUR for hours in (1, 4, 8, 12, 18, 24, 48, 72, 7 * 24)))
_LATENESS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, _HOUR)

_HELP = {
    "alerts_raised_total": "Alerts raised, or raised again.",
    "pages_total": "Alerts that page, or would: `paged`, `shadow` (paging is off for the kind), `flood` (one speaks for it).",
    "alerts_resolved_total": "Alerts resolved, by why.",
    "outcomes_total": "Times that an incident came to a final status; one incident may come to several.",
    "breaches_total": "Times that the deadline of an incident's clock passed with no crime recorded.",
    "delay_seconds": "Seconds from the start of an incident's clock to the record of its crime.",
    "events_total": "Events read, by what became of them.",
    "feed_last_event_timestamp_seconds": "Time of a feed's newest event, as its source says, in seconds since 1970.",
    "feed_clock_skew_seconds": "Seconds by which a feed's newest event was ahead of its arrival; below 0: how late it came.",
    "feed_stale": "1 while a feed is silent, or behind, for longer than its force has configured; else 0.",
    "sweep_lateness_seconds": "Seconds from a deadline to the overdue alert about it.",
    "alert_delay_seconds": "Seconds to an overdue alert from its deadline, or from when the crime feed had been read past it.",
    "lag_messages": "Records at the broker that are not acknowledged yet, of each partition that is read here.",
    "reconciliation_differences": "Differences that the last comparison of the books found.",
    "reconciliation_timestamp_seconds": "When the books were compared last, in seconds since 1970; NaN where they were not.",
    "heartbeat_timestamp_seconds": "Heartbeat that came through a stage last, in seconds since 1970.",
    "rule_checkable": "1 where a force's feeds give what a rule needs; 0 where they do not, or no feed does.",
    "build_info": "Always 1: the version of the program, and its rulebook.",
}

_Kind = TypeVar("_Kind", Counter, Gauge, Histogram)


class Metrics:
    """Everything that one worker counts, in a `registry` of its own."""

    def __init__(
        self, forces: Iterable[ForceProfile], book: Rulebook, clock: Clock, registry: CollectorRegistry | None = None
    ) -> None:
        # the instants at which counters began would be a third of all series
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = registry or CollectorRegistry()
        self._book = book
        self._can_raise = sorted(_can_raise(book))
        self._areas: dict[str, frozenset[str]] = {}
        self._newest: dict[tuple[str, str], datetime] = {}
        self._said_stale: set[tuple[str, str]] = set()
        self._gauges = Gauges(clock)
        self.registry.register(self._gauges)
        self._raised = self._made(Counter, "alerts_raised_total", "force", "kind", "severity", "rule")
        self._resolved = self._made(Counter, "alerts_resolved_total", "force", "kind", "resolution")
        self._called = self._made(Counter, "pages_total", "force", "kind", "result")
        self._outcomes = self._made(Counter, "outcomes_total", "force", "offence_group", "status")
        self._breaches = self._made(Counter, "breaches_total", "force", "offence_group")
        self._delay = self._made(partial(Histogram, buckets=_DELAYS), "delay_seconds", "force", "offence_group")
        self._lateness = self._made(partial(Histogram, buckets=_LATENESS), "sweep_lateness_seconds")
        self._alert_delay = self._made(partial(Histogram, buckets=_LATENESS), "alert_delay_seconds")
        self._events = self._made(Counter, "events_total", "topic", "type", "result")
        self._fed = self._made(Gauge, "feed_last_event_timestamp_seconds", "force", "feed")
        self._skew = self._made(Gauge, "feed_clock_skew_seconds", "force", "feed")
        self._stale = self._made(Gauge, "feed_stale", "force", "feed")
        self._heartbeat = self._made(Gauge, "heartbeat_timestamp_seconds", "stage")
        self._checkable = self._made(Gauge, "rule_checkable", "force", "rule")
        self._lag = self._made(Gauge, "lag_messages", "topic", "partition")
        self._differences = self._made(Gauge, "reconciliation_differences", "force")
        self._compared = self._made(Gauge, "reconciliation_timestamp_seconds")
        self._compared.set(math.nan)
        ProcessCollector(registry=self.registry)
        build = self._made(Gauge, "build_info", "version", "rulebook_hash")
        build.labels(version("recording-monitor"), book.hash).set(1)
        for topic, types in TOPICS.items():
            for type_ in (*sorted(types), "unknown"):
                for result in get_args(Result):
                    self._events.labels(topic, type_, result)
        for profile in forces:
            self._introduce(profile)
            for feed in profile.feeds:
                self._stale.labels(profile.force, feed)

    def _made(self, kind: Callable[..., _Kind], name: str, *labels: str) -> _Kind:
        return kind(f"recording_{name}", _HELP[name], labels, registry=self.registry)

    def _introduce(self, profile: ForceProfile) -> None:
        """Let every combination of a force's labels exist, so that its first event is seen as a rise from 0."""
        force, areas = profile.force, profile.areas
        self._areas[force] = frozenset(areas)
        for judged in self._book.rules.values():
            self._checkable.labels(force, judged.id).set(judged.is_checkable(profile.not_supplied))
        for unjudged in self._book.not_checked:
            self._checkable.labels(force, unjudged).set(0)
        for kind, severity, rule in self._can_raise:
            self._raised.labels(force, kind, severity, rule)
            for result in get_args(Called):
                self._called.labels(force, kind, result)
            for resolution in RESOLUTIONS:
                self._resolved.labels(force, kind, resolution)
        for group in OFFENCE_GROUPS:
            self._delay.labels(force, group)
            self._breaches.labels(force, group)
            for status in sorted(FINAL):
                self._outcomes.labels(force, group, status)
        self._gauges.introduce(force, (*areas, OTHER), ((kind, severity) for kind, severity, _ in self._can_raise))

    def _known(self, force: str) -> str:
        if force not in self._areas:
            self._introduce(ForceProfile(force=force))
        return force

    def event(self, topic: str, type_: str, result: Result) -> None:
        """Count an event by what became of it; a type that the topic does not have counts as unknown."""
        self._events.labels(topic, type_ if type_ in TOPICS[topic] else "unknown", result).inc()

    def changed(self, partition: int, before: Held | None, after: Held | None) -> None:
        """Count an incident of a partition as what it became, and no longer as what it was."""
        if before == after:
            return
        if before is not None:
            self._gauges.count(partition, before, self._area(before), -1)
        if after is not None:
            self._gauges.count(partition, after, self._area(after), 1)

    def _area(self, held: Held) -> str:
        area = held.area
        return area if area is not None and area in self._areas[self._known(held.force)] else OTHER

    def left(self, partition: int) -> None:
        """Forget what a partition gave, and what was said of feeds: whoever owns it now says that."""
        self._gauges.left(partition)
        for force, feed in self._said_stale:
            self._stale.labels(force, feed).set(0)
        self._said_stale.clear()

    def raised(self, force: str, kind: str, severity: str, rule: str) -> None:
        """Count an alert that was raised, or raised again."""
        self._raised.labels(self._known(force), kind, severity, rule).inc()

    def called(self, force: str, kind: str, result: Called) -> None:
        """Count an alert that pages from now on, or would."""
        self._called.labels(self._known(force), kind, result).inc()

    def resolved(self, force: str, kind: str, resolution: str) -> None:
        """Count an alert that was resolved."""
        self._resolved.labels(self._known(force), kind, resolution).inc()

    def outcome(self, force: str, offence_group: str, status: str) -> None:
        """Count an incident's entry into a final status."""
        self._outcomes.labels(self._known(force), offence_group, status).inc()

    def breach(self, force: str, offence_group: str) -> None:
        """Count an incident whose deadline passed with no crime recorded."""
        self._breaches.labels(self._known(force), offence_group).inc()

    def delay(self, force: str, offence_group: str, seconds: float) -> None:
        """Observe how long after the start of its clock an incident's crime was recorded."""
        self._delay.labels(self._known(force), offence_group).observe(seconds)

    def fed(self, force: str, feed: str, time: datetime, came: datetime) -> None:
        """Take in that a feed had an event of some time, which came at an instant; the newest is shown, up to that."""
        newest = self._newest.get((force, feed), time)
        if time >= newest:
            newest = self._newest[force, feed] = time
            self._skew.labels(self._known(force), feed).set((time - came).total_seconds())
        self._fed.labels(self._known(force), feed).set(min(newest, came).timestamp())

    def stale(self, force: str, feed: str, stale: bool) -> None:
        """Say whether a feed's silence says nothing for now."""
        self._stale.labels(self._known(force), feed).set(stale)
        if stale:
            self._said_stale.add((force, feed))

    def late(self, by: timedelta) -> None:
        """Observe how long after its deadline an alert was raised; before it, by a clock that was set back, counts as at it."""
        self._lateness.observe(max(by.total_seconds(), 0.0))

    def delayed(self, by: timedelta) -> None:
        """Observe how long after it could be known an alert was raised."""
        self._alert_delay.observe(max(by.total_seconds(), 0.0))

    def behind(self, lag: Mapping[tuple[str, int], int]) -> None:
        """Show how many records each partition that is read here has that are not acknowledged yet, and of no other one."""
        self._lag.clear()
        for (topic, partition), records in lag.items():
            self._lag.labels(topic, partition).set(records)

    def compared(self, at: datetime, differences: Mapping[str, int]) -> None:
        """Show how many differences there were between the books of each force when they were compared."""
        self._differences.clear()
        for force, number in differences.items():
            self._differences.labels(self._known(force)).set(number)
        self._compared.set(at.timestamp())

    def not_compared(self) -> None:
        """Show nothing of the books any more: another worker compares them."""
        self._differences.clear()
        self._compared.set(math.nan)

    def heartbeat(self, stage: str, at: datetime) -> None:
        """Show the heartbeat that came through a stage last."""
        self._heartbeat.labels(stage).set(at.timestamp())


def _can_raise(book: Rulebook) -> set[tuple[str, str, str]]:
    """Return every kind, severity and rule that an alert by this book can have."""
    return {(KIND, severity, RULE) for severity in SEVERITIES.values()} | {
        (kind, severity, rule.id)
        for rule in book.rules.values()
        if rule.status != "deprecated"
        for asks in rule.versions.values()
        for ask in asks
        if ask.then.kind != "listed"
        for kind in (("due_soon", "overdue") if ask.then.kind == "overdue" else (ask.then.kind,))
        for severity in (rule.severity, *(graver.severity for graver in rule.graver))
    }
