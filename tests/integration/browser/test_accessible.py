"""Every view for everybody: axe-core finds no fault, nothing runs off a telephone's side, in the light and in the dark."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.integration.browser.conftest import Visit
from tests.integration.desk.records import alert, in_hours, name_of, status
from tests.integration.desk.served import Served
from tests.integration.workers import Desk
from tests.kafka.cluster import Cluster

pytestmark = [pytest.mark.kafka, pytest.mark.browser]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
VIEWS = {
    "list": "/",
    "filtered": "/?kind=due_soon&area=north",
    "empty": "/?area=nowhere",
    "open": "/incident/Example/POL-1",
    "taken": "/incident/Example/POL-2",
    "unflagged": "/incident/Example/POL-4",
    "shift": "/shift",
    "found": "/search?q=POL",
    "not found": "/search?q=nothing",
    "print": "/print",
    "refused": "/incident/Example/NONE",
}


@contextmanager
def every_view(kafka: Cluster, folder: Path) -> Iterator[Served]:
    """A desk on which there is something of everything."""
    with Desk(kafka, folder, "accessible") as desk:
        taken = {"status": "acknowledged", "acknowledged_by": "S-7", "team": "Response 2"}
        resolved = {"status": "resolved", "resolved_at": in_hours(-1), "resolution": "recorded_late"}
        links = {"links": {"log": "https://log.invalid/1", "crimes": ["https://crime.invalid/1"]}}
        desk.produce(
            "recording-alerts",
            [
                alert(name_of(1), "POL-1", severity="critical", offence_group="rape", feed_stale=True, **links),
                alert(name_of(2), "POL-1", kind="closed_without_crime"),
                alert(name_of(3), "POL-2", **taken),
                alert(name_of(4), "POL-3", kind="due_soon", severity="medium", due_at=in_hours(3)),
                alert(name_of(5), None, kind="monitor", area=None, summary="The crime feed is silent"),
                alert(name_of(6), "POL-4", raised_at=in_hours(-3), **resolved),
            ],
        )
        known = [status(ref, "overdue") for ref in ("POL-1", "POL-2", "POL-3")]
        desk.produce("recording-status", [*known, status("POL-4", "recorded_late", recorded_at=in_hours(-1))])
        with Served(desk.environment, folder) as served:
            yield served


def faults(page: Page) -> list[str]:
    """What axe-core finds, each with where."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{each['impact']} {each['id']}: {[node['html'][:120] for node in each['nodes'][:3]]}" for each in found]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_every_view_is_accessible_and_fits(
    width: int, scheme: Literal["light", "dark"], kafka: Cluster, tmp_path: Path, visit: Visit
) -> None:
    with every_view(kafka, tmp_path) as served:
        page = visit(served, width=width, color_scheme=scheme)
        found: dict[str, list[str]] = {}
        for name, path in VIEWS.items():
            page.goto(f"{served.address}{path}")
            found[name] = faults(page)
            beside = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            found[name] += [f"{beside} pixels run off the side"] if beside > 0 else []
        page.goto(f"{served.address}/incident/Example/POL-1")
        page.get_by_text("Decide that no crime is to be recorded").click()
        page.get_by_role("button", name="Decide not to record").click()
        expect(page.get_by_role("alert")).to_be_visible()
        found["faults"] = faults(page)

    assert {name: said for name, said in found.items() if said} == {}


def test_what_looks_for_faults_finds_one(kafka: Cluster, tmp_path: Path, visit: Visit) -> None:
    with every_view(kafka, tmp_path) as served:
        page = visit(served)
        page.evaluate(
            "document.querySelector('.case .owner').style.color = '#999'; document.querySelector('main').append(new Image())"
        )

        assert {fault.split()[1] for fault in faults(page)} == {"color-contrast:", "image-alt:"}


def test_the_other_scheme_has_its_contrast_too(kafka: Cluster, tmp_path: Path, visit: Visit) -> None:
    with every_view(kafka, tmp_path) as served:
        for width, scheme in ((1280, "dark"), (390, "light")):
            page = visit(served, width=width, color_scheme=scheme)
            for path in ("/", "/incident/Example/POL-1", "/shift"):
                page.goto(f"{served.address}{path}")
                assert faults(page) == []


def test_no_meaning_rests_on_colour_alone(kafka: Cluster, tmp_path: Path, visit: Visit) -> None:
    with every_view(kafka, tmp_path) as served:
        page = visit(served, forced_colors="active")
        row = page.locator('[data-place="Example/POL-1"]')

        expect(row).to_contain_text("critical")
        expect(row).to_contain_text("late")
        expect(row).to_contain_text("Not taken")
        expect(page.locator('[data-place="Example/POL-2"]')).to_contain_text("Taken by S-7, team Response 2")
