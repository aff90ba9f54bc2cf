"""Until when a group had this worker as a member."""

import asyncio
import socket
import struct
from math import inf

import pytest

from streams.kafka.membership import Membership, drop_connections


class PlayedCoordinator:
    """Answers a heartbeat as the test says, after a second of the test's clock."""

    def __init__(self, clock: list[float]) -> None:
        self.member_id = "me"
        self.answers = True
        self.clock = clock

    async def _do_heartbeat(self) -> bool:
        self.clock[0] += 1
        return self.answers


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr("streams.kafka.membership.time.monotonic", lambda: now[0])
    return now


@pytest.fixture
def coordinator(clock: list[float]) -> PlayedCoordinator:
    return PlayedCoordinator(clock)


def beat(coordinator: PlayedCoordinator) -> bool:
    return asyncio.run(coordinator._do_heartbeat())


def joined(coordinator: PlayedCoordinator) -> Membership:
    member = Membership()
    member.watch(coordinator)
    member.confirm()
    return member


def test_before_a_worker_has_joined_it_has_nothing_to_lose(clock: list[float]) -> None:
    member = Membership()

    clock[0] += 1_000

    assert member.unconfirmed_for == 0


def test_a_worker_is_confirmed_as_of_the_sending_of_a_heartbeat_that_is_answered(
    clock: list[float], coordinator: PlayedCoordinator
) -> None:
    member = joined(coordinator)
    clock[0] += 5

    assert beat(coordinator)

    assert member.unconfirmed_for == 1


def test_a_heartbeat_without_an_answer_confirms_nothing(clock: list[float], coordinator: PlayedCoordinator) -> None:
    member = joined(coordinator)
    coordinator.answers = False

    assert not beat(coordinator)

    assert member.unconfirmed_for == 1


def test_who_was_expelled_is_no_member_until_it_is_given_partitions_again(coordinator: PlayedCoordinator) -> None:
    member = joined(coordinator)

    coordinator.member_id = ""
    assert member.unconfirmed_for == inf

    coordinator.member_id = "me again"
    member.confirm()
    assert member.unconfirmed_for == 0


def test_what_the_kernel_has_yet_to_send_ends_with_the_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as sending:
        drop_connections()

        assert struct.unpack("ii", sending.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8)) == (1, 0)
