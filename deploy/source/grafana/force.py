"""For the registrar and the board: what share a force records in time, of what, how late, and why not."""

from typing import Final

from deploy.source.grafana.frame import FORCE, GROUP, Dashboard
from deploy.source.grafana.panels import NUMBER, SECONDS, SHARE, Ask, bars, lines, number, spread
from deploy.source.prometheus.objectives import RECORDED_IN_TIME, share
from deploy.source.prometheus.recorded import OVERDUE

_FORCE: Final = 'force=~"$force"'
_GROUP: Final = f'{_FORCE}, offence_group=~"$offence_group"'
_FOUND: Final = 'kind!~"due_soon|monitor"'
_RAPE: Final = 'rule=~"M05|M06|M08"'
"""The rules about N100: a rape report has its crime or its N100 at once, and becomes a crime once it is confirmed."""
_CANCELLED: Final = 'kind="improper_cancellation"'
_ENDED: Final = f'increase(recording_alerts_resolved_total{{{_FORCE}, kind="overdue"}}[$__range])'
_REACHED: Final = f"increase(recording_outcomes_total{{{_GROUP}}}[$__range])"
_UNFIT: Final = 'kind=~"classification|review_overdue|data_quality"'


def _in_time(window: str) -> str:
    return f'increase(recording_outcomes_total{{{_GROUP}, status="recorded_in_time"}}[{window}])'


def _missed(window: str) -> str:
    return f"increase(recording_breaches_total{{{_GROUP}}}[{window}])"


def _share(window: str, by: str = "") -> str:
    in_time, missed = (f"sum{by}({each})" for each in (_in_time(window), _missed(window)))
    return f"{in_time} / ({in_time} + {missed} > 0)"


def _late(quantile: float) -> str:
    counted = f"sum by (le) (increase(recording_delay_seconds_bucket{{{_GROUP}}}[$__range]))"
    return f"histogram_quantile({quantile:g}, {counted})"


def _raised(of: str) -> str:
    return f"increase(recording_alerts_raised_total{{{_FORCE}, {of}}}[$__range])"


DASHBOARD: Final = Dashboard(
    "recording-force",
    "Recording: a force",
    "The share of crimes recorded within their limit, by offence group and week, how late the others were, and what was found.",
    "now-30d",
    "5m",
    (FORCE, GROUP),
    (
        (
            "The objective",
            (
                number(
                    "Recorded in time",
                    "Of the crimes that were due in the time shown, the share that was recorded by then.",
                    SHARE,
                    _share("$__range"),
                    decimals=1,
                ),
                number(
                    "Over 30 days",
                    f"The same over the last 30 days; the objective is {RECORDED_IN_TIME:.0%}.",
                    SHARE,
                    f"avg({share('force', '30d')}{{{_FORCE}}})",
                    decimals=1,
                ),
                number(
                    "May still be late",
                    "How much of what the objective allows to be late in 30 days is left; below 0 it is missed.",
                    SHARE,
                    f"avg(1 - (1 - {share('force', '30d')}{{{_FORCE}}}) / (1 - {RECORDED_IN_TIME:g}))",
                    decimals=0,
                ),
                number(
                    "Deadlines missed",
                    "Reports whose deadline passed with no crime, in the time shown.",
                    NUMBER,
                    f"sum({_missed('$__range')})",
                ),
                number(
                    "Overdue now",
                    "Of them, those for which there is still none.",
                    NUMBER,
                    f'sum({OVERDUE}{{{_FORCE}, status="overdue"}})',
                ),
                number(
                    "Half are recorded within",
                    "From the report, or what first disclosed the crime, to its record.",
                    SECONDS,
                    _late(0.5),
                    decimals=1,
                ),
            ),
        ),
        (
            "In time",
            (
                lines(
                    "Share in time by week and offence group",
                    "Each point is about the seven days before it.",
                    SHARE,
                    Ask(_share("1w", " by (offence_group) "), "{{offence_group}}"),
                    span=16,
                    most=1,
                    step="6h",
                ),
                bars(
                    "Share in time by offence group, 30 days",
                    "Groups in which nothing was due are not shown.",
                    SHARE,
                    Ask(f"{share('force_offence_group', '30d')}{{{_GROUP}}}", "{{force}} {{offence_group}}"),
                    span=8,
                ),
                spread(
                    "How late crimes are recorded",
                    "How many were recorded after how long; the limit is 24 hours.",
                    f"sum by (le) (increase(recording_delay_seconds_bucket{{{_GROUP}}}[$__rate_interval]))",
                ),
            ),
        ),
        (
            "What was found",
            (
                bars(
                    "Where it went wrong, by rule",
                    "Alerts raised in the time shown, but for warnings ahead of a deadline; rule numbers as in the rulebook.",
                    NUMBER,
                    Ask(f"sort_desc(sum by (kind, rule) ({_raised(_FOUND)}) > 0)", "{{kind}} {{rule}}"),
                    height=12,
                ),
                bars(
                    "What became of overdue alerts",
                    "Why they ended, in the time shown.",
                    NUMBER,
                    Ask(f"sort_desc(sum by (resolution) ({_ENDED}) > 0)", "{{resolution}}"),
                ),
                bars(
                    "What became of incidents",
                    "Final statuses reached in the time shown; an incident may reach several.",
                    NUMBER,
                    Ask(f"sort_desc(sum by (status) ({_REACHED}))", "{{status}}"),
                    span=8,
                ),
                bars(
                    "Rape and N100",
                    "Rapes with neither a crime nor an N100, confirmed ones that are none yet, transfers (M05, M06, M08).",
                    NUMBER,
                    Ask(f"sum by (kind, rule) ({_raised(f'{_RAPE}, {_FOUND}')})", "{{kind}} {{rule}}"),
                    span=8,
                ),
                bars(
                    "Cancellations",
                    "Crimes that were cancelled without what the reason requires, by rule.",
                    NUMBER,
                    Ask(f"sum by (rule) ({_raised(_CANCELLED)})", "{{rule}}"),
                    span=8,
                ),
                lines(
                    "Owed to victims",
                    "Duties of the Victims' Code and equality data that are overdue now, and how many became so in a day.",
                    NUMBER,
                    Ask(f'sum(recording_alerts_open{{{_FORCE}, kind="victim_service"}})', "open"),
                    Ask(
                        f'sum(increase(recording_alerts_raised_total{{{_FORCE}, kind="victim_service"}}[1d]))',
                        "raised in a day",
                    ),
                ),
                lines(
                    "Classification and data to check",
                    "Records under a class that does not fit, reviews that are overdue, times that cannot be right: open now.",
                    NUMBER,
                    Ask(
                        f"sum by (kind) (recording_alerts_open{{{_FORCE}, {_UNFIT}}})",
                        "{{kind}}",
                    ),
                ),
            ),
        ),
    ),
)
