"""The few kinds of panel that there are; each has a title, a sentence on what it shows, and a unit.

Nothing is told by colour alone: where colours are, words or numbers are too.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from grafana_foundation_sdk.builders import (
    bargauge,
    common,
    heatmap,
    prometheus,
    stat,
    statetimeline,
    table,
    timeseries,
)
from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.models import common as shape
from grafana_foundation_sdk.models import dashboard
from grafana_foundation_sdk.models import heatmap as heat
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from deploy.source.grafana.frame import SOURCE

SECONDS: Final = "s"
SHARE: Final = "percentunit"
NUMBER: Final = "short"
A_SECOND: Final = "cps"
BYTES: Final = "bytes"


def _newest() -> common.ReduceDataOptions:
    return common.ReduceDataOptions().calcs(["lastNotNull"])


class Ask(NamedTuple):
    """One expression, and how its lines are named: by a template, or by nothing where it has one."""

    expression: str
    named: str = "__auto"


def number(title: str, says: str, unit: str, expression: str, *, good: str = "-", decimals: int = 0) -> stat.Panel:
    """Return one number; `good` is what stands there where nothing is found. What is about the whole time has no course."""
    return (
        stat.Panel()
        .title(title)
        .description(says)
        .unit(unit)
        .decimals(decimals)
        .datasource(SOURCE)
        .no_value(good)
        .graph_mode(shape.BigValueGraphMode.AREA)
        .color_mode(shape.BigValueColorMode.NONE)
        .reduce_options(_newest())
        .with_target(_target(Ask(expression), "A", now="$__range" in expression))
        .height(5)
        .span(4)
    )


def lines(
    title: str, says: str, unit: str, *asked: Ask, span: int = 12, most: float | None = None, step: str | None = None
) -> timeseries.Panel:
    """Return lines over time, with a table of their newest and greatest values; `step` is the least time between points."""
    legend = (
        common.VizLegendOptions().display_mode(shape.LegendDisplayMode.TABLE).placement(shape.LegendPlacement.BOTTOM)
    )
    panel = (
        timeseries.Panel()
        .title(title)
        .description(says)
        .unit(unit)
        .min(0)
        .datasource(SOURCE)
        .legend(legend.show_legend(True).calcs(["lastNotNull", "max"]))
        .tooltip(common.VizTooltipOptions().mode(shape.TooltipDisplayMode.MULTI))
        .fill_opacity(5)
        .height(8)
        .span(span)
    )
    if most is not None:
        panel = panel.max(most)
    if step is not None:
        panel = panel.interval(step)
    for at, ask in enumerate(asked):
        panel = panel.with_target(_target(ask, chr(ord("A") + at)))
    return panel


def bars(title: str, says: str, unit: str, ask: Ask, *, span: int = 12) -> bargauge.Panel:
    """Return a bar for each of what is found now, with its number."""
    return (
        bargauge.Panel()
        .title(title)
        .description(says)
        .unit(unit)
        .min(0)
        .datasource(SOURCE)
        .no_value("none")
        .reduce_options(_newest())
        .display_mode(shape.BarGaugeDisplayMode.BASIC)
        .orientation(shape.VizOrientation.HORIZONTAL)
        .color_scheme(build.FieldColor().mode(dashboard.FieldColorModeId.FIXED).fixed_color("blue"))
        .with_target(_target(ask, "A", now=True))
        .height(8)
        .span(span)
    )


def matrix(title: str, says: str, ask: Ask, *, row: str, column: str, span: int = 12) -> table.Panel:
    """Return a table of numbers by two labels."""
    turned = {"rowField": row, "columnField": column, "valueField": "Value"}
    return (
        _table(title, says, NUMBER, span)
        .with_target(_target(ask, "A", as_table=True))
        .transformations([_transformation("groupingToMatrix", turned)])
    )


def columns(
    title: str,
    says: str,
    asked: Mapping[str, Ask],
    units: Mapping[str, str],
    *,
    links: Mapping[str, tuple[str, str]] | None = None,
    span: int = 24,
    hidden: Sequence[str] = (),
) -> table.Panel:
    """Return a table with a column for each expression, a row for each of what they are about.

    `links` leads from a column, by the title of the link, to an address; `hidden` are labels that are not shown.
    """
    panel = _table(title, says, NUMBER, span).height(12)
    names = {}
    for at, (name, ask) in enumerate(asked.items()):
        panel = panel.with_target(_target(ask, chr(ord("A") + at), as_table=True))
        names[f"Value #{chr(ord('A') + at)}" if len(asked) > 1 else "Value"] = name
    for name, unit in units.items():
        panel = panel.override_by_name(name, [dashboard.DynamicConfigValue("unit", unit)])
    for name, (says_link, url) in (links or {}).items():
        link = [{"title": says_link, "url": url}]
        panel = panel.override_by_name(name, [dashboard.DynamicConfigValue("links", link)])
    shown = {"excludeByName": dict.fromkeys(("Time", "__name__", *hidden), True), "renameByName": names}
    return panel.transformations([_transformation("merge", {}), _transformation("organize", shown)])


def spread(title: str, says: str, expression: str, *, span: int = 24) -> heatmap.Panel:
    """Return how the buckets of a histogram of seconds fill over time."""
    return (
        heatmap.Panel()
        .title(title)
        .description(says)
        .unit(SECONDS)
        .datasource(SOURCE)
        .y_axis(heatmap.YAxisConfig().unit(SECONDS))
        .color(heatmap.HeatmapColorOptions().mode(heat.HeatmapColorMode.SCHEME).scheme("Blues").steps(32))
        .with_target(_target(Ask(expression, "{{le}}"), "A").format(PromQueryFormat.HEATMAP))
        .height(9)
        .span(span)
    )


def states(
    title: str, says: str, ask: Ask, words: Mapping[int, tuple[str, str]], *, span: int = 12
) -> statetimeline.Panel:
    """Return bands over time in which a word stands for each value: `words` has it, and its colour, by the value."""
    meanings = {
        str(value): dashboard.ValueMappingResult(text=word, color=color, index=value)
        for value, (word, color) in words.items()
    }
    return (
        statetimeline.Panel()
        .title(title)
        .description(says)
        .unit("none")
        .datasource(SOURCE)
        .mappings([dashboard.ValueMap(options=meanings)])
        .show_value(shape.VisibilityMode.ALWAYS)
        .with_target(_target(ask, "A"))
        .height(8)
        .span(span)
    )


def _target(ask: Ask, ref: str, *, now: bool = False, as_table: bool = False) -> prometheus.Dataquery:
    target = prometheus.Dataquery().expr(ask.expression).legend_format(ask.named).ref_id(ref).datasource(SOURCE)
    if as_table:
        return target.format(PromQueryFormat.TABLE).instant()
    return target.instant() if now else target.range()


def _table(title: str, says: str, unit: str, span: int) -> table.Panel:
    panel = table.Panel().title(title).description(says).unit(unit).datasource(SOURCE)
    return panel.no_value("none").height(8).span(span)


def _transformation(name: str, options: dict[str, Any]) -> dashboard.DataTransformerConfig:
    return dashboard.DataTransformerConfig(id_val=name, options=options)
