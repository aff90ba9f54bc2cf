"""`explain`: why an incident is, or is not, on the list: its time line, what is owed, and the explanation in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rules.alerts import Alert
from rules.explanation import local_words, rendered
from rules.history import play_statements
from rules.instants import format_instant, parse_instant
from rules.rule import SEVERITIES
from rules.rulebook import Rulebook
from rules.statements import Statement
from streams.settings import Forces
from streams.tools.spool import read_part

_EVENTS = {
    "incident.opened": "log opened",
    "incident.updated": "log updated",
    "incident.closed": "log closed",
    "incident.reopened": "log reopened",
    "incident.merged": "log merged",
    "incident.transferred": "passed to another force",
    "crime.recorded": "crime recorded",
    "crime.linked": "crime linked",
    "crime.unlinked": "crime unlinked",
    "crime.reclassified": "crime reclassified",
    "crime.cancelled": "crime cancelled",
    "crime.reinstated": "crime reinstated",
    "victim.contacted": "victim contacted",
    "victim.updated": "victim's details updated",
    "decision.not_to_record": "decided not to record",
    "decision.delay_authorised": "delay of the recording decided",
    "decision.withdrawn": "decision withdrawn",
    "alert.acknowledged": "alert taken",
}
_SHOWN = (
    "opening_code",
    "closing_codes",
    "into",
    "offence_code",
    "reference",
    "basis",
    "decided_by",
    "until",
    "to_force",
)
"""The fields that the time line shows: codes, numbers and roles, never what somebody wrote."""


@dataclass(frozen=True, slots=True)
class Explained:
    """One incident with everything that is said of it."""

    status: dict[str, Any]
    alerts: list[dict[str, Any]]
    time_line: list[tuple[datetime, str]]
    zone: ZoneInfo

    def as_dict(self) -> dict[str, Any]:
        """Return it for a program."""
        line = [{"at": format_instant(at), "what": what} for at, what in self.time_line]
        return {"status": self.status, "alerts": self.alerts, "time_line": line}

    def lines(self) -> Iterator[str]:
        """Write it for a person."""
        status = self.status
        yield f"{status['force']}/{status['incident_ref']}: {status['status'].replace('_', ' ')}"
        yield f"  received  {self._local(status['received_at'])}"
        if "due_at" in status:
            yield f"  due       {self._local(status['due_at'])}, on the {status['clock']} clock"
        if "recorded_at" in status:
            yield f"  recorded  {self._local(status['recorded_at'])} as {', '.join(status['crime_refs'])}"
        yield "What happened"
        yield from (f"  {local_words(at, self.zone)}  {what}" for at, what in self.time_line)
        yield "Alerts" if self.alerts else "No alert was raised"
        for alert in self.alerts:
            state = alert["status"] + (f" ({alert['resolution'].replace('_', ' ')})" if "resolution" in alert else "")
            yield f"  {self._local(alert['raised_at'])}  {alert['severity']}, {state}: {alert['summary']}"
            if alert["status"] != "resolved":
                yield from (f"      {number}. {step}" for number, step in enumerate(alert["runbook"], 1))
        yield "Why"
        yield from (f"  {line}" for line in rendered(status["explanation"]))
        if status["data_quality"]:
            yield f"Look at the data: {', '.join(value.replace('_', ' ') for value in status['data_quality'])}"

    def _local(self, instant: str) -> str:
        return local_words(parse_instant(instant), self.zone)


def explain_from(
    parts: list[Path], force: str, ref: str, until: datetime, forces: Forces, book: Rulebook
) -> Explained | None:
    """Return what is said of one incident in a spooled history, None if nobody gave it a `received_at`."""
    for part in parts:
        said = [one for one in read_part(part) if one.force == force and one.time <= until]
        if any(one.origin == "incident" and one.ref == ref for one in said):
            standing = play_statements(said, until, forces.profile(force), book).standings.get(ref)
            if standing is None or (status := standing.status()) is None or standing.situation is None:
                return None
            alerts = sorted(standing.alerts.values(), key=_gravest_first)
            concerned = {("incident", ref), *(("crime", crime.ref) for crime in standing.situation.crimes)}
            line = [(one.time, _words(one)) for one in said if (one.origin, one.ref) in concerned]
            return Explained(status, [alert.as_dict() for alert in alerts], line, forces.profile(force).zone)
    return None


def _gravest_first(alert: Alert) -> tuple[bool, int, datetime, str]:
    return (not alert.stands, SEVERITIES.index(alert.severity), alert.raised_at, alert.rule)


def _words(said: Statement) -> str:
    shown = [_value(said.data[name]) for name in _SHOWN if said.data.get(name)]
    about = [said.ref] if said.origin == "crime" else []
    return ": ".join(filter(None, (_EVENTS[said.type], ", ".join(about + shown))))


def _value(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return format_instant(value) if isinstance(value, datetime) else str(value)
