"""Why an alert no longer stands: the contract's closed list of resolutions."""

from datetime import datetime

from rules.assessment import Assessment
from rules.counting import crimes_owed
from rules.expectations import Expectation
from rules.instants import format_instant
from rules.matters.victims import why_done

_RECORDED = ("recorded_in_time", "recorded_late")
_ANSWERED = (*_RECORDED, "exempt", "transferred")


def why_resolved(
    kind: str, rule: str, occasion: str, due_at: datetime, assessment: Assessment, crimes_before: int = 0
) -> str:
    """Return the resolution of an alert that is owed no longer, from what is true of its incident now.

    `crimes_before` is how many crimes counted when the alert was last said.
    """
    if assessment.status == "merged":
        return "merged"
    match kind:
        case "due_soon" | "overdue":
            return _of_expectation(kind, rule, occasion, due_at, assessment)
        case "closed_without_crime" | "unjustified_disposal":
            return _of_disposal(kind, occasion, assessment)
        case "improper_cancellation":
            return _of_cancellation(occasion, assessment)
        case "victim_service":
            return why_done(assessment.situation, occasion)
        case "too_few_crimes":
            return _of_count(due_at, assessment, crimes_before)
    return "corrected"


def _of_expectation(kind: str, rule: str, occasion: str, due_at: datetime, assessment: Assessment) -> str:
    expectation = _expectation(assessment, rule, occasion)
    if expectation is None:
        return "no_longer_expected"
    if expectation.met_by is not None:
        return "recorded_late" if expectation.met_late else "recorded_in_time"
    if expectation.ended_by is not None:
        return expectation.ended_by.status
    if expectation.state(assessment.moment.now) == "overdue":
        return "became_overdue"
    return "delay_authorised" if expectation.moved_by else "corrected"


def _expectation(assessment: Assessment, rule: str, occasion: str) -> Expectation | None:
    """Return the expectation that an alert was about, or the one that took its place when its clock changed."""
    of_rule = [expectation for expectation in assessment.moment.expectations if expectation.rule == rule]
    return next((expectation for expectation in of_rule if expectation.occasion == occasion), None)


def _of_disposal(kind: str, occasion: str, assessment: Assessment) -> str:
    """A disposal's alert ends with the disposal, with what it lacked, or with what answers the expectation."""
    what, _, instant = occasion.partition(" ")
    situation = assessment.situation
    incident = situation.incident
    if what == "closed":
        closed = situation.closing is not None and format_instant(situation.closing.at) == instant
        merged = any(format_instant(merge.at) == instant for merge in incident.merges)
        if not closed and not merged:
            return "reopened"
    if what == "decided":
        decided = [decision["decided_at"] for decision in (*incident.decisions, *incident.delays)]
        if instant not in {format_instant(at) for at in decided}:
            return "withdrawn"
        if any(expectation.moved_by for expectation in assessment.moment.open):
            return "delay_authorised"
    if what == "transferred" and incident.transfer is None:
        return "withdrawn"
    if assessment.status in _RECORDED:
        return assessment.status
    if kind == "unjustified_disposal" and assessment.status != "not_expected":
        return "corrected"
    return assessment.status if assessment.status in _ANSWERED else "no_longer_expected"


def _of_cancellation(occasion: str, assessment: Assessment) -> str:
    situation = assessment.situation
    cancelled = {f"{record.crime.ref} {format_instant(record.at)}" for record in situation.cancelled}
    if occasion in cancelled:
        return assessment.status if situation.live_crimes and assessment.status in _RECORDED else "corrected"
    crime = next((crime for crime in situation.crimes if occasion.startswith(f"{crime.ref} ")), None)
    return "reinstated" if crime is not None and crime.cancellation is None else "corrected"


def _of_count(due_at: datetime, assessment: Assessment, crimes_before: int) -> str:
    situation = assessment.situation
    if len(situation.live_crimes) > crimes_before:
        late = any(record.recorded_at > due_at for record in situation.live_crimes)
        return "recorded_late" if late else "recorded_in_time"
    decided = any(ending.by == "decision" for ending in situation.endings)
    return "exempt" if decided and len(situation.live_crimes) < crimes_owed(situation) else "no_longer_expected"
