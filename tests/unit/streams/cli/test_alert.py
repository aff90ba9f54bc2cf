"""What `alert test` says to a person and to a script."""

from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result

from streams.cli import cli
from streams.tools.alert_test import Stage, Trial


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the command asked for, and with `missing` which stage does not come."""
    asked: dict[str, Any] = {"missing": None}

    def tested(
        settings: object, clock: object, severity: str, keep: timedelta, patience: timedelta, passed: Any
    ) -> Trial:
        asked.update(severity=severity, keep=keep, patience=patience)
        stage = Stage("alert pages", 1.26)
        passed(stage)
        return Trial("TEST/TEST-1", [stage], asked["missing"])

    monkeypatch.setattr("streams.tools.alert_test.alert_test", tested)
    return asked


def ran(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["alert", "test", *arguments], catch_exceptions=False)


def test_a_person_is_told_each_stage_with_its_time_and_that_all_came(given: dict[str, Any]) -> None:
    said = ran()

    assert said.exit_code == 0
    assert said.output.splitlines() == ["    1.3 s  alert pages", "TEST/TEST-1: seen at every stage, and ended"]
    assert (given["severity"], given["keep"], given["patience"]) == ("high", timedelta(0), timedelta(seconds=180))


def test_what_did_not_come_is_the_last_line_and_the_exit_status(given: dict[str, Any]) -> None:
    given["missing"] = "resolved in recording-alerts"
    said = ran("--severity", "critical", "--keep", "2", "--patience", "5")

    assert said.exit_code == 1
    assert said.output.splitlines()[-1] == "TEST/TEST-1: did not come within 5 s: resolved in recording-alerts"
    assert (given["severity"], given["keep"], given["patience"]) == (
        "critical",
        timedelta(seconds=2),
        timedelta(seconds=5),
    )


def test_a_program_is_told_nothing_but_the_result(given: dict[str, Any]) -> None:
    said = ran("--json")

    assert said.output.startswith("{")
    assert '"missing": null' in said.output


@pytest.mark.parametrize("wrong", [["--patience", "0"], ["--keep", "-1"], ["--severity", "low"]])
def test_wrong_use_is_named(given: dict[str, Any], wrong: list[str]) -> None:
    said = ran(*wrong)

    assert said.exit_code == 2
    assert wrong[0] in said.output
