"""Prometheus' rules: what is recorded, and what is told to whom, one file for each thing that may go wrong."""

from typing import Final

from deploy.source.prometheus import feeds, incidents, objectives, pipeline, recorded, workers
from deploy.source.prometheus.shape import Group, as_yaml

FOLDER: Final = "deploy/prometheus/rules"
GROUPS: Final[tuple[Group, ...]] = (
    recorded.GROUP,
    objectives.SHARES,
    objectives.ALERTS,
    incidents.GROUP,
    feeds.GROUP,
    pipeline.GROUP,
    workers.GROUP,
)


def files() -> dict[str, str]:
    """Return the text of every file, by its path."""
    return {f"{FOLDER}/{group.name}.yaml": as_yaml(group) for group in GROUPS}
