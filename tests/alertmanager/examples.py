"""Invented incidents and feeds, and what a worker's pager tells Alertmanager of each: the examples of what people are sent."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from rules.alerts import Alert
from rules.book_files import load_rulebook
from rules.events import EVENT
from rules.examples import events_of
from rules.force import ForceProfile, Links
from rules.history import play
from rules.instants import parse_instant
from rules.rulebook import Rulebook
from streams.agents.findings import books_differ, flooded, silent_feed
from streams.agents.monitor import Finding, monitored
from streams.agents.watermarks import Heard
from streams.outward.alertmanager import Pager
from streams.outward.notices import Notices
from streams.settings import Forces
from tests.integration.alertmanager import Alertmanager

HOUR = timedelta(hours=1)
PAGING = frozenset({"critical", "high", "medium"})
FORCE = "Example"
REF = "POL-20260402-0001"


class _At:
    """A clock that stands."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


def profile(force: str = FORCE) -> ForceProfile:
    """A force with an address of its log, and a crime feed that is never silent for longer than a quarter of an hour."""
    links = Links(log="https://log.example/{incident_ref}")
    return ForceProfile.model_validate(
        {"force": force, "links": links.model_dump(), "feeds": {"crime-records": {"silent_after": "PT15M"}}}
    )


@dataclass(frozen=True)
class Example:
    """What one notification is about: steps, each some alerts as they become and when that is told."""

    steps: tuple[tuple[datetime, tuple[Alert, ...]], ...]
    told_at: datetime
    forgotten: bool = False
    """Whether Alertmanager itself ended it, for nobody told of it any more."""
    only: str | None = None
    """The value of the label `escalation` of what is shown, where not all is."""

    def pushed(self) -> list[dict[str, Any]]:
        """Return what a real pager tells an Alertmanager of it, the newest of each alert."""
        clock = _At(self.told_at)
        with Alertmanager() as alertmanager:
            notices = Notices(
                Forces({FORCE: profile()}),
                "https://recording.example.police.uk",
                {"critical": 4 * HOUR, "high": 24 * HOUR},
            )
            pager = Pager([alertmanager.address], timedelta(minutes=1), clock, notices)
            for clock.at, alerts in self.steps:
                pager.take(0, alerts)
                asyncio.run(pager.push())
            clock.at = self.told_at
            asyncio.run(pager.push())
            told = list(alertmanager.alerts.values())
        return [each for each in told if self.only is None or each["labels"].get("escalation", "") == self.only]


@cache
def _book() -> Rulebook:
    return load_rulebook()


def raised(kind: str, given: Iterable[Mapping[str, Any]], until: str, force: str = FORCE) -> Alert:
    """Play a history, and return its first alert of a kind that stands at its end, as one that pages."""
    named = [_named(line) for line in given]
    events = [EVENT.validate_python(event) for event in events_of(named, force)]
    played = play(events, parse_instant(until), profile(force), _book())
    last = {alert.alert_id: alert for alert in played.changes}
    found = next(alert for alert in last.values() if alert.kind == kind)
    return replace(found, paged=True)


def _named(line: Mapping[str, Any]) -> dict[str, Any]:
    """Give a short line of a history its incident's number, and where it was opened its area."""
    (word,) = set(line) - {"at"}
    part = {**line[word]}
    if word == "opened":
        part = {"incident_ref": REF, "area": "North", **part}
    elif word == "recorded":
        part = {"incident_refs": [REF], "crime_ref": "CR-0001", **part}
    elif word in ("cancelled", "contacted", "reclassified"):
        part = {"crime_ref": "CR-0001", **part}
    else:
        part = {"incident_ref": REF, **part}
    return {"at": line["at"], word: part}


def found(about: str, finding: Finding, at: datetime) -> Alert:
    alert = monitored(FORCE, about, None, finding, at, PAGING)
    assert alert is not None
    return alert


def _once(alert: Alert, **how: Any) -> Example:
    return Example(((alert.opened_at, (alert,)),), alert.opened_at, **how)


VIOLENCE = {"at": "2026-04-02T09:00:00Z", "opened": {"opening_code": "CRIME_VIOLENCE"}}
ASSAULT = {"at": "2026-04-02T09:00:00Z", "opened": {"entries": [{"text": "caller says a neighbour punched him"}]}}
NEXT_DAY = "2026-04-03T09:00:01Z"
RECORDED = {"at": "2026-04-02T10:00:00Z", "recorded": {"offence_code": "019/08", "victim_refs": ["V1"]}}
CANCELLED = {
    "reason": "C2",
    "decided_by": "designated_decision_maker",
    "independent": True,
    "victim_told_at": "2026-04-05T11:00:00Z",
    "avi": {"source": "footage", "available_at": "2026-04-04T09:00:00Z", "verified": True},
}


def _of_each_kind() -> dict[str, Example]:
    at = parse_instant("2026-04-02T09:00:00Z")
    closed = {"at": "2026-04-02T15:00:00Z", "closed": {"closing_codes": ["CRIME_VIOLENCE"]}}
    aside = {"at": "2026-04-02T15:00:00Z", "closed": {"closing_codes": ["ASB_PERSONAL"]}}
    named = {
        "at": "2026-04-02T09:00:00Z",
        "opened": {"opening_code": "CRIME_VIOLENCE", "victims": [{"victim_ref": "V1"}]},
    }
    two = {
        "at": "2022-04-02T09:00:00Z",
        "opened": {
            "victims": [{"victim_ref": "V1"}],
            "entries": [{"text": "ex-partner keeps following her, punched her"}],
        },
    }
    child = {"opening_code": "CRIME_THEFT", "victims": [{"victim_ref": "V1", "age": 12}]}
    theft = {"at": "2026-04-02T10:00:00Z", "recorded": {"offence_code": "039/00", "victim_refs": ["V1"]}}
    calls = {"entries": [{"text": "ex-husband keeps calling her, non-stop messages"}]}
    later = {"occurred_at": "2026-04-02T10:00:00Z"}
    alerts = {
        "due_soon": raised("due_soon", [VIOLENCE], "2026-04-02T21:00:01Z"),
        "overdue": raised("overdue", [ASSAULT], NEXT_DAY),
        "closed_without_crime": raised("closed_without_crime", [VIOLENCE, closed], "2026-04-02T15:00:01Z"),
        "too_few_crimes": raised(
            "too_few_crimes",
            [two, {"at": "2022-04-02T10:00:00Z", "recorded": {"offence_code": "195/12", "victim_refs": ["V1"]}}],
            "2022-04-03T09:00:01Z",
        ),
        "improper_cancellation": raised(
            "improper_cancellation",
            [named, RECORDED, {"at": "2026-04-05T12:00:00Z", "cancelled": CANCELLED}],
            "2026-04-05T12:00:01Z",
        ),
        "unjustified_disposal": raised("unjustified_disposal", [VIOLENCE, aside], "2026-04-02T15:00:01Z"),
        "victim_service": raised(
            "victim_service", [{"at": "2026-04-02T09:00:00Z", "opened": child}, theft], "2026-04-09T09:00:00Z"
        ),
        "classification": raised(
            "classification",
            [
                {"at": "2026-04-02T09:00:00Z", "opened": calls},
                {"at": "2026-04-02T10:00:00Z", "recorded": {"offence_code": "195/94"}},
            ],
            "2026-04-02T10:00:01Z",
        ),
        "data_quality": raised(
            "data_quality", [{"at": "2026-04-02T09:00:00Z", "opened": later}], "2026-04-02T09:00:01Z"
        ),
        "monitor_feed": found(
            "feed crime-records",
            silent_feed("crime-records", profile(), Heard(at, timedelta(0), HOUR, stale=True)),
            at + HOUR / 4,
        ),
        "monitor_flood": found("flood", flooded(at, 240, "Thu 2 Apr 2026 10:00 BST"), at),
        "monitor_books": found("books", books_differ(at, ["Example/POL-1: the status differs"]), at),
    }
    return {name: _once(alert) for name, alert in alerts.items()}


def examples() -> dict[str, Example]:
    """Return every example by its name: each kind of alert, then what becomes of one, groups, and a test."""
    kinds = _of_each_kind()
    ((opened, (overdue,)),) = kinds["overdue"].steps
    overdue = replace(overdue, severity="critical")
    untaken = opened + 4 * HOUR
    taken = replace(overdue, status="acknowledged", acknowledged_at=untaken, acknowledged_by="control-room")
    late = replace(overdue, status="resolved", resolved_at=untaken, resolution="recorded_late")
    others = tuple(
        replace(overdue, alert_id=ref, facts={**overdue.facts, "incident_ref": ref})
        for ref in ("POL-20260402-0002", "POL-20260402-0003")
    )
    tested = raised(
        "closed_without_crime",
        [
            {**VIOLENCE, "opened": {**VIOLENCE["opened"], "incident_ref": "TEST-20260402T090000Z"}},  # type: ignore[dict-item]
            {
                "at": "2026-04-02T09:00:01Z",
                "closed": {"incident_ref": "TEST-20260402T090000Z", "closing_codes": ["CRIME_VIOLENCE"]},
            },
        ],
        "2026-04-02T09:00:02Z",
        "TEST",
    )
    first = (opened, (overdue,))
    odd = replace(overdue, facts={**overdue.facts, "incident_ref": "<script>alert(1)</script>[now](http://x.example)"})
    return {
        **kinds,
        "escalated": Example((first,), untaken, only="duty_inspector"),
        "escalated_and_taken": Example(
            (first, (untaken, ()), (untaken + HOUR, (taken,))), untaken + HOUR, only="duty_inspector"
        ),
        "taken": Example((first, (opened + HOUR, (taken,))), opened + HOUR),
        "resolved": Example((first, (opened + HOUR, (late,))), opened + HOUR),
        "forgotten": Example((first,), opened, forgotten=True),
        "group": Example(((opened, (overdue, *others)), (opened + HOUR, (late,))), opened + HOUR),
        "test": _once(tested),
        "odd_number": _once(odd),
    }
