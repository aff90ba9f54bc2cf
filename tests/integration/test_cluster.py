"""The brokers of the tests keep what they acknowledged, and obey."""

import pytest
from kafka.admin import ACLOperation
from kafka.errors import TopicAuthorizationFailedError

from tests.kafka.cluster import Cluster, Record
from tests.kafka.rights import allow_everything, denied

pytestmark = pytest.mark.kafka3


def test_a_right_can_be_taken_away_and_given_back() -> None:
    with Cluster(acls=True) as cluster:
        allow_everything(cluster)
        cluster.create_topic("guarded")
        with denied(cluster, ACLOperation.WRITE, "guarded"), pytest.raises(TopicAuthorizationFailedError):
            cluster.produce("guarded", [Record(b"key", b"refused")])

        cluster.produce("guarded", [Record(b"key", b"taken")])

        assert [record.value for record in cluster.read_all("guarded")] == [b"taken"]
