"""Histories in the short form of `rules.examples`, taken as far as a test needs them: folded, grouped, judged or played."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from rules.assessment import Assessment, assess, situation_of
from rules.book_files import load_rulebook
from rules.crime import Crime, fold_crime
from rules.events import EVENT, AnyEvent
from rules.examples import FORCE, events_of
from rules.expectations import Expectation
from rules.force import ForceProfile
from rules.group import Group
from rules.history import Played, play
from rules.incident import Incident, fold_incident
from rules.instants import parse_instant
from rules.rulebook import Rulebook
from rules.situation import Situation
from rules.statements import Statement, Statements, statement_of

Line = Mapping[str, Any]
HOUR = timedelta(hours=1)
OPENED_AT = datetime(2026, 4, 2, 9, tzinfo=UTC)
"""When the logs of most tests are opened: a Thursday in summer time."""
PLAIN = ForceProfile(force=FORCE)


@cache
def book() -> Rulebook:
    return load_rulebook()


def after(hours: float) -> str:
    """The instant so many hours after OPENED_AT, as a feed writes it."""
    return (OPENED_AT + timedelta(hours=hours)).isoformat()


def at(hours: float) -> datetime:
    return OPENED_AT + timedelta(hours=hours)


def line(hours: float, word: str, /, **data: Any) -> Line:
    """One line of the short form, at so many hours after OPENED_AT."""
    return {"at": after(hours), word: data}


def opened(hours: float = 0, /, **data: Any) -> Line:
    return line(hours, "opened", **data)


def events(*given: Line) -> list[AnyEvent]:
    return [EVENT.validate_python(event) for event in events_of(given)]


def statements(*given: Line) -> list[Statement]:
    return [statement_of(event, book().lexicon) for event in events(*given)]


def ordered(*given: Line) -> Statements:
    kept = Statements()
    for said in statements(*given):
        kept.add(said)
    return kept


def incident(*given: Line, ref: str = "A") -> Incident:
    return fold_incident(ref, (said for said in ordered(*given) if (said.origin, said.ref) == ("incident", ref)))


def crime(*given: Line, ref: str = "C1") -> Crime:
    return fold_crime(ref, (said for said in ordered(*given) if (said.origin, said.ref) == ("crime", ref)))


def group(*given: Line, profile: ForceProfile = PLAIN) -> Group:
    made = Group(profile)
    for said in statements(*given):
        made.observe(said)
    return made


def situation(*given: Line, ref: str = "A", profile: ForceProfile = PLAIN) -> Situation:
    found = situation_of(group(*given, profile=profile), ref, book())
    assert found is not None
    return found


def assessed(*given: Line, now: datetime | float, ref: str = "A", profile: ForceProfile = PLAIN) -> Assessment:
    moment = now if isinstance(now, datetime) else at(now)
    return assess(situation(*given, ref=ref, profile=profile), book(), moment)


def expected(*given: Line, rule: str = "M02", now: datetime | float = 1, ref: str = "A") -> list[Expectation]:
    found = assessed(*given, now=now, ref=ref).moment.expectations
    return [expectation for expectation in found if expectation.rule == rule]


def played(*given: Line, until: float, profile: ForceProfile = PLAIN) -> Played:
    return play(events(*given), parse_instant(after(until)), profile, book())


def turns(history: Played, kind: str, ref: str = "A") -> list[tuple[datetime, str, str | None]]:
    """Every change of an incident's alerts of a kind that moved its life on: when, to what, and with which resolution."""
    seen: list[tuple[datetime, str, str | None]] = []
    last: dict[str, Any] = {}
    for alert in history.changes:
        if alert.kind == kind and alert.facts["incident_ref"] == ref and last.get(alert.alert_id) != alert.history:
            seen.append((alert.history[-1][0], alert.status, alert.resolution))
        last[alert.alert_id] = alert.history
    return seen
