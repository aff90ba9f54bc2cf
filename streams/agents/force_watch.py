"""Watches each force as a whole: whether its feeds speak, whether its alerts flood, whether its books agree.

Every partition keeps how far the forces' feeds had come, so that a worker which starts during a silence knows of it. One
partition, the home of the force, says what is found.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import Final

import msgspec

from rules.alerts import Alert
from rules.explanation import local_words
from rules.force import ForceProfile
from streams.agents.findings import books_differ, flooded, quiet_feed, silent_feed
from streams.agents.messages import Books, Flood, Seen, partition_of, subject_of, watch_key
from streams.agents.monitor import KIND, Finding, monitored
from streams.agents.rhythm import Rhythm
from streams.agents.rows import NOWHERE, ForceRow, pack_alert, packed, read_force, unpack_alert
from streams.agents.watermarks import Watermarks
from streams.clock import Clock
from streams.kafka.state import Flush, StateTable
from streams.outward.alertmanager import Pager
from streams.outward.gauges import Held
from streams.outward.metrics import Metrics
from streams.settings import Forces

ALERTS: Final = "recording-alerts"
KEPT_EVERY: Final = timedelta(minutes=1)
"""How much newer a feed's newest event is than the one that is kept before it is kept in its place."""
CALM_AFTER: Final = timedelta(minutes=1)
"""How long nothing may have been withheld before a flood is over."""

_json = msgspec.json.encode


class ForceWatch:
    """Owns the rows of the forces in the partitions of the incident inbox that are owned here."""

    def __init__(
        self,
        flush: Flush,
        clock: Clock,
        metrics: Metrics,
        forces: Forces,
        watermarks: Watermarks,
        partitions: int,
        page_severities: frozenset[str],
        pager: Pager,
    ) -> None:
        self._flush = flush
        self._clock = clock
        self._metrics = metrics
        self._forces = forces
        self._watermarks = watermarks
        self._partitions = partitions
        self._page_severities = page_severities
        self._pager = pager
        self.table: StateTable

    def recovered(self, owned: frozenset[int]) -> None:
        """Take up again what was known of the feeds, and say again what was said last: it may have reached nobody."""
        for partition in owned:
            for key, content in self.table.rows(partition):
                row, (force, _) = read_force(content), subject_of(key)
                for feed, newest in row.newest.items():
                    self._watermarks.remember(partition, feed, force, newest)
                for kept in row.alerts.values():
                    self._publish(partition, unpack_alert(kept))
                self._metrics.changed(partition, None, _held(force, row))

    def seen(self, partition: int, seen: Seen) -> None:
        """Take in how far a feed has come, and say of the forces that are at home here what follows."""
        now = self._clock.now()
        for force in self._watermarks.forces(partition, seen.feed):
            self._keep_newest(partition, force, seen.feed)
        for profile in self._forces.with_habits(seen.feed):
            if partition == self._home(profile.force):
                self._look(partition, profile, seen.feed, now)
        for key, content in list(self.table.rows(partition)):
            if (row := read_force(content)).floods:
                self._calm(partition, subject_of(key)[0], row, now)

    def told(self, partition: int, offset: int, force: str, message: Flood | Books) -> None:
        """Take in what was found of a force as a whole: so many alerts at once, or books that do not agree."""
        now = self._clock.now()
        row = self._row(partition, force)
        row.offset = offset
        found = None
        if isinstance(message, Flood):
            about = "flood"
            row.floods = [flood for flood in row.floods if flood[:2] != (message.partition, message.since)]
            row.floods.append((message.partition, message.since, message.count, now))
            since = min(flood[1] for flood in row.floods)
            withheld = sum(flood[2] for flood in row.floods)
            found = flooded(since, withheld, local_words(since, self._forces.profile(force).zone))
        else:
            about = "books"
            if message.differences:
                found = books_differ(message.at, message.differences)
        self._say(partition, force, row, about, found, now)
        self._put(partition, force, row)

    def _home(self, force: str) -> int:
        return partition_of(watch_key(force), self._partitions)

    def _row(self, partition: int, force: str) -> ForceRow:
        content = self.table.get(partition, watch_key(force))
        return ForceRow(NOWHERE, {}, {}, [], {}) if content is None else read_force(content)

    def _put(self, partition: int, force: str, row: ForceRow) -> None:
        self.table.put(partition, watch_key(force), packed(row))

    def _keep_newest(self, partition: int, force: str, feed: str) -> None:
        newest = self._watermarks.newest(partition, feed, force)
        row = self._row(partition, force)
        before = row.newest.get(feed)
        if newest is None or (before is not None and newest[0] - before[0] < KEPT_EVERY):
            return
        row.newest[feed] = newest
        profile = self._forces.profile(force)
        habits = profile.feeds.get(feed)  # type: ignore[call-overload]
        if habits is not None and partition == self._home(force):
            rhythm = row.rhythms.setdefault(feed, Rhythm.begun(newest[0]))
            if before is not None and newest[0] - before[0] <= habits.silent_after:
                rhythm.learn(before[0], newest[0], profile.zone)
        self._put(partition, force, row)

    def _look(self, partition: int, profile: ForceProfile, feed: str, now: datetime) -> None:
        if (heard := self._watermarks.heard(partition, feed, profile)) is None:
            return
        self._metrics.stale(profile.force, feed, heard.stale)
        row = self._row(partition, profile.force)
        rhythm = row.rhythms.get(feed)
        usual = rhythm.unusual_after(now, profile.zone) if rhythm is not None else None
        silent = silent_feed(feed, profile, heard) if heard.stale else None
        quiet = quiet_feed(feed, heard, usual) if usual and not heard.stale and heard.lasts > usual else None
        said = [
            self._say(partition, profile.force, row, f"feed {feed}", silent, now),
            self._say(partition, profile.force, row, f"rhythm {feed}", quiet, now),
        ]
        if any(said):
            self._put(partition, profile.force, row)

    def _calm(self, partition: int, force: str, row: ForceRow, now: datetime) -> None:
        if all(now - told >= CALM_AFTER for *_, told in row.floods):
            row.floods = []
            self._say(partition, force, row, "flood", None, now)
            self._put(partition, force, row)

    def _say(self, partition: int, force: str, row: ForceRow, about: str, found: Finding | None, now: datetime) -> bool:
        """Publish what a finding, or that there is none, changes; return whether that is something."""
        said = unpack_alert(row.alerts[about]) if about in row.alerts else None
        alert = monitored(force, about, said, found, now, self._page_severities)
        if alert is None:
            return False
        before = _held(force, row)
        row.alerts[about] = pack_alert(alert)
        self._publish(partition, alert)
        self._metrics.changed(partition, before, _held(force, row))
        if alert.just_raised:
            self._metrics.raised(force, KIND, alert.severity, alert.rule)
        elif alert.resolution is not None:
            self._metrics.resolved(force, KIND, alert.resolution)
        return True

    def _publish(self, partition: int, alert: Alert) -> None:
        self._flush.send(ALERTS, alert.alert_id.encode(), _json(alert.as_dict()))
        self._flush.then(partial(self._pager.take, partition, [alert]))


def _held(force: str, row: ForceRow) -> Held:
    alerts = (unpack_alert(kept) for kept in row.alerts.values())
    standing = sorted((KIND, alert.severity) for alert in alerts if alert.stands)
    return Held(force, None, None, "none", None, tuple(standing))
