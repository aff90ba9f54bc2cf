"""Grafana's dashboards: four, one for each person who looks, as the JSON that Grafana reads."""

import json
from typing import Final

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from deploy.source.grafana import force, forces, operations, supervisors

FOLDER: Final = "deploy/grafana/dashboards"
DASHBOARDS: Final = (supervisors.DASHBOARD, force.DASHBOARD, operations.DASHBOARD, forces.DASHBOARD)


def files() -> dict[str, str]:
    """Return the text of every file, by its path."""
    built = [dashboard.build() for dashboard in DASHBOARDS]
    return {
        f"{FOLDER}/{each.uid}.json": json.dumps(each, cls=JSONEncoder, sort_keys=True, indent=1, ensure_ascii=False)
        + "\n"
        for each in built
    }
