"""What the page calls things: plain words for the contract's, times as people of the force say them."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from markupsafe import Markup

from rules.explanation import local_words
from rules.instants import format_instant, parse_instant

KINDS: Final = {
    "overdue": "Overdue",
    "closed_without_crime": "Closed without a crime",
    "due_soon": "Due soon",
    "unjustified_disposal": "Disposal not justified",
    "improper_cancellation": "Cancelled improperly",
    "too_few_crimes": "Too few crimes",
    "victim_service": "Owed to a victim",
    "classification": "Class does not fit",
    "review_overdue": "Review overdue",
    "data_quality": "Data to check",
    "monitor": "Feeds to check",
}
"""The kinds of alert, in the order in which a supervisor is asked to think of them."""
BASES: Final = {
    "no_crime_disclosed": "No crime was disclosed",
    "contrary_evidence": "There is credible evidence to the contrary",
    "crime_related_incident": "It is a crime related incident",
    "duplicate": "It is a duplicate of another log",
    "principal_crime": "The crimes recorded already cover it",
    "other_force": "Another force has accepted it",
    "outside_jurisdiction": "It happened outside England and Wales",
    "not_notifiable": "The offence is not notifiable",
    "report_fraud": "It was passed to Report Fraud",
    "police_conduct": "It is about police conduct on duty",
}
"""Why a crime may not have to be recorded; each is a basis of the contract."""
DECIDERS: Final = {
    "officer": "an officer",
    "supervisor": "a supervisor",
    "designated_decision_maker": "a designated decision maker",
    "force_crime_registrar": "the force crime registrar",
    "chief_officer": "a chief officer",
}
STATUSES: Final = {
    "monitoring": "A crime is expected",
    "due_soon": "A crime is due soon",
    "overdue": "Overdue",
    "recorded_in_time": "Recorded in time",
    "recorded_late": "Recorded late",
    "not_expected": "No crime is expected",
    "exempt": "Exempt: no crime need be recorded",
    "merged": "Carried on in another log",
    "transferred": "Passed to another force",
}
RESOLUTIONS: Final = {
    "recorded_in_time": "a crime was recorded in time",
    "recorded_late": "a crime was recorded late",
    "exempt": "it was decided that none need be recorded",
    "merged": "the log is carried on in another one",
    "transferred": "another force took it on",
    "no_longer_expected": "the facts no longer ask for it",
    "became_overdue": "the deadline passed",
    "delay_authorised": "the registrar authorised a delay",
    "reopened": "the log was reopened",
    "corrected": "it was corrected",
    "reinstated": "the crime was reinstated",
    "withdrawn": "the disposal was withdrawn",
    "done": "it was done",
    "declined": "the victim declined",
    "reviewed": "it was reviewed",
    "recovered": "it is well again",
    "retired": "it is too old, or its rule has gone",
}
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")


def plain(word: str) -> str:
    """Write a word of the contract as a person reads it."""
    return word.replace("_", " ")


def kind_words(kind: str) -> str:
    """Name a kind of alert."""
    return KINDS.get(kind, plain(kind))


def kinds_in_order(kinds: Iterable[str]) -> list[str]:
    """Return kinds in the order in which they are thought of, those that have no name here last."""
    known = list(KINDS)
    return sorted(kinds, key=lambda kind: (known.index(kind) if kind in KINDS else len(known), kind))


def status_words(status: str) -> str:
    """Say what a status means."""
    return STATUSES.get(status, plain(status))


def resolution_words(resolution: str) -> str:
    """Say why an alert was resolved."""
    return RESOLUTIONS.get(resolution, plain(resolution))


def left_words(due_at: datetime, now: datetime) -> str:
    """Write how long is left until an instant, or how long ago it was, as `2 h 05 min left`."""
    late = now > due_at
    minutes = abs(due_at - now) // timedelta(minutes=1)
    if minutes >= 2 * 24 * 60:
        said = f"{minutes // (24 * 60)} days"
    elif minutes >= 60:
        said = f"{minutes // 60} h {minutes % 60:02} min"
    else:
        said = f"{minutes} min"
    return f"{said} {'late' if late else 'left'}"


def moment(instant: datetime | str, zone: ZoneInfo) -> Markup:
    """Write an instant as the force's people say it, to the minute; its second and offset show on hover."""
    at = parse_instant(instant) if isinstance(instant, str) else instant
    local = at.astimezone(zone)
    offset = f"{local:%H:%M:%S}, UTC{local:%z}"
    return Markup('<time datetime="{}" title="{}:{}">{}</time>').format(
        format_instant(at), offset[:-2], offset[-2:], local_words(at.replace(second=0, microsecond=0), zone)
    )


def with_moments(text: str, zone: ZoneInfo) -> Markup:
    """Write a text with each instant in it as the force's people say it."""
    parts: list[Any] = []
    start = 0
    for found in _INSTANT.finditer(text):
        parts += [Markup.escape(text[start : found.start()]), moment(found[0], zone)]
        start = found.end()
    return Markup("").join([*parts, Markup.escape(text[start:])])
