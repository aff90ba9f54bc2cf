"""What is said of a force's feeds and books as a whole: alerts of kind `monitor`, which belong to no incident (A6, M50)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from rules.alerts import Alert, alert_id
from rules.explanation import Node
from rules.instants import format_instant
from rules.rule import Severity

KIND: Final = "monitor"
RULE: Final = "M50"
SEVERITIES: Final[Mapping[str, Severity]] = {"feed": "critical", "flood": "high", "books": "high", "rhythm": "medium"}
"""How grave what is found is, by the first word of what it is about."""


@dataclass(frozen=True)
class Finding:
    """Something is wrong: since when, from when that is too long, in one line, what was looked at, and what to do."""

    since: datetime
    due_at: datetime
    summary: str
    looked_at: tuple[Node, ...]
    runbook: Sequence[str]


def monitored(
    force: str, about: str, said: Alert | None, found: Finding | None, now: datetime, paging: frozenset[str]
) -> Alert | None:
    """Return the alert on what a finding is `about`, as it becomes now; None where nothing has to be said.

    `said` is the one that was published last. It is raised once, changes in place while the finding lasts, and resolves as
    `recovered`; `paging` has the severities that page.
    """
    standing = said if said is not None and said.stands else None
    if found is None:
        if standing is None:
            return None
        history = (*standing.history, (now, "resolved", None))
        return replace(
            standing, status="resolved", resolved_at=now, resolution="recovered", history=history, changed_at=now
        )
    body = {
        "summary": found.summary,
        "explanation": Node(found.summary, True, children=found.looked_at).as_dict(),
        "runbook": list(found.runbook),
    }
    if standing is not None:
        return replace(standing, body=body, changed_at=now) if dict(standing.body) != body else None
    severity = SEVERITIES[about.split()[0]]
    return Alert(
        alert_id=alert_id(force, "", RULE, KIND, f"{about} {format_instant(found.since)}"),
        kind=KIND,
        rule=RULE,
        occasion=about,
        severity=severity,
        due_at=found.due_at,
        status="open",
        raised_at=now,
        opened_at=now,
        paged=severity in paging,
        feed_stale=False,
        facts={"force": force, "offence_group": "none"},
        body=body,
        history=((now, "open", None),),
        changed_at=now,
    )
