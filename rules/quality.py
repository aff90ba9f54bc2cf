"""What cannot be right, or is not exact, in what the feeds say of an incident: the contract's `data_quality` values."""

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
        if received is not None and opened is not None:
            found |= {"opened_late"} if opened - received > OPENED_LATE else set()
            found |= {"received_after_opened"} if received > opened and log.received_corrected is None else set()
        found |= {"received_at_corrected"} if log.received_corrected is not None else set()
    occurred = situation.incident.fields.get("occurred_at")
    if occurred is not None and occurred > situation.received_at:
        found.add("occurred_after_report")
    if any(situation.starts - record.recorded_at > RECORDED_EARLY for record in situation.live_crimes):
        found.add("recorded_before_report")
    if any(quality == "ambiguous_local_time" for quality in _qualities(situation)):
        found.add("ambiguous_local_time")
    stated = [*(log.quality for log in situation.members), *(record.quality for record in situation.live)]
    if any(quality.get("time") == "future_time" for quality in stated):
        found.add("future_time")
    return found


def _qualities(situation: Situation) -> list[str]:
    """How exact the two ends of a delay are: when the report was received and when the crime was recorded."""
    received = [quality for member in situation.members if (quality := member.quality.get("received_at"))]
    return received + [quality for record in situation.live if (quality := record.quality.get("recorded_at"))]


def _of_references(situation: Situation) -> set[str]:
    found = set()
    if situation.incident.merges and (fault := situation.group.chain(situation.ref).fault) is not None:
        found.add("merge_cycle" if fault == "cycle" else "merged_into_unknown")
    if situation.mismatched:
        found.add("crime_mismatch")
    unmapped = any(key is None for key, _ in situation.given_codes)
    if unmapped or any(codes.offence_group(record.code) is None for record in situation.live):
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
