"""The way from an event to an alert: whether it moves, and whether its books agree."""

from typing import Final

from deploy.source.prometheus.shape import JOB, Alert, Group

_COMPARED: Final = f"(max(recording_reconciliation_timestamp_seconds) > 0 or min(process_start_time_seconds{{{JOB}}}))"

GROUP: Final = Group(
    "pipeline",
    "The way from an event to an alert: whether it moves, and whether its books agree.",
    (
        Alert(
            "SweepLate",
            "max(recording_sweep_waiting_seconds) > 60",
            "critical",
            "Deadlines have waited to be judged for {{ $value | humanizeDuration }}",
            "Reports that are overdue are not said to be: the control room sees a list that is too short",
            "5m",
        ),
        Alert(
            "PartitionsStalled",
            "sum(recording_stalled_partitions) > 0",
            "critical",
            "{{ $value }} partitions stand still",
            "Nothing of the incidents in them is judged, though others go on",
            "5m",
        ),
        Alert(
            "LagGrowing",
            "sum by (topic) (recording_lag_messages) > 1000\n"
            "and\nsum by (topic) (recording_lag_messages) > sum by (topic) (recording_lag_messages offset 15m)",
            "warning",
            "{{ $value | humanize }} records of {{ $labels.topic }} wait, and more than a quarter of an hour ago",
            "Workers are slower than what comes in, or one of them does not get on; deadlines wait for feeds to be read",
            "15m",
        ),
        Alert(
            "HeartbeatOld",
            "time() - max by (stage) (recording_heartbeat_timestamp_seconds) > 180",
            "critical",
            "No heartbeat has come through {{ $labels.stage }} for {{ $value | humanizeDuration }}",
            "How far the feeds were read is not known any more behind that stage, so no deadline counts as passed",
            "5m",
        ),
        Alert(
            "ReconciliationDiffers",
            "max by (force) (recording_reconciliation_differences) > 0",
            "warning",
            "The books of {{ $labels.force }} differ in {{ $value }} places",
            "What is kept, what was published and what is counted do not agree: a figure for the board may be wrong. The "
            "worker tells of it too, with both numbers; this one is heard where that one does not come",
            labels={"about": "books"},
        ),
        Alert(
            "ReconciliationNotRun",
            f"time() - {_COMPARED} > 3 * 3600",
            "warning",
            "The books have not been compared for {{ $value | humanizeDuration }}",
            "Each hour they should be; whether the figures are right is not known",
            "15m",
        ),
        Alert(
            "AlertmanagerAway",
            "max(recording_alertmanagers_away) > 0",
            "critical",
            "Workers do not reach {{ $value }} of the Alertmanagers",
            "What pages may reach nobody through it; the list on the supervisors' page is right all the same",
            "5m",
        ),
    ),
)
