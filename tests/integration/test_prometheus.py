"""A real Prometheus with the deployed rules over a force's past week, and real workers, and what Alertmanager makes of it."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy.source.prometheus import GROUPS
from deploy.source.prometheus.objectives import share
from deploy.source.prometheus.shape import Recorded
from tests.alertmanager.server import RealAlertmanager
from tests.alertmanager.sinks import Sinks
from tests.dashboards import asked
from tests.eventually import eventually
from tests.integration.workers import Desk
from tests.kafka.cluster import Cluster
from tests.prometheus.faults import DAYS, bent, of_two_laws
from tests.prometheus.past import PROFILE, STEP, WEEK, Recording, deliveries
from tests.prometheus.server import RealPrometheus, blocks_of, record_past

pytestmark = [pytest.mark.kafka, pytest.mark.prometheus, pytest.mark.alertmanager]
ALERTS = {alert.name: alert for group in GROUPS for alert in group.alerts}
RECORDED = [rule for group in GROUPS for rule in group.rules if isinstance(rule, Recorded)]
GRAFANA = {"__rate_interval": "1h", "__range": "7d"}
"""What Grafana puts for its own variables where it shows a week in points of an hour."""
HOUR = timedelta(hours=1)
AHEAD = timedelta(seconds=15)
"""About as long as it takes to make blocks of a week: it is to end when Prometheus begins."""


@pytest.fixture(scope="module")
def week() -> Recording:
    """A week, which may be moved to end when it is wanted."""
    return Recording(datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder for a Prometheus; what lies in it is large, and goes with the test."""
    here = tmp_path / "prometheus"
    (here / "blocks").mkdir(parents=True)
    yield here
    shutil.rmtree(here)


def forces(folder: Path) -> str:
    """Write the file of the force, and return the folder of forces."""
    (folder / "forces" / "simulated").mkdir(parents=True)
    file = folder / "forces" / "simulated" / "force.yaml"
    file.write_text(json.dumps(PROFILE.model_dump(mode="json", include={"force", "areas", "feeds"})))
    return str(folder / "forces")


def test_in_a_good_week_every_panel_and_rule_has_something_to_show_and_no_alert_has(
    kafka: Cluster, week: Recording, folder: Path, tmp_path: Path
) -> None:
    until = datetime.now(UTC).replace(microsecond=0) + AHEAD
    week.write(folder / "week.txt", until)
    blocks_of(folder / "week.txt", folder / "blocks")
    eventually(lambda: datetime.now(UTC) > until)
    with RealPrometheus(folder) as prometheus:
        record_past(prometheus, until - WEEK, until, STEP, folder / "blocks")

    with Desk(kafka, tmp_path, "prometheus", forces=forces(tmp_path)) as desk:
        # Before there is a worker: one that read the crimes' feed as empty would find that every deadline was missed.
        desk.send(event for arrival, event in deliveries(until) if until - timedelta(hours=30) < arrival <= until)
        sent = datetime.now(UTC)
        with desk.worker() as worker, RealPrometheus(folder, workers=[f"127.0.0.1:{worker.port}"]) as prometheus:
            eventually(worker.ready)
            eventually(lambda: desk.settled([worker], sent))
            eventually(
                lambda: (
                    {result["metric"]["instance"] for result in prometheus.query("recording_ready == 1")} >= {"past"}
                )
            )
            eventually(lambda: prometheus.query(share("force", "30d")))

            def over(expression: str, step: timedelta) -> list[dict[str, Any]]:
                # The last point is to be now: some of what is recorded begins with this Prometheus.
                now = datetime.now(UTC)
                return prometheus.over(expression, now - WEEK, now, step)

            nothing = [each for each in asked() if not over(each.filled(grafana=GRAFANA), HOUR)]
            empty = [f"{each.dashboard}: {each.panel}: {each.expression}" for each in nothing if not each.is_mark]
            unrecorded = [rule.name for rule in RECORDED if not over(rule.expression, HOUR)]
            spoke = {
                name
                for name, alert in ALERTS.items()
                if prometheus.over(alert.expression, until - WEEK, until, timedelta(minutes=10))
            }

            assert not empty
            assert not unrecorded
            assert spoke == {"Watchdog", "AllWorkersGone"}  # of the week there was no worker that Prometheus asked
            assert prometheus.standing() == {"Watchdog"}
            assert not prometheus.faults()


def test_each_fault_has_its_alert_and_each_alert_comes_to_those_who_can_mend_it(
    week: Recording, folder: Path, tmp_path: Path
) -> None:
    of_two_laws(week)
    until = datetime.now(UTC).replace(microsecond=0) + AHEAD
    week.write(folder / "week.txt", until, bent=bent, since=DAYS)
    blocks_of(folder / "week.txt", folder / "blocks")
    eventually(lambda: datetime.now(UTC) > until)
    (tmp_path / "alertmanager").mkdir()
    with (
        Sinks() as sinks,
        RealAlertmanager(tmp_path / "alertmanager", sinks) as alertmanager,
        RealPrometheus(
            folder, workers=["127.0.0.1:9"], alertmanager=alertmanager.address.removeprefix("http://")
        ) as prometheus,
    ):
        eventually(lambda: _all_stand(prometheus))
        eventually(lambda: {alert["labels"]["alertname"] for alert in alertmanager.alerts()} == ALERTS.keys())

        told = {alert["labels"]["alertname"]: alert for alert in alertmanager.alerts()}
        receivers = {name: {each["name"] for each in alert["receivers"]} for name, alert in told.items()}
        assert receivers == {name: {_receiver(name)} for name in ALERTS}
        assert all(alert["annotations"]["runbook_url"].endswith(f"/{name}.md") for name, alert in told.items())
        assert {told[name]["status"]["state"] for name in ("WorkerGone", "HeartbeatOld")} == {"suppressed"}
        eventually(lambda: {"operations", "recording-monitor"} <= {path for path, _ in sinks.pages})
        eventually(
            lambda: (
                {"operations@example.org", "crime-registrar@example.org"} <= {str(mail["To"]) for mail in sinks.mails}
            )
        )


def _all_stand(prometheus: RealPrometheus) -> bool:
    missing = ALERTS.keys() - prometheus.standing()
    assert not missing, f"silent: {sorted(missing)}"
    return True


def _receiver(name: str) -> str:
    alert = ALERTS[name]
    if alert.team == "operations":
        return "operations_pager" if alert.severity == "critical" else "operations"
    return "registrar" if alert.team == "registrar" else "outside_heartbeat"
