"""The history of one incident as a time line: reported, disclosed, due, recorded, and what was said and done in between."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from rules.events import AnyEvent
from rules.explanation import span
from rules.instants import parse_instant
from rules.vocabulary import DecisionWithdrawn, DelayAuthorised, NotToRecord
from streams.outward.desk.follower import Incident
from streams.outward.desk.wording import BASES, DECIDERS, kind_words, resolution_words


class Moment(NamedTuple):
    """Something of a history: when, what, who where that is known, and whether it is yet to come."""

    at: datetime
    what: str
    who: str = ""
    ahead: bool = False


def time_line(incident: Incident, now: datetime) -> list[Moment]:
    """Return the history of an incident, the earliest first; what several alerts say alike is said once.

    Of one instant the fact comes first, then what was flagged and resolved because of it.
    """
    found = dict.fromkeys((*_status(incident.status or {}, now), *_alerts(incident.alerts)))
    found |= dict.fromkeys(moment for event in incident.decisions if (moment := _decision(event)))
    return sorted(found, key=lambda moment: moment.at)


def standing_decisions(incident: Incident) -> list[NotToRecord | DelayAuthorised]:
    """Return the decisions of an incident that nobody has withdrawn, the earliest first."""
    withdrawn = [event.data for event in incident.decisions if isinstance(event.data, DecisionWithdrawn)]
    made = {}
    for event in incident.decisions:
        if isinstance(event.data, NotToRecord | DelayAuthorised):
            made[event.data.decision_ref or event.source + event.id] = event.data
    return [
        decision
        for name, decision in made.items()
        if not any(
            each.decision_ref == name or (each.decision_ref is None and decision.decided_at <= each.decided_at)
            for each in withdrawn
        )
    ]


def _status(status: dict[str, Any], now: datetime) -> Iterator[Moment]:
    if "received_at" in status:
        yield Moment(parse_instant(status["received_at"]), "Reported to the police")
    if "disclosed_at" in status:
        yield Moment(parse_instant(status["disclosed_at"]), "A crime was disclosed: its own 24 hours begin")
    if "due_at" in status:
        due_at = parse_instant(status["due_at"])
        recorded = "recorded_at" in status
        said = "The crime was due" if recorded or due_at < now else "The crime is due"
        yield Moment(due_at, said, ahead=due_at > now)
    if "recorded_at" in status:
        crimes = ", ".join(status.get("crime_refs", ()))
        late = "late" if status["status"] == "recorded_late" else "in time"
        yield Moment(parse_instant(status["recorded_at"]), f"Crime {crimes} recorded, {late}")
    if "merged_into" in status:
        yield Moment(parse_instant(status["updated_at"]), f"Carried on in {status['merged_into']}")


def _alerts(alerts: list[dict[str, Any]]) -> Iterator[Moment]:
    for alert in alerts:
        kind = kind_words(alert["kind"])
        for number, said in enumerate(history := alert.get("history", ()), start=1):
            at, who = parse_instant(said["at"]), said.get("by", "")
            match said["status"]:
                case "open":
                    yield Moment(
                        at, f"{kind}: {alert['summary']}" if alert["kind"] == "monitor" else f"{kind}: flagged"
                    )
                case "acknowledged":
                    yield Moment(at, "Taken", who)
                case _:
                    last = number == len(history)  # of earlier ones it is no longer said why
                    why = f", {resolution_words(alert['resolution'])}" if last and "resolution" in alert else ""
                    yield Moment(at, f"{kind}: resolved{why}")


def _decision(event: AnyEvent) -> Moment | None:
    match event.data:
        case NotToRecord() as decided:
            what = f"Decided not to record. Basis: {BASES[decided.basis].lower()}"
        case DelayAuthorised() as decided:
            given = decided.decided_by == "force_crime_registrar"
            longer = span(decided.until - decided.decided_at)
            what = f"A delay was {'authorised' if given else 'asked for'}, {longer} from then"
        case DecisionWithdrawn() as decided:
            what = "A decision was withdrawn"
        case _:
            return None
    role = DECIDERS[decided.decided_by] if decided.decided_by else ""
    return Moment(decided.decided_at, what, f"{decided.by}, {role}" if decided.by and role else decided.by or role)
