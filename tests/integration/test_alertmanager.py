"""What a real Alertmanager makes of what it is told: who hears of what, once, together, and for how long."""

import asyncio
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rules.alerts import Alert
from rules.instants import format_instant
from streams.agents.findings import books_differ
from streams.agents.monitor import monitored
from streams.clock import WallClock
from streams.outward.alertmanager import Pager
from streams.outward.notices import Notices
from streams.settings import Forces
from tests.alertmanager import DEPLOYED, program
from tests.alertmanager.server import RealAlertmanager
from tests.alertmanager.sinks import Sinks, text_of
from tests.eventually import eventually

pytestmark = pytest.mark.alertmanager
CONFIGURATION = DEPLOYED / "alertmanager.yaml"
HOUR = timedelta(hours=1)
PATIENCE = {"critical": 4 * HOUR, "high": 24 * HOUR}
EVERY = timedelta(seconds=1)


class House:
    """An Alertmanager, who is told by it, and a worker's pager that tells it each second what stands."""

    def __init__(self, alertmanager: RealAlertmanager, sinks: Sinks) -> None:
        self.alertmanager = alertmanager
        self.sinks = sinks
        self.begin_again()

    def begin_again(self) -> None:
        """Forget what stands, as a worker that is gone does."""
        notices = Notices(Forces({}), "https://desk.example.org", PATIENCE)
        self._pager = Pager([self.alertmanager.address], EVERY, WallClock(), notices)

    def tell(self, *alerts: Alert) -> None:
        """Take in alerts as they are now."""
        self._pager.take(0, alerts)
        self.push()

    def push(self) -> None:
        """Tell what is due to be told, as a worker does over and over."""
        asyncio.run(self._pager.push())

    def mails(self, to: str, of: str, count: int = 1) -> list[tuple[str, str]]:
        """Wait for so many mails about a force, and return their subjects and texts."""

        def look() -> list[tuple[str, str]]:
            self.push()
            found = [(str(mail["Subject"]), text_of(mail, "plain")) for mail in self.sinks.mailed(to, of)]
            assert len(found) >= count, found
            return found

        return eventually(look)

    def states(self, *expected: str, **labels: str) -> bool:
        """Wait until the alerts with some labels are in these states."""

        def look() -> bool:
            self.push()
            found = self.alertmanager.states(**labels)
            assert found == list(expected), found
            return True

        return eventually(look)

    def paged(self, whom: str, of: str) -> list[dict[str, Any]]:
        """Wait until somebody was paged about a force, and return what was sent."""

        def look() -> list[dict[str, Any]]:
            self.push()
            return self.sinks.paged(whom, of)

        return eventually(look)


@pytest.fixture(scope="module")
def alertmanager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RealAlertmanager, Sinks]]:
    with Sinks() as sinks, RealAlertmanager(tmp_path_factory.mktemp("alertmanager"), sinks) as started:
        yield started, sinks


@pytest.fixture
def house(alertmanager: tuple[RealAlertmanager, Sinks]) -> House:
    return House(*alertmanager)


def overdue(force: str, ref: str, area: str = "north", *, stands_for: timedelta = timedelta(0), **more: Any) -> Alert:
    """An alert about an incident that is overdue, opened some time ago."""
    opened = datetime.now(UTC) - stands_for
    alert = Alert(
        alert_id=f"{force} {ref}",
        kind="overdue",
        rule="M02",
        occasion="report",
        severity="high",
        due_at=opened,
        status="open",
        raised_at=opened,
        opened_at=opened,
        paged=True,
        feed_stale=False,
        facts={"force": force, "area": area, "incident_ref": ref},
        body={"summary": f"No crime was recorded for {ref}", "runbook": ["Record it."]},
    )
    return replace(alert, **more)


def over(alert: Alert, resolution: str = "recorded_late") -> Alert:
    return replace(alert, status="resolved", resolved_at=datetime.now(UTC), resolution=resolution)


def silent(force: str, about: str = "feed crime-records") -> Alert:
    """An alert that a feed of a force is silent."""
    now = datetime.now(UTC)
    alert = monitored(force, about, None, books_differ(now, []), now, frozenset({"critical"}))
    assert alert is not None
    return alert


def test_the_configuration_loads_as_it_ships() -> None:
    checked = subprocess.run(
        [program("amtool"), "check-config", CONFIGURATION], capture_output=True, text=True, check=False
    )

    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        ({"alertname": "RecordingOverdue", "severity": "critical"}, "supervisors_pager"),
        ({"alertname": "RecordingOverdue", "severity": "high"}, "supervisors"),
        ({"alertname": "RecordingDataQuality", "severity": "medium"}, "supervisors"),
        (
            {"alertname": "RecordingOverdue", "severity": "critical", "escalation": "duty_inspector"},
            "duty_inspector,supervisors_pager",
        ),
        (
            {"alertname": "RecordingOverdue", "severity": "high", "escalation": "duty_inspector"},
            "duty_inspector,supervisors",
        ),
        ({"alertname": "RecordingMonitor", "severity": "critical", "about": "feed"}, "operations_pager"),
        ({"alertname": "SweepLate", "severity": "critical", "team": "operations"}, "operations_pager"),
        ({"alertname": "DeadLetters", "severity": "warning", "team": "operations"}, "operations"),
        ({"alertname": "RecordingShareFalling", "severity": "info", "team": "registrar"}, "registrar"),
        ({"alertname": "Watchdog", "severity": "none", "team": "nobody"}, "outside_heartbeat"),
    ],
)
def test_who_is_told_of_what(labels: dict[str, str], told: str) -> None:
    asked = [f"{name}={value}" for name, value in labels.items()]
    command = [program("amtool"), "config", "routes", "test", f"--config.file={CONFIGURATION}", *asked]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stdout.strip()) == (0, told)


def test_what_is_owed_in_one_area_comes_as_one_message_with_each_of_it(house: House) -> None:
    house.tell(overdue("Grouped-Force", "A1"), overdue("Grouped-Force", "A2"), overdue("Grouped-Force", "B1", "south"))

    told = dict(house.mails("supervisors", "Grouped-Force", 2))
    assert told.keys() == {"2 alerts in Grouped-Force, north", "Overdue: B1 (Grouped-Force, south)"}
    north = told["2 alerts in Grouped-Force, north"]
    for ref in ("A1", "A2"):
        assert f"Overdue: {ref} (Grouped-Force, north)\nNo crime was recorded for {ref}, by " in north
        assert f"https://desk.example.org/incident/Grouped-Force/{ref}\n" in north
    assert "B1" not in north


def test_what_is_critical_is_paged_too_and_a_pager_without_templates_has_every_word(house: House) -> None:
    house.tell(overdue("Grave-Force", "A1", severity="critical"))

    (page,) = house.paged("supervisors", "Grave-Force")
    (alert,) = page["alerts"]
    assert alert["status"] == "firing"
    assert alert["annotations"]["title"] == "Overdue: A1 (Grave-Force, north)"
    assert alert["annotations"]["page"] == "https://desk.example.org/incident/Grave-Force/A1"
    assert house.mails("supervisors", "Grave-Force")


def test_while_the_crime_feed_of_a_force_is_silent_only_that_is_told(house: House) -> None:
    feed, alert = silent("Silent-Force"), overdue("Silent-Force", "A1")
    house.tell(feed, alert, overdue("Other-Force", "A1"))

    assert house.states("active", "suppressed", force="Silent-Force")
    (page,) = house.paged("operations", "Silent-Force")
    assert page["alerts"][0]["annotations"]["title"] == "Monitor: feed crime-records (Silent-Force)"
    assert house.mails("supervisors", "Other-Force")
    assert not house.sinks.mailed("supervisors", "Silent-Force")

    house.tell(over(feed, "recovered"))
    assert house.mails("supervisors", "Silent-Force")[0][0] == "Overdue: A1 (Silent-Force, north)"


def test_the_silence_of_another_feed_hides_nothing(house: House) -> None:
    house.tell(silent("Half-Force", "feed incident-log"), overdue("Half-Force", "A1"))

    assert house.states("active", "active", force="Half-Force")


def test_what_nobody_takes_is_told_to_the_duty_inspector_and_by_that_one_alone(house: House) -> None:
    alert = overdue("Untaken-Force", "A1", severity="critical", stands_for=3 * HOUR)
    house.tell(alert)
    assert house.mails("supervisors", "Untaken-Force")[0][0] == "Overdue: A1 (Untaken-Force, north)"
    assert not house.sinks.paged("duty-inspector", "Untaken-Force")

    alert = replace(alert, opened_at=alert.opened_at - HOUR)
    house.tell(alert)
    (page,) = house.paged("duty-inspector", "Untaken-Force")
    assert page["commonLabels"]["escalation"] == "duty_inspector"
    assert page["alerts"][0]["annotations"]["untaken"] == "Nobody has taken it for 4 hours"
    subject, text = house.mails("supervisors", "Untaken-Force", 2)[-1]
    assert "Nobody has taken it for 4 hours: Overdue: A1 (Untaken-Force, north)" in f"{subject}\n{text}"
    assert house.states("suppressed", force="Untaken-Force", escalation="")

    house.tell(replace(alert, status="acknowledged"))
    subject, text = house.mails("duty-inspector", "Untaken-Force", 2)[-1]
    assert subject == "Ended: Nobody has taken it for 4 hours: Overdue: A1 (Untaken-Force, north)"
    assert text.splitlines()[1].startswith("Somebody has taken it. It was: No crime was recorded for A1")
    assert house.states("active", force="Untaken-Force")


def test_what_has_ended_is_told_with_what_became_of_it(house: House) -> None:
    alert = overdue("Ended-Force", "A1")
    house.tell(alert)
    house.mails("supervisors", "Ended-Force")
    house.tell(over(alert))

    subject, text = house.mails("supervisors", "Ended-Force", 2)[-1]
    assert subject == "Ended: Overdue: A1 (Ended-Force, north)"
    assert text.splitlines()[1].startswith("A crime was recorded, after the deadline. It was: No crime was recorded")
    assert house.states(force="Ended-Force")


def test_what_nobody_tells_of_any_more_ends_by_itself(house: House) -> None:
    house.tell(overdue("Forgotten-Force", "A1"))
    house.mails("supervisors", "Forgotten-Force")
    house.begin_again()

    _, text = house.mails("supervisors", "Forgotten-Force", 2)[-1]
    assert text.splitlines()[1].startswith("Nothing has been heard of it any more")


def test_what_is_silenced_is_told_to_nobody_also_after_a_restart(house: House) -> None:
    now = datetime.now(UTC)
    of = {"force": "Silenced-Force", "incident": "A1"}
    house.alertmanager.silence(of, format_instant(now), format_instant(now + HOUR))
    house.tell(overdue("Silenced-Force", "A1"))
    assert house.states("suppressed", force="Silenced-Force")

    house.alertmanager.stop()
    house.alertmanager.start()
    assert house.states("suppressed", force="Silenced-Force")
    house.tell(overdue("Silenced-Force", "A2"))
    assert [subject for subject, _ in house.mails("supervisors", "Silenced-Force")] == [
        "Overdue: A2 (Silenced-Force, north)"
    ]


def test_an_alertmanager_that_starts_again_is_told_all_that_stands_and_nobody_hears_of_it_twice(house: House) -> None:
    house.tell(overdue("Again-Force", "A1"))
    house.mails("supervisors", "Again-Force")
    house.alertmanager.stop()
    house.push()
    house.alertmanager.start()

    assert house.states("active", force="Again-Force")
    house.tell(overdue("Again-Force", "B1", "south"))
    assert [subject for subject, _ in house.mails("supervisors", "Again-Force", 2)] == [
        "Overdue: A1 (Again-Force, north)",
        "Overdue: B1 (Again-Force, south)",
    ]
