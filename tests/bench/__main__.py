"""`make bench`: events a second of the core, time and memory of a replay, and what an open incident weighs."""

import gc
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from rules.book_files import load_rulebook
from rules.disclosure import Lexicon
from rules.force import ForceProfile
from rules.history import play_statements
from rules.instants import format_instant
from rules.rule import Parameters
from rules.rulebook import Rulebook
from rules.standing import Watch
from rules.statements import Statement, statement_of
from streams.kafka.envelope import decode
from streams.tools.simulate import Options, SimulatedEvent, simulate
from tests.bench.live.cli import live

START = datetime(2026, 3, 1, tzinfo=UTC)
SEED = 20260401
CORE_EVENTS = 50_000
OPEN_INCIDENTS = 200_000
EVENTS_A_REPORT = 3.3
A_DAY = 24_000
"""About the reports of a day in England and Wales."""

Result = TypeVar("Result")


def simulated(events: int) -> Iterator[SimulatedEvent]:
    """Yield about as many events as asked, of one busy force."""
    reports = int(events / EVENTS_A_REPORT) + 1
    return islice(simulate(Options(incidents=reports, seed=SEED, start=START, a_day=A_DAY)), events)


def timed(what: Callable[[], Result]) -> tuple[float, Result]:
    """Return how many seconds something took, and its result."""
    gc.collect()
    started = time.perf_counter()
    result = what()
    return time.perf_counter() - started, result


FORCE = ForceProfile(force="simulated")
FIRST_BOOK = frozenset(
    [
        "M02",
        "M03",
        "M04",
        "M05",
        "M09",
        "M29",
        "M30",
        "M31",
        "M32",
        "M33",
        "M34",
        "M36",
        "M37",
        "M48",
        "E14",
        "E15",
        "E26",
        "E36",
    ]
)
"""The rules with which the core was first measured; what the whole book costs is told beside them."""


def core() -> None:
    """Measure decoding, reading and judging apart, in one process; judging by the whole book and by the first one in pairs."""
    book = load_rulebook()
    first = Rulebook(
        (rule for name, rule in book.rules.items() if name in FIRST_BOOK),
        Parameters(parameters=book.parameters),
        book.lexicon,
        "first",
    )
    lines = [msgspec.json.encode(delivered.event) for delivered in simulated(CORE_EVENTS)]
    gc.disable()
    decoding, events = timed(lambda: [decode(line) for line in lines])
    reading, said = timed(lambda: [statement_of(event, book.lexicon) for event in events])
    until = max(one.time for one in said)
    rounds = [[timed(partial(play_statements, said, until, FORCE, law))[0] for law in (first, book)] for _ in range(3)]
    by_first, judging = (min(seconds) for seconds in zip(*rounds, strict=True))
    gc.enable()
    incidents = len({one.ref for one in said if one.origin == "incident"})
    print(f"core, {len(lines):,} events of {incidents:,} incidents, {len(book.rules)} rules, one process")
    for name, seconds in (("decode", decoding), ("match the text", reading), ("judge and explain", judging)):
        print(f"  {name:<18} {seconds / len(lines) * 1e6:7.1f} us an event")
    more = f"{judging / by_first:.2f} times the first {len(first.rules)} rules ({by_first / len(lines) * 1e6:.1f} us)"
    print(f"  the whole book costs {more}")
    print(f"  {'all':<18} {len(lines) / (decoding + reading + judging):7,.0f} events a second")


def replay(size: int, jobs: int, file: Path) -> None:
    """Measure the command itself: wall time, and the most memory that one of its processes held."""
    command = [sys.executable, "-m", "tests.bench.replay", str(file), "--jobs", str(jobs)]
    out = [f"--statuses={os.devnull}", f"--alerts={os.devnull}"]
    started = time.perf_counter()
    ran = subprocess.run([*command, *out], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    seconds = time.perf_counter() - started
    speed = f"{seconds:,.1f} s, {size / seconds:,.0f} a second"
    print(f"replay, {size:,} events, --jobs {jobs}: {speed}, {ran.stderr.split()[-1]} MiB at most", flush=True)


def open_incidents() -> None:
    """Measure what one open incident weighs, as stored bytes and in memory, with the force's whole watch standing."""
    book = load_rulebook()
    encode = msgspec.msgpack.Encoder().encode
    before = resident()
    watch = Watch(FORCE, book)
    stored = events = 0
    for number in range(OPEN_INCIDENTS):
        received = START + timedelta(milliseconds=100 * number)
        for said in statements_of_one(number, received, book.lexicon):
            stored += len(encode(said))
            events += 1
            watch.observe([said], said.time)
    grown = resident() - before
    print(f"{OPEN_INCIDENTS:,} open incidents, {events / OPEN_INCIDENTS:.0f} statements each:")
    print(f"  {stored / OPEN_INCIDENTS:,.0f} bytes stored each, {grown / OPEN_INCIDENTS:,.0f} bytes in memory each")


def statements_of_one(number: int, received: datetime, lexicon: Lexicon) -> Iterator[Statement]:
    """Yield what is stated of one open incident: opened under a crime code, an officer's note, an update."""
    at = format_instant(received)
    data = {"force": "simulated", "incident_ref": f"SIM-20260301-{number:06}"}
    entries = [{"at": at, "text": "caller states she was punched"}]
    opened: dict[str, Any] = {"received_at": at, "opened_at": at, "channel": "101", "opening_code": "CRIME_VIOLENCE"}
    opened |= {"area": "North", "reporter": "victim", "victims": [{"victim_ref": f"V{number}", "age": 30}]}
    told: list[tuple[str, dict[str, Any]]] = [
        ("opened", {**opened, "entries": entries}),
        ("updated", {"entries": entries}),
        ("updated", {"grade": "2"}),
    ]
    for place, (type_, fields) in enumerate(told):
        event = {"specversion": "1.0", "type": f"incident.{type_}", "source": "bench", "id": f"{number}-{place}"}
        yield statement_of(decode(msgspec.json.encode({**event, "time": at, "data": {**data, **fields}})), lexicon)


def resident() -> int:
    """Return the bytes of memory that this process holds."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


def main() -> None:
    """Measure everything but the live part; the sizes of the replays are the arguments. `live` measures that part alone."""
    if sys.argv[1:2] == ["live"]:
        live(sys.argv[2:], prog_name="python -m tests.bench live")
    core()
    with tempfile.TemporaryDirectory(prefix="recording-bench-") as folder:
        for size in [int(argument) for argument in sys.argv[1:]]:
            file = Path(folder) / f"{size}.jsonl"
            with file.open("wb") as out:
                for delivered in simulated(size):
                    out.write(msgspec.json.encode(delivered.event) + b"\n")
            for jobs in (1, 2) if size <= 1_000_000 else (2,):
                replay(size, jobs, file)
            file.unlink()
    open_incidents()


if __name__ == "__main__":
    main()
