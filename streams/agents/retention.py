"""How long things are kept: a walk through the rows that finds what was kept for long enough, and how it is taken away."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from rules.alerts import Alert
from rules.standing import Standing
from streams.agents.rows import IncidentRow, incident_row
from streams.kafka.state import StateTable

AT_ONCE: Final = 1_000
"""How many rows are looked at in one step: a hundred thousand in two minutes, with a millisecond of work at a time."""


class Walk:
    """Goes through the rows of a table, a part at each step, and begins again when it has seen all of them."""

    def __init__(self) -> None:
        self._ahead: Iterator[tuple[int, bytes]] = iter(())

    def on(self, table: StateTable) -> Iterator[tuple[int, bytes, bytes]]:
        """Yield the next rows with their partitions and keys; what has left meanwhile is passed over."""
        for _ in range(AT_ONCE):
            if (place := next(self._ahead, None)) is None:
                self._ahead = self._places(table)
                return
            partition, key = place
            if partition in table.owned and (content := table.get(partition, key)) is not None:
                yield partition, key, content

    @staticmethod
    def _places(table: StateTable) -> Iterator[tuple[int, bytes]]:
        for partition in sorted(table.owned):
            for key in [key for key, _ in table.rows(partition)]:
                yield partition, key


def new_row(force: str, now: datetime) -> IncidentRow:
    """Return the row of an incident of which nothing is known yet."""
    return incident_row(force, "", [], [], Standing(), now, b"", {}, None)


def forget_other(row: IncidentRow, ref: str, at: datetime) -> bool:
    """Drop from an incident's row what another one had stated up to an instant; return whether there was anything.

    The row is to be judged anew then.
    """
    kept = [said for said in row.statements if (said.origin, said.ref) != ("incident", ref) or said.time > at]
    if len(kept) == len(row.statements):
        return False
    row.statements, row.law = kept, ""
    return True


def retire(alert: Alert, at: datetime) -> Alert:
    """Return an alert that stands as it is when its incident is taken away."""
    history = (*alert.history, (at, "resolved", None))
    return replace(alert, status="resolved", resolved_at=at, resolution="retired", history=history, changed_at=at)
