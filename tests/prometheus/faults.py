"""What a week looks like to Prometheus whose last hours go wrong in every way that an alert speaks of."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from tests.prometheus.past import Recording, Series

MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
DAYS: Final = timedelta(days=3, hours=8)
_STANDS: Final[Mapping[str, float]] = {
    "recording_ready": 0,
    "recording_recovery_remaining_messages": 4_000,
    "recording_stalled_partitions": 2,
    "recording_alertmanagers_away": 1,
    "recording_sweep_waiting_seconds": 600,
    "recording_feed_clock_skew_seconds": 600,
    "recording_reconciliation_differences": 2,
    "process_resident_memory_bytes": 1.95 * 1024**3,
}
"""What shows something else in the last hour, whatever its labels."""

_REFUSED: Final = ("incident-log", "unknown", "dead_letter")


def bent(series: Series, at: datetime, end: datetime, value: float) -> float:
    """Return what a series shows instead at an instant, where the week ends at another one."""
    ago = end - at
    labels = dict(series.labels)
    if ago < HOUR and series.name in _STANDS:
        return _STANDS[series.name]
    match series.name:
        case "recording_feed_stale" if labels["feed"] == "crime-records":
            return float(ago < HOUR)
        case "recording_incidents" if labels["status"] == "overdue" and labels["offence_group"] == "theft":
            return 20.0 if ago < 3 * HOUR else value
        case "recording_oldest_overdue_timestamp_seconds" if labels["area"] == "north":
            return (end - timedelta(days=8)).timestamp()
        case "recording_breaches_total" if labels["offence_group"] == "theft":
            # So many that one crime recorded in time does not outweigh them: what is recorded begins with that Prometheus, so
            # the shares are those of its last five minutes.
            return value + 60 * _since(ago, DAYS, HOUR)
        case "recording_alert_delay_seconds_count" | "recording_alert_delay_seconds_sum":
            return value + 8 * _since(ago, DAYS, HOUR)
        case "recording_events_total" if (labels["topic"], labels["type"], labels["result"]) == _REFUSED:
            return value + 40 * _since(ago, HOUR, MINUTE)
        case "recording_lag_messages" if labels["topic"] == "incident-log":
            return 100 * _since(ago, HOUR, MINUTE)
        case "recording_heartbeat_timestamp_seconds" if labels["stage"] == "sweep":
            return min(value, (end - HOUR).timestamp())
        case "recording_reconciliation_timestamp_seconds":
            return min(value, (end - 5 * HOUR).timestamp())
        case "process_start_time_seconds":
            return value + _since(ago, HOUR, 10 * MINUTE) // 1
    return value


def _since(ago: timedelta, began: timedelta, unit: timedelta) -> float:
    """Return how many units have passed since something began."""
    return max((began - ago) / unit, 0.0)


def of_two_laws(recording: Recording) -> None:
    """Let there be a second rulebook beside the first."""
    (build,) = (series for series in recording.values if series.name == "recording_build_info")
    other = build._replace(labels=(("version", "0.0.0"), ("rulebook_hash", "another")))
    recording.values[other] = recording.values[build]
