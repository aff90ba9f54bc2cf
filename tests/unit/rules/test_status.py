from typing import Any

import pytest

from rules.status import FINAL, published_status, status_facts

from .given import Line, after, assessed, at, line, opened

THEFT = opened(opening_code="CRIME_THEFT")


def facts(*given: Line, now: float = 60) -> dict[str, Any]:
    return status_facts(assessed(*given, now=now))


def test_a_quiet_log_says_little_and_nothing_absent() -> None:
    said = facts(opened())

    assert said == {
        "force": "Example",
        "incident_ref": "A",
        "status": "not_expected",
        "received_at": "2026-04-02T09:00:00Z",
        "offence_group": "none",
        "crime_refs": [],
        "rules": [],
        "rulebook_hash": said["rulebook_hash"],
        "data_quality": [],
    }


def test_a_recorded_crime_says_when_and_how_long_it_took() -> None:
    said = facts(opened(opening_code="CRIME_THEFT", area="North"), line(1.5, "recorded"))

    assert {name: said[name] for name in ("status", "area", "clock", "due_at", "recorded_at", "delay_seconds")} == {
        "status": "recorded_in_time",
        "area": "North",
        "clock": "report",
        "due_at": "2026-04-03T09:00:00Z",
        "recorded_at": "2026-04-02T10:30:00Z",
        "delay_seconds": 5400,
    }
    assert (said["crimes_expected"], said["crimes_recorded"], said["same_day"]) == (1, 1, True)


@pytest.mark.parametrize(
    ("recorded", "seconds"),
    [("2026-04-02T09:00:00Z", 0), ("2026-04-01T09:00:00Z", 0), ("2026-04-02T09:00:00.5Z", 0.5), (after(30), 108_000)],
)
def test_a_delay_is_never_negative_and_keeps_its_fraction(recorded: str, seconds: float) -> None:
    assert facts(THEFT, line(31, "recorded", recorded_at=recorded))["delay_seconds"] == seconds


def test_a_delay_counts_from_the_start_of_its_own_clock() -> None:
    said = facts(opened(), line(5, "updated", entries=[{"text": "punched"}]), line(6, "recorded"))

    assert (said["clock"], said["delay_seconds"]) == ("disclosure", 3600)
    assert said["report_due_at"] == "2026-04-03T09:00:00Z"


def test_the_reports_own_deadline_is_said_only_where_it_is_another() -> None:
    delayed = line(1, "delayed", until=after(48), decided_by="force_crime_registrar", note="abroad")

    assert "report_due_at" not in facts(THEFT)
    assert facts(THEFT, delayed)["report_due_at"] == "2026-04-03T09:00:00Z"
    assert facts(THEFT, delayed)["due_at"] == "2026-04-04T09:00:00Z"


@pytest.mark.parametrize(
    ("given", "basis"),
    [
        ([line(1, "decided", basis="not_notifiable", reason="moot", decided_by="officer")], "not_notifiable"),
        ([line(1, "closed", closing_codes=["CRI"], reason="directed_not_to_record")], "crime_related_incident"),
        ([line(1, "closed", closing_codes=["REPORT_FRAUD"])], "report_fraud"),
        ([line(1, "transferred", accepted_at=after(1))], "transferred"),
        (
            [line(1, "recorded"), line(2, "cancelled", reason="C1", decided_by="officer", other_force_ref="X-1")],
            "C1",
        ),
        ([line(1, "recorded")], None),
    ],
)
def test_the_basis_is_what_ended_the_expectation(given: list[Line], basis: str | None) -> None:
    assert facts(THEFT, *given).get("basis") == basis


def test_a_merged_log_says_into_which() -> None:
    said = facts(THEFT, opened(incident_ref="B"), line(1, "merged", into="B"))

    assert (said["status"], said["merged_into"]) == ("merged", "B")
    assert not {"due_at", "clock"} & said.keys()


def test_the_same_day_is_a_local_one() -> None:
    report: Line = {"at": "2026-06-30T22:30:00Z", "opened": {"opening_code": "CRIME_THEFT"}}
    record: Line = {"at": "2026-06-30T23:10:00Z", "recorded": {}}

    said = status_facts(assessed(report, record, now=at(10_000)))

    assert said["same_day"] is False


def test_what_is_published_adds_the_explanation_and_the_last_change() -> None:
    assessment = assessed(THEFT, now=1)

    said = published_status(assessment, at(1))

    assert said.keys() - status_facts(assessment).keys() == {"explanation", "updated_at"}
    assert said["updated_at"] == "2026-04-02T10:00:00Z"


def test_the_final_statuses_are_those_of_the_contract() -> None:
    assert {"recorded_in_time", "recorded_late", "not_expected", "exempt", "merged", "transferred"} == FINAL
