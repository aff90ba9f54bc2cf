from datetime import datetime, timedelta

import pytest

from rules.events import TOPICS
from streams.agents.messages import Seen
from streams.agents.watermarks import CRIMES, NEVER, Marks, View, Watermarks
from tests.unit.rules.given import HOUR, OPENED_AT, PLAIN, at

from . import HABIT, HOLD, MINUTE, SECOND

NOON = at(3)
FORCE = HABIT.force


def seen(to: datetime, partition: int = 0, partitions: int = 1, feed: str = CRIMES, **newest: timedelta) -> Seen:
    """A word of a feed read up to an instant; `came` is how long before it the newest event was, `late` how late it came."""
    known = {FORCE: (to - newest["came"], newest.get("late", SECOND).total_seconds())} if newest else {}
    return Seen(feed, partition, partitions, to, known)


def told(*words: Seen) -> Watermarks:
    """What the owner of partition 0 of an inbox knows that is told of crimes alone."""
    marks = Watermarks({CRIMES}, HOLD)
    for word in words:
        marks.take(0, word)
    return marks


# How far one partition was read


def test_nothing_is_known_of_a_partition_until_its_end_as_it_was_seen_is_reached() -> None:
    marks = Marks()

    assert marks.look(3, 10, at(0)) is None
    assert marks.look(9, 10, at(1)) is None
    assert marks.look(10, 12, at(2)) == at(1)


def test_an_empty_partition_is_read_at_once() -> None:
    assert Marks().look(0, 0, at(0)) == at(0)


def test_a_partition_that_grows_is_read_up_to_the_last_end_that_was_passed() -> None:
    marks = Marks()
    marks.look(0, 10, at(0))
    marks.look(5, 20, at(1))

    assert marks.look(15, 30, at(2)) == at(0)
    assert marks.look(30, 30, at(3)) == at(3)


def test_an_end_that_lies_before_one_that_was_seen_is_an_old_one() -> None:
    marks = Marks()
    marks.look(0, 10, at(0))

    assert marks.look(5, 4, at(1)) is None
    assert marks.look(10, 12, at(2)) == at(0)


# What the next stage makes of it


def test_a_feed_is_read_as_far_as_the_least_of_its_partitions_and_not_before_all_were_heard_of() -> None:
    marks = told(seen(at(2), 0, partitions=2))
    assert marks.read_to(0) is None
    assert marks.onward(0, 4, CRIMES) is None

    marks.take(0, seen(at(1), 1, partitions=2))

    assert marks.read_to(0) == at(1)
    assert marks.onward(0, 4, CRIMES) == Seen(CRIMES, 0, 4, at(1), {})


def test_a_word_moves_the_feed_on_only_where_the_least_has_moved() -> None:
    marks = told()

    assert not marks.take(0, seen(at(1), 0, partitions=2))
    assert marks.take(0, seen(at(2), 1, partitions=2))
    assert not marks.take(0, seen(at(3), 1, partitions=2))
    assert not marks.take(0, seen(at(0.5), 0, partitions=2))
    assert marks.take(0, seen(at(1.5), 0, partitions=2))


def test_an_older_word_takes_nothing_back() -> None:
    marks = told(seen(at(2), came=MINUTE))

    marks.take(0, seen(at(1), came=HOUR))

    assert marks.read_to(0) == at(2)
    assert marks.onward(0, 1, CRIMES) == seen(at(2), came=MINUTE)


def test_all_feeds_together_are_read_as_far_as_the_least_and_not_before_each_was_heard_of() -> None:
    marks = Watermarks(set(TOPICS), HOLD)
    marks.take(0, seen(at(3), feed="incident-log"))
    marks.take(0, seen(at(2), feed="recording-decisions"))
    assert marks.read_to(0) is None

    marks.take(0, seen(at(1)))

    assert marks.read_to(0) == at(1)


def test_what_was_told_over_one_partition_is_not_known_over_another() -> None:
    marks = told(seen(at(2)))

    assert marks.read_to(1) is None
    assert marks.onward(1, 4, CRIMES) is None


def test_of_a_partition_that_has_left_nothing_is_known_any_more() -> None:
    marks = told(seen(NOON - HOUR))
    marks.view(0, PLAIN, NOON)

    marks.left(0)

    assert marks.read_to(0) is None
    assert marks.view(0, PLAIN, NOON + HOLD).judged_at == NEVER


# What may be said


def test_of_an_unknown_feed_nothing_is_said_for_as_long_as_the_hold_and_then_what_is_older_than_it() -> None:
    marks = told()

    at_first, within, after = (marks.view(0, PLAIN, NOON + gone) for gone in (SECOND * 0, HOLD - SECOND, HOLD))

    assert at_first == within == View(NEVER, NEVER, NEVER, False, True)
    assert after == View(NOON, NEVER, NEVER, False, True)


def test_one_partition_that_was_not_heard_of_leaves_the_feed_unknown() -> None:
    view = told(seen(NOON, 0, partitions=2)).view(0, PLAIN, NOON)

    assert view == View(NEVER, NEVER, NEVER, False, True)


@pytest.mark.parametrize("behind", [SECOND * 0, MINUTE, HOLD])
def test_within_the_hold_deadlines_are_judged_as_far_as_crimes_were_read(behind: timedelta) -> None:
    view = told(seen(NOON - behind)).view(0, PLAIN, NOON)

    assert view == View(NOON - behind, NOON - behind, NOON - behind, False, False)


def test_a_feed_that_does_not_get_on_is_waited_for_and_then_judged_without() -> None:
    marks = told(seen(NOON))
    views = [marks.view(0, PLAIN, NOON + HOLD + gone) for gone in (SECOND, HOLD, HOLD + SECOND, 2 * HOLD)]

    assert [view.judged_at for view in views] == [NOON, NOON, NOON + HOLD + SECOND, NOON + 2 * HOLD]
    assert [view.read_to for view in views] == [NOON] * 4


def test_a_feed_that_has_caught_up_is_waited_for_again() -> None:
    marks = told(seen(NOON))
    marks.view(0, PLAIN, NOON + HOUR)
    marks.take(0, seen(NOON + HOUR))
    assert marks.view(0, PLAIN, NOON + HOUR).judged_at == NOON + HOUR

    view = marks.view(0, PLAIN, NOON + 2 * HOUR)

    assert view.judged_at == NOON + HOUR


def test_nothing_is_judged_ahead_of_the_clock_though_another_machines_clock_is_ahead() -> None:
    view = told(seen(NOON + MINUTE)).view(0, PLAIN, NOON)

    assert (view.judged_at, view.read_to) == (NOON, NOON + MINUTE)


@pytest.mark.parametrize(("behind", "catching_up"), [(HOLD, False), (HOLD + SECOND, True)])
def test_history_is_being_caught_up_while_some_feed_is_further_behind_than_the_hold(
    behind: timedelta, catching_up: bool
) -> None:
    marks = Watermarks(set(TOPICS), HOLD)
    for feed in TOPICS:
        marks.take(0, seen(NOON - behind if feed == "incident-log" else NOON, feed=feed))

    view = marks.view(0, PLAIN, NOON)

    assert view == View(NOON, NOON, NOON - behind, False, catching_up)


def test_all_is_heard_as_far_as_every_feed_was_read_and_the_crimes_of_the_force() -> None:
    marks = Watermarks(set(TOPICS), HOLD)
    for feed, behind in (("incident-log", MINUTE), ("recording-decisions", SECOND), (CRIMES, SECOND)):
        marks.take(0, seen(NOON - behind, feed=feed))
    assert marks.view(0, HABIT, NOON).heard == NOON - MINUTE

    marks.take(0, seen(NOON, came=HOUR, late=10 * MINUTE))

    assert marks.view(0, HABIT, NOON).heard == NOON - 10 * MINUTE


def test_a_word_that_knows_of_fewer_partitions_makes_no_feed_read_to_its_end() -> None:
    marks = told(seen(at(2), 0, partitions=4))

    assert not marks.take(0, seen(at(3), 1, partitions=1))
    assert (marks.read_to(0), marks.unheard(0)) == (None, {CRIMES})


# A feed with a habit


def test_a_feed_with_a_habit_is_read_as_far_as_its_export_reaches() -> None:
    view = told(seen(NOON, came=HOUR, late=MINUTE)).view(0, HABIT, NOON)

    assert view == View(NOON - MINUTE, NOON - MINUTE, NOON - MINUTE, False, False)


@pytest.mark.parametrize(("longer", "stale"), [(SECOND * 0, False), (SECOND, True)])
def test_a_feed_that_is_silent_for_longer_than_ever_is_stale(longer: timedelta, stale: bool) -> None:
    newest = NOON - 2 * HOUR
    marks = told(Seen(CRIMES, 0, 1, NOON + longer, {FORCE: (newest - SECOND, 1.0)}))

    view = marks.view(0, HABIT, NOON + longer)

    assert view.stale is stale
    assert view.read_to == (newest - SECOND if stale else NOON - SECOND)


def test_a_feed_is_silent_only_as_far_as_it_was_read() -> None:
    marks = told(Seen(CRIMES, 0, 1, NOON, {FORCE: (NOON - SECOND, 1.0)}))

    assert not marks.view(0, HABIT, NOON + 3 * HOUR).stale


def test_what_an_earlier_owner_knew_of_a_feed_tells_a_silence_from_a_feed_that_never_spoke() -> None:
    marks = Watermarks({CRIMES}, HOLD)
    marks.remember(0, CRIMES, FORCE, (NOON - 3 * HOUR, 1.0))
    assert (marks.view(0, HABIT, NOON).stale, marks.heard(0, CRIMES, HABIT)) == (False, None)

    marks.take(0, Seen(CRIMES, 0, 1, NOON, {}))

    assert marks.view(0, HABIT, NOON).stale


def test_what_was_remembered_gives_way_to_what_is_newer() -> None:
    marks = told(Seen(CRIMES, 0, 1, NOON, {FORCE: (NOON - SECOND, 1.0)}))

    marks.remember(0, CRIMES, FORCE, (NOON - 3 * HOUR, 1.0))

    assert marks.newest(0, CRIMES, FORCE) == (NOON - SECOND, 1.0)
    assert marks.forces(0, CRIMES) == [FORCE]


@pytest.mark.parametrize(("late", "stale"), [(2 * HOUR, False), (2 * HOUR + SECOND, True)])
def test_a_feed_whose_events_come_later_than_ever_is_stale(late: timedelta, stale: bool) -> None:
    view = told(Seen(CRIMES, 0, 1, NOON, {FORCE: (NOON - late, late.total_seconds())})).view(0, HABIT, NOON)

    assert (view.stale, view.read_to) == (stale, NOON - late)


def test_events_that_come_late_do_not_put_the_feed_back_behind_its_newest_event() -> None:
    newest = NOON - 10 * MINUTE

    view = told(Seen(CRIMES, 0, 1, NOON, {FORCE: (newest, HOUR.total_seconds())})).view(0, HABIT, NOON)

    assert view.read_to == newest


def test_a_force_of_which_no_crime_came_yet_is_not_stale() -> None:
    view = told(seen(NOON)).view(0, HABIT, NOON)

    assert view == View(NOON, NOON, NOON, False, False)


def test_a_silence_without_a_habit_is_never_stale() -> None:
    marks = told(Seen(CRIMES, 0, 1, NOON, {FORCE: (OPENED_AT - 100 * HOUR, 1.0)}))

    assert marks.view(0, PLAIN, NOON) == View(NOON, NOON, NOON, False, False)


# When a deadline was passed


def test_a_deadline_was_passed_when_crimes_were_first_seen_to_have_been_read_beyond_it() -> None:
    marks = told(seen(NOON - MINUTE))
    marks.view(0, PLAIN, NOON)
    marks.take(0, seen(NOON + SECOND))
    marks.view(0, PLAIN, NOON + 2 * SECOND)
    marks.view(0, PLAIN, NOON + 3 * SECOND)

    assert marks.passed_at(0, PLAIN.force, NOON) == NOON + 2 * SECOND
    assert marks.passed_at(0, PLAIN.force, NOON - HOUR) == NOON
    assert marks.passed_at(0, PLAIN.force, NOON + MINUTE) is None


def test_a_feed_of_which_nothing_is_known_has_passed_nothing_and_so_has_one_that_left() -> None:
    unknown, gone = told(), told(seen(NOON))
    unknown.view(0, PLAIN, NOON)
    gone.view(0, PLAIN, NOON)

    gone.left(0)

    assert unknown.passed_at(0, PLAIN.force, NOON - HOUR) is None
    assert gone.passed_at(0, PLAIN.force, NOON - HOUR) is None


def test_what_was_passed_long_ago_was_passed_at_the_latest_when_the_oldest_known_step_was_seen() -> None:
    marks = told()
    for step in range(100):
        marks.take(0, seen(NOON + step * SECOND))
        marks.view(0, PLAIN, NOON + step * SECOND)

    assert marks.passed_at(0, PLAIN.force, NOON) == NOON + 40 * SECOND
