from collections.abc import Callable
from datetime import datetime

import pytest

from streams.agents import sweep
from streams.agents.rows import NOWHERE, Summary
from streams.agents.sweep import MAX_UNDERWAY, Schedule
from streams.agents.watermarks import View
from tests.unit.rules.given import at

from . import read_up_to

Planned = tuple[bytes, datetime | None, datetime | None, str]


def row(
    due: datetime | None = None, review: datetime | None = None, group: str = "theft", force: str = "avon"
) -> Summary:
    return Summary(NOWHERE, force, "book", due, review, None, "monitoring", group, None, [], at(0), False)


def schedule(*planned: tuple[bytes, Summary], partition: int = 0) -> Schedule:
    made = Schedule()
    for key, summary in planned:
        made.plan(partition, key, summary)
    return made


def until(
    hours: float, *, heard: float | None = None, stale: bool = False, catching_up: bool = False
) -> Callable[[int, str], View]:
    """Deadlines are judged up to so many hours in, everywhere and of every force."""
    seen = View(at(hours), at(hours), at(hours if heard is None else heard), stale, catching_up)
    return lambda _, __: seen


def keys(taken: list[tuple[int, bytes]]) -> list[bytes]:
    return [key for _, key in taken]


def test_what_is_due_is_taken_at_its_instant_and_not_before() -> None:
    planned = schedule((b"A", row(at(2))))

    assert planned.take(until(1.99)) == []
    assert planned.take(until(2)) == [(0, b"A")]


def test_the_gravest_come_first_and_of_those_the_earliest() -> None:
    planned = schedule(
        (b"early theft", row(at(1))),
        (b"late rape", row(at(3), group="rape")),
        (b"early rape", row(at(2), group="rape")),
        (b"nothing known", row(at(0), group="none")),
    )

    assert keys(planned.take(until(5))) == [b"early rape", b"late rape", b"early theft", b"nothing known"]


def test_what_is_underway_is_not_sent_again_until_it_is_planned_anew() -> None:
    planned = schedule((b"A", row(at(1))))
    planned.take(until(5))
    assert planned.take(until(6)) == []

    planned.plan(0, b"A", row(at(4)))

    assert keys(planned.take(until(6))) == [b"A"]


def test_what_has_nothing_due_any_more_is_done_with() -> None:
    planned = schedule((b"A", row(at(1))), (b"B", row(at(9))))
    assert len(planned) == 2

    planned.plan(0, b"A", row())

    assert planned.take(until(5)) == []
    assert len(planned) == 1


def test_an_incident_that_was_never_planned_can_have_nothing_due() -> None:
    assert schedule((b"A", row())).take(until(5)) == []


def test_a_plan_that_was_overtaken_by_a_newer_one_is_ignored() -> None:
    planned = schedule((b"A", row(at(1))), (b"A", row(at(4))))

    assert planned.take(until(3)) == []
    assert keys(planned.take(until(4))) == [b"A"]


def test_no_more_are_underway_at_once_than_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "MAX_UNDERWAY", 3)
    planned = schedule(*((b"%d" % number, row(at(number))) for number in range(5)))

    assert keys(planned.take(until(9))) == [b"0", b"1", b"2"]
    assert planned.take(until(9)) == []
    planned.plan(0, b"1", row())
    assert keys(planned.take(until(9))) == [b"3"]


def test_a_thousand_may_be_underway() -> None:
    planned = schedule(*((b"%d" % number, row(at(1))) for number in range(MAX_UNDERWAY + 1)))

    assert len(planned.take(until(2))) == MAX_UNDERWAY == 1_000


def test_what_waits_for_room_gives_way_to_what_is_graver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "MAX_UNDERWAY", 1)
    planned = schedule((b"A", row(at(1))), (b"B", row(at(2))))
    assert keys(planned.take(until(5))) == [b"A"]

    planned.plan(0, b"C", row(at(4), group="rape"))
    planned.plan(0, b"A", row())

    assert keys(planned.take(until(5))) == [b"C"]


@pytest.mark.parametrize(("stale", "catching_up"), [(True, False), (False, True), (True, True)])
def test_a_review_waits_until_nothing_forbids_paging(stale: bool, catching_up: bool) -> None:
    planned = schedule((b"A", row(review=at(2))))

    assert planned.take(until(5, stale=stale, catching_up=catching_up)) == []
    assert keys(planned.take(until(5))) == [b"A"]


def test_a_review_waits_until_all_feeds_were_read_up_to_it_though_deadlines_are_judged_further() -> None:
    planned = schedule((b"A", row(review=at(2))))

    assert planned.take(until(5, heard=1.99)) == []
    assert keys(planned.take(until(5, heard=2))) == [b"A"]


def test_a_deadline_does_not_wait_for_what_forbids_paging() -> None:
    planned = schedule((b"A", row(at(2))))

    assert keys(planned.take(until(5, stale=True, catching_up=True))) == [b"A"]


def test_one_that_is_due_and_to_be_reviewed_is_sent_once() -> None:
    planned = schedule((b"A", row(at(1), at(2))))

    assert keys(planned.take(until(5))) == [b"A"]
    assert planned.take(until(5)) == []


def test_each_force_and_partition_goes_by_its_own_feeds() -> None:
    planned = schedule((b"avon/A", row(at(1))), (b"wye/A", row(at(1), force="wye")))
    planned.plan(1, b"avon/B", row(at(1)))
    read = {(0, "avon"): at(0), (0, "wye"): at(2), (1, "avon"): at(2)}

    taken = planned.take(lambda partition, force: read_up_to(read[partition, force]))

    assert sorted(taken) == [(0, b"wye/A"), (1, b"avon/B")]


def test_what_has_left_is_neither_taken_nor_underway() -> None:
    planned = schedule((b"A", row(at(1), at(1))), (b"B", row(at(9))))
    planned.plan(1, b"C", row(at(1)))
    planned.take(until(0))
    planned.left(0)

    assert planned.take(until(10)) == [(1, b"C")]
    assert len(planned) == 1


def test_a_partition_that_comes_back_is_planned_from_nothing() -> None:
    planned = schedule((b"A", row(at(1))))
    planned.take(until(5))
    planned.left(0)

    planned.plan(0, b"A", row(at(1)))

    assert keys(planned.take(until(5))) == [b"A"]


def test_who_waits_for_room_and_leaves_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "MAX_UNDERWAY", 1)
    planned = schedule((b"A", row(at(1))), (b"B", row(at(2))))
    planned.plan(1, b"C", row(at(3)))
    planned.take(until(5))

    planned.left(0)

    assert planned.take(until(5)) == [(1, b"C")]


def test_what_waits_for_room_waits_since_it_was_due(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "MAX_UNDERWAY", 1)
    planned = schedule((b"A", row(at(1), group="rape")), (b"B", row(at(3))), (b"C", row(at(2))), (b"D", row(at(9))))
    before = planned.waits_since()

    planned.take(until(5))
    waiting = planned.waits_since()
    planned.forget(0, b"C")

    assert (before, waiting, planned.waits_since()) == (None, at(2), at(3))
