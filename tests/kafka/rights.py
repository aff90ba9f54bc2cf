"""Rights on a cluster of a test: started with `acls=True`, where who has no name may do everything but for what is denied;

or secured, where nobody may do anything but for what is granted.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
)

from streams.kafka.rights import Rights
from tests.eventually import eventually
from tests.kafka.cluster import Cluster

NOBODY = "User:ANONYMOUS"
_RESOURCES = {"topic": ResourceType.TOPIC, "group": ResourceType.GROUP}
_OPERATIONS = {
    "Read": ACLOperation.READ,
    "Write": ACLOperation.WRITE,
    "Create": ACLOperation.CREATE,
    "Describe": ACLOperation.DESCRIBE,
    "DescribeConfigs": ACLOperation.DESCRIBE_CONFIGS,
}


def allow_everything(cluster: Cluster) -> None:
    """Grant every right to everyone: with a first rule on something, nobody has a right to it that is not granted."""
    everything = [
        ResourcePattern(ResourceType.TOPIC, "*"),
        ResourcePattern(ResourceType.GROUP, "*"),
        ResourcePattern(ResourceType.TRANSACTIONAL_ID, "*"),
        ResourcePattern(ResourceType.CLUSTER, "kafka-cluster"),
    ]
    _grant(cluster, [_rule(ACLPermissionType.ALLOW, ACLOperation.ALL, pattern) for pattern in everything])


@contextmanager
def denied(cluster: Cluster, right: ACLOperation, topic: str) -> Iterator[None]:
    """Take a right on a topic from everyone for a while, whether the topic is there or not."""
    rules = [_rule(ACLPermissionType.DENY, right, ResourcePattern(ResourceType.TOPIC, topic))]
    if right is ACLOperation.CREATE:
        everything = ResourcePattern(ResourceType.CLUSTER, "kafka-cluster")
        rules.append(_rule(ACLPermissionType.DENY, right, everything))
    _grant(cluster, rules)
    try:
        yield
    finally:
        with cluster.admin() as admin:
            admin.delete_acls([_filter(rule) for rule in rules])
        eventually(lambda: not _known(cluster, rules))


def grant(cluster: Cluster, principal: str, rights: Iterable[Rights]) -> None:
    """Grant rights as they are listed, and nothing else."""
    _grant(cluster, _rules(principal, rights))


@contextmanager
def without(cluster: Cluster, principal: str, rights: Rights) -> Iterator[None]:
    """Take granted rights away for a while."""
    rules = _rules(principal, [rights])
    with cluster.admin() as admin:
        admin.delete_acls([_filter(rule) for rule in rules])
    eventually(lambda: not _known(cluster, rules))
    try:
        yield
    finally:
        _grant(cluster, rules)


def _rules(principal: str, rights: Iterable[Rights]) -> list[Any]:
    return [
        _rule(
            ACLPermissionType.ALLOW,
            _OPERATIONS[operation],
            ResourcePattern(_RESOURCES[each.resource], each.name),
            principal,
        )
        for each in rights
        for operation in each.operations
    ]


def _rule(permission: ACLPermissionType, right: ACLOperation, pattern: ResourcePattern, principal: str = NOBODY) -> Any:
    return ACL(principal=principal, host="*", operation=right, permission_type=permission, resource_pattern=pattern)


def _filter(rule: Any) -> Any:
    pattern = rule.resource_pattern
    return ACLFilter(
        principal=rule.principal,
        host=rule.host,
        operation=rule.operation,
        permission_type=rule.permission_type,
        resource_pattern=ResourcePatternFilter(pattern.resource_type, pattern.resource_name, pattern.pattern_type),
    )


def _grant(cluster: Cluster, rules: list[Any]) -> None:
    with cluster.admin() as admin:
        admin.create_acls(rules)
    eventually(lambda: len(_known(cluster, rules)) == len(rules))


def _known(cluster: Cluster, rules: list[Any]) -> list[Any]:
    with cluster.admin() as admin:
        return [found for rule in rules for found in admin.describe_acls(_filter(rule))[0]]
