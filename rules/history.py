"""A whole history of one force, played from its first event to an instant, each event arriving at its own time."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from rules.alerts import Alert
from rules.events import AnyEvent
from rules.force import ForceProfile
from rules.rulebook import Rulebook
from rules.standing import Standing, Watch
from rules.statements import Statement, statement_of


@dataclass(frozen=True, slots=True)
class Played:
    """What was said while a history was played: every change of every alert, and where each incident stands at the end."""

    changes: list[Alert]
    standings: dict[str, Standing]

    def each_status(self) -> Iterator[dict[str, Any]]:
        """Yield the last status of each incident that has one, written out one at a time."""
        return (status for standing in self.standings.values() if (status := standing.status()) is not None)

    @property
    def statuses(self) -> dict[str, dict[str, Any]]:
        """The last status of each incident that has one, by reference."""
        return {status["incident_ref"]: status for status in self.each_status()}

    @property
    def alerts(self) -> dict[str, dict[str, Alert]]:
        """The last state of every alert, by incident and id."""
        return {ref: standing.alerts for ref, standing in self.standings.items()}

    @property
    def unmapped(self) -> Counter[str]:
        """In how many incidents each code stood that nothing maps."""
        return Counter(raw for standing in self.standings.values() for raw in standing.unmapped)


def play(events: Iterable[AnyEvent], until: datetime, profile: ForceProfile, book: Rulebook) -> Played:
    """Play a history of one force up to an instant, each event arriving at its own time."""
    statements = (statement_of(event, book.lexicon) for event in events)
    return play_statements([said for said in statements if said.time <= until], until, profile, book)


def play_statements(statements: Iterable[Statement], until: datetime, profile: ForceProfile, book: Rulebook) -> Played:
    """Play what was stated, all of one time together, with every step and deadline between two times at its instant."""
    watch = Watch(profile, book)
    changes: list[Alert] = []
    for time, together in groupby(sorted(statements, key=lambda said: said.identity), key=lambda said: said.time):
        changes += watch.advance(time, before=True)
        changes += watch.observe(together, time)
    changes += watch.advance(until)
    return Played(changes, watch.standings)
