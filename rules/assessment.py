"""What is owed about one incident at an instant: its status, the alerts that stand, and when that may change by itself."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from rules import codes
from rules.expectations import Expectation, expectations
from rules.facts import Matter, Moment
from rules.grounds import GROUNDS
from rules.group import Group
from rules.instants import TICK, local_day
from rules.matters import MATTERS, NEEDED
from rules.quality import quality_of
from rules.reported import Ground
from rules.rule import Severity
from rules.rulebook import Asked, CompiledAsk, Rulebook
from rules.situation import LiveRecord, Situation

NOTHING_ASKED = Asked((), (), ())


class Turn(NamedTuple):
    """When an assessment may change with no further event: the first instant of the change, and what to call it.

    A deadline is called by its own instant, though what follows begins one tick later.
    """

    at: datetime
    called: datetime


@dataclass(frozen=True, slots=True)
class Owed:
    """One alert that should stand: whose, what kind, about what, and by when."""

    ask: CompiledAsk
    kind: str
    occasion: str
    severity: Severity
    due_at: datetime
    expectation: Expectation | None
    matter: Matter | None

    @property
    def rule(self) -> str:
        """The id of the rule that asks."""
        return self.ask.rule.id


@dataclass(slots=True)
class Assessment:
    """Everything that is said about an incident at an instant; equal fields, equal answers."""

    moment: Moment
    rulebook_hash: str
    status: str
    owed: list[Owed]
    turn: Turn | None
    leading: Expectation | None
    basis: str | None
    offence_group: str
    quality: tuple[str, ...]
    asked: Asked = NOTHING_ASKED
    looked_at: list[tuple[CompiledAsk, list[Expectation]]] = field(default_factory=list)
    listed: list[CompiledAsk] = field(default_factory=list)

    @property
    def situation(self) -> Situation:
        """The situation that was assessed."""
        return self.moment.situation

    @property
    def rules(self) -> list[str]:
        """The rules with an expectation, or with an alert that stands (reading R36)."""
        expecting = {expectation.rule for expectation in self.moment.expectations if expectation.rule}
        return sorted(expecting | {owed.rule for owed in self.owed})


def assess(situation: Situation, book: Rulebook, now: datetime) -> Assessment:
    """Judge a situation at an instant by the book of the day on which its report was received.

    What a rule or a matter raises has its name as a note.
    """
    moment = Moment(situation, now)
    if situation.incident.merges and situation.merged_into is not None:
        group, quality = _offence_group(situation, []), quality_of(situation, [])
        return Assessment(moment, book.hash, "merged", [], None, None, None, group, quality)
    owed: list[Owed] = []
    turns: list[Turn] = []
    looked_at: list[tuple[CompiledAsk, list[Expectation]]] = []
    asked = book.asked(situation.day, situation.profile.not_supplied)
    for about, asks in asked.expecting:
        if grounds := _grounds(about, situation):
            for ask in asks:
                try:
                    expected = _expected(ask, grounds, moment)
                except Exception as error:
                    error.add_note(ask.rule.id)
                    raise
                moment.expectations += expected
                looked_at.append((ask, expected))
    _judge_alone(moment, book)
    moment.quality = quality_of(situation, moment.expectations)
    for ask, expected in looked_at:
        owed += _expectations_owed(ask, expected, moment, turns)
    listed: list[CompiledAsk] = []
    has = moment.has
    for about, asks in asked.matters:
        for ask in asks if NEEDED[about] in has and (matters := _matters(about, moment)) else ():
            try:
                stands = _matters_owed(ask, matters, moment, turns)
            except Exception as error:
                error.add_note(ask.rule.id)
                raise
            if ask.ask.then.kind == "listed":
                listed += [ask] if stands else []
            else:
                owed += stands
    turns += [_after(ending.until) for ending in situation.endings if ending.until is not None and now <= ending.until]
    status, leading, basis = _status(moment)
    return Assessment(
        moment=moment,
        rulebook_hash=book.hash,
        status=status,
        owed=owed,
        turn=min(turns, default=None),
        leading=leading,
        basis=basis,
        offence_group=_offence_group(situation, moment.expectations),
        quality=moment.quality,
        asked=asked,
        looked_at=looked_at,
        listed=listed,
    )


def _grounds(about: str, situation: Situation) -> list[Ground]:
    try:
        return GROUNDS[about](situation)
    except Exception as error:
        error.add_note(f"the ground {about}")
        raise


def _matters(about: str, moment: Moment) -> list[Matter]:
    try:
        return MATTERS[about](moment)
    except Exception as error:
        error.add_note(f"the matter {about}")
        raise


def _expected(ask: CompiledAsk, grounds: list[Ground], moment: Moment) -> list[Expectation]:
    situation = moment.situation
    if ask.terms is None or (ask.of and ask.of.isdisjoint(situation.families_disclosed)):
        return []
    if not ask.applies(moment, None):
        return []
    if ask.of:
        grounds = [ground for ground in grounds if ground.family in ask.of]
    return expectations(situation, ask.rule.id, grounds, ask.terms, moment.now)


def _judge_alone(moment: Moment, book: Rulebook) -> None:
    """Judge a live crime that nothing expected on the report clock (reading R2)."""
    situation = moment.situation
    if moment.expectations or not situation.live_crimes:
        return
    due_at = situation.starts + book.parameter("recording_limit", situation.day)
    first = min(situation.live_crimes, key=lambda record: (record.recorded_at, record.ref))
    moment.expectations.append(
        Expectation("", "report", "report", situation.starts, due_at, due_at, due_at, (), first, None)
    )


def _after(deadline: datetime) -> Turn:
    return Turn(deadline + TICK, deadline)


def _expectations_owed(ask: CompiledAsk, expected: list[Expectation], moment: Moment, turns: list[Turn]) -> list[Owed]:
    owed = []
    for expectation in expected:
        state = expectation.state(moment.now)
        if state == "monitoring":
            turns.append(Turn(expectation.warns_at, expectation.warns_at))
        elif state in ("due_soon", "overdue"):
            severity = ask.severity(moment, None)
            owed.append(Owed(ask, state, expectation.occasion, severity, expectation.due_at, expectation, None))
        if state in ("monitoring", "due_soon"):
            turns.append(_after(expectation.due_at))
    return owed


def _matters_owed(ask: CompiledAsk, matters: list[Matter], moment: Moment, turns: list[Turn]) -> list[Owed]:
    owed = []
    for matter in matters:
        if not ask.applies(moment, matter):
            continue
        due_at, waits = matter.due_at, matter.waits
        if ask.within is not None:
            due_at, waits = matter.at + ask.within, True
        if matter.not_before is not None:
            due_at = max(due_at, matter.not_before)
        if waits and moment.now <= due_at:
            turns.append(_after(due_at))
        else:
            severity = ask.severity(moment, matter)
            owed.append(Owed(ask, ask.ask.then.kind, matter.occasion, severity, due_at, None, matter))
    return owed


def _status(moment: Moment) -> tuple[str, Expectation | None, str | None]:
    """Return the status by the first reading of R1 that fits, the expectation that speaks for it, and the basis."""
    if unanswered := moment.open:
        states = {expectation.state(moment.now) for expectation in unanswered}
        status = next(state for state in ("overdue", "due_soon", "monitoring") if state in states)
        return status, min(unanswered, key=lambda expectation: (expectation.due_at, expectation.rule)), None
    if met := [(expectation, record) for expectation in moment.expectations if (record := expectation.met_by)]:
        late = any(expectation.met_late for expectation, _ in met)
        leading, _ = min(met, key=lambda pair: (pair[0].due_at - pair[1].recorded_at, pair[0].rule))
        return "recorded_late" if late else "recorded_in_time", leading, None
    if ended := [(expectation, ending) for expectation in moment.expectations if (ending := expectation.ended_by)]:
        _, newest = max(ended, key=lambda pair: (pair[1].at, pair[1].status, pair[1].basis))
        leading, _ = min(ended, key=lambda pair: (pair[0].due_at, pair[0].rule))
        return newest.status, leading, newest.basis
    return "not_expected", None, None


def _offence_group(situation: Situation, expected: list[Expectation]) -> str:
    """Return the group of the gravest live record, else of the gravest ground (reading R25)."""
    if situation.live:
        return codes.gravest(record.group for record in situation.live)
    return codes.gravest(ground.group for expectation in expected for ground in expectation.grounds)


def delay_of(leading: Expectation, record: LiveRecord) -> timedelta:
    """Return how long a record took from the start of its clock; one made before the report took no time (E15, R28)."""
    return max(record.recorded_at - leading.starts, timedelta(0))


def same_day(situation: Situation, record: LiveRecord) -> bool:
    """Whether a record was made on the local day of the report."""
    return local_day(record.recorded_at, situation.profile.zone) == local_day(
        situation.received_at, situation.profile.zone
    )


def situation_of(group: Group, ref: str, book: Rulebook) -> Situation | None:
    """Return the situation of an incident; None until one of its events has given when it was received (reading R36)."""
    if group.incident(ref).received_at is None:
        return None
    return Situation(group, ref, book.lexicon, book.parameter)
