import asyncio
import json
import sys
from typing import Any

import pytest

from streams.agents.bookkeeping import Bookkeeping
from streams.agents.messages import Books
from streams.outward.metrics import Metrics
from tests.unit.rules.given import OPENED_AT, book

from . import KeptFlush, KeptTable, MovedClock, counted, inboxes

DIFFERENCE = {
    "force": "Example",
    "name": "alert_lost",
    "counted": "raised alerts",
    "expected": 3,
    "found": 2,
    "examples": ["Example/A"],
}
RESULT: dict[str, Any] = {
    "forces": {"Example": {}, "Other": {}},
    "differences": [DIFFERENCE],
    "undecided": 0,
    "gauges": "not asked",
}


DIFFERS = "recording_reconciliation_differences"


def compared(program: str, owned: tuple[int, ...] = (0, 1), metrics: Metrics | None = None) -> list[tuple[str, Any]]:
    """Have the books compared by a program in place of the command, and return what is told to whom."""
    flush = KeptFlush()
    shown = metrics or Metrics((), book(), MovedClock())
    books = Bookkeeping(KeptTable(owned), inboxes(flush), MovedClock(), shown, (sys.executable, "-c", program))
    asyncio.run(books.compare())
    return flush.messages("monitor-incident-inbox")


@pytest.mark.parametrize("status", [0, 1])
def test_each_force_is_told_what_differs_or_that_nothing_does_and_no_number_of_an_incident(status: int) -> None:
    metrics = Metrics((), book(), MovedClock())

    told = compared(f"import sys; print({json.dumps(RESULT)!r}); sys.exit({status})", metrics=metrics)

    assert told == [
        ("Example/", Books(OPENED_AT, ["raised alerts: expected 3, found 2"])),
        ("Other/", Books(OPENED_AT, [])),
    ]
    assert [counted(metrics, DIFFERS, force=force) for force in RESULT["forces"]] == [1, 0]


def test_the_owner_of_one_partition_alone_compares() -> None:
    metrics = Metrics((), book(), MovedClock())
    metrics.compared(OPENED_AT, {"Example": 4})

    assert compared("raise SystemExit(3)", owned=(1, 2), metrics=metrics) == []
    assert counted(metrics, DIFFERS) == 0


def test_what_could_not_be_compared_says_nothing_of_the_books(caplog: pytest.LogCaptureFixture) -> None:
    assert compared("import sys; print('no broker answers', file=sys.stderr); sys.exit(2)") == []

    assert caplog.messages == ["the books were not compared: ['no broker answers']"]
