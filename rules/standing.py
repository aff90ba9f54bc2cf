"""What has been said of each incident of a group, and how it moves on: by what is stated, and by time alone.

`observe` and `advance` are all that the live path and a replay call; that is why they agree.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush
from typing import Any

from rules.alerts import Alert, Paging, changes
from rules.assessment import Assessment, Turn, assess, situation_of
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
    turn: Turn | None = None
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
    """A group under watch: its statements, what has been said of its incidents, and their next turns.

    With `only`, of all that the group holds, one incident alone is judged: the live path knows of others what bears on it.
    """

    def __init__(
        self, profile: ForceProfile, book: Rulebook, paging: Paging | None = None, only: str | None = None
    ) -> None:
        self.group = Group(profile)
        self.book = book
        self.paging = paging or Paging(enforcement_date=profile.enforcement_date)
        self.only = only
        self.standings: dict[str, Standing] = {}
        self._turns: list[tuple[datetime, datetime, str]] = []

    def resume(self, ref: str, statements: Iterable[Statement], standing: Standing) -> None:
        """Go on from what was stated and said before, with nothing judged anew."""
        for statement in statements:
            self.group.observe(statement)
        standing.situation = situation_of(self.group, ref, self.book)
        self.standings[ref] = standing
        self._await(ref, standing)

    def observe(self, statements: Iterable[Statement], now: datetime, judged_at: datetime | None = None) -> list[Alert]:
        """Take in what was stated at one instant, all of it before anything is judged; return the alerts that changed.

        `judged_at` is an earlier instant by whose deadlines to judge, where the crime feed has not been read up to now.
        """
        touched: set[str] = set()
        for statement in statements:
            if self.group.observe(statement) and statement.says_something:
                touched |= self.group.touched_by(statement) if self.only is None else {self.only}
        changed: list[Alert] = []
        for ref in sorted(touched):
            standing = self.standings.setdefault(ref, Standing())
            standing.situation = situation_of(self.group, ref, self.book)
            changed += self._judge(ref, standing, judged_at or now, now)
        return changed

    def advance(self, until: datetime, *, before: bool = False) -> list[Alert]:
        """Let time pass: visit every step and deadline up to an instant, or before it, each at its own instant."""
        changed: list[Alert] = []
        while self._turns and (self._turns[0][0] < until if before else self._turns[0][0] <= until):
            at, called, ref = heappop(self._turns)
            standing = self.standings[ref]
            if standing.turn is not None and standing.turn.at == at:
                changed += self._judge(ref, standing, at, called)
        return changed

    def review(self, now: datetime, judged_at: datetime) -> list[Alert]:
        """Judge everything again, because the book, or what forbade paging, is another one than before."""
        return [
            alert for ref in sorted(self.standings) for alert in self._judge(ref, self.standings[ref], judged_at, now)
        ]

    def _judge(self, ref: str, standing: Standing, now: datetime, called: datetime) -> list[Alert]:
        if standing.situation is None:
            return []
        assessment = assess(standing.situation, self.book, now)
        standing.assessment, standing.turn = assessment, assessment.turn
        self._await(ref, standing)
        changed = changes(standing.alerts, assessment, called, self.paging)
        standing.alerts.update((alert.alert_id, alert) for alert in changed)
        facts = status_facts(assessment)
        if facts != {**standing.facts, "rulebook_hash": facts["rulebook_hash"]}:
            standing.facts = facts
            standing.updated_at = max(called, standing.updated_at or called)
        return changed

    def _await(self, ref: str, standing: Standing) -> None:
        if standing.turn is not None:
            heappush(self._turns, (standing.turn.at, standing.turn.called, ref))
