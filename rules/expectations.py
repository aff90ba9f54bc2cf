"""Expectations: the crime that a rule asks for, from when, by when, and whether it was met or ended (readings R1 to R6, R13)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from rules import codes
from rules.disposals import Ending
from rules.instants import format_instant
from rules.reported import Ground
from rules.situation import LiveRecord, Situation

MetBy = Literal["any_crime", "rape", "death", "conduct", "state_based"]
"""What a record must be to meet an expectation: any crime, or one of a set of classes."""
Clock = Literal["report", "disclosure"]
State = Literal["met", "ended", "monitoring", "due_soon", "overdue"]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a rule's expectation grants: its limit, its warning steps, what meets it and what ends it."""

    within: timedelta
    warn_before: tuple[timedelta, ...]
    met_by: MetBy = "any_crime"
    not_met_by: frozenset[str] = frozenset()
    ended_by: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a rule asks of an incident between two endings: a start, a deadline, and what met or ended it."""

    rule: str
    occasion: str
    clock: Clock
    starts: datetime
    due_at: datetime
    first_due_at: datetime
    warns_at: datetime
    grounds: tuple[Ground, ...]
    met_by: LiveRecord | None
    ended_by: Ending | None
    moved_by: tuple[str, ...] = ()
    decidable: bool = True

    @property
    def is_open(self) -> bool:
        """Whether neither a record nor a disposal answers it."""
        return self.met_by is None and self.ended_by is None

    @property
    def met_late(self) -> bool:
        """Whether the record came after the deadline; exactly at the deadline is in time."""
        return self.met_by is not None and self.met_by.recorded_at > self.due_at

    def state(self, now: datetime) -> State:
        """Return where the expectation stands at an instant."""
        if self.met_by is not None:
            return "met"
        if self.ended_by is not None:
            return "ended"
        if now > self.due_at:
            return "overdue"
        return "due_soon" if now >= self.warns_at else "monitoring"


def expectations(
    situation: Situation, rule: str, grounds: Sequence[Ground], terms: Terms, now: datetime
) -> list[Expectation]:
    """Group the grounds of a rule by the endings that cover them, and judge each group (readings R4, R5, R8)."""
    endings = [ending for ending in situation.endings if ending.in_force(now) and _ends(ending, rule, terms)]
    if not endings:
        return [_expectation(situation, rule, list(grounds), endings, 0, terms)]
    episodes: dict[int, list[Ground]] = {}
    for ground in grounds:
        place = next((place for place, ending in enumerate(endings) if ground.at <= ending.at), len(endings))
        episodes.setdefault(place, []).append(ground)
    return [
        _expectation(situation, rule, covered, endings, place, terms) for place, covered in sorted(episodes.items())
    ]


def _ends(ending: Ending, rule: str, terms: Terms) -> bool:
    by_kind = terms.ended_by is None or ending.by in terms.ended_by
    return by_kind and (ending.rules is None or rule in ending.rules)


def _expectation(
    situation: Situation, rule: str, grounds: list[Ground], endings: list[Ending], place: int, terms: Terms
) -> Expectation:
    before = max((ending.at for ending in endings[:place]), default=None)
    if before is None and any(ground.at_report for ground in grounds):
        clock, starts, occasion = "report", situation.starts, "report"
    else:
        clock, starts = "disclosure", max(situation.starts, min(ground.at for ground in grounds))
        occasion = "disclosure" if before is None else f"disclosure {format_instant(before)}"
    first_due = starts + terms.within
    due_at, moved_by = delayed(first_due, situation.incident.delays, situation.profile.max_exception)
    meeting = [record for record in situation.live if _meets(record, grounds, terms)]
    return Expectation(
        rule=rule,
        occasion=occasion,
        clock=clock,  # type: ignore[arg-type]
        starts=starts,
        due_at=due_at,
        first_due_at=first_due,
        warns_at=due_at - max(terms.warn_before),
        grounds=tuple(grounds),
        met_by=min(meeting, key=lambda record: (record.recorded_at, record.ref), default=None),
        ended_by=endings[-1] if place < len(endings) else None,  # each later ending covers it too; the newest speaks
        moved_by=moved_by,
        decidable=terms.ended_by is None or "decision" in terms.ended_by,
    )


def _meets(record: LiveRecord, grounds: Iterable[Ground], terms: Terms) -> bool:
    """Whether a live record meets an expectation: a crime of the classes that are asked for, any where none is named.

    An N100 meets what rests on rape alone, an N300 what rests on a death (reading R2).
    """
    match record.kind:
        case "crime" if terms.met_by == "any_crime":
            return True
        case "crime" if terms.met_by == "rape":
            return record.group == "rape"
        case "crime" if terms.met_by == "state_based":
            return codes.is_state_based(record.code)
        case "crime":
            return codes.in_set(terms.met_by, record.code)
        case "n100":
            return record.code not in terms.not_met_by and all(ground.is_rape for ground in grounds)
        case "n300":
            return terms.met_by == "death"
    return False


def delayed(
    due_at: datetime, delays: Iterable[dict[str, Any]], longest: timedelta | None = None
) -> tuple[datetime, tuple[str, ...]]:
    """Move a deadline by the delays that count, in the order decided; return it and the names of those (reading R13).

    A delay counts if the registrar authorised it with a rationale, not after the deadline that it moves, to a later one;
    `longest` bounds how far all of them together may move it.
    """
    moved_by: list[str] = []
    last = None if longest is None else due_at + longest
    for delay in delays:
        authorised = delay["decided_by"] == "force_crime_registrar" and bool((delay["note"] or "").strip())
        if authorised and delay["decided_at"] <= due_at < delay["until"] and (last is None or delay["until"] <= last):
            due_at = delay["until"]
            moved_by += delay["names"]
    return due_at, tuple(moved_by)
