"""What a worker says of itself as metrics, asked for when somebody looks, so that it cannot go stale."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Final, NamedTuple

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

_HELP: Final = {
    "ready": "1 while the worker is ready, as `/ready` says; else 0.",
    "recovery_remaining_messages": "Records of the changelogs that are still to be read before the rows are back.",
    "stalled_partitions": "Partitions of an inbox over which nothing has been heard for a minute.",
    "alertmanagers_away": "Alertmanagers that took nothing when they were told last.",
    "sweep_waiting_seconds": "For how many seconds deadlines were not looked at, or those that are due have waited to be judged.",
}


class Vitals(NamedTuple):
    """A worker at one instant."""

    ready: bool
    recovery_remaining_messages: int
    stalled_partitions: int
    alertmanagers_away: int
    sweep_waiting: timedelta


class VitalSigns(Collector):
    """Shows the vitals of the worker that is asked."""

    def __init__(self, look: Callable[[], Vitals]) -> None:
        self._look = look

    def describe(self) -> Iterator[Metric]:
        """Name the metrics without a look at the worker, which may not have begun yet."""
        yield from _families(dict.fromkeys(_HELP, 0.0))

    def collect(self) -> Iterator[Metric]:
        """Look, and show what was seen."""
        seen = self._look()
        yield from _families(
            {
                "ready": seen.ready,
                "recovery_remaining_messages": seen.recovery_remaining_messages,
                "stalled_partitions": seen.stalled_partitions,
                "alertmanagers_away": seen.alertmanagers_away,
                "sweep_waiting_seconds": seen.sweep_waiting.total_seconds(),
            }
        )


def _families(values: Mapping[str, float]) -> Iterator[Metric]:
    for name, value in values.items():
        yield GaugeMetricFamily(f"recording_{name}", _HELP[name], value=float(value))
