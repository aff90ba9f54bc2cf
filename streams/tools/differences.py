"""What a reconciliation found, in words: the two numbers of each difference, and what a person can do about it."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

from streams.tools.reconciliation import GAUGES, Account, Fault, Name, Series, force_of

EXAMPLES = 3
"""How many of the incidents that differ are named."""

_ANEW = "stop the workers; `recording-monitor rebuild --from-empty` then says everything again"
_ALONE = "see that no other program writes to recording-alerts; a null value under an alert's id takes it away"
_SAID: dict[Name, tuple[str, str]] = {
    "status_never_sent": ("opened incidents with a status on recording-status", _ANEW),
    "status_differs": ("opened incidents whose status on recording-status is that of their row", _ANEW),
    "status_without_row": (
        "incidents with a status on recording-status, which a row knows",
        "see that RECORDING_APPLICATION names the workers that write there; `recording-monitor rebuild` brings a lost"
        " row back",
    ),
    "row_left_behind": (
        "opened incidents, for the status of the others was removed and their rows were not",
        "remove them again",
    ),
    "alert_lost": ("raised alerts that are on recording-alerts", _ANEW),
    "alert_differs": ("raised alerts that are on recording-alerts as their row has them", _ANEW),
    "alert_doubled": ("alerts on recording-alerts, none of which doubles one of the same incident and rule", _ALONE),
    "alert_without_row": ("alerts on recording-alerts that a row knows", _ALONE),
}


class Difference(NamedTuple):
    """Two numbers that should be one: what was counted, what to do, and some of the incidents that are behind it."""

    force: str
    name: Name
    counted: str
    expected: int
    found: int
    do: str
    examples: tuple[str, ...] = ()

    def __str__(self) -> str:
        such = f" ({', '.join(self.examples)})" if self.examples else ""
        return (
            f"{self.force}: {self.name}: {self.counted}: expected {self.expected}, found {self.found}{such}: {self.do}"
        )


def differences(accounts: Mapping[str, Account], faults: Iterable[Fault]) -> list[Difference]:
    """Return the faults put together by force and name, each as two numbers."""
    gathered: defaultdict[tuple[str, Name], list[Fault]] = defaultdict(list)
    for fault in sorted(set(faults)):
        gathered[force_of(fault.key), fault.name].append(fault)
    return [
        _difference(accounts.get(force, Account()), force, name, every) for (force, name), every in gathered.items()
    ]


def _difference(account: Account, force: str, name: Name, faults: Collection[Fault]) -> Difference:
    counted, do = _SAID[name]
    examples = tuple(dict.fromkeys(fault.key for fault in faults))
    if len(examples) > EXAMPLES:
        examples = (*examples[:EXAMPLES], "…")
    base = account.raised if name.startswith("alert_") else account.opened
    expected, found = _NUMBERS[name](base, len(faults))
    return Difference(force, name, counted, expected, found, do, examples)


def drifts(gauges: Iterable[Series], expected: Mapping[Series, int], found: Mapping[Series, int]) -> list[Difference]:
    """Return the gauges that drifted, each as two numbers."""
    return [
        Difference(
            series[0],
            "gauge_drifted",
            f"{series[1]}{{{', '.join(f'{n}={v}' for n, v in zip(GAUGES[series[1]], series[2:], strict=True))}}}",
            expected.get(series, 0),
            found.get(series, 0),
            "restart the workers one after the other: each counts its rows anew",
        )
        for series in sorted(gauges)
    ]


def _fewer(base: int, faults: int) -> tuple[int, int]:
    return base, base - faults


def _more(base: int, faults: int) -> tuple[int, int]:
    return base, base + faults


def _too_many(base: int, faults: int) -> tuple[int, int]:
    return base - faults, base


_NUMBERS: dict[Name, Callable[[int, int], tuple[int, int]]] = {
    "status_never_sent": _fewer,
    "status_differs": _fewer,
    "status_without_row": _more,
    "row_left_behind": _too_many,
    "alert_lost": _fewer,
    "alert_differs": _fewer,
    "alert_doubled": _more,
    "alert_without_row": _more,
}
