"""What Alertmanager is told of an alert: its labels, its words, and from when the duty inspector is told too."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from rules.alerts import Alert
from streams.agents.monitor import KIND
from streams.outward.metrics import RESOLUTIONS
from streams.outward.notices import CHANGED, OUTCOMES, PAGES_NO_MORE, TAKEN, Notices, alert_name
from streams.settings import Forces
from tests.unit.rules.given import OPENED_AT
from tests.unit.streams.agents import HOUR, SECOND, notices

GROUND = {"text": "Crime code given (at opening)", "holds": True, "value": "CRIME_THEFT", "cite": "CRR26 p10"}
CLOCK = {"text": "The clock starts", "holds": True, "value": "Thu 2 Apr", "cite": "CRR26 p10"}
DISCLOSED = {"text": "The log discloses: theft", "holds": True, "value": "phrase 'stolen'", "cite": "NSIR 1.17"}
DUE_AT = OPENED_AT + timedelta(hours=24)
OVERDUE = Alert(
    alert_id="a",
    kind="overdue",
    rule="M02",
    occasion="report",
    severity="critical",
    due_at=DUE_AT,
    status="open",
    raised_at=DUE_AT,
    opened_at=DUE_AT,
    paged=True,
    feed_stale=False,
    facts={"force": "Example", "area": "north", "incident_ref": "POL/1 2"},
    body={
        "summary": "No crime was recorded by Fri 3 Apr 2026 10:00 BST (theft, M02)",
        "explanation": {"text": "M02 applies: A crime code has its crime", "holds": True, "children": [GROUND, CLOCK]},
        "runbook": ["Record it.", "Or decide."],
        "links": {"log": "https://log/A"},
    },
)
SILENT = replace(
    OVERDUE, kind=KIND, rule="M50", occasion="feed crime-records", facts={"force": "Example", "offence_group": "none"}
)


def told(alert: Alert, *, ended: bool = False) -> dict[str, Any]:
    """The first notice of an alert, as it is sent while it stands or when it has ended."""
    (notice, *_) = notices().of(replace(alert, status="open", paged=True), alert.opened_at)
    return notices().as_sent(replace(notice, alert=alert), DUE_AT, ended=ended)


def annotations(alert: Alert, *, ended: bool = False) -> dict[str, str]:
    found: dict[str, str] = told(alert, ended=ended)["annotations"]
    return found


def explained(*children: dict[str, Any], text: str = "M03 is not met: A log is not closed") -> Alert:
    tree = {"text": text, "holds": True, "children": list(children)}
    return replace(OVERDUE, body={**OVERDUE.body, "explanation": tree})


def test_an_alert_says_which_incident_what_is_owed_by_when_why_and_where_to_look() -> None:
    assert annotations(OVERDUE) == {
        "title": "Overdue: POL/1 2 (Example, north)",
        "owed": "No crime was recorded by Fri 3 Apr 2026 10:00 BST (theft, M02)",
        "why": "Crime code given (at opening): CRIME_THEFT (CRR26 p10)",
        "next": "Record it.",
        "page": "https://desk.example/incident/Example/POL%2F1%202",
        "summary": "No crime was recorded by Fri 3 Apr 2026 10:00 BST (theft, M02)",
        "by": "Fri 3 Apr 2026 10:00 BST",
        "due_at": "2026-04-03T09:00:00Z",
        "alert_id": "a",
    }


def test_a_summary_without_a_time_is_given_it() -> None:
    fewer = replace(OVERDUE, kind="too_few_crimes", body={**OVERDUE.body, "summary": "Fewer crimes than are owed"})
    closed = replace(OVERDUE, kind="unjustified_disposal", body={**OVERDUE.body, "summary": "Disposed of badly"})
    early = replace(closed, opened_at=DUE_AT - HOUR)

    assert annotations(fewer)["owed"] == "Fewer crimes than are owed, by Fri 3 Apr 2026 10:00 BST"
    assert annotations(closed)["owed"] == "Disposed of badly, since Fri 3 Apr 2026 10:00 BST"
    assert annotations(early)["owed"] == "Disposed of badly, by Fri 3 Apr 2026 10:00 BST"


def test_of_the_signs_of_a_crime_what_the_log_discloses_is_said_first() -> None:
    alert = explained(GROUND, DISCLOSED, CLOCK, text="M04 applies: A disclosed crime is recorded")

    assert annotations(alert)["why"] == "The log discloses: theft: phrase 'stolen' (NSIR 1.17)"


def test_of_what_is_not_met_is_said_what_the_rule_asks_and_what_it_met_with() -> None:
    how = {"text": "How the log was closed", "holds": True, "value": "other", "cite": "NSIR 1.17"}
    alert = explained({"text": "All of these", "holds": True, "children": [{**CLOCK, "holds": False}, how]})

    assert annotations(alert)["why"] == "A log is not closed; how the log was closed: other (NSIR 1.17)"


def test_a_reason_that_is_long_gives_way_to_what_the_rule_asks_and_that_to_none() -> None:
    assert annotations(explained({**GROUND, "value": "x" * 200}))["why"] == "A log is not closed"
    assert "why" not in annotations(explained(text=f"M03 is not met: {'x' * 201}"))


def test_without_an_address_of_the_page_there_is_no_link() -> None:
    plain = Notices(Forces({}), None, {})
    (notice,) = plain.of(OVERDUE, DUE_AT)

    assert "page" not in plain.as_sent(notice, DUE_AT, ended=False)["annotations"]


def test_a_test_says_first_that_it_is_one() -> None:
    alert = replace(OVERDUE, facts={"force": "TEST", "incident_ref": "TEST-1"})

    assert annotations(alert)["title"] == "TEST, nothing is to be done: Overdue: TEST-1 (TEST)"
    assert annotations(alert)["next"] == "Nothing: this is a test, and it ends by itself."


def test_what_is_said_of_a_force_as_a_whole_names_what_it_is_about_and_leads_to_the_list() -> None:
    said = told(SILENT)

    assert said["labels"] == {
        "alertname": "RecordingMonitor",
        "force": "Example",
        "rule": "M50",
        "severity": "critical",
        "about": "feed",
        "feed": "crime-records",
    }
    assert said["annotations"]["title"] == "Monitor: feed crime-records (Example)"
    assert said["annotations"]["page"] == "https://desk.example/"
    assert "why" not in said["annotations"]
    assert "feed" not in told(replace(SILENT, occasion="flood"))["labels"]


def test_only_what_is_said_of_a_force_as_a_whole_says_what_it_is_about() -> None:
    assert told(OVERDUE)["labels"].keys() == {"alertname", "force", "area", "incident", "rule", "severity"}


@pytest.mark.parametrize(("severity", "after"), [("critical", 4 * HOUR), ("high", 24 * HOUR)])
def test_what_nobody_takes_in_time_is_told_to_the_duty_inspector_too(severity: Any, after: timedelta) -> None:
    alert = replace(OVERDUE, severity=severity)
    (before,) = notices().of(alert, DUE_AT + after - SECOND)
    first, escalated = notices().of(alert, DUE_AT + after)

    assert first == before
    assert dict(escalated.labels) == {**dict(first.labels), "escalation": "duty_inspector"}
    said = notices().as_sent(escalated, DUE_AT + after + HOUR, ended=False)
    assert (
        said["startsAt"] == f"2026-04-{3 if after < 24 * HOUR else 4:02}T{'13' if after < 24 * HOUR else '09'}:00:00Z"
    )
    untaken = f"Nobody has taken it for {'4' if after < 24 * HOUR else '24'} hours"
    assert said["annotations"]["untaken"] == untaken
    assert said["annotations"]["title"] == f"{untaken}: Overdue: POL/1 2 (Example, north)"


@pytest.mark.parametrize(
    "alert",
    [
        replace(OVERDUE, status="acknowledged"),
        replace(OVERDUE, severity="medium"),
        SILENT,
    ],
    ids=["taken", "of no severity that escalates", "of a force as a whole"],
)
def test_the_duty_inspector_is_never_told_of_an_alert_that_is(alert: Alert) -> None:
    assert len(notices().of(alert, DUE_AT + 1000 * HOUR)) == 1


@pytest.mark.parametrize("alert", [replace(OVERDUE, paged=False), replace(OVERDUE, status="resolved")])
def test_of_what_does_not_page_or_stand_nobody_is_told(alert: Alert) -> None:
    assert notices().of(alert, DUE_AT + 1000 * HOUR) == ()


def test_an_alert_that_somebody_took_says_so() -> None:
    assert annotations(replace(OVERDUE, status="acknowledged"))["title"] == "Overdue, taken: POL/1 2 (Example, north)"


def test_what_has_ended_says_what_became_of_it() -> None:
    late = replace(OVERDUE, status="resolved", resolution="recorded_late")

    assert annotations(late, ended=True)["outcome"] == "A crime was recorded, after the deadline."
    assert annotations(replace(OVERDUE, paged=False), ended=True)["outcome"] == PAGES_NO_MORE
    assert annotations(replace(OVERDUE, severity="high"), ended=True)["outcome"] == CHANGED
    assert "outcome" not in annotations(OVERDUE)


def test_what_the_duty_inspector_was_told_ends_when_somebody_takes_it() -> None:
    _, escalated = notices().of(OVERDUE, DUE_AT + 4 * HOUR)
    taken = replace(escalated, alert=replace(OVERDUE, status="acknowledged"))

    assert notices().as_sent(taken, DUE_AT, ended=True)["annotations"]["outcome"] == TAKEN


def test_every_resolution_of_the_contract_has_its_words() -> None:
    assert OUTCOMES.keys() == set(RESOLUTIONS)


@pytest.mark.parametrize(
    ("kind", "name"), [("overdue", "RecordingOverdue"), ("closed_without_crime", "RecordingClosedWithoutCrime")]
)
def test_kinds_have_the_names_of_the_contract(kind: str, name: str) -> None:
    assert alert_name(kind) == name
