"""The topics on a real broker: made as the contract has them, compared, and looked at before a worker starts."""

from collections.abc import Iterator
from typing import Any

import pytest
from kafka.admin import ACLOperation, ConfigResource

from streams.kafka.client import BrokerError
from streams.kafka.topics import ROOM, WrongTopics, check, create, ensure
from streams.settings import Settings
from tests.eventually import eventually
from tests.integration.command import run
from tests.kafka.cluster import Cluster, free_ports
from tests.kafka.rights import denied

pytestmark = pytest.mark.kafka
DAY_MS = 24 * 3600 * 1000
CHANGELOG = "recording-monitor-incidents-changelog"


@pytest.fixture
def settings(cluster: Cluster) -> Iterator[Settings]:
    """Settings for a broker on which all topics have just been made."""
    chosen = Settings(broker=cluster.bootstrap, partitions=3)
    create(chosen)
    yield chosen
    delete(cluster, [name for name in on_broker(cluster) if not name.startswith("__")])


def on_broker(cluster: Cluster) -> list[str]:
    with cluster.admin() as admin:
        return list(admin.list_topics())


def delete(cluster: Cluster, names: list[str]) -> None:
    with cluster.admin() as admin:
        admin.delete_topics(names)
    eventually(lambda: not set(names) & set(on_broker(cluster)))


def change(cluster: Cluster, topic: str, **values: str) -> None:
    named = {name.replace("_", "."): value for name, value in values.items()}
    with cluster.admin() as admin:
        admin.alter_configs([ConfigResource("topic", topic, named)])
    eventually(lambda: named.items() <= configured(cluster, topic).items())


def configured(cluster: Cluster, topic: str) -> dict[str, Any]:
    with cluster.admin() as admin:
        told = admin.describe_configs([ConfigResource("topic", topic)], config_filter="all")["topic"][topic]
    return {name: entry["value"] for name, entry in told.items()}


def remake(cluster: Cluster, topic: str, partitions: int, **values: str) -> None:
    delete(cluster, [topic])
    cluster.create_topic(topic, partitions, {name.replace("_", "."): value for name, value in values.items()})


@pytest.mark.parametrize(
    ("topic", "policy", "days"),
    [
        ("incident-log", "delete", 30),
        ("crime-records", "delete", 30),
        ("recording-decisions", "delete", 400),
        ("dead-letters", "delete", 7),
        ("recording-audit", "delete", 396),
        ("recording-monitor-crime-inbox", "delete", 7),
        ("recording-alerts", "compact", None),
        ("recording-status", "compact", None),
        ("recording-monitor-crimes-changelog", "compact", None),
        (CHANGELOG, "compact", None),
    ],
)
def test_topics_are_made_with_the_contract_s_settings(
    cluster: Cluster, settings: Settings, topic: str, policy: str, days: int | None
) -> None:
    found = configured(cluster, topic)

    assert len(cluster.partitions(topic)) == 3
    assert found["cleanup.policy"] == policy
    if days is not None:
        assert int(found["retention.ms"]) == days * DAY_MS
    if policy == "compact":
        assert int(found["max.message.bytes"]) == ROOM


def test_making_them_again_changes_nothing_and_a_worker_may_start(settings: Settings) -> None:
    assert create(settings).created == []
    assert check(settings) == []
    assert ensure(settings) == []


def test_a_worker_makes_what_is_missing(cluster: Cluster, settings: Settings) -> None:
    delete(cluster, [CHANGELOG, "recording-audit"])

    assert ensure(settings) == []
    assert {CHANGELOG, "recording-audit"} <= set(on_broker(cluster))


def test_check_names_each_difference_and_what_was_expected(cluster: Cluster, settings: Settings) -> None:
    delete(cluster, ["recording-audit"])
    remake(cluster, "crime-records", 7, retention_ms=str(60 * DAY_MS))
    remake(cluster, "recording-monitor-crime-inbox", 5, retention_ms=str(7 * DAY_MS), max_message_bytes=str(ROOM))
    change(cluster, "incident-log", retention_ms=str(DAY_MS))
    change(cluster, "recording-status", cleanup_policy="delete")
    change(cluster, "recording-alerts", max_message_bytes="1000")

    ran = run("topics", "check", broker=cluster.bootstrap, RECORDING_PARTITIONS="3")

    assert ran.status == 1
    assert sorted(line.partition(",")[0] for line in ran.out.splitlines()) == [
        f"incident-log: keeps records for 1 days (retention.ms {DAY_MS})",
        "recording-alerts: takes records of 1000 bytes at most (max.message.bytes)",
        "recording-audit: is missing: `recording-monitor topics create` makes it",
        "recording-monitor-crime-inbox: has 5 partitions",
        "recording-status: has cleanup.policy delete",
    ]


def test_a_worker_does_not_start_on_a_changelog_that_deletes(cluster: Cluster, settings: Settings) -> None:
    change(cluster, CHANGELOG, cleanup_policy="compact,delete")

    with pytest.raises(WrongTopics, match=f"^{CHANGELOG}: has cleanup.policy compact,delete, expected compact alone"):
        ensure(settings)


def test_a_worker_does_not_start_on_another_number_of_partitions(settings: Settings) -> None:
    with pytest.raises(WrongTopics, match="recording-monitor-crime-inbox: has 3 partitions, expected 4"):
        ensure(settings.model_copy(update={"partitions": 4}))


def test_more_copies_than_brokers_is_one_line_that_names_the_setting(cluster: Cluster) -> None:
    ran = run("topics", "create", broker=cluster.bootstrap, RECORDING_REPLICATION="3")

    assert ran.status == 2
    assert "RECORDING_REPLICATION is 3: expected at most the number of brokers" in ran.err
    assert len(ran.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("right", "named"), [(ACLOperation.DESCRIBE, "Describe"), (ACLOperation.DESCRIBE_CONFIGS, "DescribeConfigs")]
)
def test_a_right_to_look_that_is_missing_is_one_line(
    cluster: Cluster, settings: Settings, right: ACLOperation, named: str
) -> None:
    with (
        denied(cluster, right, "incident-log"),
        pytest.raises(
            BrokerError, match=f"^incident-log: the right {named} on this topic is missing for User:ANONYMOUS"
        ),
    ):
        check(settings)


def test_a_worker_needs_no_right_to_look_at_a_topic_of_the_contract(cluster: Cluster, settings: Settings) -> None:
    with denied(cluster, ACLOperation.DESCRIBE, "recording-audit"):
        assert ensure(settings) == []


def test_a_right_to_make_a_topic_that_is_missing_is_one_line(cluster: Cluster, settings: Settings) -> None:
    delete(cluster, ["dead-letters"])

    with (
        denied(cluster, ACLOperation.CREATE, "dead-letters"),
        pytest.raises(
            BrokerError, match=r"^dead-letters: the right Create on this topic is missing for User:ANONYMOUS"
        ),
    ):
        ensure(settings)


def test_a_broker_that_is_not_there_is_one_line() -> None:
    (port,) = free_ports(1)

    ran = run("topics", "check", broker=f"127.0.0.1:{port}")

    assert ran.status == 2
    assert ran.err == f"no Kafka broker answers at 127.0.0.1:{port}: start it, or say in RECORDING_BROKER where it is\n"
