"""The configuration of Alertmanager that ships: it names what there is, says who is told, and holds no secret."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.outward.notices import DUTY_INSPECTOR

DEPLOYED = Path(__file__).parents[2] / "deploy" / "alertmanager"
README = (DEPLOYED / "README.md").read_text("utf-8")
CONFIGURATION = (DEPLOYED / "alertmanager.yaml").read_text("utf-8")
USED = re.compile(r'template "([^"]+)"')
DEFINED = re.compile(r'define "([^"]+)"')


@cache
def templates() -> dict[str, str]:
    return {file.name: file.read_text("utf-8") for file in sorted((DEPLOYED / "templates").glob("*.tmpl"))}


def blocks() -> list[Any]:
    """The parts of the configuration that the README gives."""
    return [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)]


def test_every_template_that_is_named_is_defined_once() -> None:
    defined = [name for text in templates().values() for name in DEFINED.findall(text)]
    used = {name for text in (*templates().values(), CONFIGURATION, README) for name in USED.findall(text)}

    assert sorted(defined) == sorted(set(defined))
    assert used <= set(defined)
    assert {name for name in defined if name not in used} == set()


def test_every_route_leads_to_a_receiver_that_there_is() -> None:
    told = yaml.safe_load(CONFIGURATION)
    routes = [told["route"], *told["route"]["routes"]]

    assert {route["receiver"] for route in routes} == {receiver["name"] for receiver in told["receivers"]}
    assert told["route"]["group_by"] == ["force", "area"]


def test_what_was_escalated_is_told_to_the_duty_inspector_and_still_to_the_supervisors() -> None:
    (route,) = (
        each for each in yaml.safe_load(CONFIGURATION)["route"]["routes"] if each["receiver"] == "duty_inspector"
    )

    assert route["matchers"] == [f'escalation="{DUTY_INSPECTOR}"']
    assert route["continue"] is True


def test_the_part_for_teams_is_a_receiver_of_the_configuration_that_keeps_its_address_in_a_file() -> None:
    (receiver,) = blocks()[1]
    (teams,) = receiver["msteamsv2_configs"]

    assert receiver["name"] in {each["name"] for each in yaml.safe_load(CONFIGURATION)["receivers"]}
    assert teams.keys() == {"webhook_url_file", "send_resolved", "title", "text"}
    assert [USED.findall(teams[part]) for part in ("title", "text")] == [
        ["recording.teams.title"],
        ["recording.teams.text"],
    ]


def test_a_route_of_an_area_is_a_route() -> None:
    (route,) = blocks()[0]

    assert route.keys() == {"receiver", "matchers"}


@pytest.mark.parametrize("text", [CONFIGURATION, README, *templates().values()])
def test_there_is_no_secret_and_nobody_s_address(text: str) -> None:
    hosts = re.findall(r"@([\w.-]+\w)|https?://([\w.-]+\w)|smarthost: ([\w.-]+):", text)
    named = {next(filter(None, found)) for found in hosts}

    assert {
        host for host in named if not re.search(r"(^|\.)example(\.police\.uk|\.org)?$|^alertmanager-\d$", host)
    } == set()
    assert not re.findall(r"(?:password|token|secret|credentials): \S", text)
