"""Short histories in a rule file or a story, written out as events and run through the very code that decides live."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from rules.alerts import Alert
from rules.events import EVENT
from rules.force import ForceProfile
from rules.history import play
from rules.instants import format_instant, parse_instant
from rules.rule import Example, Rule
from rules.rulebook import Rulebook

FORCE = "Example"

_SHORT: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "opened": (
        "incident.opened",
        {"incident_ref": "A", "received_at": "@", "opened_at": "@", "channel": "101", "reporter": "victim",
         "opening_code": "PSW_CONCERN"},
    ),
    "updated": ("incident.updated", {"incident_ref": "A"}),
    "closed": ("incident.closed", {"incident_ref": "A", "closed_at": "@"}),
    "reopened": ("incident.reopened", {"incident_ref": "A", "reopened_at": "@"}),
    "merged": ("incident.merged", {"incident_ref": "A"}),
    "transferred": ("incident.transferred", {"incident_ref": "A", "to_force": "Elsewhere"}),
    "recorded": (
        "crime.recorded",
        {"crime_ref": "C1", "incident_refs": ["A"], "recorded_at": "@", "offence_code": "008/06"},
    ),
    "linked": ("crime.linked", {"crime_ref": "C1", "incident_ref": "A"}),
    "unlinked": ("crime.unlinked", {"crime_ref": "C1", "incident_ref": "A"}),
    "reclassified": ("crime.reclassified", {"crime_ref": "C1"}),
    "cancelled": ("crime.cancelled", {"crime_ref": "C1", "cancelled_at": "@"}),
    "reinstated": ("crime.reinstated", {"crime_ref": "C1"}),
    "contacted": (
        "victim.contacted",
        {"crime_ref": "C1", "victim_ref": "V1", "at": "@", "kind": "written_confirmation"},
    ),
    "victim": ("victim.updated", {"crime_ref": "C1"}),
    "decided": ("decision.not_to_record", {"incident_ref": "A", "decided_at": "@"}),
    "delayed": ("decision.delay_authorised", {"incident_ref": "A", "decided_at": "@"}),
    "withdrawn": ("decision.withdrawn", {"incident_ref": "A", "decided_at": "@"}),
    "acknowledged": ("alert.acknowledged", {"incident_ref": "A", "at": "@", "by": "control-room"}),
}  # fmt: skip
"""What each short word means: the event's type, and the fields that it has unless said otherwise; `@` is its time."""


def events_of(given: Iterable[Mapping[str, Any]], force: str = FORCE) -> list[dict[str, Any]]:
    """Write the short form of a history as CloudEvents; raises ValueError where a line is neither short nor known."""
    return [_event_of(place, line, force) for place, line in enumerate(given, 1)]


def _event_of(place: int, line: Mapping[str, Any], force: str) -> dict[str, Any]:
    at = format_instant(parse_instant(line.get("at")))
    words = [word for word in line if word in _SHORT]
    if len(words) != 1 or set(line) - {"at", "id", words[0]}:
        raise ValueError(f"line {place}: expected at and one of {', '.join(sorted(_SHORT))}")
    type_, usual = _SHORT[words[0]]
    data = {"force": force, **usual, **(line[words[0]] or {})}
    data = {name: at if value == "@" else value for name, value in data.items()}
    for entry in data.get("entries", ()):
        entry.setdefault("at", at)
    identity = line.get("id", f"e{place}")
    return {"specversion": "1.0", "type": type_, "source": "examples", "id": identity, "time": at, "data": data}


def failures(rule: Rule, example: Example, book: Rulebook) -> list[str]:
    """Run one example of a rule; return what it says that did not come true, nothing if all did."""
    try:
        events = [EVENT.validate_python(event) for event in events_of(example.given)]
    except ValidationError as error:
        return [f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors()]
    except ValueError as error:
        return [str(error)]
    profile = ForceProfile(force=FORCE, time_zone=example.zone)
    played = play(events, example.until, profile, book)
    said = [_line(alert) for alert in _turning_points(played.changes) if alert.rule == rule.id]
    wanted = [{"incident": "A", **line} for line in example.alerts]
    found = []
    for place in range(max(len(said), len(wanted))):
        got = said[place] if place < len(said) else None
        expected = wanted[place] if place < len(wanted) else None
        if got is None or expected is None or not expected.items() <= got.items():
            found.append(f"alert {place + 1}: expected {expected or 'none'}, got {got or 'none'}")
    for ref, status in example.statuses.items():
        got_status = played.statuses.get(ref, {}).get("status")
        if got_status != status:
            found.append(f"status of {ref}: expected {status}, got {got_status}")
    return found


def _turning_points(changes: Iterable[Alert]) -> list[Alert]:
    """Leave out what only changed in place while an alert stood: its deadline, severity or who is paged first."""
    last: dict[str, Alert] = {}
    points = []
    for alert in changes:
        if alert.alert_id not in last or last[alert.alert_id].history != alert.history:
            points.append(alert)
        last[alert.alert_id] = alert
    return points


def _line(alert: Alert) -> dict[str, Any]:
    at, status, _ = alert.history[-1]
    line = {"at": format_instant(at), "incident": alert.facts["incident_ref"], "kind": alert.kind, "status": status}
    line |= {"severity": alert.severity} | ({"resolution": alert.resolution} if alert.resolution else {})
    return line
