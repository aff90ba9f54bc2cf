"""`alert test` on Apache Kafka, a worker and a real Alertmanager: every stage of the path, and which one does not come."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.alertmanager.server import RealAlertmanager
from tests.alertmanager.sinks import Sinks, text_of
from tests.eventually import eventually
from tests.integration.command import Ran, run
from tests.integration.workers import Desk, standing
from tests.kafka.cluster import Cluster

pytestmark = [pytest.mark.kafka, pytest.mark.alertmanager]


def alert_test(desk: Desk, *arguments: object) -> tuple[Ran, dict[str, Any]]:
    """Run the command, and return what it left behind and what it told a program."""
    others = {name: value for name, value in desk.environment.items() if name != "RECORDING_BROKER"}
    ran = run("alert", "test", "--json", *arguments, broker=desk.environment["RECORDING_BROKER"], **others)
    return ran, json.loads(ran.out)


def test_a_test_alert_passes_every_stage_reaches_people_as_a_test_and_leaves_nothing_standing(
    kafka: Cluster, tmp_path: Path
) -> None:
    with (
        Sinks() as sinks,
        RealAlertmanager(tmp_path / "alertmanager", sinks) as alertmanager,
        Desk(
            kafka,
            tmp_path,
            "alert-test",
            alertmanagers=alertmanager.address,
            desk_address="https://desk.example.org",
            escalate_critical="3",
        ) as desk,
        desk.worker() as worker,
    ):
        eventually(worker.ready)
        for severity, kind in (("high", "Closed without crime"), ("critical", "Overdue")):
            ran, told = alert_test(desk, "--severity", severity, "--keep", 2 if severity == "high" else 5)

            assert (ran.status, told["missing"]) == (0, None), ran
            print(severity, told["stages"])
            assert [stage["stage"] for stage in told["stages"]] == [
                "sent to incident-log",
                "alert in recording-alerts",
                "alert pages",
                f"alert in Alertmanager at {alertmanager.address}",
                "sent to recording-decisions",
                "resolved in recording-alerts",
                f"gone from Alertmanager at {alertmanager.address}",
            ]
            ref = told["incident"].removeprefix("TEST/")
            mail = sinks.mailed("supervisors", ref)[0]
            assert mail["Subject"] == f"TEST, nothing is to be done: {kind}: {ref} (TEST)"
            assert f"https://desk.example.org/incident/TEST/{ref}" in text_of(mail, "plain")
        assert {page["commonLabels"]["incident"] for page in sinks.paged("supervisors", "TEST")} == {ref}
        assert {page["commonLabels"]["incident"] for page in sinks.paged("duty-inspector", "TEST")} == {ref}
        assert not standing(desk.alerts())


def test_the_stage_that_does_not_come_is_named_and_the_test_is_ended_all_the_same(
    kafka: Cluster, tmp_path: Path
) -> None:
    """Given no worker, and then one and no Alertmanager, then either is named, and nothing stands afterwards."""
    with Desk(kafka, tmp_path, "alert-test-alone", alertmanagers="http://127.0.0.1:9") as desk:
        ran, told = alert_test(desk, "--patience", 1)
        assert (ran.status, told["missing"]) == (1, "alert in recording-alerts")

        with desk.worker() as worker:
            eventually(lambda: desk.by_incident() == {told["incident"].removeprefix("TEST/"): "exempt"})
            eventually(worker.ready)
            ran, told = alert_test(desk, "--patience", 3)

            assert (ran.status, told["missing"]) == (1, "alert in Alertmanager at http://127.0.0.1:9")
            eventually(lambda: set(desk.by_incident().values()) == {"exempt"})
            assert not standing(desk.alerts())
