"""The brokers of the tests keep what they acknowledged, and obey."""

import pytest
from kafka.admin import ACLOperation
from kafka.errors import TopicAuthorizationFailedError

from tests.eventually import eventually
from tests.kafka.cluster import Cluster, Record
from tests.kafka.rights import allow_everything, denied

pytestmark = pytest.mark.kafka3


def test_what_was_acknowledged_survives_the_death_of_the_leader(kafka_of_three: Cluster) -> None:
    kafka_of_three.create_topic("kept", partitions=1)
    kafka_of_three.produce("kept", [Record(b"key", b"before")])
    leader = kafka_of_three.leader_of("kept", 0)
    assert leader is not None

    kafka_of_three.kill(leader)
    eventually(lambda: kafka_of_three.leader_of("kept", 0) not in (leader, None))
    kafka_of_three.produce("kept", [Record(b"key", b"after")])

    assert [record.value for record in kafka_of_three.read_all("kept")] == [b"before", b"after"]
    kafka_of_three.start(leader)


def test_a_right_can_be_taken_away_and_given_back() -> None:
    with Cluster(acls=True) as cluster:
        allow_everything(cluster)
        cluster.create_topic("guarded")
        with denied(cluster, ACLOperation.WRITE, "guarded"), pytest.raises(TopicAuthorizationFailedError):
            cluster.produce("guarded", [Record(b"key", b"refused")])

        cluster.produce("guarded", [Record(b"key", b"taken")])

        assert [record.value for record in cluster.read_all("guarded")] == [b"taken"]
