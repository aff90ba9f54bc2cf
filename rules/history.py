"""A whole history of one force, played from its first event to an instant, each event arriving at its own time."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from rules.alerts import Alert
from rules.events import AnyEvent
from rules.force import ForceProfile
from rules.rulebook import Rulebook
from rules.standing import Watch
from rules.statements import Statement, statement_of


@dataclass(frozen=True, slots=True)
class Played:
    """What was said while a history was played: every change of every alert, and the last status of each incident."""

    changes: list[Alert]
    statuses: dict[str, dict[str, Any]]
    alerts: dict[str, dict[str, Alert]]
    unmapped: Counter[str]
    crimes: dict[str, list[str]]


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
    found = {ref: status for ref, standing in watch.standings.items() if (status := standing.status()) is not None}
    unmapped = Counter(raw for standing in watch.standings.values() for raw in standing.unmapped)
    alerts = {ref: standing.alerts for ref, standing in watch.standings.items()}
    crimes = {ref: [crime.ref for crime in watch.group.crimes_of((ref,))] for ref in found}
    return Played(changes, found, alerts, unmapped, crimes)
