"""Debian's Chromium, with a page for whoever a test says somebody is."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.integration.desk.served import Served

WATCH = """
window.appeared = {};
new MutationObserver((changes) => {
  for (const change of changes) for (const node of change.addedNodes)
    if (node.dataset?.place) window.appeared[node.dataset.place] ??= Date.now();
}).observe(document, { childList: true, subtree: true });
"""
"""Notes when each row appeared on a page."""

Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visit]:
    """Open a page of a desk in a browser of its own; at the end nothing that a page said was an error."""
    contexts, wrong = [], list[str]()

    def opened(served: Served, path: str = "/", *, person: str = "", groups: str = "", **how: Any) -> Page:
        headers = {"X-Forwarded-User": person, "X-Forwarded-Groups": groups} if person else {}
        size: ViewportSize = {"width": how.pop("width", 1280), "height": how.pop("height", 900)}
        context = chromium.new_context(extra_http_headers=headers, viewport=size, locale="en-GB", **how)
        contexts.append(context)
        context.set_default_timeout(20_000)
        page = context.new_page()
        page.add_init_script(WATCH)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
        page.on("request", lambda asked: wrong.append(asked.url) if not asked.url.startswith(served.address) else None)
        page.goto(f"{served.address}{path}")
        return page

    opened.wrong = wrong  # type: ignore[attr-defined]
    yield opened
    for context in contexts:
        context.close()
    unexpected = [said for said in wrong if "Failed to load resource" not in said and "ERR_" not in said]
    assert unexpected == []


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
