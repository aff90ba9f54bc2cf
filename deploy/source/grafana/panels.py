"""The few kinds of panel that there are; each has a title, a sentence on what it shows, and a unit.

Nothing is told by colour alone: where colours are, words or numbers are too.
"""

from collections.abc import Mapping
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


def number(
    title: str, says: str, unit: str, expression: str, *, zero: str | None = None, empty: str = "-", decimals: int = 0
) -> stat.Panel:
    """Return one number as it is now, and not as it was when there was last one.

    Where `zero` is a word for none, any more than that stands out; `empty` stands where nothing is found.
    """
    panel = (
        stat.Panel()
        .title(title)
        .description(says)
        .unit(unit)
        .decimals(decimals)
        .datasource(SOURCE)
        .no_value(empty)
        .graph_mode(shape.BigValueGraphMode.NONE)
        .color_mode(shape.BigValueColorMode.NONE)
        .reduce_options(_newest())
        .with_target(_target(Ask(expression), "A", now=True))
        .height(5)
        .span(4)
    )
    if zero is None:
        return panel
    more = build.ThresholdsConfig().mode(dashboard.ThresholdsMode.ABSOLUTE).steps([dashboard.Threshold(color="orange")])
    return panel.mappings(_words({0: (zero, "green")})).thresholds(more).color_mode(shape.BigValueColorMode.VALUE)


def lines(
    title: str,
    says: str,
    unit: str,
    *asked: Ask,
    span: int = 12,
    least: float | None = 0,
    most: float | None = None,
    step: str | None = None,
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
        .datasource(SOURCE)
        .legend(legend.show_legend(True).calcs(["lastNotNull", "max"]))
        .tooltip(common.VizTooltipOptions().mode(shape.TooltipDisplayMode.MULTI))
        .fill_opacity(5)
        .height(8)
        .span(span)
    )
    if unit == NUMBER:
        panel = panel.decimals(0)  # what is counted over a time is reckoned out to its ends, and is seldom whole
    if least is not None:
        panel = panel.min(least)
    if most is not None:
        panel = panel.max(most)
    if step is not None:
        panel = panel.interval(step)
    for at, ask in enumerate(asked):
        panel = panel.with_target(_target(ask, chr(ord("A") + at)))
    return panel


def bars(title: str, says: str, unit: str, ask: Ask, *, span: int = 12, height: int = 8) -> bargauge.Panel:
    """Return a bar for each of what is found now, with its number."""
    panel = (
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
        .height(height)
        .span(span)
    )
    return panel.decimals(0) if unit == NUMBER else panel


def matrix(title: str, says: str, ask: Ask, *, row: str, column: str, span: int = 12) -> table.Panel:
    """Return a table of numbers by two labels."""
    turned = {"rowField": row, "columnField": column, "valueField": "Value"}
    return (
        _table(title, says, span)
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
    height: int = 8,
) -> table.Panel:
    """Return a table with a column for each expression, a row for each of what they are about.

    `links` leads from a column, by the title of the link, to an address.
    """
    panel = _table(title, says, span).height(height)
    names = {}
    for at, (name, ask) in enumerate(asked.items()):
        panel = panel.with_target(_target(ask, chr(ord("A") + at), as_table=True))
        names[f"Value #{chr(ord('A') + at)}" if len(asked) > 1 else "Value"] = name
    for name, unit in units.items():
        panel = panel.override_by_name(name, [dashboard.DynamicConfigValue("unit", unit)])
    for name, (says_link, url) in (links or {}).items():
        link = [{"title": says_link, "url": url}]
        panel = panel.override_by_name(name, [dashboard.DynamicConfigValue("links", link)])
    shown = {"excludeByName": dict.fromkeys(("Time", "__name__"), True), "renameByName": names}
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
    return (
        statetimeline.Panel()
        .title(title)
        .description(says)
        .unit("none")
        .datasource(SOURCE)
        .mappings(_words(words))
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


def _table(title: str, says: str, span: int) -> table.Panel:
    panel = table.Panel().title(title).description(says).unit(NUMBER).datasource(SOURCE)
    return panel.no_value("none").show_header(True).height(8).span(span)


def _words(words: Mapping[int, tuple[str, str]]) -> list[dashboard.ValueMapping]:
    meanings = {
        str(value): dashboard.ValueMappingResult(text=word, color=color, index=value)
        for value, (word, color) in words.items()
    }
    return [dashboard.ValueMap(options=meanings)]


def _transformation(name: str, options: dict[str, Any]) -> dashboard.DataTransformerConfig:
    return dashboard.DataTransformerConfig(id_val=name, options=options)
