"""For who runs it: whether it is there, reads, decides in time, tells, and agrees with itself."""

from typing import Final

from deploy.source.grafana.frame import FORCE, Dashboard
from deploy.source.grafana.panels import (
    A_SECOND,
    BYTES,
    NUMBER,
    SECONDS,
    SHARE,
    Ask,
    columns,
    lines,
    number,
    states,
)
from deploy.source.prometheus.objectives import ALERTED_WITHIN, punctual
from deploy.source.prometheus.shape import JOB, RUNBOOKS

_FORCE: Final = 'force=~"$force"'
_EACH: Final = 'ALERTS{alertstate="firing", team=~".+"}'
_STANDS: Final = 'ALERTS{alertstate="firing", team=~".+", alertname!="Watchdog"}'
_WATCHDOG: Final = 'ALERTS{alertstate="firing", alertname="Watchdog"}'
"""Without it no rule is looked at, and that nothing stands means nothing."""


def _lateness(quantile: float, metric: str) -> str:
    return f"histogram_quantile({quantile:g}, sum by (le) (rate({metric}_bucket[1h])))"


DASHBOARD: Final = Dashboard(
    "recording-operations",
    "Recording: operations",
    "Whether the monitor runs: workers, feeds, the way from an event to an alert, and what it tells Alertmanager.",
    "now-6h",
    "30s",
    (FORCE,),
    (
        (
            "Now",
            (
                number(
                    "Wrong now",
                    "Alerts that stand, the Watchdog aside; each is named beneath, and leads to its runbook.",
                    NUMBER,
                    f"count({_STANDS}) or 0 * count({_WATCHDOG})",
                    zero="none",
                ),
                number(
                    "Workers that are ready",
                    "Rows are back, deadlines looked at, feeds known.",
                    NUMBER,
                    "sum(recording_ready)",
                ),
                number(
                    "Alerts within 60 s",
                    f"Over 30 days, from their deadline or from when the crime feed was read past it; the objective is "
                    f"{ALERTED_WITHIN:.1%}.",
                    SHARE,
                    punctual("30d"),
                    decimals=2,
                ),
                number(
                    "Oldest heartbeat",
                    "Of the stages that a heartbeat goes through, how long ago the slowest had one.",
                    SECONDS,
                    "max(time() - max by (stage) (recording_heartbeat_timestamp_seconds))",
                ),
                number(
                    "Dead letters, last hour",
                    "Events that could not be used.",
                    NUMBER,
                    'sum(increase(recording_events_total{result="dead_letter"}[1h]))',
                    zero="none",
                ),
                number(
                    "Books compared",
                    "How long ago what is kept, published and counted was compared.",
                    SECONDS,
                    "time() - max(recording_reconciliation_timestamp_seconds > 0)",
                    empty="not yet",
                ),
            ),
        ),
        (
            "What is wrong",
            (
                columns(
                    "Alerts that stand",
                    "Each leads to its runbook. None is as it should be, but for the Watchdog, which always stands.",
                    {"for": Ask(f"time() - ALERTS_FOR_STATE and ignoring (alertstate) {_EACH}")},
                    {"for": SECONDS},
                    links={"alertname": ("Runbook", f"{RUNBOOKS}/${{__value.text}}.md")},
                    span=12,
                ),
                states(
                    "Workers",
                    "Whether each worker is ready, as its /ready says.",
                    Ask("max by (instance) (recording_ready)", "{{instance}}"),
                    {0: ("not ready", "orange"), 1: ("ready", "green")},
                ),
            ),
        ),
        (
            "Feeds",
            (
                lines(
                    "Age of the newest event",
                    "How long ago the newest event of each feed happened, as its source says.",
                    SECONDS,
                    Ask(
                        f"time() - max by (force, feed) (recording_feed_last_event_timestamp_seconds{{{_FORCE}}})",
                        "{{force}} {{feed}}",
                    ),
                ),
                states(
                    "Feeds",
                    "Silent, or behind, for longer than the force says it ever is.",
                    Ask(f"max by (force, feed) (recording_feed_stale{{{_FORCE}}})", "{{force}} {{feed}}"),
                    {0: ("speaks", "green"), 1: ("silent or behind", "orange")},
                ),
                lines(
                    "Events by what became of them",
                    "Repeats were delivered twice, expired ones are older than the retention.",
                    A_SECOND,
                    Ask(
                        "sum by (topic, result) (rate(recording_events_total[$__rate_interval]))",
                        "{{topic}} {{result}}",
                    ),
                ),
                lines(
                    "How late events come",
                    "The newest event of each feed came so long after it happened; below nothing its clock is ahead.",
                    SECONDS,
                    Ask(
                        f"0 - min by (force, feed) (recording_feed_clock_skew_seconds{{{_FORCE}}})",
                        "{{force}} {{feed}}",
                    ),
                    least=None,
                ),
            ),
        ),
        (
            "From an event to an alert",
            (
                lines(
                    "Records that wait",
                    "At the broker and not acknowledged, by topic.",
                    NUMBER,
                    Ask("sum by (topic) (recording_lag_messages)", "{{topic}}"),
                ),
                lines(
                    "From a deadline to its alert",
                    "It waits for the crime feed to be read past the deadline, at most two minutes; over an hour.",
                    SECONDS,
                    Ask(_lateness(0.5, "recording_sweep_lateness_seconds"), "half"),
                    Ask(_lateness(0.99, "recording_sweep_lateness_seconds"), "99 in 100"),
                    Ask(_lateness(0.99, "recording_alert_delay_seconds"), "99 in 100, once it could be known"),
                    Ask("max(recording_sweep_waiting_seconds)", "waits now"),
                ),
                lines(
                    "Heartbeats",
                    "How long ago each stage had its last one.",
                    SECONDS,
                    Ask("time() - max by (stage) (recording_heartbeat_timestamp_seconds)", "{{stage}}"),
                ),
                lines(
                    "Standing still",
                    "Partitions over which nothing is heard, and records to be read before rows are back.",
                    NUMBER,
                    Ask("sum(recording_stalled_partitions)", "partitions"),
                    Ask("sum by (instance) (recording_recovery_remaining_messages)", "to recover, {{instance}}"),
                ),
                lines(
                    "Pages",
                    "Alerts that page, that would while their kind is in shadow, and those for which one speaks.",
                    NUMBER,
                    Ask(f"sum by (result) (increase(recording_pages_total{{{_FORCE}}}[1h]))", "{{result}}"),
                ),
                lines(
                    "Books that differ, Alertmanagers away",
                    "Differences that the last comparison found, and Alertmanagers that took nothing last.",
                    NUMBER,
                    Ask(f"sum by (force) (recording_reconciliation_differences{{{_FORCE}}})", "differences, {{force}}"),
                    Ask("max(recording_alertmanagers_away)", "Alertmanagers away"),
                ),
            ),
        ),
        (
            "Resources",
            (
                lines(
                    "Memory",
                    "Resident, by worker.",
                    BYTES,
                    Ask(f"process_resident_memory_bytes{{{JOB}}}", "{{instance}}"),
                    span=8,
                ),
                lines(
                    "Processor",
                    "Share of one core, by worker: one is all that a worker can use.",
                    SHARE,
                    Ask(f"rate(process_cpu_seconds_total{{{JOB}}}[$__rate_interval])", "{{instance}}"),
                    span=8,
                ),
                lines(
                    "Open files",
                    "Connections to Kafka among them, by worker.",
                    NUMBER,
                    Ask(f"process_open_fds{{{JOB}}}", "{{instance}}"),
                    span=8,
                ),
            ),
        ),
    ),
)
