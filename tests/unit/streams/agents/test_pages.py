from datetime import timedelta

from rules.examples import FORCE
from streams.agents.messages import Flood
from streams.agents.pages import Pages
from tests.unit.rules.given import OPENED_AT as NOON

SECOND = timedelta(seconds=1)


def called(pages: Pages, times: int, partition: int = 0, at: timedelta = SECOND * 0) -> Pages:
    for _ in range(times):
        pages.called(FORCE, partition, NOON + at, withheld=pages.flooded(FORCE, 4, NOON + at))
    return pages


def test_as_many_as_the_limit_page_and_the_next_do_not() -> None:
    pages = called(Pages(3, 4), 2)

    assert not pages.flooded(FORCE, 4, NOON)
    called(pages, 1)
    assert pages.flooded(FORCE, 4, NOON)


def test_a_worker_has_the_share_of_the_limit_that_it_has_of_the_partitions_and_one_at_least() -> None:
    pages = called(Pages(8, 4), 2)

    assert pages.flooded(FORCE, 1, NOON)
    assert not pages.flooded(FORCE, 2, NOON)
    assert not Pages(1, 4).flooded(FORCE, 1, NOON)


def test_each_force_has_a_limit_of_its_own() -> None:
    assert not called(Pages(1, 4), 5).flooded("Elsewhere", 4, NOON)


def test_a_flood_lasts_until_fewer_than_the_limit_would_have_paged_within_a_minute() -> None:
    pages = called(called(Pages(2, 4), 5), 1, at=30 * SECOND)

    assert pages.flooded(FORCE, 4, NOON + 59 * SECOND)
    assert not pages.flooded(FORCE, 4, NOON + 60 * SECOND)


def test_the_number_that_was_withheld_is_told_once_by_partition_and_since_when() -> None:
    pages = called(called(Pages(2, 4), 5), 2, partition=1)

    assert pages.untold() == [(FORCE, Flood(0, NOON, 3)), (FORCE, Flood(1, NOON, 2))]
    assert pages.untold() == []
    assert called(pages, 1).untold() == [(FORCE, Flood(0, NOON, 4))]


def test_the_next_flood_is_counted_from_nothing() -> None:
    pages = called(Pages(2, 4), 5)
    pages.untold()
    later = 120 * SECOND

    called(pages, 3, at=later)

    assert pages.untold() == [(FORCE, Flood(0, NOON + later, 1))]
