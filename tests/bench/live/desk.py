"""The supervisors' page with many open alerts: how soon it is usable, and how soon an update shows on one page and on many."""

import asyncio
import random
import re
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from urllib.request import urlopen

import aiohttp
from playwright.sync_api import Page, sync_playwright

from tests.bench.live.ground import ALERTS, Ground, tell
from tests.bench.live.tables import show
from tests.integration.desk.records import alert, in_hours, name_of
from tests.integration.desk.served import Served
from tests.kafka.cluster import Cluster, Record

_VISITS = 5
_UPDATES = 10
_AREAS = ("north", "south", "city", "valley")
_GROUPS = ("rape", "violence_with_injury", "burglary", "theft", "public_order")
_IDLE = 5.0
_RATE = 20
_SECONDS = 10


def desk(cluster: Cluster, folder: Path, alerts: int, pages: int) -> None:
    """Measure a page with so many open alerts, and so many pages that are open at once."""
    rng = random.Random(6)
    with Ground(cluster, folder) as ground:
        tell(f"desk: {alerts:,} alerts are published")
        ground.produce(ALERTS, [_alert(number, rng) for number in range(alerts)])
        begun = time.perf_counter()
        with Served(ground.environment, folder) as served:
            rows = [("the desk has read everything", _s(time.perf_counter() - begun))]
            tell("desk: a page is opened and kept")
            rows += _one_page(ground, served, alerts)
            tell(f"desk: {pages} pages are open")
            rows += asyncio.run(_many_pages(ground, served, pages, alerts, rng))
            rows.append(("memory of the desk", f"{served.megabytes()} MiB"))
    show(f"A desk with {alerts:,} open alerts", ("", "measured"), rows)


def _alert(number: int, rng: random.Random, **said: str) -> Record:
    hours = rng.uniform(-48, 24)
    return alert(
        name_of(number),
        f"POL-{number:06}",
        **{
            "kind": "overdue" if hours < 0 else "due_soon",
            "severity": rng.choice(("critical", "high", "medium")),
            "offence_group": rng.choice(_GROUPS),
            "area": rng.choice(_AREAS),
            "due_at": in_hours(hours),
            **said,
        },
    )


def _one_page(ground: Ground, served: Served, alerts: int) -> list[tuple[str, str]]:
    """Open the page some times, then keep one and publish updates: by the browser's own clock."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        opened: list[Sequence[float]] = []
        for _ in range(_VISITS):
            page.goto(served.address)
            opened.append(_timing(page))
        assert page.locator(".case").count() == alerts
        page.get_by_text("Live").wait_for()
        shown = [_update(ground, page, alerts + number) for number in range(_UPDATES)]
        assert page.evaluate("performance.getEntriesByType('navigation').length") == 1
        browser.close()
    words = ("the answer is there", "the first rows are painted", "rows, filters and scripts can be used")
    measured = [(word, _s(*[timing[place] for timing in opened])) for place, word in enumerate(words)]
    return [*measured, ("an update shows, with no reload", _s(*shown))]


def _timing(page: Page) -> Sequence[float]:
    """Return, in seconds from the navigation, when the answer was there, what was painted first, and all was usable."""
    found: list[float] = page.evaluate(
        """async () => {
          await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
          const asked = performance.getEntriesByType("navigation")[0];
          const painted = performance.getEntriesByName("first-contentful-paint")[0];
          return [asked.responseEnd, painted?.startTime ?? NaN, asked.domContentLoadedEventEnd].map((ms) => ms / 1000);
        }"""
    )
    return found


def _update(ground: Ground, page: Page, number: int) -> float:
    """Publish an alert, and return how many seconds after the broker had it its row was there."""
    place = f"Example/POL-{number:06}"
    page.evaluate(
        """(place) => {
          window.there = new Promise((done) => new MutationObserver((_, seen) => {
            if (!document.querySelector(`[data-place="${place}"]`)) return;
            seen.disconnect();
            done(Date.now());
          }).observe(document.getElementById("cases"), { childList: true }));
        }""",
        place,
    )
    ground.produce(ALERTS, [_alert(number, random.Random(number))])
    sent = time.time()
    seen: float = page.evaluate("window.there")
    return max(seen / 1000 - sent, 0.0)


async def _many_pages(
    ground: Ground, served: Served, pages: int, alerts: int, rng: random.Random
) -> list[tuple[str, str]]:
    with urlopen(served.address) as answer:
        version = re.search(r'data-version="([^"]+)"', answer.read().decode())
    assert version is not None
    heard: dict[int, float] = {}

    async def listen(session: aiohttp.ClientSession, page: int) -> None:
        async with session.get(f"{served.address}/changes", params={"since": version[1]}) as stream:
            async for line in stream.content:
                if b'"Example/POL-900000"' in line:
                    heard.setdefault(page, time.time())

    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=None)
    ) as session:
        listening = [asyncio.create_task(listen(session, page)) for page in range(pages)]
        await asyncio.sleep(2)
        busy = served.seconds()
        await asyncio.sleep(_IDLE)
        idle = (served.seconds() - busy) / _IDLE
        await asyncio.to_thread(ground.produce, ALERTS, [_alert(900_000, rng)])
        sent = time.time()
        async with asyncio.timeout(60):
            while len(heard) < pages:
                await asyncio.sleep(0.01)
        busy, since = served.seconds(), time.perf_counter()
        for _ in range(_SECONDS):
            status = rng.choice(("open", "acknowledged"))
            changes = [_alert(rng.randrange(alerts), rng, status=status) for _ in range(_RATE)]
            await asyncio.gather(asyncio.to_thread(ground.produce, ALERTS, changes), asyncio.sleep(1))
        share = (served.seconds() - busy) / (time.perf_counter() - since)
        for each in listening:
            each.cancel()
        await asyncio.gather(*listening, return_exceptions=True)
    return [
        (f"{pages} pages: all have heard of an update", _s(max(max(heard.values()) - sent, 0.0))),
        (f"{pages} pages, nothing changes: of one core", f"{idle:.1%}"),
        (f"{pages} pages, {_RATE} changes a second: of one core", f"{share:.1%}"),
    ]


def _s(*seconds: float) -> str:
    if len(seconds) == 1:
        return f"{seconds[0]:.2f} s"
    return f"{median(seconds):.2f} s ({min(seconds):.2f} to {max(seconds):.2f})"
