"""The list in Chromium: rows come, change and go by themselves, in the order in which a new page has them."""

import json
import random
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from kafka import KafkaConsumer
from playwright.sync_api import Page, expect

from rules.instants import format_instant
from tests.eventually import eventually
from tests.integration.browser.conftest import Visit
from tests.integration.desk.records import alert, in_hours, name_of, status
from tests.integration.desk.served import Served
from tests.integration.workers import Desk
from tests.kafka.cluster import Cluster

pytestmark = [pytest.mark.kafka, pytest.mark.browser]


def places(page: Page) -> list[str]:
    listed: list[str] = page.evaluate("[...document.querySelectorAll('.case')].map((row) => row.dataset.place)")
    return listed


def opened(ref: str, received_at: datetime) -> dict[str, object]:
    """A report of violence, as the control room's feed has it."""
    at = format_instant(received_at)
    data = {
        "force": "Example",
        "incident_ref": ref,
        "received_at": at,
        "opened_at": at,
        "channel": "101",
        "opening_code": "CRIME_VIOLENCE",
        "reporter": "victim",
        "area": "north",
    }
    event = {"specversion": "1.0", "source": "log", "id": ref, "type": "incident.opened", "subject": ref}
    return {**event, "time": format_instant(datetime.now(UTC)), "data": data}


def published_at(cluster: Cluster, ref: str) -> float:
    """When the broker had the overdue alert of an incident, in seconds."""
    reader = KafkaConsumer(
        "recording-alerts", bootstrap_servers=cluster.bootstrap, auto_offset_reset="earliest", consumer_timeout_ms=500
    )
    times = [
        record.timestamp / 1000
        for record in reader
        if record.value and {"incident_ref": ref, "kind": "overdue"}.items() <= json.loads(record.value).items()
    ]
    reader.close()
    return float(min(times))


def test_an_incident_appears_on_an_open_page_as_its_deadline_passes(
    kafka: Cluster, tmp_path: Path, visit: Visit
) -> None:
    with (
        Desk(kafka, tmp_path, "appears") as desk,
        desk.worker() as worker,
        Served(desk.environment, tmp_path) as served,
    ):
        eventually(worker.ready)
        page = visit(served)
        expect(page.locator("#empty")).to_be_visible()

        due_at = datetime.now(UTC) + timedelta(seconds=4)
        desk.send([opened("POL-1", due_at - timedelta(hours=24))])
        expect(page.locator('.case[data-kinds~="overdue"]')).to_have_count(1)

        seen = page.evaluate("Date.now()") / 1000
        after_alert = seen - published_at(kafka, "POL-1")
        print(f"on the page {seen - due_at.timestamp():.2f} s after the deadline, {after_alert:.2f} s after the alert")
        expect(page.locator("#count")).to_contain_text("1 incident: 1 overdue")
        expect(page.locator("#live")).to_have_text("Live")
        expect(page.locator("#empty")).to_be_hidden()


def test_rows_that_come_change_and_go_stand_as_a_new_page_has_them(
    kafka: Cluster, tmp_path: Path, visit: Visit
) -> None:
    rng = random.Random(6)
    with Desk(kafka, tmp_path, "order") as desk, Served(desk.environment, tmp_path) as served:
        page, fresh = visit(served), visit(served)

        def stands_alike() -> bool:
            fresh.reload()
            return places(page) == places(fresh)

        for _ in range(6):
            changes = [
                alert(
                    name_of(number := rng.randrange(60)),
                    f"POL-{number % 40}",
                    severity=rng.choice(["critical", "high", "medium", "info"]),
                    offence_group=rng.choice(["rape", "theft", "burglary", "none"]),
                    due_at=in_hours(rng.choice([-30, -3, 0.5, 2, 6, 20]) + number / 1000),
                    kind=rng.choice(["overdue", "due_soon", "data_quality"]),
                    status=rng.choice(["open", "acknowledged", "open", "resolved"]),
                    area=rng.choice(["north", "south", None]),
                )
                for _ in range(25)
            ]
            desk.produce("recording-alerts", [*changes, alert(name_of(99), "LAST", due_at=in_hours(90 + rng.random()))])
            eventually(stands_alike)
        assert len(places(page)) > 10


def test_a_view_shows_what_its_address_asks_for_also_when_that_changes(
    kafka: Cluster, tmp_path: Path, visit: Visit
) -> None:
    with Desk(kafka, tmp_path, "views") as desk, Served(desk.environment, tmp_path) as served:
        desk.produce("recording-alerts", [alert(name_of(1), "POL-1"), alert(name_of(2), "POL-2", area="south")])
        page = visit(served)
        expect(page.locator(".case")).to_have_count(2)
        page.get_by_label("Area").select_option("south")
        page.get_by_role("button", name="Show").click()
        expect(page).to_have_url(re.compile("area=south"))
        assert places(page) == ["Example/POL-2"]

        desk.produce("recording-alerts", [alert(name_of(1), "POL-1", area="south"), alert(name_of(3), "POL-3")])
        expect(page.locator('[data-place="Example/POL-1"]')).to_have_count(1)
        desk.produce("recording-alerts", [alert(name_of(2), "POL-2", area="north")])
        expect(page.locator('[data-place="Example/POL-2"]')).to_have_count(0)

        assert places(page) == ["Example/POL-1"]


def test_the_focus_stays_where_it_was_while_rows_come_and_go(kafka: Cluster, tmp_path: Path, visit: Visit) -> None:
    with Desk(kafka, tmp_path, "focus") as desk, Served(desk.environment, tmp_path) as served:
        desk.produce("recording-alerts", [alert(name_of(1), "POL-1"), alert(name_of(2), "POL-2")])
        page = visit(served)
        page.get_by_role("link", name="POL-2").focus()

        desk.produce(
            "recording-alerts",
            [alert(name_of(3), "POL-3", severity="critical"), alert(name_of(1), "POL-1", status="resolved")],
        )
        expect(page.locator('[data-place="Example/POL-3"]')).to_have_count(1)
        expect(page.get_by_role("link", name="POL-2")).to_be_focused()

        page.get_by_role("button", name="Take POL-2").focus()
        desk.produce("recording-alerts", [alert(name_of(2), "POL-2", status="acknowledged", acknowledged_by="S-9")])
        expect(page.locator('[data-place="Example/POL-2"]')).to_contain_text("Taken by S-9")
        expect(page.get_by_role("link", name="POL-2")).to_be_focused()

        desk.produce("recording-alerts", [alert(name_of(2), "POL-2", status="resolved")])
        expect(page.get_by_role("link", name="POL-3")).to_be_focused()


def test_a_page_outlives_the_desk_that_served_it(kafka: Cluster, tmp_path: Path, visit: Visit) -> None:
    with Desk(kafka, tmp_path, "outlives") as desk, Served(desk.environment, tmp_path) as served:
        desk.produce("recording-alerts", [alert(name_of(1), "POL-1")])
        page = visit(served)
        expect(page.locator("#live")).to_have_text("Live")

        served.kill()
        expect(page.locator("#live")).to_have_text("Not connected: this may be old")
        desk.produce("recording-alerts", [alert(name_of(1), "POL-1", status="resolved"), alert(name_of(2), "POL-2")])
        served.restart()

        expect(page.locator(".case h2")).to_have_text(["POL-2"])
        expect(page.locator("#live")).to_have_text("Live")


def test_a_number_that_is_a_script_is_only_a_number(kafka: Cluster, tmp_path: Path, visit: Visit) -> None:
    odd = ['<script>document.title="got in"</script>', '"><img src=x onerror=alert(1)>', "a/b?c#d%e&f", "'{{7*7}}"]
    with Desk(kafka, tmp_path, "odd") as desk, Served(desk.environment, tmp_path) as served:
        page = visit(served)
        desk.produce("recording-alerts", [alert(name_of(n), ref, summary=ref, area=ref) for n, ref in enumerate(odd)])
        desk.produce("recording-status", [status(ref, "overdue", area=ref) for ref in odd])
        expect(page.locator(".case")).to_have_count(len(odd))

        for ref in odd:
            page.get_by_role("link", name=ref, exact=True).click()
            expect(page.locator("h1")).to_have_text(ref)
            assert page.title() == f"{ref} – Crime recording"
            page.go_back()
        page.get_by_label("Incident number").fill(odd[0])
        page.get_by_role("button", name="Find").click()
        expect(page.locator("h1")).to_have_text(odd[0])
