"""The workers themselves: whether they are there, ready, of one law, and within their memory."""

from typing import Final

from deploy.source.prometheus.shape import JOB, Alert, Group

MEMORY_GIB: Final = 2
"""How much memory a worker is given where it runs in a container (docker-compose.yml, Kubernetes)."""

GROUP: Final = Group(
    "workers",
    "The workers themselves: whether they are there, ready, of one law, and within their memory.",
    (
        Alert(
            "Watchdog",
            "vector(1)",
            "none",
            "All is well with Prometheus and its way to Alertmanager",
            "This one always stands. Have it sent to something outside that calls somebody when it stops coming",
            team="nobody",
        ),
        Alert(
            "AllWorkersGone",
            f"absent(up{{{JOB}}} == 1)",
            "critical",
            "No worker answers",
            "Nothing is read, judged or told: from now on every report that is not recorded goes unseen",
            "2m",
        ),
        Alert(
            "WorkerGone",
            f"up{{{JOB}}} == 0",
            "warning",
            "The worker {{ $labels.instance }} does not answer",
            "Others take over its partitions; if it does not come back there is less room for the next one that goes",
            "5m",
        ),
        Alert(
            "WorkerNotReady",
            "recording_ready == 0",
            "warning",
            "The worker {{ $labels.instance }} has not been ready for a quarter of an hour",
            "Its /ready says why: rows are still being restored, partitions move, or a feed is not read",
            "15m",
        ),
        Alert(
            "RecoveryStuck",
            "recording_recovery_remaining_messages > 0\n"
            "and\nrecording_recovery_remaining_messages >= recording_recovery_remaining_messages offset 5m",
            "critical",
            "The worker {{ $labels.instance }} does not get its rows back",
            "{{ $value | humanize }} records remain, no fewer than five minutes ago; nothing of its partitions is judged",
            "5m",
        ),
        Alert(
            "WorkerRestarts",
            f"changes(process_start_time_seconds{{{JOB}}}[1h]) > 3",
            "warning",
            "The worker {{ $labels.instance }} was started {{ $value }} times in an hour",
            "Something ends it again and again; each time its partitions stand still until they are taken over",
        ),
        Alert(
            "WorkerMemory",
            f"process_resident_memory_bytes{{{JOB}}} > {0.9 * MEMORY_GIB:g} * 1024 ^ 3",
            "warning",
            "The worker {{ $labels.instance }} uses {{ $value | humanize1024 }}B of memory",
            f"Of {MEMORY_GIB} GiB that it is given: beyond that it is ended, and its partitions stand still meanwhile",
            "15m",
        ),
        Alert(
            "RulebooksDiffer",
            "count(count by (rulebook_hash) (recording_build_info)) > 1",
            "warning",
            "Workers judge by {{ $value }} different rulebooks",
            "What is said of an incident depends on the worker that owns it. While a book is rolled out that is for minutes",
            "30m",
        ),
    ),
)
