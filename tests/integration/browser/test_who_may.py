"""Who may see and do what, in Chromium, and what from elsewhere gets nowhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Page, expect

from tests.integration.browser.conftest import Visit
from tests.integration.browser.test_acting import audit, decisions
from tests.integration.desk.records import alert, name_of, status
from tests.integration.desk.served import Served
from tests.integration.workers import Desk
from tests.kafka.cluster import Cluster

pytestmark = [pytest.mark.kafka, pytest.mark.browser]


@contextmanager
def forces(kafka: Cluster, folder: Path, name: str, **settings: str) -> Iterator[tuple[Desk, Served]]:
    """A desk with an incident in the north and one in the south of a force, and one of another force."""
    with Desk(kafka, folder, name) as desk:
        desk.produce(
            "recording-alerts",
            [
                alert(name_of(1), "NORTH-1"),
                alert(name_of(2), "SOUTH-1", area="south", severity="critical"),
                alert(name_of(3), "THEIRS-1", force="Other"),
            ],
        )
        known = [status("NORTH-1", "overdue"), status("SOUTH-1", "overdue", area="south")]
        desk.produce("recording-status", [*known, status("THEIRS-1", "overdue", "Other")])
        with Served(desk.environment, folder, **settings) as served:
            yield desk, served


def answered(page: Page, path: str) -> tuple[int, str]:
    """What a page's own script gets from an address."""
    code, text = page.evaluate(
        "async (path) => { const answer = await fetch(path); return [answer.status, await answer.text()]; }", path
    )
    return int(code), str(text)


def test_a_supervisor_sees_their_force_alone_and_their_own_area_first(
    kafka: Cluster, tmp_path: Path, visit: Visit, people: dict[str, str]
) -> None:
    with forces(kafka, tmp_path, "own", **people) as (_, served):
        page = visit(served, person="S-7", groups="north")

        expect(page.locator(".case h2")).to_have_text(["NORTH-1", "SOUTH-1"])
        for path in ("/", "/print", "/list.csv", "/shift", "/search?q=1"):
            code, text = answered(page, path)
            assert code == 200, path
            assert "THEIRS" not in text, path
        assert answered(page, "/incident/Other/THEIRS-1")[0] == 404
        assert visit(served, person="V-1", groups="viewers").locator(".case h2").all_text_contents() == [
            "SOUTH-1",
            "NORTH-1",
        ]


def test_nothing_of_another_force_is_told_to_an_open_page(
    kafka: Cluster, tmp_path: Path, visit: Visit, people: dict[str, str]
) -> None:
    with forces(kafka, tmp_path, "told", **people) as (desk, served):
        page = visit(served, person="S-7", groups="supervisors")

        desk.produce("recording-alerts", [alert(name_of(4), "THEIRS-2", force="Other"), alert(name_of(5), "NORTH-2")])

        expect(page.locator('[data-place="Example/NORTH-2"]')).to_have_count(1)
        assert "THEIRS" not in page.content()


@pytest.mark.parametrize(("groups", "ref"), [("viewers", "NORTH-1"), ("north", "SOUTH-1")])
def test_who_may_only_look_is_offered_nothing_and_sends_nothing(
    groups: str, ref: str, kafka: Cluster, tmp_path: Path, visit: Visit, people: dict[str, str]
) -> None:
    with forces(kafka, tmp_path, "look", **people) as (desk, served):
        page = visit(served, f"/incident/Example/{ref}", person="V-1", groups=groups)
        expect(page.locator("#acts")).to_contain_text("You may look at this incident")
        expect(page.get_by_role("button", name="Take it")).to_have_count(0)

        listing = visit(served, person="V-1", groups=groups)
        code = listing.evaluate(
            "async (place) => (await fetch('/take', {method: 'POST',"
            " body: new URLSearchParams({key: document.body.dataset.key, place})})).status",
            f"Example/{ref}",
        )

        assert code == 403
        assert decisions(desk) == []
        assert {line["what"] for line in audit(desk)} == {"viewed"}


def test_the_registrar_gives_a_delay_that_a_supervisor_can_only_ask_for(
    kafka: Cluster, tmp_path: Path, visit: Visit, people: dict[str, str]
) -> None:
    with forces(kafka, tmp_path, "delay", **people) as (desk, served):
        due = {"due_at": "2090-01-02T09:00:00Z"}
        desk.produce("recording-alerts", [alert(name_of(9), "LATER-1", kind="due_soon", **due)])
        desk.produce("recording-status", [status("LATER-1", "due_soon", **due)])
        for person, groups, button in (
            ("S-7", "supervisors", "Ask for the delay"),
            ("R-1", "registrars", "Authorise the delay"),
        ):
            page = visit(served, person=person, groups=groups)
            page.get_by_role("link", name="LATER-1").click()
            page.locator("summary", has_text="delay").click()
            page.get_by_label("Until").fill("2090-01-03T12:00")
            page.locator("#note").fill("The victim is in surgery.")
            page.get_by_role("button", name=button).click()
            expect(page.locator(".said")).to_be_visible()

        assert [event["data"]["decided_by"] for event in decisions(desk)] == ["supervisor", "force_crime_registrar"]
        assert [event["data"]["by"] for event in decisions(desk)] == ["S-7", "R-1"]


def test_headers_count_from_a_trusted_address_alone(
    kafka: Cluster, tmp_path: Path, visit: Visit, people: dict[str, str]
) -> None:
    with forces(kafka, tmp_path, "untrusted", **{**people, "trusted_proxies": "10.9.9.9"}) as (_, served):
        page = visit(served, person="S-7", groups="supervisors")

        expect(page.locator("h1")).to_have_text("You cannot be let in")
        assert "NORTH" not in page.content()


def test_without_a_proxy_headers_make_nobody_else_of_the_local_user(
    kafka: Cluster, tmp_path: Path, visit: Visit
) -> None:
    with forces(kafka, tmp_path, "local", desk_role="viewer") as (_, served):
        page = visit(served, person="R-1", groups="registrars")

        expect(page.locator(".who")).to_contain_text("local")
        expect(page.get_by_role("button", name="Take NORTH-1")).to_be_hidden()


def test_a_form_of_another_site_gets_nowhere(kafka: Cluster, tmp_path: Path, visit: Visit) -> None:
    with forces(kafka, tmp_path, "forged") as (desk, served), other_site(f"{served.address}/take") as site:
        page = visit(served)  # the cookie of the site is there

        page.goto(site)
        expect(page.locator("h1")).to_have_text("Nothing was sent")

        assert decisions(desk) == []
        assert audit(desk) == []
        assert visit.wrong == [site]
        visit.wrong.clear()


def test_no_other_site_may_show_the_page_within_its_own(kafka: Cluster, tmp_path: Path, visit: Visit) -> None:
    with forces(kafka, tmp_path, "framed") as (_, served), other_site("", frame=served.address) as site:
        page = visit(served)
        page.goto(site)
        page.wait_for_load_state()

        framed = [frame for frame in page.frames if frame != page.main_frame]
        assert len(framed) == 1
        assert framed[0].locator(".case").count() == 0
        assert "frame-ancestors 'none'" in "".join(visit.wrong)
        visit.wrong.clear()


@contextmanager
def other_site(action: str, frame: str = "") -> Iterator[str]:
    """A page of another site that sends a form by itself, or shows a page within its own."""
    form = (
        f'<form method="post" action="{action}"><input name="place" value="Example/NORTH-1"><input name="key" value="x">'
        "</form><script>document.forms[0].submit()</script>"
    )
    body = f'<!doctype html><iframe src="{frame}"></iframe>' if frame else f"<!doctype html>{form}"

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
