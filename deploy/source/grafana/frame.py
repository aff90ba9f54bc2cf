"""What the dashboards have in common: whom they are about, how one leads to another, what is marked on their time."""

from typing import Final, NamedTuple

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import dashboard

from deploy.source.prometheus.shape import RUNBOOKS

SOURCE: Final = dashboard.DataSourceRef(type_val="prometheus", uid="${datasource}")
DESK: Final = "http://localhost:9465"
"""The supervisors' page, until a force puts its own address in the variable `desk`."""
TAG: Final = "recording-monitor"
Variable = Builder[dashboard.VariableModel]


class Dashboard(NamedTuple):
    """One dashboard: for whom, over which time, how often it looks again."""

    uid: str
    title: str
    says: str
    since: str
    refresh: str
    variables: tuple[Variable, ...]
    rows: tuple[tuple[str, tuple[Builder[dashboard.Panel], ...]], ...]

    def build(self) -> dashboard.Dashboard:
        """Return it as Grafana reads it; nobody edits it in Grafana, for what is provisioned is the truth."""
        made = (
            build.Dashboard(self.title)
            .uid(self.uid)
            .description(self.says)
            .tags([TAG])
            .readonly()
            .timezone("browser")
            .time(self.since, "now")
            .refresh(self.refresh)
            .tooltip(dashboard.DashboardCursorSync.CROSSHAIR)
            .variables([_source(), *self.variables, _desk()])
            .links(_links())
        )
        for mark in _marks():
            made = made.annotation(mark)
        for title, panels in self.rows:
            made = made.with_row(build.Row(title))
            for panel in panels:
                made = made.with_panel(panel)
        whole = made.build()
        for number, each in enumerate(whole.panels or (), start=1):
            each.id_val = number
        _fill_lines(whole)
        return whole


def values(name: str, label: str, asks: str) -> Variable:
    """Return a variable with the values that a label has in a metric: several may be chosen, and at first all are."""
    return (
        build.QueryVariable(name)
        .label(label)
        .query(f"label_values({asks}, {name})")
        .datasource(SOURCE)
        .refresh(dashboard.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(dashboard.VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .all_value(".+")
        .current(dashboard.VariableOption(selected=True, text=["All"], value=["$__all"]))
    )


FORCE: Final = values("force", "Force", "recording_incidents")
AREA: Final = values("area", "Area", 'recording_alerts_open{force=~"$force"}')
GROUP: Final = values("offence_group", "Offence group", 'recording_breaches_total{force=~"$force"}')


def _fill_lines(whole: dashboard.Dashboard) -> None:
    """Make panels that lie side by side as high as the highest of them, for a hole looks like something that is missing."""
    places = [panel.grid_pos for panel in whole.panels or () if panel.grid_pos is not None]
    for place in places:
        place.h = max(beside.h for beside in places if beside.y == place.y)


def _source() -> Variable:
    return build.DatasourceVariable("datasource").label("Prometheus").type("prometheus")


def _desk() -> Variable:
    return build.ConstantVariable("desk").value(DESK)


def _links() -> list[Builder[dashboard.DashboardLink]]:
    others = (
        build.DashboardLink("Recording monitor")
        .type(dashboard.DashboardLinkType.DASHBOARDS)
        .tags([TAG])
        .include_vars(True)
        .keep_time(False)
    )
    desk, runbooks = (
        build.DashboardLink(title).type(dashboard.DashboardLinkType.LINK).url(url).target_blank(True)
        for title, url in (("Supervisors' page", "${desk}"), ("Runbooks", RUNBOOKS))
    )
    return [others, desk, runbooks]


def _marks() -> list[Builder[dashboard.AnnotationQuery]]:
    books = "count by (rulebook_hash) (recording_build_info{})"
    asked = {
        "Rulebook changed": (f"{books.format('')} unless {books.format(' offset 10m')}", "blue"),
        "Feed silent": ("max by (force, feed) (recording_feed_stale) == 1", "orange"),
        "Worker started": ('changes(process_start_time_seconds{job="recording-monitor"}[2m]) > 0', "purple"),
    }
    return [
        build.AnnotationQuery().name(name).datasource(SOURCE).enable(True).icon_color(color).expr(expression)
        for name, (expression, color) in asked.items()
    ]
