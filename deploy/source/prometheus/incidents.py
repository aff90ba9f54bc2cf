"""What stands undone in the control room, for who answers for the force's recording."""

from typing import Final

from deploy.source.prometheus.shape import Alert, Group

_NOW: Final = 'sum by (force) (recording_incidents{status="overdue"})'
_YESTERDAY: Final = 'sum by (force) (recording_incidents{status="overdue"} offset 1d)'

GROUP: Final = Group(
    "incidents",
    "What stands undone in the control room.",
    (
        Alert(
            "OverdueGrowing",
            f"{_NOW} > 10\nand\n{_NOW} > 1.5 * {_YESTERDAY}",
            "warning",
            "{{ $labels.force }} has {{ $value }} incidents overdue, half as many again as yesterday",
            "More reports pass their deadline than are put right. Either nobody works the list, or crimes are recorded and "
            "their records do not come",
            "2h",
            team="registrar",
        ),
        Alert(
            "OverdueForAWeek",
            "time() - min by (force, area) (recording_oldest_overdue_timestamp_seconds) > 7 * 86400",
            "info",
            "In {{ $labels.area }} of {{ $labels.force }} an incident is overdue for {{ $value | humanizeDuration }}",
            "Somebody has been owed a crime record, and the service that comes with it, for more than a week",
            "1h",
            team="registrar",
        ),
    ),
)
