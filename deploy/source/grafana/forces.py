"""Forces side by side, one row each: for who answers for several of them."""

from typing import Final

from deploy.source.grafana.frame import FORCE, Dashboard
from deploy.source.grafana.panels import NUMBER, SECONDS, SHARE, Ask, bars, columns, lines
from deploy.source.prometheus.objectives import share
from deploy.source.prometheus.recorded import OVERDUE

_FORCE: Final = 'force=~"$force"'
_ONE: Final = "/d/recording-force?var-force=${__value.text:percentencode}"

DASHBOARD: Final = Dashboard(
    "recording-forces",
    "Recording: forces",
    "Forces side by side: the share recorded in time, what is overdue, and whether their feeds speak.",
    "now-7d",
    "5m",
    (FORCE,),
    (
        (
            "Now",
            (
                columns(
                    "Forces",
                    "One row a force; its name leads to its own dashboard.",
                    {
                        "in time, 30 days": Ask(f"{share('force', '30d')}{{{_FORCE}}}"),
                        "overdue": Ask(f'sum by (force) ({OVERDUE}{{{_FORCE}, status="overdue"}})'),
                        "due soon": Ask(f'sum by (force) ({OVERDUE}{{{_FORCE}, status="due_soon"}})'),
                        "oldest overdue": Ask(
                            f"time() - min by (force) (recording_oldest_overdue_timestamp_seconds{{{_FORCE}}} > 0)"
                        ),
                        "critical alerts": Ask(
                            f'sum by (force) (recording_alerts_open{{{_FORCE}, severity="critical"}})'
                        ),
                        "feeds silent": Ask(
                            f"sum by (force) (max by (force, feed) (recording_feed_stale{{{_FORCE}}}))"
                        ),
                    },
                    {"in time, 30 days": SHARE, "oldest overdue": SECONDS},
                    links={"force": ("Its own dashboard", _ONE)},
                    height=12,
                ),
            ),
        ),
        (
            "Over time",
            (
                lines(
                    "Share in time, by day",
                    "Of what was due in the 24 hours before each point.",
                    SHARE,
                    Ask(f"{share('force', '1d')}{{{_FORCE}}}", "{{force}}"),
                    most=1,
                ),
                lines(
                    "Overdue",
                    "Reports whose deadline passed with no crime recorded.",
                    NUMBER,
                    Ask(f'sum by (force) ({OVERDUE}{{{_FORCE}, status="overdue"}})', "{{force}}"),
                ),
                bars(
                    "Deadlines missed, in the time shown",
                    "A larger force has more of them: the share is what compares.",
                    NUMBER,
                    Ask(f"sum by (force) (increase(recording_breaches_total{{{_FORCE}}}[$__range]))", "{{force}}"),
                ),
                bars(
                    "Rules that cannot be judged",
                    "For want of what the force's feeds do not give, or no feed does.",
                    NUMBER,
                    Ask(
                        f"count by (force) (max by (force, rule) (recording_rule_checkable{{{_FORCE}}}) == 0)",
                        "{{force}}",
                    ),
                ),
            ),
        ),
    ),
)
