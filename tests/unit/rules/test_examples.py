from typing import Any

import pytest

from rules.examples import events_of, failures
from rules.rule import Example

from .given import after, book, line, opened

M02 = book().rules["M02"]
RAISED = {"at": "2026-04-02T21:00:00Z", "kind": "due_soon", "status": "open"}


def example(**said: Any) -> Example:
    return Example.model_validate(
        {"name": "x", "given": [opened(opening_code="CRIME_THEFT")], "until": after(13), **said}
    )


def test_a_short_line_is_written_out_with_what_is_usual() -> None:
    (event,) = events_of([opened(1, entries=[{"text": "x"}])])

    assert event["time"] == event["data"]["received_at"] == event["data"]["entries"][0]["at"] == "2026-04-02T10:00:00Z"
    assert (event["type"], event["data"]["incident_ref"], event["id"]) == ("incident.opened", "A", "e1")


@pytest.mark.parametrize(
    "given", [{"at": after(0)}, {"at": after(0), "opened": {}, "closed": {}}, {"at": after(0), "seen": {}}]
)
def test_a_line_that_is_not_short_form_is_named(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="line 2"):
        events_of([opened(), given])


def test_an_example_that_comes_true_has_no_failures() -> None:
    assert failures(M02, example(alerts=[RAISED], statuses={"A": "due_soon"}), book()) == []


@pytest.mark.parametrize(
    ("said", "failure"),
    [
        ({"alerts": []}, "alert 1: expected none"),
        ({"alerts": [RAISED, RAISED]}, "alert 2: expected"),
        ({"alerts": [{**RAISED, "severity": "critical"}]}, "alert 1: expected"),
        ({"alerts": [RAISED], "statuses": {"A": "overdue"}}, "status of A: expected overdue, got due_soon"),
        ({"alerts": [RAISED], "statuses": {"B": "overdue"}}, "got None"),
        ({"given": [line(0, "opened", channel="pigeon")]}, "channel"),
        ({"given": [{"at": after(0)}]}, "line 1"),
    ],
)
def test_an_example_that_does_not_come_true_says_how(said: dict[str, Any], failure: str) -> None:
    found = failures(M02, example(**said), book())

    assert len(found) == 1
    assert failure in found[0]
