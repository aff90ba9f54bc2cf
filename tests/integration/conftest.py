"""Brokers for the tests that need one."""

import os
from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from tests.kafka.cluster import Cluster
from tests.kafka.rights import allow_everything
from tests.kafka.wire import Wire


@pytest.fixture(scope="session")
def kafka() -> Iterator[Cluster]:
    with Cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def wire() -> Iterator[Wire | None]:
    """A wire to the three brokers that can be cut; None for who is not root, whom the kernel gives no such thing."""
    with Wire() if os.geteuid() == 0 else nullcontext() as wire:
        yield wire


@pytest.fixture(scope="session")
def kafka_of_three(wire: Wire | None) -> Iterator[Cluster]:
    with Cluster(3, beyond=wire.here if wire else None) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A broker on which everybody may do everything, until a test takes a right away."""
    with Cluster(acls=True) as started:
        allow_everything(started)
        yield started
