"""For who leads a control room: what is open now, where, and for how long still."""

from typing import Final

from deploy.source.grafana.frame import AREA, FORCE, Dashboard
from deploy.source.grafana.panels import NUMBER, SECONDS, Ask, bars, columns, lines, matrix, number, states
from deploy.source.prometheus.recorded import OVERDUE
from streams.outward.gauges import WITHIN

_FORCE: Final = 'force=~"$force"'
_AREA: Final = f'{_FORCE}, area=~"$area"'
_OLDEST: Final = f"recording_oldest_overdue_timestamp_seconds{{{_AREA}}}"
_NEXT: Final = f"min by (force, area) (recording_next_deadline_timestamp_seconds{{{_AREA}}} > 0) - time()"
_SPEAKS: Final = {0: ("speaks", "green"), 1: ("silent or behind", "orange")}


def _ahead(within: str) -> str:
    return f'sum by (force, area) (recording_deadlines_ahead{{{_AREA}, within="{within}"}})'


def _waiting(status: str) -> str:
    return f'sum({OVERDUE}{{{_FORCE}, status="{status}"}})'


DASHBOARD: Final = Dashboard(
    "recording-supervisors",
    "Recording: supervisors",
    "What is to be recorded and is not yet: how much, where, and how late. Each one stands on the supervisors' page.",
    "now-24h",
    "30s",
    (FORCE, AREA),
    (
        (
            "Now",
            (
                number(
                    "Overdue",
                    "Reports whose deadline passed with no crime recorded.",
                    NUMBER,
                    _waiting("overdue"),
                    zero="none",
                ),
                number(
                    "Due soon", "Reports whose deadline is near, with no crime recorded.", NUMBER, _waiting("due_soon")
                ),
                number("Waiting", "Reports that should become crimes, with time left.", NUMBER, _waiting("monitoring")),
                number(
                    "Critical alerts",
                    "Open alerts about rape, domestic abuse, or a victim at risk; taken or not.",
                    NUMBER,
                    f'sum(recording_alerts_open{{{_AREA}, severity="critical"}})',
                    zero="none",
                ),
                number(
                    "Closed without a crime",
                    "Logs that were closed while a crime is expected: they can be put right before their deadline.",
                    NUMBER,
                    f'sum(recording_alerts_open{{{_AREA}, kind="closed_without_crime"}})',
                    zero="none",
                ),
                number(
                    "Oldest overdue",
                    "For how long the report has been overdue that has been so for longest.",
                    SECONDS,
                    f"time() - min({_OLDEST} > 0) or 0 * max({_OLDEST})",
                    zero="nothing overdue",
                    decimals=1,
                ),
            ),
        ),
        (
            "Time left",
            (
                columns(
                    "Deadlines ahead, by area",
                    "How long it is to the next deadline, and how many come within which time; each can still be met.",
                    {
                        "next one in": Ask(f"clamp_min({_NEXT}, 0)"),
                        **{f"within {within}": Ask(_ahead(within)) for within in WITHIN},
                    },
                    {"next one in": SECONDS},
                    span=16,
                ),
                bars(
                    "The next 24 hours",
                    "Reports that are to be recorded, by how soon; each time that is longer holds those that are shorter.",
                    NUMBER,
                    Ask(f"sort(sum by (within) (recording_deadlines_ahead{{{_AREA}}}))", "within {{within}}"),
                    span=8,
                ),
            ),
        ),
        (
            "Where",
            (
                matrix(
                    "Open by area and kind",
                    "Alerts that stand, whether somebody has taken them or not.",
                    Ask(f"sum by (area, kind) (recording_alerts_open{{{_AREA}}}) > 0"),
                    row="area",
                    column="kind",
                ),
                bars(
                    "Oldest overdue by area",
                    "For how long the oldest overdue report of each area has been overdue.",
                    SECONDS,
                    Ask(f"time() - min by (force, area) ({_OLDEST} > 0)", "{{force}} {{area}}"),
                ),
            ),
        ),
        (
            "Through the day",
            (
                lines(
                    "Waiting, due soon, overdue",
                    "Reports for which a crime is still to be recorded.",
                    NUMBER,
                    Ask(f"sum by (status) ({OVERDUE}{{{_FORCE}}})", "{{status}}"),
                ),
                lines(
                    "Deadlines of the last hour",
                    "Of the reports whose deadline was due: crimes recorded in time, and deadlines that passed without.",
                    NUMBER,
                    Ask(
                        f'sum(increase(recording_outcomes_total{{{_FORCE}, status="recorded_in_time"}}[1h]))', "in time"
                    ),
                    Ask(f"sum(increase(recording_breaches_total{{{_FORCE}}}[1h]))", "missed"),
                ),
                lines(
                    "Alerts raised in an hour",
                    "By kind; raised again counts again.",
                    NUMBER,
                    Ask(f"sum by (kind) (increase(recording_alerts_raised_total{{{_FORCE}}}[1h]))", "{{kind}}"),
                ),
                states(
                    "Feeds",
                    "While the crime feed is silent, what is overdue is held or marked: a crime may be recorded already.",
                    Ask(f"max by (force, feed) (recording_feed_stale{{{_FORCE}}})", "{{force}} {{feed}}"),
                    _SPEAKS,
                ),
            ),
        ),
    ),
)
