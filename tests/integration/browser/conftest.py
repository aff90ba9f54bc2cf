"""Debian's Chromium, with a page for whoever a test says somebody is."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize, expect, sync_playwright

from tests.eventually import PATIENCE
from tests.integration.desk.served import Served

WATCH = """
window.appeared = {};
new MutationObserver((changes) => {
  for (const change of changes) for (const node of change.addedNodes)
    if (node.dataset?.place) window.appeared[node.dataset.place] ??= Date.now();
}).observe(document, { childList: true, subtree: true });
"""
"""Notes when each row appeared on a page."""


class Visit:
    """Opens pages of desks, each in a browser of its own, and keeps what went wrong on them."""

    def __init__(self, chromium: Browser) -> None:
        self._chromium = chromium
        self._contexts: list[BrowserContext] = []
        self.wrong: list[str] = []

    def __call__(self, served: Served, path: str = "/", *, person: str = "", groups: str = "", **how: Any) -> Page:
        """Open a page as somebody whom a proxy names, or as whoever comes."""
        headers = {"X-Forwarded-User": person, "X-Forwarded-Groups": groups} if person else {}
        size: ViewportSize = {"width": how.pop("width", 1280), "height": how.pop("height", 900)}
        context = self._chromium.new_context(extra_http_headers=headers, viewport=size, locale="en-GB", **how)
        self._contexts.append(context)
        page = context.new_page()
        page.add_init_script(WATCH)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", self._heard)
        page.on("request", lambda asked: None if asked.url.startswith(served.address) else self.wrong.append(asked.url))
        page.goto(f"{served.address}{path}")
        return page

    def _heard(self, said: ConsoleMessage) -> None:
        # An answer that says no, and a desk that is away, are told by the browser itself.
        if (
            said.type in ("error", "warning")
            and "Failed to load resource" not in said.text
            and "net::ERR_" not in said.text
        ):
            self.wrong.append(said.text)

    def close(self) -> None:
        """Close every page."""
        for context in self._contexts:
            context.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE.total_seconds() * 1000)  # of itself it waits five seconds
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visit]:
    """Open pages; at the end no script failed, nothing broke the page's own rules, nothing was asked for elsewhere."""
    pages = Visit(chromium)
    yield pages
    pages.close()
    assert pages.wrong == []


@pytest.fixture
def people(tmp_path: Path) -> dict[str, str]:
    """The settings of a desk behind a proxy, and whose groups may do what."""
    file = tmp_path / "people.yaml"
    file.write_text(
        "groups:\n"
        "  supervisors: [{role: supervisor, forces: [Example]}]\n"
        "  north: [{role: supervisor, forces: [Example], areas: [north]}]\n"
        "  viewers: [{role: viewer, forces: [Example]}]\n"
        "  registrars: [{role: registrar, forces: [Example]}]\n"
    )
    return {"trusted_proxies": "127.0.0.1", "desk_people": str(file)}
