"""Plain words, and times as people of the force say them."""

from datetime import timedelta
from typing import get_args

import pytest

from rules.instants import zone_named
from rules.vocabulary import Basis, RaisedKind, Role
from streams.outward.desk.wording import (
    BASES,
    DECIDERS,
    KINDS,
    kind_words,
    kinds_in_order,
    left_words,
    moment,
    resolution_words,
    with_moments,
)
from tests.unit.rules.given import at
from tests.unit.streams.outward.desk import NOW

LONDON = zone_named("Europe/London")


def test_every_basis_role_and_kind_of_the_contract_has_its_words() -> None:
    assert set(BASES) == set(get_args(Basis))
    assert set(DECIDERS) == set(get_args(Role))
    assert set(get_args(RaisedKind)) | {"due_soon", "monitor"} == set(KINDS)


def test_a_word_that_is_new_is_shown_as_it_is() -> None:
    assert (kind_words("no_incident"), resolution_words("all_well")) == ("no incident", "all well")
    assert kinds_in_order({"no_incident", "due_soon", "overdue"}) == ["overdue", "due_soon", "no_incident"]


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "0 min left"),
        (59.9, "59 min left"),
        (60, "1 h 00 min left"),
        (47 * 60 + 59, "47 h 59 min left"),
        (48 * 60, "2 days left"),
        (-0.1, "0 min late"),
        (-125, "2 h 05 min late"),
    ],
)
def test_what_is_left_is_said_in_whole_minutes(minutes: float, said: str) -> None:
    assert left_words(NOW + timedelta(minutes=minutes), NOW) == said


def test_a_time_is_local_to_the_minute_with_its_second_and_offset_behind() -> None:
    assert moment(at(0) + timedelta(seconds=7), LONDON) == (
        '<time datetime="2026-04-02T09:00:07Z" title="10:00:07, UTC+01:00">Thu 2 Apr 2026 10:00 BST</time>'
    )


def test_instants_within_a_text_are_told_too_and_all_else_is_only_text() -> None:
    told = with_moments("<b>from</b> 2026-04-02T09:00:00Z to 2026-12-02T09:00:00.5Z & on", LONDON)

    assert told.startswith("&lt;b&gt;from&lt;/b&gt; <time")
    assert told.endswith("&amp; on")
    assert told.count("<time ") == 2
    assert with_moments("", LONDON) == ""
