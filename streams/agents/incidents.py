"""The incident agent: keeps the row of each incident, has it judged, and publishes what is then said of it."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from rules.alerts import Alert
from rules.force import ForceProfile
from rules.group import Group
from rules.instants import local_day, parse_instant
from rules.relay import told_by_incident
from rules.statements import Statement
from rules.status import FINAL
from streams.agents.force_watch import ForceWatch
from streams.agents.inbox import Inbox
from streams.agents.inboxes import Inboxes
from streams.agents.judge import Judge, Judged
from streams.agents.messages import (
    Books,
    Due,
    Erase,
    EraseVictim,
    Flood,
    Message,
    Origin,
    Said,
    Seen,
    Told,
    key_of,
    subject_of,
)
from streams.agents.pages import Pages
from streams.agents.redaction import redact_incident, redacted
from streams.agents.retention import Walk, forget_other, new_row, retire
from streams.agents.rows import SETTLED_AFTER, IncidentRow, TooLarge, empty_row, packed, read_incident, read_summary
from streams.agents.sweep import Schedule
from streams.agents.watermarks import CRIMES, RELAYS, View, Watermarks
from streams.clock import Clock
from streams.kafka.state import Flush, StateTable
from streams.outward.alertmanager import Pager
from streams.outward.metrics import Metrics
from streams.settings import Forces

ALERTS = "recording-alerts"
STATUSES = "recording-status"
MAX_SAID = 1024 * 1024
"""A status or an alert is at most this large, so that it always fits into one record of its topic."""
MISSED = frozenset({"overdue", "recorded_late"})
"""The statuses of an incident whose deadline passed with no crime recorded."""
RETRY_AFTER = timedelta(minutes=10)
"""When an incident is judged again whose deadline could not be, because a rule failed on it."""

_json = msgspec.json.encode


class IncidentAgent:
    """Owns the rows of the incidents that live in its partitions of the incident inbox."""

    def __init__(
        self,
        flush: Flush,
        inboxes: Inboxes,
        clock: Clock,
        metrics: Metrics,
        forces: Forces,
        judge: Judge,
        watermarks: Watermarks,
        watch: ForceWatch,
        pages: Pages,
        pager: Pager,
        retention: timedelta,
        broker: Mapping[str, Any],
    ) -> None:
        self._flush = flush
        self._clock = clock
        self._metrics = metrics
        self._forces = forces
        self._judge = judge
        self._watermarks = watermarks
        self._watch = watch
        self._pages = pages
        self._pager = pager
        self._retention = retention
        self._walk = Walk()
        self._inboxes = inboxes
        self.schedule = Schedule()
        self.table: StateTable
        inbox = Inbox(flush, clock, metrics, broker, self._handle, self._seen)
        self.run, self.words = inbox.run, inbox.words

    def recovered(self, owned: frozenset[int]) -> None:
        """Build the schedule and the gauges of the partitions that are owned now, from the first fields of their rows."""
        for partition in range(self._inboxes.partitions):
            self.schedule.left(partition)
            self._metrics.left(partition)
            self._pager.left(partition)
            if partition not in owned:
                self._watermarks.left(partition)
        for partition in owned:
            for key, content in self.table.rows(partition):
                row = read_summary(content)
                self._metrics.changed(partition, None, row.held)
                if row.open_alerts and self._pager.is_used:
                    self._pager.take(partition, read_incident(content).standing().alerts.values())
                if row.law != self._judge.law_of(row.force):
                    row.due = self._clock.now()
                self.schedule.plan(partition, key, row)
        self._watch.recovered(owned)

    def sweep(self) -> None:
        """Send a message to each incident that is due, the gravest first."""
        now = self._clock.now()
        due = Due(now)
        for partition, key in self.schedule.take(lambda part, force: self._view(part, force, now)):
            self._inboxes.due(self._inboxes.incidents, partition, key, due)
        for partition, key, content in self._walk.on(self.table):
            row = read_summary(content)
            if (long_ago := now - row.changed_at) > self._retention or (row.shrinks and long_ago > SETTLED_AFTER):
                self._inboxes.due(self._inboxes.incidents, partition, key, due)
        for force, flood in self._pages.untold():
            self._inboxes.to_incident(force, "", flood)
        if (heard := self._heard) is not None:
            self._metrics.heartbeat("sweep", min(now, heard))

    def _view(self, partition: int, force: str, now: datetime) -> View:
        return self._watermarks.view(partition, self._forces.profile(force), now)

    def _handle(self, partition: int, offset: int, key: bytes, message: Message, origin: Origin) -> None:
        force, ref = subject_of(key)
        if isinstance(message, Flood | Books):
            self._watch.told(partition, offset, force, message)
            return
        now = self._clock.now()
        content = self.table.get(partition, key)
        row = None if content is None else read_incident(content)
        if (leaves := self._leaves(message, row, now)) is not None:
            self._take_away(partition, offset, key, row or new_row(force, now), *leaves)
            return
        statements = self._stated(message, row, origin, now)
        if statements is None:
            return
        about = redact_incident(row, message.victim) if isinstance(message, EraseVictim) and row is not None else []
        teller = message.teller if isinstance(message, Told) else None
        try:
            view, again = self._view(partition, force, now), row is not None and offset <= row.offset
            flooded = self._pages.flooded(force, len(self.table.owned), now)
            judged = self._judge.judge(row, force, ref, statements, now, view, teller, again=again, flooded=flooded)
            judged.row.offset = offset
            if row is not None:
                judged.row.forgets, judged.row.nameless = row.forgets, row.nameless
                judged.row.removed = sorted({*row.removed, *(alert.alert_id for alert in about)})
            content = packed(judged.row)
            said = _written(force, ref, judged)
        except Exception:
            if row is not None and isinstance(message, Due):
                self._retry(partition, key, row, now)
            raise
        self.table.put(partition, key, content)
        self._metrics.changed(partition, None if row is None else row.held, judged.row.held)
        self.schedule.plan(partition, key, judged.row)
        for topic, name, value in said:
            self._flush.send(topic, name, value)
        if judged.said:
            self._flush.then(partial(self._pager.take, partition, judged.said))
        self._count(self._forces.profile(force), partition, row, judged, now)
        if isinstance(message, Said):
            self._metrics.event(origin.topic, origin.type, "used" if judged.new else "repeat")
        for other, facts in judged.told.items():
            self._inboxes.to_incident(force, other, Told(origin, ("incident", ref), facts))
        if isinstance(message, Erase):
            self._pass_on(force, ref, row, message)
        if isinstance(message, EraseVictim):
            self._remove(partition, force, about, judged.row.removed, now)

    def _leaves(self, message: Message, row: IncidentRow | None, now: datetime) -> tuple[datetime, datetime] | None:
        """Return up to when what was stated of an incident is to be forgotten, and when it last changed, if it leaves now."""
        if isinstance(message, Erase) and message.ref is None:
            return message.at, now
        if isinstance(message, Due) and row is not None and now - row.changed_at > self._retention:
            return now - self._retention, row.changed_at
        return None

    def _stated(
        self, message: Message, row: IncidentRow | None, origin: Origin, now: datetime
    ) -> list[Statement] | None:
        """Return what a message states that is to be taken in; None if nothing follows from it."""
        match message:
            case Said() | Told():
                told = [message.statement] if isinstance(message, Said) else message.statements
                if row is None:
                    kept = [said for said in told if isinstance(message, Told) or said.time >= now - self._retention]
                else:
                    known = (said for said in told if row.forgets is None or said.time > row.forgets)
                    kept = [redacted(said, row.nameless) for said in known]
                if kept or not told:
                    return kept
                if isinstance(message, Said):
                    self._metrics.event(origin.topic, origin.type, "expired")
                return None
            case Erase(at, str(other)):
                return [] if row is not None and forget_other(row, other, at) else None
        return [] if row is not None else None

    def _take_away(
        self, partition: int, offset: int, key: bytes, row: IncidentRow, forgets: datetime, changed_at: datetime
    ) -> None:
        """Take an incident away: what was published of it, what others hold of it, and its row but for what it forgets.

        What a row is left with that forgets goes too when nothing was stated of it for as long as the retention.
        """
        force, ref = subject_of(key)
        now = self._clock.now()
        if row.is_empty and offset > row.offset and now - row.changed_at > self._retention:
            self.table.put(partition, key, None)
            self.schedule.forget(partition, key)
            return
        self._pass_on(force, ref, row, Erase(forgets, ref))
        left = empty_row(row, forgets, changed_at)
        left.offset = offset
        self._remove(partition, force, row.standing().alerts.values(), left.removed, now)
        self._flush.send(STATUSES, key, None)
        self.table.put(partition, key, packed(left))
        self._metrics.changed(partition, row.held, left.held)
        self.schedule.forget(partition, key)

    def _remove(
        self, partition: int, force: str, alerts: Iterable[Alert], removed: Iterable[str], now: datetime
    ) -> None:
        """Resolve alerts that go with what they are about, and remove them and those that had gone before."""
        retired = [retire(alert, now) for alert in alerts if alert.stands]
        for alert in retired:
            self._flush.send(ALERTS, alert.alert_id.encode(), _json(alert.as_dict()))
            self._count_alert(alert, self._forces.profile(force), partition, now)
        self._flush.then(partial(self._pager.take, partition, retired))
        for name in removed:
            self._flush.send(ALERTS, name.encode(), None)

    def _pass_on(self, force: str, ref: str, row: IncidentRow | None, message: Erase) -> None:
        """Have those forget an incident to whom it, or another one, told what it knew."""
        group = Group(self._forces.profile(force))
        for said in row.statements if row is not None else ():
            group.observe(said)
        for other in told_by_incident(group, ref, group.statements()):
            self._inboxes.to_incident(force, other, Erase(message.at, message.ref or ref))

    def _retry(self, partition: int, key: bytes, row: IncidentRow, now: datetime) -> None:
        row.due = now + RETRY_AFTER
        row.review = None
        self.schedule.plan(partition, key, row)

    def _count(
        self, profile: ForceProfile, partition: int, before: IncidentRow | None, judged: Judged, now: datetime
    ) -> None:
        for alert in judged.changed:
            self._count_alert(alert, profile, partition, now)
        for alert in judged.called:
            self._metrics.called(profile.force, alert.kind, alert.withheld or "paged")
            if alert.withheld != "shadow":
                self._pages.called(profile.force, partition, now, withheld=alert.withheld is not None)
        if judged.status is not None:
            self._count_status(before, judged.row, profile)

    def _count_alert(self, alert: Alert, profile: ForceProfile, partition: int, now: datetime) -> None:
        if _is_history(alert.due_at, profile):
            return
        if alert.just_raised:
            self._metrics.raised(profile.force, alert.kind, alert.severity, alert.rule)
            if alert.kind == "overdue" and alert.opened_at == alert.due_at:
                self._metrics.late(now - alert.due_at)
                if (passed := self._watermarks.passed_at(partition, profile.force, alert.due_at)) is not None:
                    self._metrics.delayed(now - max(alert.due_at, passed))
        elif alert.resolution is not None and not alert.stands:
            self._metrics.resolved(profile.force, alert.kind, alert.resolution)

    def _count_status(self, before: IncidentRow | None, after: IncidentRow, profile: ForceProfile) -> None:
        facts, said = after.facts, before.facts if before is not None else {}
        if _is_history(parse_instant(facts.get("due_at") or facts["received_at"]), profile):
            return
        if facts["status"] in FINAL and facts["status"] != said.get("status"):
            self._metrics.outcome(profile.force, facts["offence_group"], facts["status"])
        if facts["status"] in MISSED and said.get("status") not in MISSED:
            self._metrics.breach(profile.force, facts["offence_group"])
        delay = facts.get("delay_seconds")
        if facts["status"].startswith("recorded_") and delay is not None and delay != said.get("delay_seconds"):
            self._metrics.delay(profile.force, facts["offence_group"], delay)

    def _seen(self, partition: int, seen: Seen) -> None:
        further = self._watermarks.take(partition, seen)
        if seen.feed == CRIMES and seen.partition == seen.partitions - 1:
            self._relay(partition)  # once a round, also what has not changed, for who has come new to a partition
        if not further:
            return
        if (heard := self._heard) is not None:
            self._metrics.heartbeat("incidents", heard)
        if seen.feed != RELAYS:
            self._watch.seen(partition, seen)

    def _relay(self, partition: int) -> None:
        """Tell all other partitions how far all feeds were read here, behind all that its incidents told theirs."""
        read_to = self._watermarks.read_to(partition, besides=RELAYS)
        if read_to is not None:
            relayed = Seen(RELAYS, partition, self._inboxes.partitions, read_to, {})
            self._inboxes.everywhere(self._inboxes.incidents, relayed)

    @property
    def _heard(self) -> datetime | None:
        """How far all feeds have been read by all that is owned here; None while that is not known."""
        heard = [self._watermarks.read_to(owned) for owned in self.table.owned]
        known = [at for at in heard if at is not None]
        return min(known) if known and len(known) == len(heard) else None

    @property
    def waiting(self) -> timedelta:
        """For how long what is due, and was not sent to be judged yet, has been due at most."""
        since = self.schedule.waits_since()
        return timedelta(0) if since is None else max(self._clock.now() - since, timedelta(0))

    @property
    def unheard(self) -> list[str]:
        """The feeds of which it is not known of every owned partition how far they have been read."""
        return sorted({name for owned in self.table.owned for name in self._watermarks.unheard(owned)})


def _written(force: str, ref: str, judged: Judged) -> list[tuple[str, bytes, bytes]]:
    """Return what is published: the topic, key and value of each alert, and of the status if there is one.

    Raises TooLarge for what no record holds: the broker would refuse it, and end the worker each time anew.
    """
    said = [(ALERTS, alert.alert_id.encode(), _json(alert.as_dict())) for alert in judged.said]
    if judged.status is not None:
        said.append((STATUSES, key_of(force, ref), _json(judged.status)))
    if any(len(value) > MAX_SAID for _, _, value in said):
        raise TooLarge(f"what is said of it would have more than {MAX_SAID} bytes")
    return said


def _is_history(at: datetime, profile: ForceProfile) -> bool:
    """Whether something belongs to the time before the force's enforcement date: it is listed, and not counted."""
    return profile.enforcement_date is not None and local_day(at, profile.zone) < profile.enforcement_date
