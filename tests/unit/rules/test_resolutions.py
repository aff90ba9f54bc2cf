from typing import Any

import pytest

from .given import Line, after, line, opened, played, turns

THEFT = opened(opening_code="CRIME_THEFT")
DECIDED = {"basis": "contrary_evidence", "reason": "footage", "decided_by": "supervisor"}
CORRECTION = {"reason": "typed wrongly", "decided_by": "supervisor"}
RECORD = line(1, "recorded", victim_refs=["V1"])
VICTIMS = opened(victims=[{"victim_ref": "V1"}, {"victim_ref": "V2"}])
ERROR = line(30, "cancelled", reason="C4", decided_by="officer", independent=True)
DELAY: dict[str, Any] = {"until": after(72), "decided_by": "force_crime_registrar", "note": "abroad"}


@pytest.mark.parametrize(
    ("given", "kind", "resolution"),
    [
        ([THEFT, line(13, "recorded")], "due_soon", "recorded_in_time"),
        ([THEFT], "due_soon", "became_overdue"),
        ([THEFT, line(13, "delayed", **DELAY)], "due_soon", "delay_authorised"),
        ([THEFT, line(13, "updated", received_at_corrected=after(12), **CORRECTION)], "due_soon", "corrected"),
        ([THEFT, line(13, "decided", **DECIDED)], "due_soon", "exempt"),
        ([THEFT, line(30, "recorded", recorded_at=after(20))], "overdue", "recorded_in_time"),
        ([THEFT, line(30, "recorded")], "overdue", "recorded_late"),
        ([THEFT, line(30, "decided", **DECIDED)], "overdue", "exempt"),
        ([THEFT, line(30, "transferred", accepted_at=after(30))], "overdue", "transferred"),
        ([THEFT, opened(incident_ref="B"), line(30, "merged", into="B")], "overdue", "merged"),
        ([THEFT, line(30, "delayed", decided_at=after(20), **DELAY)], "overdue", "delay_authorised"),
        ([THEFT, line(30, "updated", received_at_corrected=after(29), **CORRECTION)], "overdue", "corrected"),
        (
            [THEFT, line(2, "closed", closing_codes=["CRIME_THEFT"]), line(3, "reopened")],
            "closed_without_crime",
            "reopened",
        ),
        (
            [THEFT, line(2, "closed", closing_codes=["CRIME_THEFT"]), line(3, "recorded")],
            "closed_without_crime",
            "recorded_in_time",
        ),
        (
            [THEFT, line(2, "closed", closing_codes=["CRIME_THEFT"]), line(3, "decided", **DECIDED)],
            "closed_without_crime",
            "exempt",
        ),
        (
            [THEFT, line(2, "closed", closing_codes=["CRI"]),
             line(3, "closed", closed_at=after(2), closing_codes=["CRI"], reason="directed_not_to_record")],
            "unjustified_disposal",
            "corrected",
        ),
        ([THEFT, line(2, "closed", closing_codes=["CRI"]), line(3, "reopened")], "unjustified_disposal", "reopened"),
        (
            [THEFT, line(2, "updated", opening_code="PSW_CIVIL"), line(3, "updated", opening_code="CRIME_THEFT")],
            "unjustified_disposal",
            "corrected",
        ),
        (
            [THEFT, line(2, "decided", basis="not_notifiable", decided_by="officer"), line(3, "withdrawn")],
            "unjustified_disposal",
            "withdrawn",
        ),
        (
            [THEFT, line(2, "transferred", accepted_at=after(2)),
             line(60, "transferred", reference="X-1", victim_told_at=after(60))],
            "unjustified_disposal",
            "corrected",
        ),
        ([THEFT, RECORD, ERROR, line(31, "cancelled", reason="C4", decided_by="officer", cancelled_at=after(30), note="twice")],
         "improper_cancellation", "corrected"),
        ([THEFT, RECORD, ERROR, line(31, "reinstated")], "improper_cancellation", "reinstated"),
        ([THEFT, RECORD, ERROR, line(31, "recorded", crime_ref="C2")], "improper_cancellation", "recorded_late"),
        (
            [THEFT, RECORD, ERROR, line(31, "recorded", crime_ref="C2", recorded_at=after(2))],
            "improper_cancellation",
            "recorded_in_time",
        ),
        ([VICTIMS, RECORD, line(30, "recorded", crime_ref="C2")], "too_few_crimes", "recorded_late"),
        ([VICTIMS, RECORD, line(30, "recorded", crime_ref="C2", recorded_at=after(5))], "too_few_crimes", "recorded_in_time"),
        ([VICTIMS, RECORD, line(30, "decided", **{**DECIDED, "basis": "principal_crime"})], "too_few_crimes", "exempt"),
        pytest.param(
            [VICTIMS, RECORD, line(30, "updated", victims=[{"victim_ref": "V1"}])],
            "too_few_crimes",
            "no_longer_expected",
        ),
        (
            [opened(victims=[{"victim_ref": "V2"}]), RECORD, line(2, "updated", victims=[{"victim_ref": "V1"}])],
            "data_quality",
            "corrected",
        ),
    ],
)  # fmt: skip
def test_an_alert_says_why_it_no_longer_stands(given: list[Line], kind: str, resolution: str) -> None:
    changed = turns(played(*given, until=72), kind)

    assert [found for _, status, found in changed if status == "resolved"][:1] == [resolution]


def test_grounds_that_are_gone_are_no_longer_expected() -> None:
    given = [
        opened(),
        opened(incident_ref="B", opening_code="CRIME_THEFT"),
        line(1, "merged", incident_ref="B", into="A"),
        line(30, "reopened", incident_ref="B"),
    ]

    history = played(*given, until=31)

    assert [found for _, _, found in turns(history, "overdue")] == [None, "no_longer_expected"]
    assert [status for _, status, _ in turns(history, "overdue", "B")] == ["open"]
