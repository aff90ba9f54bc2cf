"""Has the books compared now and then, in a process of its own, and tells each force's watch what came of it.

Reading all that was published takes minutes of work for a large force; beside the event loop it would hold up deadlines.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from typing import Any, Final

from mode.utils.logging import get_logger

from streams.agents.inboxes import Inboxes
from streams.agents.messages import Books
from streams.clock import Clock
from streams.kafka.state import StateTable
from streams.outward.metrics import Metrics

log = get_logger(__name__)

COMMAND: Final = (sys.executable, "-P", "-c", "from streams.cli import main; main()", "reconcile", "--json")
SPEAKS: Final = 0
"""The partition whose owner has the books compared, so that one worker does."""
DONE: Final = (0, 1)
"""How the command ends when it has compared: with no difference, and with some."""


class Bookkeeping:
    """Compares what is kept with what was published, where this worker owns the partition that speaks."""

    def __init__(
        self, table: StateTable, inboxes: Inboxes, clock: Clock, metrics: Metrics, command: Sequence[str] = COMMAND
    ) -> None:
        self._table = table
        self._metrics = metrics
        self._inboxes = inboxes
        self._clock = clock
        self._command = command

    async def compare(self) -> None:
        """Compare once, and tell every force whether its books agree; what could not be compared is logged."""
        if SPEAKS not in self._table.owned:
            self._metrics.not_compared()
            return
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*self._command, stdout=pipe, stderr=pipe)
        try:
            out, err = await process.communicate()
        except asyncio.CancelledError:
            process.kill()
            await process.wait()
            raise
        if process.returncode not in DONE:
            log.warning("the books were not compared: %s", err.decode(errors="replace").strip().splitlines()[-1:])
            return
        result = json.loads(out)
        now = self._clock.now()
        found = {
            force: [_line(each) for each in result["differences"] if each["force"] == force]
            for force in result["forces"]
        }
        for force, lines in found.items():
            self._inboxes.to_incident(force, "", Books(now, lines))
        self._metrics.compared(now, {force: len(lines) for force, lines in found.items()})


def _line(difference: dict[str, Any]) -> str:
    """Write a difference without the incidents it is about: an alert about the force names none."""
    return f"{difference['counted']}: expected {difference['expected']}, found {difference['found']}"
