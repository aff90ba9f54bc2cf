from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rules.explanation import Node, in_words, local_words, rendered, span


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "none"),
        (True, None),
        (False, None),
        ("not_traced", "not traced"),
        ("CRIME_THEFT", "CRIME_THEFT"),
        (frozenset({"b_c", "a"}), "a, b c"),
        (frozenset(), "none"),
        (3, "3"),
        (date(2026, 4, 1), "2026-04-01"),
        (datetime(2026, 4, 1, 9, tzinfo=UTC), "2026-04-01T09:00:00Z"),
        (timedelta(hours=1), "1 hour"),
    ],
)
def test_a_value_is_written_as_a_person_reads_it(value: object, words: str | None) -> None:
    assert in_words(value) == words


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (timedelta(hours=24), "24 hours"),
        (timedelta(hours=72), "72 hours"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(days=7), "7 days"),
        (timedelta(hours=90, minutes=5), "90 hours 5 min"),
    ],
)
def test_a_span_is_in_hours_or_in_whole_days(duration: timedelta, words: str) -> None:
    assert span(duration) == words


def test_an_instant_is_said_in_the_forces_own_time() -> None:
    zone = ZoneInfo("Europe/London")

    assert local_words(datetime(2026, 4, 2, 9, tzinfo=UTC), zone) == "Thu 2 Apr 2026 10:00 BST"
    assert local_words(datetime(2026, 12, 2, 9, 0, 5, tzinfo=UTC), zone) == "Wed 2 Dec 2026 09:00:05 GMT"


def test_a_tree_leaves_out_what_is_absent_and_renders_indented() -> None:
    tree = Node("Root", True, "x", "CRR26 p7", (Node("Leaf", False),)).as_dict()

    assert tree == {
        "text": "Root",
        "holds": True,
        "value": "x",
        "cite": "CRR26 p7",
        "children": [{"text": "Leaf", "holds": False}],
    }
    assert list(rendered(tree)) == ["yes  Root: x  [CRR26 p7]", "   no   Leaf"]
