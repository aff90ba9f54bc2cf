"""The dashboards keep the rules of Grafana's own linter, and ask for nothing that is not there."""

import json
import re
from typing import Any

import pytest
import yaml

from deploy.source import ROOT
from deploy.source.grafana import DASHBOARDS, files
from deploy.source.prometheus import GROUPS
from deploy.source.prometheus.shape import Recorded
from tests.dashboards import ALL, Asked, asked, panels
from tests.unit.deploy.test_prometheus import NAME, TYPES

PANELS = list(panels())
ASKED = list(asked())
UNITS = {"s", "percentunit", "short", "cps", "bytes", "none"}
COUNTERS = {name for name, type_ in TYPES.items() if type_ in ("counter", "histogram")}
KNOWN = {
    *TYPES,
    "up",
    "ALERTS",
    "ALERTS_FOR_STATE",
    *(rule.name for group in GROUPS for rule in group.rules if isinstance(rule, Recorded)),
}
WRITTEN: dict[str, dict[str, Any]] = {name: json.loads(text) for name, text in files().items()}


def place(given: Any) -> str:
    return f"{given.dashboard}: {given.panel}" if isinstance(given, Asked) else f"{given[0]}: {given[1].title}"


@pytest.mark.parametrize("found", PANELS, ids=place)
def test_a_panel_has_a_title_says_what_it_shows_and_has_a_unit_a_source_and_a_question(found: tuple[str, Any]) -> None:
    panel = json.loads(json.dumps(found[1], default=lambda each: each.to_json()))

    assert panel["title"]
    assert panel["description"].endswith(".")
    assert panel["fieldConfig"]["defaults"]["unit"] in UNITS
    assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
    assert panel["targets"]
    assert all(target["datasource"] == panel["datasource"] for target in panel["targets"])


@pytest.mark.parametrize("found", ASKED, ids=place)
def test_what_is_asked_for_is_there_and_counters_only_by_how_fast_they_grow(found: Asked) -> None:
    expression = found.filled()
    names = set(NAME.findall(expression)) | set(re.findall(r"ALERTS\w*", expression))
    grows = set(re.findall(r"(?:rate|increase|changes)\(\s*([a-z_]+)(?:\{[^}]*\})?\[", expression))

    assert names
    assert names <= KNOWN
    assert names & COUNTERS <= grows


@pytest.mark.parametrize("found", ASKED, ids=place)
def test_no_variable_is_left_and_none_that_is_empty_breaks_it(found: Asked) -> None:
    assert "$" not in found.filled()
    assert "$" not in found.filled(dict.fromkeys(ALL, ""))
    assert all(f'=~"${name}"' in found.expression for name in ALL if f"${name}" in found.expression)


@pytest.mark.parametrize("found", ASKED, ids=place)
def test_a_rate_over_a_chosen_time_is_over_grafanas_own_interval(found: Asked) -> None:
    assert "$__interval" not in found.expression
    assert not re.search(r"\b(rate|irate)\([^\[]*\[[0-9]+[sm]\]", found.expression)


@pytest.mark.parametrize("name", WRITTEN)
def test_a_dashboard_is_named_provisioned_and_leads_to_the_others(name: str) -> None:
    written = WRITTEN[name]
    variables = {each["name"]: each for each in written["templating"]["list"]}

    assert name == f"deploy/grafana/dashboards/{written['uid']}.json"
    assert written["editable"] is False
    assert written["timezone"] == "browser"
    assert variables["datasource"]["type"] == "datasource"
    assert variables["desk"]["type"] == "constant"
    assert all(
        each["allValue"] == ".+" and each["refresh"] == 2 for each in variables.values() if each["type"] == "query"
    )
    assert {link["type"] for link in written["links"]} == {"dashboards", "link"}
    assert len({panel["id"] for panel in written["panels"]}) == len(written["panels"])


@pytest.mark.parametrize("name", WRITTEN)
def test_panels_lie_side_by_side_with_no_hole_and_none_over_another(name: str) -> None:
    cells: set[tuple[int, int]] = set()
    for panel in WRITTEN[name]["panels"]:
        at = panel["gridPos"]
        covered = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert max(x for x, _ in covered) < 24
        assert not cells & covered, panel["title"]
        cells |= covered
    assert cells == {(x, y) for x in range(24) for y in range(max(y for _, y in cells) + 1)}


def test_a_row_of_the_forces_leads_to_the_dashboard_that_is_there() -> None:
    uids = {dashboard.uid for dashboard in DASHBOARDS}
    leads = set(re.findall(r"/d/([a-z-]+)\?", json.dumps(list(WRITTEN.values()))))

    assert leads == {"recording-force"}
    assert leads < uids


def test_a_number_is_of_now_and_not_the_last_there_was() -> None:
    numbers = [panel for written in WRITTEN.values() for panel in written["panels"] if panel["type"] == "stat"]

    assert len(numbers) == 18
    assert all(target["instant"] and not target["range"] for panel in numbers for target in panel["targets"])


def test_colours_of_states_have_words() -> None:
    bands = [panel for written in WRITTEN.values() for panel in written["panels"] if panel["type"] == "state-timeline"]

    for panel in bands:
        (mapping,) = panel["fieldConfig"]["defaults"]["mappings"]
        assert all(result["text"] and result["color"] for result in mapping["options"].values())
    assert len(bands) == 3


def test_grafana_is_told_where_prometheus_is_and_how_often_it_asks() -> None:
    source = yaml.safe_load((ROOT / "deploy/grafana/provisioning/datasources/prometheus.yaml").read_text())
    asked_by = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yaml").read_text())

    (prometheus,) = source["datasources"]
    assert (prometheus["uid"], prometheus["isDefault"], prometheus["editable"]) == ("prometheus", True, False)
    assert prometheus["jsonData"]["timeInterval"] == asked_by["global"]["scrape_interval"]


def test_nobody_changes_a_dashboard_in_grafana() -> None:
    told = yaml.safe_load((ROOT / "deploy/grafana/provisioning/dashboards/recording-monitor.yaml").read_text())

    assert [provider["allowUiUpdates"] for provider in told["providers"]] == [False]
