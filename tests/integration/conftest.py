"""Brokers for the tests that need one."""

from collections.abc import Iterator

import pytest

from tests.kafka.cluster import Cluster
from tests.kafka.rights import allow_everything


@pytest.fixture(scope="session")
def kafka() -> Iterator[Cluster]:
    with Cluster() as cluster:
        yield cluster


@pytest.fixture(scope="module")
def kafka_of_three() -> Iterator[Cluster]:
    with Cluster(3) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A broker on which everybody may do everything, until a test takes a right away."""
    with Cluster(acls=True) as started:
        allow_everything(started)
        yield started
