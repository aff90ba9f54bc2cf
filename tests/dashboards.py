"""What the dashboards ask of Prometheus, with their variables filled in as Grafana fills them in."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from deploy.source.grafana import DASHBOARDS

ALL: Mapping[str, str] = {"force": ".+", "area": ".+", "offence_group": ".+"}
"""What Grafana puts for a variable of which all values are chosen."""
GRAFANA: Mapping[str, str] = {"__rate_interval": "1m", "__range": "7d", "__interval": "5m"}


class Asked(NamedTuple):
    """One expression, and where it stands; a mark on the time of a dashboard has no panel."""

    dashboard: str
    panel: str
    expression: str
    is_mark: bool = False

    def filled(self, variables: Mapping[str, str] = ALL, grafana: Mapping[str, str] = GRAFANA) -> str:
        """Return it as it is sent to Prometheus."""
        known = {**variables, **grafana}
        return re.sub(r"\$\{?(\w+)\}?", lambda found: known[found[1]], self.expression)


def panels() -> Iterator[tuple[str, Any]]:
    """Yield each panel, with the name of its dashboard."""
    for dashboard in DASHBOARDS:
        built = dashboard.build()
        for panel in built.panels or ():
            if panel.to_json()["type"] != "row":
                yield str(built.uid), panel


def asked() -> Iterator[Asked]:
    """Yield all that the panels and the marks on their time ask."""
    for name, panel in panels():
        for target in panel.targets or ():
            yield Asked(name, panel.title, target.expr)
    for dashboard in DASHBOARDS:
        built = dashboard.build()
        assert built.annotations is not None
        for mark in built.annotations.list_val or ():
            yield Asked(str(built.uid), mark.name, str(mark.expr), is_mark=True)
