"""Simulated histories for whole workers: dealt into waves in which no two events bear on the same incident."""

import io
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from rules.codes import CodeMap
from rules.events import EVENT
from rules.group import neighbours
from rules.instants import TICK, format_instant, parse_instant
from rules.rulebook import Rulebook
from rules.statements import statement_of
from streams.tools.simulate import Options, write_simulation

Event = dict[str, Any]


def simulated(incidents: int, seed: int, start: datetime, **options: Any) -> list[Event]:
    """Return the events of a simulated force in the order of their times."""
    out = io.StringIO()
    write_simulation(Options(incidents=incidents, seed=seed, start=start, force="simulated", **options), out, None)
    return sorted((json.loads(line) for line in out.getvalue().splitlines()), key=lambda event: str(event["time"]))


def _groups(events: Iterable[Event], book: Rulebook) -> list[str]:
    """Return for each event the name of the connected group of incidents and crimes that it belongs to."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    subjects: list[str] = []
    for event in events:
        said = statement_of(EVENT.validate_python(event), book.lexicon)
        near = neighbours(said, CodeMap(()))
        subject = f"{said.origin} {said.ref}"
        subjects.append(subject)
        for other in (*(f"incident {ref}" for ref in near.incidents), *(f"crime {ref}" for ref in near.crimes)):
            parent[root(other)] = root(subject)
    return [root(subject) for subject in subjects]


def waves(events: list[Event], book: Rulebook) -> Iterator[list[Event]]:
    """Yield the events in their order, a new wave whenever one bears on what the wave already touched.

    The events of a wave are given the time of its last one, as a feed does that is exported at intervals: then all of
    them come in at their `time`, which is what a replay takes for granted.
    """
    wave: list[Event] = []
    last: list[Event] = []
    touched: set[str] = set()
    for event, group in zip(events, _groups(events, book), strict=True):
        if group in touched:
            yield (last := _together(wave, last))
            wave, touched = [], set()
        wave.append(event)
        touched.add(group)
    yield _together(wave, last)


def _together(wave: list[Event], before: list[Event]) -> list[Event]:
    """Return the events of a wave at one time, that of the last one, and later than the wave before."""
    at = parse_instant(wave[-1]["time"])
    if before:
        at = max(at, parse_instant(before[-1]["time"]) + TICK)
    return [event | {"time": format_instant(at)} for event in wave]


def parts(events: list[Event], count: int) -> list[list[Event]]:
    """Return the events in so many parts, in their order."""
    size = -(-len(events) // count)
    return [events[start : start + size] for start in range(0, len(events), size)]
