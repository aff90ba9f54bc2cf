"""What one log is, folded from what its events stated: its times, codes, marked entries, victims, closures and decisions.

The fold judges nothing and knows neither the clock nor other incidents; what several merged logs amount to together is
`rules.situation`. Life-cycle facts stand in the order of the instant in their data, fields in the order of the
statements (reading R7).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

from rules.crime import RANK
from rules.disclosure import Mark
from rules.statements import Statement

_FIELDS = (
    "area",
    "reporter",
    "qualifiers",
    "opened_at",
    "occurred_at",
    "channel",
    "grade",
    "occurred_in",
    "recording_requested_at",
    "prior_incidents",
)
GivenAt = Literal["opening", "change", "closing"]


class GivenCode(NamedTuple):
    """A code that the log was ever given; a crime code once given stays an expectation when it is changed (M49)."""

    raw: str
    at: datetime | None
    given: GivenAt


class MarkedEntry(NamedTuple):
    """An entry in which phrases of the lexicon stand."""

    at: datetime
    category: str
    marks: list[Mark]


class Named(NamedTuple):
    """When a victim was first named; at opening counts as at the report."""

    at: datetime
    at_opening: bool


class Merge(NamedTuple):
    """The log in which this one is carried on, by a merge or by a closure as duplicate; at one instant the later said wins."""

    at: datetime
    said: tuple[datetime, str, str]
    into: str
    by_closure: bool


class Taken(NamedTuple):
    """That a person took an alert: when, who, and for whom if not for themselves; empty where it was not said."""

    at: datetime
    by: str
    team: str = ""
    assigned_to: str = ""


@dataclass(slots=True)
class Incident:
    """A log as its statements leave it."""

    ref: str
    received_at: datetime | None = None
    """When the report reached the police: the newest valid correction, else the earliest ever stated (R17)."""
    starts: datetime | None = None
    """When the report clock of this log starts: at receipt, or at opening if receipt is stated later (R33, E26)."""
    received_corrected: datetime | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    codes: list[GivenCode] = field(default_factory=list)
    explained_codes: set[str] = field(default_factory=set)
    """The codes that an update gave with a reason."""
    entries: list[MarkedEntry] = field(default_factory=list)
    victims: list[dict[str, Any]] = field(default_factory=list)
    victims_said: datetime | None = None
    named: dict[str, Named] = field(default_factory=dict)
    confirmed: dict[str, datetime] = field(default_factory=dict)
    """When each victim was first stated to confirm the crime (A4)."""
    closure: dict[str, Any] | None = None
    merges: list[Merge] = field(default_factory=list)
    transfer: dict[str, Any] | None = None
    decisions: list[dict[str, Any]] = field(default_factory=list)
    delays: list[dict[str, Any]] = field(default_factory=list)
    acknowledged: dict[str, list[Taken]] = field(default_factory=dict)
    quality: dict[str, str] = field(default_factory=dict)

    @property
    def opened_at(self) -> datetime | None:
        """When the log was opened."""
        opened: datetime | None = self.fields.get("opened_at")
        return opened


@dataclass(slots=True)
class _LifeCycle:
    """The life-cycle facts of one log while they are gathered; the same fact for the same instant corrects itself."""

    closures: dict[datetime, dict[str, Any]] = field(default_factory=dict)
    reopened: list[datetime] = field(default_factory=list)
    merged: list[Merge] = field(default_factory=list)
    accepted: list[datetime] = field(default_factory=list)
    returned: list[datetime] = field(default_factory=list)
    transfer: dict[str, Any] = field(default_factory=dict)
    decided: dict[tuple[str, object], dict[str, Any]] = field(default_factory=dict)
    withdrawn: list[tuple[str | None, datetime]] = field(default_factory=list)


def fold_incident(ref: str, statements: Iterable[Statement]) -> Incident:
    """Fold the statements about a log, in their order, into what the log is."""
    incident, cycle = Incident(ref), _LifeCycle()
    seen: set[str] = set()
    for statement in statements:
        data = statement.data
        for entry in data.get("entries") or ():
            if (text := repr(entry)) not in seen:
                seen.add(text)
                incident.entries.append(MarkedEntry(*entry))
        match statement.type:
            case "incident.opened" | "incident.updated":
                _details(incident, statement)
            case "incident.closed":
                closed_at = data["closed_at"]
                cycle.closures[closed_at] = {**cycle.closures.get(closed_at, {}), **data, "said": statement.identity}
                incident.quality.update(data.get("quality") or {})
            case "incident.reopened":
                cycle.reopened.append(data["reopened_at"])
            case "incident.merged":
                cycle.merged.append(Merge(statement.time, statement.identity, data["into"], by_closure=False))
            case "incident.transferred":
                cycle.transfer.update(data)
                cycle.accepted += [at] if (at := data.get("accepted_at")) else []
                cycle.returned += [at] if (at := data.get("returned_at")) else []
            case "decision.not_to_record" | "decision.delay_authorised":
                name = (statement.type, data.get("decision_ref") or data["decided_at"])
                standing = cycle.decided.get(name, {})
                names = [*standing.get("names", ()), data.get("decision_ref") or statement.source + statement.id]
                cycle.decided[name] = {**standing, **data, "names": names}
            case "decision.withdrawn":
                cycle.withdrawn.append((data.get("decision_ref"), data["decided_at"]))
            case "alert.acknowledged":
                taken = Taken(data["at"], data["by"], data.get("team") or "", data.get("assigned_to") or "")
                incident.acknowledged.setdefault(data["alert_id"], []).append(taken)
    _settle(incident, cycle)
    return incident


def _details(incident: Incident, statement: Statement) -> None:
    data, opening = statement.data, statement.type == "incident.opened"
    for name in _FIELDS:
        if name in data:
            incident.fields[name] = data[name]
    if received := data.get("received_at"):
        incident.received_at = min(received, incident.received_at or received)
    corrected = data.get("received_at_corrected")
    if corrected and (data.get("reason") or "").strip() and RANK.get(data.get("decided_by") or "officer", 0) > 0:
        incident.received_corrected = corrected
    if code := data.get("opening_code"):
        if opening:
            incident.codes.append(GivenCode(code, None, "opening"))
        elif code != incident.fields.get("opening_code"):  # a code that is only repeated is no new word on the report
            incident.codes.append(GivenCode(code, statement.time, "change"))
        incident.fields["opening_code"] = code
        if not opening and (data.get("reason") or "").strip():
            incident.explained_codes.add(code)
    if "victims" in data:
        incident.victims, incident.victims_said = data["victims"] or [], statement.time
        for victim in incident.victims:
            if opening or victim["victim_ref"] not in incident.named:
                incident.named[victim["victim_ref"]] = Named(statement.time, opening)
            if victim.get("confirmed"):
                incident.confirmed.setdefault(victim["victim_ref"], statement.time)
    incident.quality.update(data.get("quality") or {})


def _settle(incident: Incident, cycle: _LifeCycle) -> None:
    """Decide which of the life-cycle facts stand; at one instant reopened, withdrawn and returned win (reading R7)."""
    incident.starts = incident.received_at = incident.received_corrected or incident.received_at
    if incident.starts is not None and incident.received_corrected is None and incident.opened_at is not None:
        incident.starts = min(incident.starts, incident.opened_at)
    reopened = max(cycle.reopened, default=None)
    for closed_at, closure in cycle.closures.items():
        incident.codes += [GivenCode(code, closed_at, "closing") for code in closure["closing_codes"]]
        if (reopened is None or closed_at > reopened) and (
            incident.closure is None or closed_at > incident.closure["closed_at"]
        ):
            incident.closure = closure
    incident.merges = [merge for merge in cycle.merged if reopened is None or merge.at >= reopened]
    if incident.closure is not None and (into := incident.closure.get("reference")):
        closed_at, said = incident.closure["closed_at"], incident.closure["said"]
        incident.merges.append(Merge(closed_at, said, into, by_closure=True))
    accepted, returned = max(cycle.accepted, default=None), max(cycle.returned, default=None)
    if accepted is not None and (returned is None or accepted > returned):
        incident.transfer = {**cycle.transfer, "accepted_at": accepted}
    for (kind, _), decision in cycle.decided.items():
        if not any(_withdraws(withdrawal, decision) for withdrawal in cycle.withdrawn):
            (incident.decisions if kind == "decision.not_to_record" else incident.delays).append(decision)
    incident.decisions.sort(key=lambda decision: (decision["decided_at"], decision["names"]))
    incident.delays.sort(key=lambda decision: (decision["decided_at"], decision["names"]))


def _withdraws(withdrawal: tuple[str | None, datetime], decision: dict[str, Any]) -> bool:
    """Whether a withdrawal ends a decision of its own instant or before: the one it names, or every one (reading R12)."""
    name, at = withdrawal
    ends: bool = decision["decided_at"] <= at and (name is None or name in decision["names"])
    return ends
