"""What a worker says of itself, by a loop time that the test moves."""

from datetime import timedelta

import pytest

from streams import health
from streams.health import RESTORES_WITHIN, Health
from streams.kafka.state import STUCK_AFTER, Flush, StateTable

LONG = STUCK_AFTER.total_seconds() + 1


class PlayedFlush(Flush):
    def __init__(self) -> None:
        self.moving = False
        self.idle_for = timedelta(0)

    @property
    def suspended(self) -> bool:
        return self.moving

    @property
    def idle(self) -> timedelta:
        return self.idle_for


class PlayedTable(StateTable):
    rows_back = 0

    def __init__(self, owned: set[int]) -> None:
        self.owned = frozenset(owned)

    @property
    def restored(self) -> int:
        return self.rows_back


class Reader:
    def __init__(self, *owned: int) -> None:
        self.words: dict[int, float] = {}
        self.table: StateTable = PlayedTable(set(owned))


class Desk:
    """A worker with two readers, whose time the test moves."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at = 1000.0
        monkeypatch.setattr(health, "_now", lambda: self.at)
        self.flush = PlayedFlush()
        self.crimes, self.incidents = Reader(0, 1), Reader(0, 1)
        self.health = Health(self.flush, (self.crimes, self.incidents))
        self.health.swept()
        assert self.unwell() == self.unready() == []

    def unwell(self) -> list[str]:
        return [f"{name}: {why}" for name, why in self.health.live().items() if why]

    def unready(self) -> list[str]:
        return [f"{name}: {why}" for name, why in self.health.ready().items() if why]

    def hear(self, *partitions: int) -> None:
        for reader in (self.crimes, self.incidents):
            reader.words.update(dict.fromkeys(partitions, self.at))


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)


def test_a_worker_that_flushes_no_more_is_not_alive(desk: Desk) -> None:
    desk.flush.idle_for = STUCK_AFTER * 2

    assert desk.unwell() == desk.unready() == ["flush: nothing was flushed for 120 s"]


def test_a_worker_whose_sweep_stands_still_is_not_alive(desk: Desk) -> None:
    desk.at += LONG
    desk.hear(0, 1)

    assert desk.unwell() == ["sweep: no deadlines were looked at for 61 s"]

    desk.health.swept()
    assert desk.unwell() == []


def test_while_partitions_move_it_is_not_ready_and_alive_for_as_long_as_rows_come_back(desk: Desk) -> None:
    desk.flush.moving, desk.flush.idle_for = True, STUCK_AFTER * 100
    assert desk.unwell() == []

    for rows in (10, 20):
        desk.at += RESTORES_WITHIN.total_seconds()
        PlayedTable.rows_back = rows
        assert desk.unwell() == []
    assert desk.unready() == ["partitions: partitions are being assigned, or their rows restored: 40 so far"]

    desk.at += RESTORES_WITHIN.total_seconds() + 1
    assert desk.unwell() == ["recovery: not one row came back for 301 s"]


def test_a_recovery_is_measured_from_its_own_beginning(desk: Desk) -> None:
    desk.flush.moving = True
    assert desk.unwell() == []
    desk.flush.moving = False
    assert desk.unwell() == []
    desk.at += RESTORES_WITHIN.total_seconds() * 2

    desk.flush.moving = True

    assert desk.unwell() == []


def test_a_partition_that_stands_still_while_others_are_read_is_a_fault_of_this_worker(desk: Desk) -> None:
    desk.at += LONG
    desk.health.swept()
    desk.hear(0)

    said = "nothing is heard over partition 1 of an inbox: its reading, or the intake before it, stands still"
    assert desk.unwell() == desk.unready() == [f"inboxes: {said}"]


def test_when_nothing_is_heard_at_all_the_fault_may_lie_elsewhere_and_it_is_not_ready(desk: Desk) -> None:
    desk.at += LONG
    desk.health.swept()

    assert desk.unwell() == []
    assert "partition 0, 1 of an inbox" in desk.unready()[0]


def test_a_partition_that_has_just_come_is_given_its_time(desk: Desk) -> None:
    desk.flush.moving = True
    desk.at += LONG * 10
    assert desk.unwell() == []

    desk.flush.moving = False
    desk.health.swept()

    assert desk.unwell() == desk.unready() == []


def test_a_worker_that_never_swept_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(monkeypatch)
    desk.health = Health(desk.flush, ())

    assert desk.unwell() == []
    assert desk.unready() == ["sweep: the deadlines have not been looked at yet"]
