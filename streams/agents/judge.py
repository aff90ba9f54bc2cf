"""What becomes of one incident: its row, what was stated of it and told to it, and what is then said of it.

This is the whole decision of the live path, and pure; `streams.agents.incidents` moves it between inbox, table and topics.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rules.alerts import Alert, Paging
from rules.group import neighbours
from rules.limits import check_incident
from rules.relay import told_by_incident, unanswered
from rules.rulebook import Rulebook
from rules.standing import Standing, Watch
from rules.statements import Statement
from streams.agents.messages import Teller
from streams.agents.rows import PATIENCE, Asked, IncidentRow, digest, incident_row
from streams.agents.watermarks import View
from streams.settings import Forces

SETTLES = timedelta(seconds=30)
"""How long what comes late may wait for what answers it and comes late too, before somebody is woken."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of an incident: its row, what is to be said, and what it tells which other incidents.

    `changed` are the alerts that this changed, to be counted; `said` those to publish; `called` those that page from now
    on, or would but for what withholds them.
    """

    row: IncidentRow
    changed: list[Alert]
    said: list[Alert]
    called: list[Alert]
    status: dict[str, Any] | None
    told: dict[str, list[Statement]]
    new: int
    """How many of the statements were not known."""


class Judge:
    """Judges one incident by what its row holds and what came now; the same row, statements and instants, the same answer."""

    def __init__(self, forces: Forces, book: Rulebook, page_severities: frozenset[str], late_after: timedelta) -> None:
        self._forces = forces
        self._book = book
        self._page_severities = page_severities
        self._late_after = late_after
        self._laws: dict[str, str] = {}

    def law_of(self, force: str) -> str:
        """Return what tells the book and the force's own file by which it judges from any other."""
        if (law := self._laws.get(force)) is None:
            profile = digest(self._forces.profile(force).model_dump(mode="json")).hex()
            law = self._laws[force] = f"{self._book.hash}/{profile}"
        return law

    def judge(
        self,
        row: IncidentRow | None,
        force: str,
        ref: str,
        statements: Sequence[Statement],
        now: datetime,
        view: View,
        teller: Teller | None = None,
        *,
        again: bool = False,
        flooded: bool = False,
    ) -> Judged:
        """Take in what was stated, by itself or told by another, let time pass up to an instant, and return what follows.

        An incident that has just come to depend on another one is not judged until that has told what it knows, which
        takes a moment: a merge into a log that is well known would else be a merge into nothing for that moment. And while
        feeds are caught up with nobody is woken before all of them have been read to now, nor of what comes late before
        they have been read to a moment from now: what comes back first after an outage may be answered by what comes next.
        What is taken in `again`, after a crash, may have been said to nobody: then all that stands is said. While the
        force is `flooded` with alerts nobody is paged.
        """
        profile = self._forces.profile(force)
        late = any(now - said.time > self._late_after for said in statements)
        paging = Paging(
            self._page_severities,
            profile.enforcement_date,
            view.read_to,
            view.stale,
            view.catching_up or late,
            profile.shadow,
            flooded,
        )
        watch = Watch(profile, self._book, paging, only=ref)
        mute: set[bytes] = set()
        asked: Asked = {}
        judged_at = view.judged_at
        outdated = waited = False
        if row is not None:
            watch.resume(ref, row.statements, row.standing())
            mute.update(row.mute)
            asked.update(row.asked)
            judged_at = max(judged_at, row.judged_at)
            waited = any(asked.values())
            outdated = row.review is not None or row.law != self.law_of(force) or waited
        standing = watch.standings.setdefault(ref, Standing())
        before = dict(standing.alerts)
        facts, explained = standing.facts, row.explained if row is not None else b""
        new = [said for said in statements if not (watch.group.knows(said) or (mute and digest(said) in mute))]
        asked = self._asked(watch, ref, new, asked, now, teller)
        waits = any(asked.values())
        changed: list[Alert] = []
        if waits:
            for said in new:
                watch.group.observe(said)
        else:
            changed += watch.advance(judged_at, before=True)
            changed += watch.observe(new, now, judged_at)
            changed += watch.advance(judged_at)
            if outdated or again:
                changed += watch.review(now, judged_at)
        changed = _still_true(changed, standing, before)
        mute.update(digest(said) for said in new if not said.says_something)
        # What was held back while somebody was asked is told now, all of it: who knows it already passes nothing on.
        told = told_by_incident(watch.group, ref, watch.group.statements() if again or (waited and not waits) else new)
        if waits:
            told = {other: said for other, said in told.items() if asked.get(("incident", other))}
        status = standing.status()
        if status is not None:
            explained_before, explained = explained, digest(status["explanation"])
            if explained == explained_before and standing.facts is facts and not again:
                status = None
        kept = (said for said in watch.group.statements() if said.says_something)
        return Judged(
            row=incident_row(
                force,
                self.law_of(force),
                kept,
                mute,
                standing,
                judged_at,
                explained,
                asked,
                now + SETTLES if late else now if view.catching_up else None,
            ),
            changed=changed,
            said=[alert for alert in standing.alerts.values() if alert.body] if again else changed,
            called=[alert for alert in changed if _calls(alert) and not _calls(before.get(alert.alert_id))],
            status=status,
            told=told,
            new=len(new),
        )

    @staticmethod
    def _asked(
        watch: Watch, ref: str, new: list[Statement], asked: Asked, now: datetime, teller: Teller | None
    ) -> Asked:
        """Return whom the incident has asked, now that `new` was stated and one of them may have told."""
        asked = {other: since if since and now - since < PATIENCE else None for other, since in asked.items()}
        if any(any(neighbours(said, watch.group.profile.code_map)) for said in new):
            statements = [*watch.group.statements(), *new]
            check_incident(ref, statements, watch.group.profile.code_map)
            led_to = unanswered(statements, ref, watch.group.profile.code_map)
            asked = {**dict.fromkeys(led_to, now), **asked}
        if teller is not None and new:
            asked.pop(teller, None)
        elif teller is not None:
            asked[teller] = None
        return asked


def _calls(alert: Alert | None) -> bool:
    """Whether an alert stands and pages, or would but for what withholds it."""
    return alert is not None and alert.stands and (alert.paged or alert.withheld is not None)


def _still_true(changed: list[Alert], standing: Standing, before: Mapping[str, Alert]) -> list[Alert]:
    """Leave out, and forget, what would have been raised and resolved in between by a worker that was away (R10)."""
    passed = {name for name, alert in standing.alerts.items() if name not in before and not alert.stands}
    for name in passed:
        del standing.alerts[name]
    return [alert for alert in changed if alert.alert_id not in passed]
