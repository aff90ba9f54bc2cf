"""The account of a feed, and what was rejected as a line or as it came."""

import json
from collections import Counter

import pytest

from streams.tools.accounts import FeedSummary, Passed, Reading, Result, bytes_of, rejection
from streams.tools.mapping import Mapped, Rejected, Unused

RESULTS: list[Result] = [
    Mapped("a.csv", 2, {"type": "incident.opened"}),
    Passed("a.csv", 3, {"type": "incident.opened"}, b"{}"),
    Rejected("a.csv", 4, "expected 5 cells", "invalid_data", "x,y"),
    Unused("a.csv", 5),
]


@pytest.fixture
def summary() -> FeedSummary:
    counted = FeedSummary(sent=Counter({"incident-log": 2, "dead-letters": 1}))
    for result in RESULTS:
        counted.count(result)
    counted.close(Reading(rows=4, unseen={"Beat"}))
    return counted


def test_it_says_what_became_of_the_rows_and_what_each_topic_acknowledged(summary: FeedSummary) -> None:
    assert str(summary).splitlines() == [
        "4 rows read, 2 events",
        "  2 incident.opened",
        "3 sent and acknowledged",
        "  1 to dead-letters",
        "  2 to incident-log",
        "1 rows of which the mapping makes no event",
        "columns that no row has: Beat",
        "1 rejected",
        "  1 invalid_data: expected 5 cells",
    ]


def test_a_program_gets_the_same_as_an_object(summary: FeedSummary) -> None:
    assert json.loads(json.dumps(summary.as_dict())) == {
        "rows": 4,
        "events": {"incident.opened": 2},
        "sent": {"incident-log": 2, "dead-letters": 1},
        "unused": 1,
        "rejected": [{"error_type": "invalid_data", "error": "expected 5 cells", "count": 1}],
        "unseen": ["Beat"],
    }


def test_many_reasons_are_kept_short() -> None:
    summary = FeedSummary()
    summary.rejected.update({("invalid_data", f"reason {number}"): 1 for number in range(25)})

    assert str(summary).splitlines()[-1] == "  and 5 other reasons"


def test_an_event_is_sent_as_it_came_or_as_json_without_escapes() -> None:
    assert bytes_of(Passed("-", 1, {}, b'{ "a":\t1 }')) == b'{ "a":\t1 }'
    assert bytes_of(Mapped("-", 1, {"area": "Café"})) == '{"area":"Café"}'.encode()


def test_what_was_rejected_is_had_again_byte_for_byte_and_shown_as_text() -> None:
    line = b"caf\xe9 \xff"
    rejected = Rejected("-", 1, "expected JSON", "not_json", line.decode(errors="surrogateescape"))

    assert bytes_of(rejected) == line
    assert json.loads(rejection(rejected))["row"] == "caf� �"


def test_cells_that_were_rejected_are_an_object() -> None:
    rejected = Rejected("a.csv", 2, "no value", "invalid_data", {"Log": "L1", "Beat": "Café"})

    assert json.loads(bytes_of(rejected)) == {"Log": "L1", "Beat": "Café"}
    assert json.loads(rejection(rejected))["row"] == {"Log": "L1", "Beat": "Café"}
