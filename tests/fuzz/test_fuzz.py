"""Rubbish that resembles real events, 200,000 times: each is used or a dead letter, nothing fails, memory stays flat."""

import gc
import os
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from rules.book_files import load_rulebook
from rules.events import TOPICS
from rules.examples import events_of
from rules.instants import parse_instant
from streams.agents import inbox
from streams.tools.simulate import Options, simulate
from tests.fuzz.mutations import Raw, mutated
from tests.fuzz.worker import Worker, run

BOOK = load_rulebook()
START = parse_instant("2026-04-01T00:00:00Z")
SEED = int(os.environ.get("FUZZ_SEED", "1"))
AT_ONCE = 1_000
"""How many records one worker takes in before the next one begins with empty rows."""
TOPIC_OF = {type_: topic for topic, types in TOPICS.items() for type_ in types}


@pytest.fixture(autouse=True)
def nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    async def original(*_: Any) -> tuple[None, None]:
        return None, None

    monkeypatch.setattr(inbox, "original", original)


def real_events() -> list[dict[str, Any]]:
    """Return the events from which the rubbish is made: some days of a simulated force, and the book's examples."""
    days = [delivered.event for delivered in simulate(Options(incidents=40, seed=SEED, start=START))]
    examples = [event for rule in BOOK.rules.values() for each in rule.examples for event in events_of(each.given)]
    return days + Random(SEED).sample(examples, k=len(days))


def rubbish(seed: int, events: list[dict[str, Any]]) -> Iterator[Raw]:
    """Yield records for one worker; one seed gives the same ones each time."""
    dice = Random(seed)
    for _ in range(AT_ONCE):
        event = dice.choice(events)
        yield mutated(event, TOPIC_OF[event["type"]], events, dice)


def survive(seed: int, events: list[dict[str, Any]]) -> Counter[str]:
    """Have a worker take in the rubbish of a seed, check what became of it, and return that."""
    worker, records = Worker(BOOK, START + timedelta(days=10)), list(rubbish(seed, events))
    try:
        run(worker, records)
    except BaseException:
        print(f"seed {seed}")
        raise
    became = worker.counted()
    assert became.total() == len(records), f"seed {seed}: {became}"
    assert not worker.failures, f"seed {seed}: {worker.failures}"
    return became


def test_rubbish_is_used_or_a_dead_letter_and_nothing_fails() -> None:
    events = real_events()

    became = Counter[str]()
    for seed in range(SEED, SEED + 3):
        became += survive(seed, events)

    assert became["used"] > AT_ONCE / 4
    assert became["dead_letter"] > AT_ONCE / 4


@pytest.mark.slow
def test_two_hundred_thousand_of_them_leave_memory_flat() -> None:
    print(f"seed {SEED}")
    events, rounds = real_events(), 200
    became = Counter[str]()
    held: list[int] = []
    for seed in range(SEED, SEED + rounds):
        became += survive(seed, events)
        gc.collect()
        held.append(resident())

    second, last = held[rounds // 4 : rounds // 2], held[-rounds // 4 :]
    print(f"{became.total():,} records: {dict(became)}; {max(second) >> 20} MiB held, at the end {max(last) >> 20}")
    assert max(last) < max(second) * 1.05


def resident() -> int:
    """Return how many bytes of memory this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
