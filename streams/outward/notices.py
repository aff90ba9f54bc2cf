"""What Alertmanager is told of an alert that pages: by what it is routed, and what a person who is woken reads.

All sentences are made here, so that a receiver without templates has them too; those of `deploy/alertmanager` lay them out.
No text of the log and no personal data is in any of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from rules.alerts import Alert
from rules.explanation import local_words, span
from rules.instants import format_instant
from streams.agents.monitor import KIND as MONITOR
from streams.settings import Forces

TEST_FORCE: Final = "TEST"
"""The force whose alerts are tests."""
DUTY_INSPECTOR: Final = "duty_inspector"
"""The label `escalation` of an alert that nobody took in time."""
_LABELS: Final = {"force": "force", "area": "area", "incident": "incident_ref", "rule": "rule", "severity": "severity"}
_WAITS_FOR_A_DEADLINE: Final = {"due_soon", "overdue", "closed_without_crime", "too_few_crimes", "victim_service"}
_NO_NEXT: Final = "Nothing: this is a test, and it ends by itself."
_WHY_AT_MOST: Final = 200
"""How many characters a reason may have before the rule's own words stand in its place."""

OUTCOMES: Final[Mapping[str, str]] = {
    "recorded_in_time": "A crime was recorded, in time.",
    "recorded_late": "A crime was recorded, after the deadline.",
    "exempt": "A valid decision or closure says that no crime is to be recorded.",
    "merged": "The log is carried on in another one, which answers for it.",
    "transferred": "Another force has accepted the report.",
    "no_longer_expected": "What is known by now asks for it no longer.",
    "became_overdue": "The deadline has passed: an alert of its own says so.",
    "delay_authorised": "The registrar authorised a later deadline.",
    "reopened": "The log was reopened.",
    "corrected": "It was corrected.",
    "reinstated": "The crime was reinstated.",
    "withdrawn": "The decision or closure that was at fault was withdrawn.",
    "done": "It was done.",
    "declined": "The victim declined it.",
    "reviewed": "It was reviewed.",
    "recovered": "All is well again.",
    "retired": "It is watched no longer.",
}
"""What became of an alert, by its resolution."""
TAKEN: Final = "Somebody has taken it."
PAGES_NO_MORE: Final = "It still stands in the list, and pages no more."
CHANGED: Final = "It goes on with another area or severity."

Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """An alert under the labels that are its identity for Alertmanager, and since when it is so.

    `untaken`: for how long nobody has taken it, if this is said to the duty inspector too.
    """

    alert: Alert
    labels: Labels
    since: datetime
    untaken: timedelta | None = None

    @property
    def speaks_for_others(self) -> bool:
        """Whether Alertmanager leaves others unsaid while this one stands."""
        return self.untaken is not None or self.alert.kind == MONITOR


class Notices:
    """Says which notices follow from an alert and the clock, and in which words."""

    def __init__(self, forces: Forces, desk: str | None, patience: Mapping[str, timedelta]) -> None:
        """`desk`: the address of the supervisors' page; `patience`: how long an alert may stand untaken, by severity."""
        self._forces = forces
        self._desk = desk.rstrip("/") if desk else None
        self._patience = patience

    def escalates_at(self, alert: Alert) -> datetime | None:
        """Return when the duty inspector is told of an alert as it stands (M38); None if that is never.

        Nobody can take what is said of a force as a whole.
        """
        patience = self._patience.get(alert.severity)
        if alert.kind == MONITOR or alert.status != "open" or patience is None:
            return None
        return alert.opened_at + patience

    def of(self, alert: Alert, now: datetime) -> tuple[Notice, ...]:
        """Return the notices that stand for an alert at an instant: none, one, or that to the duty inspector too."""
        if not (alert.stands and alert.paged):
            return ()
        labels = _labels(alert)
        notice = Notice(alert, labels, alert.opened_at)
        at = self.escalates_at(alert)
        if at is None or now < at:
            return (notice,)
        return notice, Notice(alert, (*labels, ("escalation", DUTY_INSPECTOR)), at, self._patience[alert.severity])

    def as_sent(self, notice: Notice, ends: datetime, *, ended: bool) -> dict[str, Any]:
        """Return a notice in the shape of Alertmanager's API; one that has `ended` says what became of it."""
        said = notice.alert.as_dict()
        told = {name: text for name, text in self._annotations(notice, said) if text}
        if ended:
            told["outcome"] = _outcome(notice)
        return {
            "labels": dict(notice.labels),
            "annotations": told,
            "startsAt": format_instant(notice.since),
            "endsAt": format_instant(max(ends, notice.since)),
            "generatorURL": said.get("links", {}).get("log", ""),
        }

    def _annotations(self, notice: Notice, said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Yield what a person reads first, by name; an empty text is one that there is not."""
        alert, force = notice.alert, said["force"]
        by = local_words(alert.due_at, self._forces.profile(force).zone)
        untaken = f"Nobody has taken it for {span(notice.untaken)}" if notice.untaken is not None else ""
        marks = ["TEST, nothing is to be done" if force == TEST_FORCE else "", untaken]
        yield "title", ": ".join([*filter(None, marks), _title(notice, said)])
        yield "owed", _owed(alert, said["summary"], by)
        yield "why", _why(said.get("explanation", {})) if alert.kind != MONITOR else ""
        yield "next", _NO_NEXT if force == TEST_FORCE else said["runbook"][0] if said.get("runbook") else ""
        yield "page", self._page(force, said.get("incident_ref"))
        yield "summary", said["summary"]
        yield "by", by
        yield "due_at", said["due_at"]
        yield "alert_id", alert.alert_id
        yield "untaken", untaken

    def _page(self, force: str, ref: str | None) -> str:
        if self._desk is None:
            return ""
        return (
            f"{self._desk}/" if ref is None else f"{self._desk}/incident/{quote(force, safe='')}/{quote(ref, safe='')}"
        )


def alert_name(kind: str) -> str:
    """Return the name by which Alertmanager knows a kind of alert, as `RecordingDueSoon`."""
    return "Recording" + "".join(word.capitalize() for word in kind.split("_"))


def _labels(alert: Alert) -> Labels:
    said = {**alert.facts, "rule": alert.rule, "severity": alert.severity}
    labels = {"alertname": alert_name(alert.kind)}
    labels |= {label: str(said[field]) for label, field in _LABELS.items() if said.get(field)}
    if alert.kind == MONITOR:
        # Two feeds of a force that are silent are two alerts: without its name the end of one would end the other.
        about, _, feed = alert.occasion.partition(" ")
        labels |= {"about": about} | ({"feed": feed} if feed else {})
    return tuple(labels.items())


def _title(notice: Notice, said: Mapping[str, Any]) -> str:
    alert = notice.alert
    if alert.kind == MONITOR:
        return f"Monitor: {alert.occasion} ({said['force']})"
    where = ", ".join(filter(None, (said["force"], said.get("area"))))
    taken = ", taken" if alert.status == "acknowledged" and notice.untaken is None else ""
    return f"{alert.kind.replace('_', ' ').capitalize()}{taken}: {said.get('incident_ref', '')} ({where})"


def _owed(alert: Alert, summary: str, by: str) -> str:
    """Return what is owed with when that was or is due, or since when it is so, unless the summary says it."""
    if alert.kind == MONITOR or by in summary:
        return summary
    waits = alert.kind in _WAITS_FOR_A_DEADLINE or alert.due_at > alert.opened_at
    return f"{summary}, {'by' if waits else 'since'} {by}"


def _why(tree: Mapping[str, Any]) -> str:
    """Return on what a crime is expected, else what a rule asks and the first fact by which that is not met."""
    heading, _, asked = str(tree.get("text", "")).partition(": ")
    facts = [node for node in _facts(tree) if node["holds"] and "value" in node and "cite" in node]
    if heading.endswith("applies"):
        # Beside the signs of a crime stand conditions of the rule, and how its clock runs.
        signs = [node for node in tree["children"] if node in facts]
        facts = sorted(signs, key=lambda node: not node["text"].startswith("The log discloses"))
    told = [f"{node['text']}: {node['value']} ({node['cite']})" for node in facts[:1]]
    if asked and not heading.endswith("applies"):
        told = [f"{asked}; {fact[0].lower()}{fact[1:]}" for fact in told]
    return next((why for why in (*told, asked) if len(why) <= _WHY_AT_MOST), "")


def _facts(tree: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for node in tree.get("children", ()):
        if "children" not in node:
            yield node
        yield from _facts(node)


def _outcome(notice: Notice) -> str:
    alert = notice.alert
    if alert.resolution is not None and not alert.stands:
        return OUTCOMES[alert.resolution]
    if notice.untaken is not None and alert.status == "acknowledged":
        return TAKEN
    return CHANGED if alert.paged else PAGES_NO_MORE
