"""Takes a victim out of what is kept: where the reference stood stands a name that says nothing (E47).

What the rules ask of a victim stays, of nobody in particular: so deadlines and figures stay as they are. Of the reference a
digest is kept, by which what comes later, or is read again, is redacted too.
"""

from collections.abc import Collection
from typing import Any

import msgspec

from rules.alerts import Alert
from rules.statements import Statement
from streams.agents.rows import CrimeRow, IncidentRow, digest, pack_alert


def redacted(said: Statement, nameless: Collection[bytes]) -> Statement:
    """Return a statement without the references of victims whose digests are given; the same one where it has none."""
    if not nameless:
        return said
    data = _without(said.data, nameless)
    return said if data == said.data else msgspec.structs.replace(said, data=data)


def redact_crime(row: CrimeRow, victim: str) -> None:
    """Take a victim out of a crime's row."""
    row.nameless = sorted({*row.nameless, digest(victim)})
    row.statements = [redacted(said, row.nameless) for said in row.statements]


def redact_incident(row: IncidentRow, victim: str) -> list[Alert]:
    """Take a victim out of an incident's row, and with it the alerts on what is owed to them; return those.

    The row is to be judged anew then: what is still owed is raised under the new name.
    """
    row.nameless = sorted({*row.nameless, digest(victim)})
    row.statements = [redacted(said, row.nameless) for said in row.statements]
    row.law = ""
    alerts = row.standing().alerts.values()
    about = [alert for alert in alerts if names(alert.occasion, victim)]
    row.alerts = [pack_alert(alert) for alert in alerts if alert not in about]
    return about


def names(text: str, victim: str) -> bool:
    """Whether a victim's reference stands in the occasion of an alert, as a word of it."""
    return f" {victim} " in f" {text} "


def holds(data: Any, victim: str) -> bool:
    """Whether a statement's data have a victim's reference."""
    return bool(_without(data, {digest(victim)}) != data)


def _without(data: Any, nameless: Collection[bytes]) -> Any:
    if isinstance(data, dict):
        return {name: _field(name, value, nameless) for name, value in data.items()}
    if isinstance(data, list):
        return [_without(value, nameless) for value in data]
    return data


def _field(name: str, value: Any, nameless: Collection[bytes]) -> Any:
    if name == "victim_ref":
        return _name(value, nameless)
    if name == "victim_refs":
        return value and [_name(ref, nameless) for ref in value]
    return _without(value, nameless)


def _name(ref: str, nameless: Collection[bytes]) -> str:
    return f"erased-{known.hex()}" if (known := digest(ref)) in nameless else ref
