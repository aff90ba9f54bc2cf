"""A worker as the tests run it: with a clock that they move, a point at which it dies, a rule that fails."""

import argparse
import mmap
import os
import signal
import struct
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from rules.grounds import GROUNDS
from rules.reported import Ground
from rules.situation import Situation
from streams.kafka.client import BrokerError
from streams.worker import run_worker

BROKEN = "X_BROKEN"
"""The qualifier on which the broken ground fails."""


class MovedClock:
    """A clock that somebody sets, and that stands still until it is let run: two numbers that several processes share."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(struct.pack("dd", 0.0, 0.0))
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), 16)

    def now(self) -> datetime:
        at, since = struct.unpack("dd", self._shared[:])
        return datetime.fromtimestamp(at + (time.time() - since if since else 0.0), UTC)

    def move(self, to: datetime) -> None:
        """Set the clock, and let it stand."""
        self._shared[:] = struct.pack("dd", to.timestamp(), 0.0)

    def run_from(self, at: datetime) -> None:
        """Set the clock, and let it run."""
        self._shared[:] = struct.pack("dd", at.timestamp(), time.time())


def _dying_at(told: Callable[[], str]) -> Callable[[str], Awaitable[None]]:
    """Return what ends the process at the Nth flush at a point, once it is told `POINT:N`; nothing told is an empty text."""
    passed = 0

    async def reached(name: str) -> None:
        nonlocal passed
        point, _, after = told().partition(":")
        passed += name == point
        if name == point and passed == int(after):
            os.kill(os.getpid(), signal.SIGKILL)

    return reached


def _break_a_ground() -> None:
    """Let a ground fail on the incidents that have one qualifier, as one with a mistake in it would."""
    look = GROUNDS["crime_codes"]

    def broken(situation: Situation) -> list[Ground]:
        if BROKEN in situation.qualifiers:
            raise ZeroDivisionError("said with a text that nobody is to read")
        return look(situation)

    GROUNDS["crime_codes"] = broken


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--clock", type=Path)
    parser.add_argument("--die-at", default="", help="POINT:N, at the Nth flush of events")
    parser.add_argument("--die-by", type=Path, help="a folder where a file says so, named by this process's number")
    parser.add_argument("--broken", action="store_true")
    given = parser.parse_args()
    if given.broken:
        _break_a_ground()

    def told() -> str:
        doom = given.die_by and given.die_by / f"{os.getpid()}.doom"
        return doom.read_text() if doom and doom.exists() else str(given.die_at)

    try:
        status = run_worker(
            clock=MovedClock(given.clock) if given.clock else None,
            reached=_dying_at(told),
        )
    except BrokerError as error:  # as the command says it
        print(error, file=sys.stderr)
        status = 2
    sys.exit(status)
