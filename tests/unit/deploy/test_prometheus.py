"""The rules of Prometheus keep its conventions, and every one of them is tried in both directions by promtool."""

import re
from datetime import timedelta
from typing import Any

import pytest
import yaml

from deploy.source import ROOT
from deploy.source.prometheus import GROUPS
from deploy.source.prometheus.shape import RUNBOOKS, Alert, Recorded
from rules.force import ForceProfile
from streams.settings import Settings
from streams.tools.metrics_page import every_series
from tests.unit.rules.given import book

ALERTS = [alert for group in GROUPS for alert in group.alerts]
RECORDED = [rule for group in GROUPS for rule in group.rules if isinstance(rule, Recorded)]
TESTS = [
    test
    for file in (ROOT / "deploy/prometheus/tests").glob("*.yaml")
    for test in yaml.safe_load(file.read_text())["tests"]
]
AT_ONCE = {
    "DeadLetters": "counts an hour",
    "ReconciliationDiffers": "is compared each hour",
    "Watchdog": "always stands",
}
AT_ONCE |= {"WorkerRestarts": "counts an hour"}
"""The alerts that wait for nothing, and why they need not: what they look at does not come and go."""
BUILT_IN = {"up"}
NAME = re.compile(r"\b(?:recording_[a-z0-9_]+|process_[a-z_]+|[a-z_]+:[a-z0-9_]+:[a-z0-9_]+|up)\b(?=[{\[) >]|$)")
COUNTED = re.compile(r"(\w+)\(\s*(recording_\w+)(?:\{[^}]*\})?\[")
LABELS = re.compile(r"\{\{ \$labels\.(\w+) \}\}")


def _families() -> dict[str, str]:
    made = every_series([ForceProfile(force="Kent", areas=("north",))], book(), Settings())
    return {sample.name: family.type for family in made for sample in family.samples}


TYPES = _families()
RULES: list[Alert | Recorded] = [*ALERTS, *RECORDED]


def both(rule: Alert | Recorded) -> str:
    return rule.name


@pytest.mark.parametrize("rule", RULES, ids=both)
def test_a_rule_asks_only_for_what_is_there(rule: Alert | Recorded) -> None:
    asked = set(NAME.findall(rule.expression))

    assert asked - TYPES.keys() - {recorded.name for recorded in RECORDED} - BUILT_IN == set()
    assert asked or rule.name == "Watchdog"


@pytest.mark.parametrize("rule", RULES, ids=both)
def test_only_what_counts_is_asked_for_its_rate(rule: Alert | Recorded) -> None:
    for function, metric in COUNTED.findall(rule.expression):
        counts = TYPES[metric] in ("counter", "histogram")
        assert counts == (function in ("rate", "increase")), f"{function}({metric})"


def test_recorded_names_say_level_metric_and_operations() -> None:
    assert all(re.fullmatch(r"[a-z_]+:[a-z0-9_]+:[a-z0-9_]+", rule.name) for rule in RECORDED)
    assert len({rule.name for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("alert", ALERTS, ids=both)
def test_an_alert_says_how_grave_it_is_who_can_mend_it_and_what_to_do(alert: Alert) -> None:
    written = alert.as_dict()

    assert re.fullmatch(r"([A-Z][a-z]*)+", alert.name)
    assert {"severity", "team"} <= set(written["labels"])
    assert written["annotations"]["runbook_url"] == f"{RUNBOOKS}/{alert.name}.md"
    assert not any(text.endswith(".") for text in written["annotations"].values() if not text.startswith(RUNBOOKS))
    assert len(alert.summary) <= 110


@pytest.mark.parametrize("alert", ALERTS, ids=both)
def test_an_alert_waits_for_a_while_or_there_is_a_reason_why_not(alert: Alert) -> None:
    assert (alert.lasting is None) == (alert.name in AT_ONCE)


def test_only_operations_are_woken_and_the_registrar_is_written_to() -> None:
    assert {alert.team for alert in ALERTS if alert.severity == "critical"} == {"operations"}
    assert {alert.name for alert in ALERTS if alert.severity == "none"} == {"Watchdog"}


@pytest.mark.parametrize("alert", ALERTS, ids=both)
def test_an_alert_is_tried_while_all_is_well_and_while_it_is_not(alert: Alert) -> None:
    asked = [asks for test in TESTS for asks in test.get("alert_rule_test", ()) if asks["alertname"] == alert.name]
    expected = [bool(asks["exp_alerts"]) for asks in asked]
    labels = {label for asks in asked for told in asks["exp_alerts"] for label in told["exp_labels"]}

    assert True in expected
    assert False in expected or alert.name == "Watchdog"
    assert set(LABELS.findall(alert.summary + alert.description)) <= labels


@pytest.mark.parametrize("rule", RECORDED, ids=both)
def test_what_is_recorded_is_tried(rule: Recorded) -> None:
    expected = [
        sample["labels"]
        for test in TESTS
        for asks in test.get("promql_expr_test", ())
        for sample in asks["exp_samples"]
    ]

    assert any(labels.partition("{")[0] == rule.name for labels in expected)


def test_workers_are_asked_often_enough_for_every_window() -> None:
    asked: dict[str, Any] = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yaml").read_text())

    interval = timedelta(seconds=int(asked["global"]["scrape_interval"].removesuffix("s")))
    shortest = min(int(minutes) for rule in RULES for minutes in re.findall(r"\[(\d+)m\]", rule.expression))
    assert timedelta(minutes=shortest) >= 4 * interval


def test_the_workers_are_the_job_that_the_rules_speak_of() -> None:
    asked: dict[str, Any] = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yaml").read_text())

    assert "recording-monitor" in {job["job_name"] for job in asked["scrape_configs"]}
