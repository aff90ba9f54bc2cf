"""The two objectives: what a force records in time, and how soon this program says that it did not.

Each is a share over a month, and told by how fast its error budget burns: over a long window, so that it matters, and over
a shorter one, so that it is still going on. Rates of events are summed before they are divided, never shares averaged.
"""

from typing import Final

from deploy.source.prometheus.recorded import ALERTS as ALERT_RATE
from deploy.source.prometheus.recorded import ALERTS_WITHIN, BREACHES, IN_TIME
from deploy.source.prometheus.shape import Alert, Group, Recorded

WINDOWS: Final = ("1h", "6h", "1d", "3d", "30d")
RECORDED_IN_TIME: Final = 0.95
"""The share of crimes that a force means to record in time. There is no national figure for 24 hours: set your own."""
ALERTED_WITHIN: Final = 0.999
"""The share of overdue alerts that are out within 60 s of when they could be."""
FEW: Final = 5
"""Fewer breaches or late alerts than these in the shorter window tell nobody: one of ten is no trend."""


def share(force: str, window: str) -> str:
    """Name the share that was recorded in time over a window."""
    return f"{force}:recording_in_time_per_due:ratio_rate{window}"


def punctual(window: str) -> str:
    """Name the share of alerts that were out in time over a window."""
    return f"monitor:recording_overdue_alerts_within_60s_per_alert:ratio_rate{window}"


def _share(by: str, window: str) -> str:
    in_time, missed = (f"sum by ({by}) (avg_over_time({name}[{window}]))" for name in (IN_TIME, BREACHES))
    return f"{in_time}\n/\n(({in_time} + {missed}) > 0)"


def _punctual(window: str) -> str:
    within, alerts = (f"sum(avg_over_time({name}[{window}]))" for name in (ALERTS_WITHIN, ALERT_RATE))
    return f"{within}\n/\n({alerts} > 0)"


def _burns(ratio: str, short: str, objective: float, factor: float) -> str:
    budget = f"{factor:g} * (1 - {objective:g})"
    return f"(1 - {ratio}) > {budget}\nand\n(1 - {short}) > {budget}"


SHARES: Final = Group(
    "objective-recorded-in-time",
    f"The objective of a force: {RECORDED_IN_TIME:.0%} of what was to be recorded is recorded in time, over 30 days.",
    (
        *(Recorded(share("force", window), _share("force", window)) for window in WINDOWS),
        Recorded(share("force_offence_group", "7d"), _share("force, offence_group", "7d")),
        Recorded(share("force_offence_group", "30d"), _share("force, offence_group", "30d")),
        Alert(
            "RecordingShareFallingFast",
            _burns(share("force", "1d"), share("force", "6h"), RECORDED_IN_TIME, 6)
            + f"\nand\nsum by (force) (increase(recording_breaches_total[6h])) >= {FEW}",
            "warning",
            "{{ $labels.force }} recorded too few crimes in time today",
            "Of what fell due in a day the share not recorded in time is {{ $value | humanizePercentage }}; at this pace "
            "five days use up what may be late in a month",
            "15m",
            team="registrar",
        ),
        Alert(
            "RecordingShareFalling",
            _burns(share("force", "3d"), share("force", "1d"), RECORDED_IN_TIME, 1.5)
            + f"\nand\nsum by (force) (increase(recording_breaches_total[1d])) >= {FEW}",
            "info",
            "{{ $labels.force }} records fewer crimes in time than it means to",
            "Of what fell due in three days the share not recorded in time is {{ $value | humanizePercentage }}; at this "
            "pace the month will miss its objective",
            "3h",
            team="registrar",
        ),
    ),
    interval="5m",
)

_LATE: Final = (
    "sum(increase(recording_alert_delay_seconds_count[{window}]))"
    ' - sum(increase(recording_alert_delay_seconds_bucket{{le="60.0"}}[{window}]))'
)

ALERTS: Final = Group(
    "objective-alerts-in-time",
    f"The objective of this program: {ALERTED_WITHIN:.1%} of overdue alerts are out within 60 s, over 30 days.",
    (
        *(Recorded(punctual(window), _punctual(window)) for window in WINDOWS),
        Alert(
            "AlertsLateNow",
            _burns(punctual("6h"), punctual("1h"), ALERTED_WITHIN, 6) + f"\nand\n{_LATE.format(window='1h')} >= {FEW}",
            "critical",
            "Overdue alerts come late",
            "Of those of the last 6 hours {{ $value | humanizePercentage }} came more than 60 s after they could have: "
            "supervisors see too late what they could still put right",
            "5m",
        ),
        Alert(
            "AlertsLate",
            _burns(punctual("3d"), punctual("6h"), ALERTED_WITHIN, 1) + f"\nand\n{_LATE.format(window='6h')} >= {FEW}",
            "warning",
            "More overdue alerts come late than should",
            "Of those of the last 3 days {{ $value | humanizePercentage }} came more than 60 s after they could have",
            "1h",
        ),
    ),
)
