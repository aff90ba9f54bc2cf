"""Alerts: the difference between what was said of an incident and what is owed now (readings R8, R9, R24)."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from rules.assessment import Assessment, Owed
from rules.counting import crimes_owed
from rules.expectations import MetBy
from rules.explain import explain_owed
from rules.explanation import local_words
from rules.incident import Taken
from rules.instants import format_instant, local_day
from rules.resolutions import why_resolved
from rules.rule import SEVERITIES, Severity

AlertStatus = Literal["open", "acknowledged", "resolved"]
Withheld = Literal["shadow", "flood"]
"""Why an alert that would page does not: its force has paging off for its kind, or one alert speaks for a flood of them."""
HISTORY_LENGTH = 20

_SUMMARIES = {
    "due_soon": "{asked} is to be recorded by {due} ({group}, {rule})",
    "overdue": "No {missing} was recorded by {due} ({group}, {rule})",
    "closed_without_crime": "Closed without a crime, though one is expected by {due} ({group}, {rule})",
    "unjustified_disposal": "Disposed of without what the rules require ({group}, {rule})",
    "improper_cancellation": "The recorded crime was cancelled without what its reason requires ({group}, {rule})",
    "too_few_crimes": "Fewer crimes recorded than are owed ({group}, {rule})",
    "victim_service": "Something owed to a victim was not done by {due} ({group}, {rule})",
    "classification": "A crime is recorded under a class that what was disclosed does not fit ({group}, {rule})",
    "data_quality": "A time or reference cannot be right ({group}, {rule})",
}

_ASKED_FOR: dict[MetBy, tuple[str, str]] = {
    "any_crime": ("A crime", "crime"),
    "rape": ("The rape or an N100", "rape and no N100"),
    "death": ("An N300 or a crime", "N300 and no crime"),
    "conduct": ("Harassment or stalking", "harassment or stalking"),
    "state_based": ("The breach of the order", "breach of the order"),
}
"""What an expectation asks for, and what is missing while it is not met."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert as it stands.

    `facts` is what it says of its incident, `body` what was built from that when it was last said; `changed_at` is when.
    What was `withheld` once is not paged for as long as it stands.
    """

    alert_id: str
    kind: str
    rule: str
    occasion: str
    severity: Severity
    due_at: datetime
    status: AlertStatus
    raised_at: datetime
    opened_at: datetime
    paged: bool
    feed_stale: bool
    facts: Mapping[str, Any]
    body: Mapping[str, Any]
    resolved_at: datetime | None = None
    resolution: str | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    team: str | None = None
    assigned_to: str | None = None
    history: tuple[tuple[datetime, AlertStatus, str | None], ...] = ()
    changed_at: datetime | None = None
    withheld: Withheld | None = None

    @property
    def stands(self) -> bool:
        """Whether the alert is open or acknowledged."""
        return self.status != "resolved"

    @property
    def just_raised(self) -> bool:
        """Whether its last change was to be raised, or raised again."""
        return self.stands and self.changed_at == self.opened_at

    def as_dict(self) -> dict[str, Any]:
        """Return the alert in the contract's shape, absent values left out."""
        said: dict[str, Any] = {
            "alert_id": self.alert_id,
            **self.facts,
            **self.body,
            "rule": self.rule,
            "kind": self.kind,
            "severity": self.severity,
            "status": self.status,
            "due_at": format_instant(self.due_at),
            "raised_at": format_instant(self.raised_at),
            "resolved_at": format_instant(self.resolved_at) if self.resolved_at else None,
            "resolution": self.resolution,
            "acknowledged_by": self.acknowledged_by,
            "team": self.team,
            "assigned_to": self.assigned_to,
            "feed_stale": self.feed_stale,
            "paged": self.paged,
            "withheld": self.withheld,
            "history": [
                {"at": format_instant(at), "status": status, **({"by": by} if by else {})}
                for at, status, by in self.history
            ],
        }
        return {name: value for name, value in said.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Paging:
    """Which alerts are handed to Alertmanager, and what forbids it for now (readings R21, R24).

    `read_to`: how far the crime feed has been read, None if all of it; `stale`: whether it is silent for longer than it
    ever is; `catching_up`: whether events that came while nobody read them are still being read; `shadow`: the kinds for
    which the force has paging off; `flooded`: whether so many are paged that one alert speaks for the others.
    """

    severities: frozenset[str] = frozenset({"critical", "high"})
    enforcement_date: date | None = None
    read_to: datetime | None = None
    stale: bool = False
    catching_up: bool = False
    shadow: Collection[str] = ()
    flooded: bool = False

    def rests_on_silence(self, kind: str, due_at: datetime) -> bool:
        """Whether an alert says that something has not come while it may be waiting to be read.

        The crime feed brings the contacts with victims too. What waits for no deadline rests on a feed that is stale alone.
        """
        if kind in ("closed_without_crime", "due_soon"):
            return self.stale
        waits = kind in ("overdue", "too_few_crimes", "victim_service")
        return waits and self.read_to is not None and due_at >= self.read_to

    def allows(self, severity: str, due_on: date) -> bool:
        """Whether an alert of that severity is ever paged; history never is."""
        return severity in self.severities and (self.enforcement_date is None or due_on >= self.enforcement_date)

    def withholds(self, kind: str) -> Withheld | None:
        """Return why an alert of a kind that would page now does not; None if it does."""
        if kind in self.shadow:
            return "shadow"
        return "flood" if self.flooded else None


def alert_id(force: str, incident_ref: str, rule: str, kind: str, occasion: str) -> str:
    """Return the identity of an alert, the same whenever and wherever it is computed (reading R8)."""
    named = "\n".join((force, incident_ref, rule, kind, occasion))
    return hashlib.sha256(named.encode()).hexdigest()[:32]


def changes(said: Mapping[str, Alert], assessment: Assessment, at: datetime, paging: Paging) -> list[Alert]:
    """Return the alerts that are raised, changed or resolved by what is owed now, in the order of their identities.

    `said` holds every alert ever raised for the incident by its id; `at` is the instant to write into what changes.
    """
    situation = assessment.situation
    force = situation.profile.force
    owed = {alert_id(force, situation.ref, each.rule, each.kind, each.occasion): each for each in assessment.owed}
    leaders = _leaders(owed)
    changed: list[Alert] = []
    for name, each in owed.items():
        alert = _raised(name, each, said.get(name), assessment, at, paging, leads=each in leaders)
        alert = _acknowledged(alert, situation.incident.acknowledged.get(name, ()))
        if alert != said.get(name):
            changed.append(replace(alert, changed_at=at))
    for name, alert in said.items():
        if alert.stands and name not in owed:
            before = alert.facts.get("crimes_recorded", 0)
            resolution = why_resolved(alert.kind, alert.rule, alert.occasion, alert.due_at, assessment, before)
            changed.append(replace(_resolved(alert, resolution, at), changed_at=at))
    return sorted(changed, key=lambda alert: alert.alert_id)


def _leaders(owed: Mapping[str, Owed]) -> list[Owed]:
    """Return, of each kind, the one that may page: the gravest, then the earliest due, then the lowest rule (R9)."""
    first: dict[str, Owed] = {}
    for each in sorted(owed.values(), key=lambda each: (SEVERITIES.index(each.severity), each.due_at, each.rule)):
        first.setdefault(each.kind, each)
    return list(first.values())


def _raised(
    name: str, owed: Owed, before: Alert | None, assessment: Assessment, at: datetime, paging: Paging, leads: bool
) -> Alert:
    """Return the alert for what is owed: new, open again, or as it stood with what has changed in place."""
    standing = before if before is not None and before.stands else None
    silent = paging.rests_on_silence(owed.kind, owed.due_at) and (standing is None or standing.feed_stale)
    was_paged = standing is not None and standing.paged
    waits = (silent or paging.catching_up) and not was_paged
    due_on = local_day(owed.due_at, assessment.situation.profile.zone)
    pages = leads and not waits and paging.allows(owed.severity, due_on)
    withheld = standing.withheld if standing is not None else None
    if pages and not was_paged and withheld is None:
        withheld = paging.withholds(owed.kind)
    paged = pages and withheld is None
    facts = _facts(owed, assessment)
    if standing is not None:
        body = _body(owed, assessment)
        said = standing.severity, standing.due_at, standing.paged, standing.withheld, standing.feed_stale
        same = said == (owed.severity, owed.due_at, paged, withheld, silent) and facts == standing.facts
        if same and {**body, "rulebook_hash": standing.body["rulebook_hash"]} == dict(standing.body):
            return standing
        return replace(
            standing,
            severity=owed.severity,
            due_at=owed.due_at,
            paged=paged,
            withheld=withheld,
            feed_stale=silent,
            facts=facts,
            body=body,
        )
    raised_at = at if before is None else before.raised_at
    history = (() if before is None else before.history) + ((at, "open", None),)
    return Alert(
        alert_id=name,
        kind=owed.kind,
        rule=owed.rule,
        occasion=owed.occasion,
        severity=owed.severity,
        due_at=owed.due_at,
        status="open",
        raised_at=raised_at,
        opened_at=at,
        paged=paged,
        withheld=withheld,
        feed_stale=silent,
        facts=facts,
        body=_body(owed, assessment),
        history=history[-HISTORY_LENGTH:],
    )


def _acknowledged(alert: Alert, taken: Iterable[Taken]) -> Alert:
    """Apply the newest acknowledgement since the alert was last opened; one from before does not count."""
    newest = max((each for each in taken if each.at >= alert.opened_at), default=None)
    said = alert.acknowledged_at, alert.acknowledged_by, alert.team or "", alert.assigned_to or ""
    if newest is None or newest == said:
        return alert
    history: Any = (*alert.history, (newest.at, "acknowledged", newest.by))[-HISTORY_LENGTH:]
    return replace(
        alert,
        status="acknowledged",
        acknowledged_at=newest.at,
        acknowledged_by=newest.by,
        team=newest.team or None,
        assigned_to=newest.assigned_to or None,
        history=history,
    )


def _resolved(alert: Alert, resolution: str, at: datetime) -> Alert:
    history: Any = (*alert.history, (at, "resolved", None))[-HISTORY_LENGTH:]
    return replace(alert, status="resolved", resolved_at=at, resolution=resolution, history=history)


def _facts(owed: Owed, assessment: Assessment) -> dict[str, Any]:
    """Return what an alert says of its incident: what may change in place while it stands."""
    situation = assessment.situation
    expectation = owed.expectation or assessment.leading
    facts: dict[str, Any] = {
        "force": situation.profile.force,
        "incident_ref": situation.ref,
        "area": situation.incident.fields.get("area"),
        "rule_version": owed.ask.version.isoformat(),
        "offence_group": assessment.offence_group,
        "clock": expectation.clock if expectation is not None else "report",
        "received_at": format_instant(situation.received_at),
    }
    if owed.kind == "too_few_crimes":
        facts["crimes_expected"] = crimes_owed(situation)
        facts["crimes_recorded"] = len(situation.live_crimes)
    return {name: value for name, value in facts.items() if value is not None}


def _body(owed: Owed, assessment: Assessment) -> dict[str, Any]:
    """Return what is published of an alert beside its life; no text of the log and no personal data."""
    situation = assessment.situation
    asked, missing = _ASKED_FOR[owed.ask.terms.met_by if owed.ask.terms is not None else "any_crime"]
    summary = _SUMMARIES[owed.kind].format(
        due=local_words(owed.due_at, situation.profile.zone),
        group=assessment.offence_group.replace("_", " "),
        rule=owed.rule,
        asked=asked,
        missing=missing,
    )
    return {
        "rulebook_hash": assessment.rulebook_hash,
        "summary": summary,
        "explanation": explain_owed(owed, assessment).as_dict(),
        "runbook": list(owed.ask.rule.runbook),
        "links": situation.profile.links.addresses(situation.ref, [record.ref for record in situation.live]),
    }
