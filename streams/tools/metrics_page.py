"""The page of metrics: what each says, its labels, and how many series a worker may come to, counted on a worker's own."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from prometheus_client.core import Metric

from rules.events import TOPICS
from rules.force import Feed, ForceProfile
from rules.rulebook import Rulebook
from streams.clock import WallClock
from streams.kafka.topics import topics
from streams.outward.metrics import Metrics
from streams.outward.vitals import Vitals, VitalSigns
from streams.settings import Settings

STAGES: Final = ("intake", "crimes", "incidents", "sweep")
"""The stages through which a heartbeat comes."""
SIZES: Final = {"one force of 6 areas": (1, 6), "all 43 forces, 30 areas each": (43, 30)}
_SUFFIXES: Final = {"counter": "_total"}


def metrics_page(settings: Settings, book: Rulebook) -> str:
    """Return the page as Markdown."""
    return "\n".join(_lines(settings, book)) + "\n"


def _lines(settings: Settings, book: Rulebook) -> Iterator[str]:
    counted = {size: series(every_series(_forces(*of), book, settings)) for size, of in SIZES.items()}
    yield from ("# Metrics", "")
    yield "What a worker serves on `/metrics`, written by `recording-monitor metrics`."
    yield "No label holds the number of an incident or free text. Each worker exports what it owns: `sum()` over workers is the"
    yield "whole, of instants `min()` or `max()`. Every combination of the counters is there at 0 from the start."
    yield from ("", f"| metric | type | labels | says | {' | '.join(f'series, {size}' for size in SIZES)} |")
    yield f"| --- | --- | --- | --- |{' ---: |' * len(SIZES)}"
    for family in every_series(_forces(1, 1), book, settings):
        labels = sorted({f"`{label}`" for sample in family.samples for label in sample.labels if label != "le"})
        numbers = " | ".join(f"{counts[family.name]:,}" for counts in counted.values())
        name = family.name + _SUFFIXES.get(family.type, "")
        yield f"| `{name}` | {family.type} | {', '.join(labels)} | {family.documentation} | {numbers} |"
    totals = " | ".join(f"**{counts.total():,}**" for counts in counted.values())
    yield f"| **together** | | | | {totals} |"


def every_series(forces: Iterable[ForceProfile], book: Rulebook, settings: Settings) -> list[Metric]:
    """Return the metrics of a worker that owns every partition and has seen everything of its forces once."""
    now, profiles = datetime(2026, 4, 1, tzinfo=UTC), list(forces)
    metrics = Metrics(profiles, book, WallClock())
    metrics.registry.register(VitalSigns(lambda: Vitals(True, 0, 0, 0, timedelta(0))))
    for profile in profiles:
        for feed in TOPICS:
            metrics.fed(profile.force, feed, now, now)
            metrics.stale(profile.force, feed, False)
    for stage in STAGES:
        metrics.heartbeat(stage, now)
    read = [topic.name for topic in topics(settings) if topic.kind == "input" or topic.name.endswith("-inbox")]
    metrics.behind({(topic, partition): 0 for topic in read for partition in range(settings.partitions)})
    metrics.compared(now, {profile.force: 0 for profile in profiles})
    return sorted(metrics.registry.collect(), key=lambda family: family.name)


def series(families: Iterable[Metric]) -> Counter[str]:
    """Return how many series each metric has."""
    return Counter({family.name: len(family.samples) for family in families})


def _forces(number: int, areas: int) -> list[ForceProfile]:
    feeds = {feed: Feed(silent_after=timedelta(hours=2)) for feed in TOPICS}
    names = tuple(f"area-{number}" for number in range(areas))
    return [ForceProfile(force=f"force-{each}", areas=names, feeds=feeds) for each in range(number)]
