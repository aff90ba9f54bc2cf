"""What cannot be right, or is not exact, in what the feeds say of an incident: the contract's `data_quality` values."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from rules import codes
from rules.expectations import Expectation
from rules.situation import LiveRecord, Situation

OPENED_LATE = timedelta(hours=1)
RECORDED_EARLY = timedelta(hours=24)
BOUNDARY = timedelta(seconds=60)
"""Settings of DOMAIN.md, marked there as judgement: E15, E26, and the boundary minute of E06."""


def quality_of(situation: Situation, expected: list[Expectation]) -> tuple[str, ...]:
    """Return the `data_quality` values of an incident, sorted."""
    return tuple(sorted(_of_times(situation) | _of_references(situation) | _of_boundary(situation, expected)))


def _of_times(situation: Situation) -> set[str]:
    found = set()
    for log in situation.members:
        received, opened = log.received_at, log.opened_at
        if log.received_corrected is not None:
            found.add("received_at_corrected")
        if received is not None and opened is not None:
            if opened - received > OPENED_LATE:
                found.add("opened_late")
            if received > opened and log.received_corrected is None:
                found.add("received_after_opened")
    occurred = situation.incident.fields.get("occurred_at")
    if occurred is not None and occurred > situation.received_at:
        found.add("occurred_after_report")
    for record in situation.live_crimes:
        if situation.starts - record.recorded_at > RECORDED_EARLY:
            found.add("recorded_before_report")
    for log in situation.members:
        found |= _of_precision(log.quality) if log.quality else set()
    for record in situation.live:
        found |= _of_precision(record.quality) if record.quality else set()
    return found


def _of_precision(quality: Mapping[str, str]) -> set[str]:
    """How exact the two ends of a delay are: when the report was received, or when the crime was recorded."""
    ends = (quality.get("received_at"), quality.get("recorded_at"))
    found = {"ambiguous_local_time"} if "ambiguous_local_time" in ends else set()
    return found | ({"future_time"} if quality.get("time") == "future_time" else set())


def _of_references(situation: Situation) -> set[str]:
    found = set()
    if situation.incident.merges and (fault := situation.group.chain(situation.ref).fault) is not None:
        found.add("merge_cycle" if fault == "cycle" else "merged_into_unknown")
    if situation.mismatched:
        found.add("crime_mismatch")
    for record in situation.live:
        if not codes.is_current(record.code, situation.day):
            found.add("class_not_current")
        if codes.offence_group(record.code) is None:
            found.add("unmapped_code")
    for key, _ in situation.given_codes:
        if key is None:
            found.add("unmapped_code")
    return found


def _of_boundary(situation: Situation, expected: list[Expectation]) -> set[str]:
    if not situation.live:
        return set()
    minute_received = any(member.quality.get("received_at") == "minute_precision" for member in situation.members)
    near = any(
        (minute_received or record.quality.get("recorded_at") == "minute_precision")
        and _near(record, expectation.due_at)
        for expectation in expected
        if (record := expectation.met_by) is not None
    )
    return {"boundary_minute"} if near else set()


def _near(record: LiveRecord, deadline: datetime) -> bool:
    return abs(record.recorded_at - deadline) <= BOUNDARY
