"""Acting in Chromium, with a real worker behind: an incident is taken, decided and gone, and everybody sees it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.eventually import eventually
from tests.integration.browser.conftest import Visit
from tests.integration.browser.test_list import opened
from tests.integration.desk.records import alert, name_of, status
from tests.integration.desk.served import Served
from tests.integration.workers import Desk
from tests.kafka.cluster import Cluster

pytestmark = [pytest.mark.kafka, pytest.mark.browser]
_TABS = 80


@contextmanager
def control_room(kafka: Cluster, folder: Path, name: str, **settings: str) -> Iterator[tuple[Desk, Served]]:
    """A worker and a desk, and one report of violence that nobody recorded: POL-1, in the north."""
    with (
        Desk(kafka, folder, name) as desk,
        desk.worker() as worker,
        Served(desk.environment, folder, **settings) as served,
    ):
        eventually(worker.ready)
        desk.send([opened("POL-1", datetime.now(UTC) - timedelta(hours=24, minutes=2))])
        eventually(lambda: [each for each in desk.alerts().values() if each["kind"] == "overdue"])
        yield desk, served


def tab_to(page: Page, words: str) -> None:
    """Go on by the tabulator key until what has the focus is called so."""
    for _ in range(_TABS):
        page.keyboard.press("Tab")
        named = page.evaluate(
            "(() => { const at = document.activeElement; const own = at.labels?.[0] ?? at;"
            " return own.textContent.trim().replace(/\\s+/g, ' '); })()"
        )
        if named.startswith(words):
            return
    raise AssertionError(f"no tab stop is called {words}")


def decisions(desk: Desk) -> list[dict[str, Any]]:
    return [json.loads(record.value) for record in desk.cluster.read_all("recording-decisions") if record.value]


def audit(desk: Desk) -> list[dict[str, Any]]:
    lines = [json.loads(record.value) for record in desk.cluster.read_all("recording-audit") if record.value]
    return sorted(lines, key=lambda line: str(line["at"]))


def test_an_incident_is_taken_and_decided_with_the_keyboard_alone(kafka: Cluster, tmp_path: Path, visit: Visit) -> None:
    with control_room(kafka, tmp_path, "keyboard") as (desk, served):
        page = visit(served)
        expect(page.locator(".case")).to_have_count(1)

        tab_to(page, "Take POL-1")
        page.keyboard.press("Enter")
        expect(page.locator(".case .owner")).to_have_text("Taken by local")
        expect(page.get_by_role("link", name="POL-1")).to_be_focused()

        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("POL-1")
        tab_to(page, "Decide that no crime is to be recorded")
        page.keyboard.press("Enter")
        tab_to(page, "No crime was disclosed")
        page.keyboard.press("Space")
        tab_to(page, "Reason")
        page.keyboard.type("The purse was lost; the caller found it.")
        tab_to(page, "Yes")
        page.keyboard.press("Space")
        tab_to(page, "Decide not to record")
        page.keyboard.press("Enter")

        expect(page.locator(".status")).to_have_text("Exempt: no crime need be recorded")
        expect(page.locator(".line")).to_contain_text(
            "Decided not to record. Basis: no crime was disclosed (local, a supervisor)"
        )
        tab_to(page, "List")
        page.keyboard.press("Enter")
        expect(page.locator("#empty")).to_be_visible()
        (taken, decided) = decisions(desk)
        assert (taken["type"], taken["data"]["by"]) == ("alert.acknowledged", "local")
        assert decided["data"]["basis"] == "no_crime_disclosed"
        assert [line["what"] for line in audit(desk)] == [
            "take",
            "viewed",
            "decide",
            *["viewed"] * (len(audit(desk)) - 3),
        ]


def test_a_second_browser_sees_what_the_first_one_did(
    kafka: Cluster, tmp_path: Path, visit: Visit, people: dict[str, str]
) -> None:
    with control_room(kafka, tmp_path, "second", **people) as (desk, served):
        first = visit(served, person="S-7", groups="supervisors")
        second = visit(served, "/incident/Example/POL-1", person="S-9", groups="supervisors")
        listing = visit(served, person="V-1", groups="viewers")
        expect(second.get_by_role("button", name="Take it", exact=True)).to_be_visible()

        first.get_by_role("button", name="Take POL-1").click()

        expect(listing.locator(".case .owner")).to_have_text("Taken by S-7")
        expect(second.locator(".facts")).to_contain_text("Taken by S-7")
        expect(second.get_by_role("button", name="Take it over")).to_be_visible()
        assert [event["data"]["by"] for event in decisions(desk)] == ["S-7"]


def test_who_takes_what_another_took_since_they_looked_is_told_by_whom(
    kafka: Cluster, tmp_path: Path, visit: Visit, people: dict[str, str]
) -> None:
    with control_room(kafka, tmp_path, "since", **people) as (desk, served):
        page = visit(served, "/incident/Example/POL-1", person="S-9", groups="supervisors")
        page.get_by_label("Team").fill("Response 2")  # what is being written is left alone

        other = visit(served, person="S-7", groups="supervisors")
        other.get_by_role("button", name="Take POL-1").click()
        expect(page.locator(".facts")).to_contain_text("Taken by S-7")
        expect(page.get_by_label("Team")).to_have_value("Response 2")
        page.get_by_role("button", name="Take it", exact=True).click()

        expect(page.get_by_role("alert")).to_contain_text("S-7 has taken it already")
        assert len(decisions(desk)) == 1

        page.get_by_label("Team").fill("Response 2")
        page.get_by_role("button", name="Take it over").click()
        expect(page.locator(".facts")).to_contain_text("Taken by S-9, team Response 2")


def test_a_form_that_lacks_something_says_what_and_keeps_what_was_written(
    kafka: Cluster, tmp_path: Path, visit: Visit
) -> None:
    with Desk(kafka, tmp_path, "lacks") as desk, Served(desk.environment, tmp_path) as served:
        desk.produce("recording-alerts", [alert(name_of(1), "POL-1")])
        desk.produce("recording-status", [status("POL-1", "overdue")])
        page = visit(served)
        page.get_by_role("link", name="POL-1").click()
        page.get_by_text("Decide that no crime is to be recorded").click()
        page.get_by_label("It is a duplicate of another log").check()
        page.get_by_role("button", name="Decide not to record").click()

        expect(page.get_by_role("alert")).to_be_focused()
        expect(page.get_by_role("alert").get_by_role("link")).to_have_count(3)
        expect(page.get_by_label("It is a duplicate of another log")).to_be_checked()
        page.get_by_role("link", name="Give the number of the log that carries on").click()
        expect(page.get_by_label("The other number")).to_be_focused()
        assert decisions(desk) == []
