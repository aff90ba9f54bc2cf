"""What a worker publishes, for tests of a desk that need no worker."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from rules.instants import format_instant
from tests.kafka.cluster import Record


def in_hours(hours: float) -> str:
    """Return an instant so many hours from now."""
    return format_instant(datetime.now(UTC) + timedelta(hours=hours))


def name_of(number: int) -> str:
    """Return the identity of an alert."""
    return f"{number:032x}"


def alert(name: str, ref: str | None = "A", **said: Any) -> Record:
    """Return an overdue alert of the north of a force, unless said otherwise."""
    told = {
        "alert_id": name,
        "force": "Example",
        "kind": "overdue",
        "severity": "high",
        "rule": "M02",
        "status": "open",
        "due_at": "2026-04-03T09:00:00Z",
        "raised_at": "2026-04-03T09:00:00Z",
        "summary": "No crime was recorded (theft, M02)",
        "area": "north",
        "offence_group": "theft",
        "feed_stale": False,
        "paged": True,
        "explanation": {"text": "M02 applies", "holds": True, "cite": "CRR26 p10"},
        "runbook": ["Have the crime recorded now."],
        "history": [{"at": "2026-04-03T09:00:00Z", "status": "open"}],
        **({"incident_ref": ref} if ref else {}),
        **said,
    }
    return Record(name.encode(), json.dumps(told).encode())


def status(ref: str, word: str, force: str = "Example", **said: Any) -> Record:
    """Return the status of an incident in the north of a force, unless said otherwise."""
    told = {
        "force": force,
        "incident_ref": ref,
        "area": "north",
        "status": word,
        "received_at": "2026-04-02T09:00:00Z",
        "due_at": "2026-04-03T09:00:00Z",
        "clock": "report",
        "offence_group": "theft",
        "crime_refs": [],
        "data_quality": [],
        "explanation": {"text": "A crime is expected", "holds": True},
        "updated_at": "2026-04-03T09:00:00Z",
        **said,
    }
    return Record(f"{force}/{ref}".encode(), json.dumps(told).encode())
