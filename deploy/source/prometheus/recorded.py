"""What is asked for often, kept under a name: sums over workers, and the rates that the objectives are made of."""

from typing import Final

from deploy.source.prometheus.shape import Group, Recorded

IN_TIME: Final = "force_offence_group:recording_in_time:rate5m"
BREACHES: Final = "force_offence_group:recording_breaches:rate5m"
ALERTS: Final = "monitor:recording_overdue_alerts:rate5m"
ALERTS_WITHIN: Final = "monitor:recording_overdue_alerts_within_60s:rate5m"
OVERDUE: Final = "force:recording_incidents:sum"
_RECORDED: Final = 'recording_outcomes_total{status="recorded_in_time"}'

GROUP: Final = Group(
    "recorded",
    "Sums over workers, and the rates of which the objectives are made.",
    (
        Recorded(OVERDUE, "sum by (force, status) (recording_incidents)"),
        Recorded(
            "force_area:recording_alerts_open:sum", "sum by (force, area, kind, severity) (recording_alerts_open)"
        ),
        Recorded(IN_TIME, f"sum by (force, offence_group) (rate({_RECORDED}[5m]))"),
        Recorded(BREACHES, "sum by (force, offence_group) (rate(recording_breaches_total[5m]))"),
        Recorded(ALERTS, "sum(rate(recording_alert_delay_seconds_count[5m]))"),
        Recorded(ALERTS_WITHIN, 'sum(rate(recording_alert_delay_seconds_bucket{le="60.0"}[5m]))'),
    ),
)
