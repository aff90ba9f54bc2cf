"""What has been said of each incident of a group, and how it moves on: by what is stated, and by time alone.

`observe` and `advance` are all that the live path and a replay call; that is why they agree.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush
from typing import Any

from rules.alerts import Alert, Paging, changes
from rules.assessment import Assessment, assess, situation_of
from rules.force import ForceProfile
from rules.group import Group
from rules.rulebook import Rulebook
from rules.situation import Situation
from rules.statements import Statement
from rules.status import published_status, status_facts


@dataclass(slots=True)
class Standing:
    """What was last said of one incident: its alerts by id, its status, and since when that is so."""

    alerts: dict[str, Alert] = field(default_factory=dict)
    assessment: Assessment | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    updated_at: datetime | None = None
    situation: Situation | None = None

    @property
    def unmapped(self) -> set[str]:
        """The codes of the log that its force's map does not know."""
        return set() if self.situation is None else self.situation.unmapped

    def status(self) -> dict[str, Any] | None:
        """Return the status as it is published; None as long as nobody has said when the report was received."""
        if self.assessment is None or self.updated_at is None:
            return None
        return published_status(self.assessment, self.updated_at)


class Watch:
    """A group under watch: its statements, what has been said of its incidents, and their next turns."""

    def __init__(self, profile: ForceProfile, book: Rulebook, paging: Paging | None = None) -> None:
        self.group = Group(profile)
        self.book = book
        self.paging = paging or Paging(enforcement_date=profile.enforcement_date)
        self.standings: dict[str, Standing] = {}
        self._turns: list[tuple[datetime, datetime, str]] = []

    def observe(self, statements: Iterable[Statement], now: datetime) -> list[Alert]:
        """Take in what was stated at one instant, all of it before anything is judged; return the alerts that changed."""
        touched: set[str] = set()
        for statement in statements:
            if self.group.observe(statement) and statement.says_something:
                touched |= self.group.touched_by(statement)
        changed: list[Alert] = []
        for ref in sorted(touched):
            standing = self.standings.setdefault(ref, Standing())
            standing.situation = situation_of(self.group, ref, self.book)
            changed += self._judge(ref, standing, now, now)
        return changed

    def advance(self, until: datetime, *, before: bool = False) -> list[Alert]:
        """Let time pass: visit every step and deadline up to an instant, or before it, each at its own instant."""
        changed: list[Alert] = []
        while self._turns and (self._turns[0][0] < until if before else self._turns[0][0] <= until):
            at, called, ref = heappop(self._turns)
            standing = self.standings[ref]
            turn = standing.assessment.turn if standing.assessment is not None else None
            if turn is not None and turn.at == at:
                changed += self._judge(ref, standing, at, called)
        return changed

    def _judge(self, ref: str, standing: Standing, now: datetime, called: datetime) -> list[Alert]:
        if standing.situation is None:
            return []
        assessment = assess(standing.situation, self.book, now)
        if (turn := assessment.turn) is not None:
            heappush(self._turns, (turn.at, turn.called, ref))
        changed = changes(standing.alerts, assessment, called, self.paging)
        standing.alerts.update((alert.alert_id, alert) for alert in changed)
        standing.assessment = assessment
        if (facts := status_facts(assessment)) != standing.facts:
            standing.facts, standing.updated_at = facts, called
        return changed
