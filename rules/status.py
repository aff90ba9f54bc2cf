"""The recording status of an incident as it is published (the contract's status out, with A9)."""

from datetime import datetime
from typing import Any

from rules.assessment import Assessment, delay_of, same_day
from rules.counting import crimes_owed
from rules.explain import explain_status
from rules.instants import format_instant

FINAL = frozenset({"recorded_in_time", "recorded_late", "not_expected", "exempt", "merged", "transferred"})
"""The statuses that stay until something changes."""


def status_facts(assessment: Assessment) -> dict[str, Any]:
    """Return what a status says, without its explanation and `updated_at`, absent values left out."""
    situation, leading = assessment.situation, assessment.leading
    facts: dict[str, Any] = {
        "force": situation.profile.force,
        "incident_ref": situation.ref,
        "area": situation.incident.fields.get("area"),
        "status": assessment.status,
        "received_at": format_instant(situation.received_at),
        "offence_group": assessment.offence_group,
        "crime_refs": [record.ref for record in situation.live],
        "rules": assessment.rules,
        "rulebook_hash": assessment.rulebook_hash,
        "data_quality": list(assessment.quality),
        "basis": assessment.basis,
        "merged_into": situation.merged_into,
    }
    if leading is not None:
        facts["due_at"] = format_instant(leading.due_at)
        facts["clock"] = leading.clock
        facts["disclosed_at"] = format_instant(leading.starts) if leading.clock == "disclosure" else None
        report_due = situation.starts + (leading.first_due_at - leading.starts)
        if report_due != leading.due_at:
            facts["report_due_at"] = format_instant(report_due)
        if (record := leading.met_by) is not None:
            facts["recorded_at"] = format_instant(record.recorded_at)
            seconds = delay_of(leading, record).total_seconds()
            facts["delay_seconds"] = int(seconds) if seconds == int(seconds) else seconds
            facts["same_day"] = same_day(situation, record)
        facts["crimes_expected"] = crimes_owed(situation)
        facts["crimes_recorded"] = len(situation.live_crimes)
    return {name: value for name, value in facts.items() if value is not None}


def published_status(assessment: Assessment, updated_at: datetime) -> dict[str, Any]:
    """Return the status as it is published, with its explanation."""
    return {
        **status_facts(assessment),
        "explanation": explain_status(assessment).as_dict(),
        "updated_at": format_instant(updated_at),
    }
