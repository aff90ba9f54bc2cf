"""What comes in: whether the feeds speak, whether their clocks are right, whether what they send can be used."""

from typing import Final

from deploy.source.prometheus.shape import Alert, Group

_CRIMES: Final = "While it is the crime feed, overdue alerts are held or marked, and page nobody"

GROUP: Final = Group(
    "feeds",
    "What comes in: whether feeds speak, and whether what they send can be used.",
    (
        Alert(
            "FeedStale",
            "max by (force, feed) (recording_feed_stale) == 1",
            "warning",
            "The feed {{ $labels.feed }} of {{ $labels.force }} is silent, or behind",
            f"Longer than the force says it ever is. {_CRIMES}. The worker tells of it too, with more words; this one is heard "
            "where that one does not come",
            "15m",
            labels={"about": "feed"},
        ),
        Alert(
            "FeedClockAhead",
            "max by (force, feed) (recording_feed_clock_skew_seconds) > 300",
            "warning",
            "The clock of the feed {{ $labels.feed }} of {{ $labels.force }} is {{ $value | humanizeDuration }} ahead",
            "Times that are stated too late make deadlines pass too late: what is owed is told of later than it should be",
            "15m",
        ),
        Alert(
            "DeadLetters",
            'sum by (topic) (increase(recording_events_total{result="dead_letter"}[1h])) > 0',
            "warning",
            "{{ $value | humanize }} events on {{ $labels.topic }} could not be used in the last hour",
            "Each may be a report or a crime that nobody will be told of. They are kept for seven days in dead-letters, each "
            "with the reason",
        ),
        Alert(
            "DeadLettersMany",
            'sum by (topic) (increase(recording_events_total{result="dead_letter"}[15m]))\n'
            "> 0.05 * (sum by (topic) (increase(recording_events_total[15m])) > 100)",
            "critical",
            "More than one in twenty events on {{ $labels.topic }} cannot be used",
            "A feed has changed what it sends, or its mapping: what is refused now is missing from every figure",
            "10m",
        ),
    ),
)
