from dataclasses import replace
from datetime import timedelta

import pytest

from rules.alerts import Alert, alert_id
from rules.examples import FORCE
from rules.explanation import Node
from rules.instants import format_instant
from streams.agents.monitor import Finding, monitored
from tests.unit.rules.given import OPENED_AT as NOON

MINUTE = timedelta(minutes=1)
PAGING = frozenset({"critical", "high"})
FOUND = Finding(NOON, NOON + MINUTE, "The feed is silent", (Node("the newest event", True, "noon"),), ("Ask.",))
LATER = NOON + 5 * MINUTE


def raised(about: str = "feed crime-records") -> Alert:
    alert = monitored(FORCE, about, None, FOUND, LATER, PAGING)
    assert alert is not None
    return alert


def test_what_is_found_is_an_alert_of_the_force_and_of_no_incident() -> None:
    said = raised().as_dict()

    assert said["alert_id"] == alert_id(FORCE, "", "M50", "monitor", f"feed crime-records {format_instant(NOON)}")
    assert {name: said[name] for name in ("kind", "rule", "severity", "status", "paged", "summary")} == {
        "kind": "monitor",
        "rule": "M50",
        "severity": "critical",
        "status": "open",
        "paged": True,
        "summary": "The feed is silent",
    }
    assert "incident_ref" not in said
    assert said["explanation"]["children"] == [{"text": "the newest event", "holds": True, "value": "noon"}]


@pytest.mark.parametrize(
    ("about", "severity", "paged"),
    [("flood", "high", True), ("books", "high", True), ("rhythm crime-records", "medium", False)],
)
def test_how_grave_it_is_goes_by_what_it_is_about(about: str, severity: str, paged: bool) -> None:
    assert (raised(about).severity, raised(about).paged) == (severity, paged)


def test_what_lasts_is_said_once_and_what_changes_in_it_is_said_again_under_the_same_name() -> None:
    more = replace(FOUND, summary="The feed is silent still", since=LATER)

    changed = monitored(FORCE, "flood", raised(), more, LATER + MINUTE, PAGING)

    assert monitored(FORCE, "flood", raised(), FOUND, LATER + MINUTE, PAGING) is None
    assert changed is not None
    assert (changed.alert_id, changed.body["summary"]) == (raised().alert_id, "The feed is silent still")
    assert not changed.just_raised


def test_what_is_no_longer_found_recovers_once() -> None:
    over = monitored(FORCE, "flood", raised(), None, LATER + MINUTE, PAGING)

    assert over is not None
    assert (over.status, over.resolution, over.resolved_at) == ("resolved", "recovered", LATER + MINUTE)
    assert monitored(FORCE, "flood", over, None, LATER + MINUTE, PAGING) is None
    assert monitored(FORCE, "flood", None, None, LATER, PAGING) is None


def test_what_comes_back_is_another_occasion() -> None:
    over = monitored(FORCE, "flood", raised(), None, LATER, PAGING)

    again = monitored(FORCE, "flood", over, replace(FOUND, since=LATER), LATER + MINUTE, PAGING)

    assert again is not None
    assert again.just_raised
    assert again.alert_id != raised().alert_id
