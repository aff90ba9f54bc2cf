"""What is deployed to Kubernetes fits its published schemas, is restricted, and agrees with the rest of what is deployed."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from deploy.source import ROOT
from deploy.source.kubernetes import PREFIX
from deploy.source.prometheus import GROUPS
from deploy.source.prometheus.workers import MEMORY_GIB
from rules.force import ForceProfile
from streams.kafka.rights import ROLES, rights
from streams.kafka.topics import topics
from streams.outward.desk.people import Groups
from streams.settings import Settings, load_forces

BASE, OVERLAY = (ROOT / "deploy/kubernetes" / name for name in ("base", "overlays/example"))
CUSTOM = {"KafkaTopic", "KafkaUser", "PodMonitor", "PrometheusRule"}
"""What operators bring along: `tests/published` holds these against what the operators publish."""


def kustomization(folder: Path) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((folder / "kustomization.yaml").read_text())
    return read


def resources(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield every resource that a kustomization names, of those below it too."""
    for name in kustomization(folder)["resources"]:
        if (folder / name).is_dir():
            yield from resources(folder / name)
        else:
            yield from yaml.safe_load_all((folder / name).read_text())


RESOURCES = list(resources(OVERLAY))
WORKLOADS = [each for each in RESOURCES if each["kind"] in ("StatefulSet", "Deployment")]
PODS = {each["metadata"]["name"]: each["spec"]["template"]["spec"] for each in WORKLOADS}


def kinds(kind: str) -> dict[str, dict[str, Any]]:
    return {each["metadata"]["name"]: each for each in RESOURCES if each["kind"] == kind}


def place(resource: dict[str, Any]) -> str:
    return f"{resource['kind']}/{resource['metadata']['name']}"


@pytest.mark.parametrize("resource", [each for each in RESOURCES if each["kind"] not in CUSTOM], ids=place)
def test_a_resource_fits_its_published_schema(resource: dict[str, Any]) -> None:
    logging.getLogger("kubernetes_validate").setLevel(logging.ERROR)

    kubernetes_validate.validate(resource, "1.33", strict=True)


def test_every_file_is_named_by_its_kustomization() -> None:
    for folder in (BASE, OVERLAY):
        told = kustomization(folder)
        files = [
            name
            for each in told.get("configMapGenerator", ())
            for name in (*each.get("files", ()), *each.get("envs", ()))
        ]
        there = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}

        assert there == {name for name in (*told["resources"], *files) if (folder / name).is_file()} | {
            "kustomization.yaml"
        }


@pytest.mark.parametrize("name", PODS)
def test_nobody_may_do_more_than_run(name: str) -> None:
    pod = PODS[name]

    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in pod["containers"]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert {"cpu", "memory"} <= container["resources"]["requests"].keys()
        assert "memory" in container["resources"]["limits"]
        assert "readinessProbe" in container


def test_a_worker_has_a_name_that_outlives_it_and_goes_one_at_a_time() -> None:
    worker = kinds("StatefulSet")["worker"]
    (container,) = PODS["worker"]["containers"]
    named = {each["name"]: each for each in container["env"]}

    assert named["RECORDING_INSTANCE"]["valueFrom"] == {"fieldRef": {"fieldPath": "metadata.name"}}
    assert worker["spec"]["replicas"] >= 2
    assert {budget["spec"]["maxUnavailable"] for budget in kinds("PodDisruptionBudget").values()} == {1}
    assert {"startupProbe", "livenessProbe"} <= container.keys()
    assert container["resources"]["limits"]["memory"] == f"{MEMORY_GIB}Gi"


def test_only_settings_that_exist_are_set() -> None:
    lines = (BASE / "settings.env").read_text().splitlines()
    lines += [each for made in kustomization(OVERLAY)["configMapGenerator"] for each in made.get("literals", ())]
    names = {line.partition("=")[0] for line in lines}
    names |= {
        each["name"] for pod in PODS.values() for container in pod["containers"] for each in container.get("env", ())
    }

    assert {name.removeprefix("RECORDING_").lower() for name in names} <= Settings.model_fields.keys()


def test_each_comes_to_kafka_as_its_own_user() -> None:
    for role in ("worker", "desk"):
        (container,) = (each for each in PODS[role]["containers"] if each["name"] == role)
        user = {each["name"]: each.get("value") for each in container["env"]}["RECORDING_SASL_USERNAME"]
        secrets = {each["secret"]["secretName"] for each in PODS[role]["volumes"] if "secret" in each}

        assert user == f"{PREFIX}{role}"
        assert user in kinds("KafkaUser")
        assert user in secrets


def test_topics_and_users_are_those_of_the_program() -> None:
    granted = {
        (name.removeprefix(PREFIX), each["resource"]["name"], *each["operations"])
        for name, user in kinds("KafkaUser").items()
        for each in user["spec"]["authorization"]["acls"]
    }

    assert kinds("KafkaTopic").keys() == {topic.name for topic in topics(Settings())}
    assert kinds("KafkaUser").keys() == {f"{PREFIX}{role}" for role in ROLES}
    assert granted == {(each.role, each.name, *each.operations) for each in rights(Settings())}


def test_the_rules_are_those_of_prometheus() -> None:
    groups = kinds("PrometheusRule")["recording-monitor"]["spec"]["groups"]

    assert [len(group["rules"]) for group in groups] == [len(group.rules) for group in GROUPS]
    assert all(isinstance(rule["expr"], str) for group in groups for rule in group["rules"])


def test_workers_are_asked_under_the_name_that_the_rules_speak_of() -> None:
    (asked,) = kinds("PodMonitor")["recording-monitor"]["spec"]["podMetricsEndpoints"]

    assert {"targetLabel": "job", "replacement": "recording-monitor"} in asked["relabelings"]
    assert asked["port"] in {port["name"] for container in PODS["worker"]["containers"] for port in container["ports"]}


def test_nothing_is_reached_but_by_what_needs_it() -> None:
    policies = kinds("NetworkPolicy")
    ports = {
        name: sorted(port["port"] for rule in policy["spec"].get("ingress", ()) for port in rule["ports"])
        for name, policy in policies.items()
    }

    assert policies["nothing"]["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert {name: opened for name, opened in ports.items() if opened} == {"worker": [9464], "desk": [4180]}


def test_the_example_s_force_and_people_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "example-shire").mkdir()
    (tmp_path / "example-shire" / "force.yaml").write_text((OVERLAY / "force.yaml").read_text())

    profile = load_forces(tmp_path).profile("Example-Shire")
    people = Groups.model_validate(yaml.safe_load((OVERLAY / "people.yaml").read_text()))

    assert isinstance(profile, ForceProfile)
    assert profile.areas
    assert {grant.role for grants in people.groups.values() for grant in grants} == {"supervisor", "registrar"}


def test_no_secret_comes_with_it() -> None:
    assert not kinds("Secret")
