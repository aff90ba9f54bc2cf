"""Whether what workers said is what a replay says, after whatever became of them."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from rules.book_files import load_rulebook
from rules.instants import parse_instant
from streams.tools.replay import replay_events
from tests.eventually import eventually
from tests.integration.histories import Event
from tests.integration.worker_main import MovedClock
from tests.integration.workers import Desk, Worker

BOOK = load_rulebook()


def agrees(desk: Desk, events: list[Event], until: datetime) -> bool:
    """Whether the last status of every incident, and the alerts that stand, are those of a replay."""
    said = replay_events(events, until, book=BOOK)
    expected = {status["incident_ref"]: status["status"] for status in said.statuses}
    found = desk.by_incident()
    missing = {ref: (status, found.get(ref)) for ref, status in expected.items() if found.get(ref) != status}
    assert not missing, f"{len(missing)} differ: {dict(list(missing.items())[:5])}"
    standing = {alert["alert_id"]: _plain(alert) for alert in said.alerts if alert["status"] != "resolved"}
    alerts = desk.alerts()
    stands = {name: _plain(alert) for name, alert in alerts.items() if alert["status"] != "resolved"}
    assert not (silent := [standing[name] for name in standing.keys() - stands]), f"should stand: {silent}"
    assert not (wrong := [stands[name] for name in stands.keys() - standing]), f"should not stand: {wrong}"
    extra = [alert for name, alert in alerts.items() if name not in {alert["alert_id"] for alert in said.alerts}]
    woke = [alert for alert in extra if alert["status"] != "resolved" or alert["paged"]]
    assert not woke, [(a["kind"], a["status"], a["paged"], a["rule"], a.get("resolution"), a["history"]) for a in woke]
    ever_paged = {alert["alert_id"] for alert in desk.every_alert() if alert["paged"]}
    assert ever_paged <= {alert["alert_id"] for alert in said.alerts}
    return True


def _plain(alert: Event) -> tuple[object, ...]:
    return alert["incident_ref"], alert["kind"], alert["rule"], alert["due_at"], alert["history"]


def send_at_its_time(desk: Desk, workers: list[Worker], clock: MovedClock, events: list[Event]) -> None:
    """Send events and move the clock to the last of them at once: meanwhile no worker may say that nothing has come."""
    for worker in workers:
        worker.freeze()
    clock.run_from(parse_instant(events[-1]["time"]))
    desk.send(events)
    for worker in workers:
        worker.thaw()


def settle_and_end(desk: Desk, workers: Iterable[Worker], clock: MovedClock, until: datetime) -> None:
    """Let everything be handled by the clock of the last event, and then time pass to the end, where it stands."""
    handled = clock.now()
    eventually(lambda: desk.still(workers, handled), within=timedelta(seconds=90))
    clock.move(until)
    for _ in range(2):  # what a sweep has sent may not have left its worker when first looked at
        eventually(lambda: desk.still(workers, until))
