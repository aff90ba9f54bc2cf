"""Takes the README's pictures of the supervisors' page from a demo: `python -m tests.screenshots`.

The force, its incidents and everybody in them are invented by the demo.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.eventually import eventually

FOLDER = Path("deploy/desk")
_WITHIN = timedelta(seconds=120)


def main() -> None:
    """Write one picture a view."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with _demo() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = _page(browser, address)
        rows = page.locator(".case")
        rows.nth(3).get_by_role("button").click()
        rows.nth(3).get_by_text("Taken by").wait_for()
        _take(page, "list")
        page.goto(f"{address}{rows.nth(1).get_by_role('link').first.get_attribute('href')}")
        _take(page, "incident")
        page.get_by_text("Decide that no crime is to be recorded").click()
        page.get_by_label("It is a duplicate of another log").check()
        page.get_by_role("button", name="Decide not to record").click()
        page.get_by_role("alert").wait_for()
        _take(page, "decide")
        for view in ("shift", "print"):
            page.goto(f"{address}/{view}")
            _take(page, view)
        phone = _page(browser, address, dark=True)
        _take(phone, "list-phone")
        phone.locator(".case").nth(1).get_by_role("link").first.click()
        phone.locator("h1").wait_for()
        _take(phone, "incident-phone")
        browser.close()


@contextmanager
def _demo() -> Iterator[str]:
    """Give the address of the page of a demo whose worker has caught up."""
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "said").open("w+") as said:
        command = [str(Path(sys.executable).with_name("recording-monitor")), "demo"]
        process = subprocess.Popen(command, stdout=said, stderr=said, cwd=folder)
        try:

            def address() -> str | None:
                text = Path(said.name).read_text()
                found = re.search(r"page +(http\S+)/\n", text)
                return found[1] if found and "has caught up" in text else None

            yield eventually(address, within=_WITHIN) or ""
        finally:
            process.terminate()
            process.wait(30)


def _page(browser: Browser, address: str, *, dark: bool = False) -> Page:
    page = browser.new_page(
        viewport={"width": 390, "height": 844} if dark else {"width": 1280, "height": 860},
        color_scheme="dark" if dark else "light",
        locale="en-GB",
    )
    page.goto(f"{address}/?kind=overdue")
    page.get_by_text("Live").first.wait_for()
    return page


def _take(page: Page, name: str) -> None:
    page.mouse.move(0, 0)
    page.screenshot(path=FOLDER / f"{name}.png")


if __name__ == "__main__":
    main()
