"""What Kubernetes is told that the program knows already: topics and rights for Strimzi, rules for Prometheus' operator."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any, Final

import yaml

from deploy.source.prometheus import GROUPS
from deploy.source.prometheus.shape import as_dict
from streams.kafka.rights import ROLES, rights
from streams.kafka.topics import topics
from streams.settings import Settings

FOLDER: Final = "deploy/kubernetes/base/written"
CLUSTER: Final = "kafka"
"""The name of Strimzi's Kafka."""
REPLICAS: Final = 3
PREFIX: Final = "recording-"
"""What stands before the name of a role, as the name of its user."""
_OF_CLUSTER: Final = {"strimzi.io/cluster": CLUSTER}


def files() -> dict[str, str]:
    """Return the text of every file, by its path."""
    settings = Settings()
    return {
        f"{FOLDER}/kafka-topics.yaml": _written(
            "The topics, as recording-monitor topics check wants them.", _topics(settings)
        ),
        f"{FOLDER}/kafka-users.yaml": _written(
            "Who may do what, and no more; its password is in the secret of its name.", _users(settings)
        ),
        f"{FOLDER}/prometheus-rules.yaml": _written(
            "The rules of deploy/prometheus, for Prometheus' operator.", [_rules()]
        ),
    }


def _written(says: str, resources: Iterable[dict[str, Any]]) -> str:
    head = f"# {says}\n# Written by python -m deploy.source: what is changed here is lost.\n"
    return head + yaml.safe_dump_all(resources, sort_keys=False, width=120, allow_unicode=True)


def _topics(settings: Settings) -> Iterable[dict[str, Any]]:
    for topic in topics(settings):
        yield {
            "apiVersion": "kafka.strimzi.io/v1",
            "kind": "KafkaTopic",
            "metadata": {"name": topic.name, "labels": _OF_CLUSTER},
            "spec": {
                "partitions": settings.partitions,
                "replicas": REPLICAS,
                "config": {**topic.configuration(), "min.insync.replicas": str(REPLICAS - 1)},
            },
        }


def _users(settings: Settings) -> Iterable[dict[str, Any]]:
    for role, of_role in groupby(rights(settings), key=lambda each: each.role):
        granted = [
            {
                "resource": {"type": each.resource, "name": each.name, "patternType": "literal"},
                "operations": list(each.operations),
            }
            for each in of_role
        ]
        yield {
            "apiVersion": "kafka.strimzi.io/v1",
            "kind": "KafkaUser",
            "metadata": {
                "name": f"{PREFIX}{role}",
                "labels": _OF_CLUSTER,
                "annotations": {"recording-monitor/does": ROLES[role]},
            },
            "spec": {
                "authentication": {"type": "scram-sha-512"},
                "authorization": {"type": "simple", "acls": granted},
            },
        }


def _rules() -> dict[str, Any]:
    groups = [each for group in GROUPS for each in as_dict(group)["groups"]]
    for group in groups:
        group["rules"] = [{**rule, "expr": str(rule["expr"])} for rule in group["rules"]]
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "recording-monitor"},
        "spec": {"groups": groups},
    }
