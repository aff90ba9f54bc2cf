import pytest

from streams.tools.differences import differences
from streams.tools.reconciliation import (
    ALERTS_OPEN,
    INCIDENTS,
    Books,
    Fault,
    Row,
    Told,
    off,
)

OPEN = Told("overdue", "M02", "high", "open")
RESOLVED = OPEN._replace(status="resolved")
A, B = "Example/A", "Example/B"


@pytest.fixture
def books() -> Books:
    """Two incidents, one with an alert that stands and one that does not, and all of it published."""
    kept = Books()
    kept.row(A, Row("overdue", "theft", (("1", OPEN), ("2", RESOLVED))))
    kept.row(B, Row("not_expected", "none"))
    kept.status(A, "overdue")
    kept.status(B, "not_expected")
    kept.alert("1", A, OPEN)
    kept.alert("2", A, RESOLVED)
    return kept


def test_where_both_say_the_same_nothing_is_wrong_and_the_sums_add_up(books: Books) -> None:
    assert list(books.faults()) == []
    assert str(books.accounts()["Example"]) == (
        "2 incidents opened = 1 not_expected + 1 overdue; 2 alerts raised = 1 open + 1 resolved"
    )


def test_an_incident_of_which_nobody_has_said_when_it_was_received_has_no_status(books: Books) -> None:
    books.row("Example/C", Row(None, "none"))

    assert list(books.faults()) == []
    assert books.accounts()["Example"].opened == 2


def test_an_incident_that_was_removed_on_both_sides_is_no_fault(books: Books) -> None:
    books.row(B, None)
    books.status(B, None)

    assert list(books.faults()) == []


def test_a_status_that_was_not_sent_is_a_fault(books: Books) -> None:
    books.row("Example/C", Row("monitoring", "theft"))

    (found,) = differences(books.accounts(), books.faults())
    assert (found.name, found.expected, found.found, found.examples) == ("status_never_sent", 3, 2, ("Example/C",))


def test_another_status_is_a_fault(books: Books) -> None:
    books.status(A, "exempt")

    (found,) = differences(books.accounts(), books.faults())
    assert (found.name, found.expected, found.found) == ("status_differs", 2, 1)


def test_a_status_without_its_row_is_a_fault(books: Books) -> None:
    books.row(B, None)

    (found,) = differences(books.accounts(), books.faults())
    assert (found.name, found.expected, found.found) == ("status_without_row", 1, 2)


def test_a_row_whose_status_was_removed_is_one_fault_whatever_became_of_its_alerts(books: Books) -> None:
    books.status(A, None)
    books.alert("1", A, None)

    (found,) = differences(books.accounts(), books.faults())
    assert (found.name, found.expected, found.found) == ("row_left_behind", 1, 2)


def test_a_lost_alert_is_a_fault(books: Books) -> None:
    books.alert("2", "", None)

    (found,) = differences(books.accounts(), books.faults())
    assert (found.name, found.expected, found.found) == ("alert_lost", 2, 1)


@pytest.mark.parametrize("other", [RESOLVED, OPEN._replace(status="acknowledged"), OPEN._replace(severity="medium")])
def test_an_alert_that_says_something_else_than_its_row_is_a_fault(books: Books, other: Told) -> None:
    books.alert("1", A, other)

    assert list(books.faults()) == [Fault(A, "alert_differs", "1")]


@pytest.mark.parametrize(
    ("told", "name"),
    [
        (OPEN, "alert_doubled"),
        (OPEN._replace(rule="M04"), "alert_without_row"),
        (OPEN._replace(kind="due_soon"), "alert_without_row"),
    ],
)
def test_a_standing_alert_that_no_row_knows_doubles_one_of_its_rule_and_kind_or_is_alone(
    books: Books, told: Told, name: str
) -> None:
    books.alert("3", A, told)

    (found,) = differences(books.accounts(), books.faults())
    assert (found.name, found.expected, found.found) == (name, 2, 3)


def test_a_resolved_alert_that_no_row_knows_is_history(books: Books) -> None:
    books.alert("3", A, RESOLVED)
    books.alert("4", "Example/GONE", RESOLVED)

    assert list(books.faults()) == []
    assert books.accounts()["Example"].resolved == 1


def test_the_gauges_count_what_waits_and_what_stands(books: Books) -> None:
    assert +books.gauges() == {
        ("Example", INCIDENTS, "theft", "overdue"): 1,
        ("Example", ALERTS_OPEN, "overdue", "high"): 1,
    }


def test_a_gauge_may_be_off_by_the_incidents_that_were_touched_alone(books: Books) -> None:
    books.touched.clear()
    books.row(A, Row("recorded_late", "theft", (("1", RESOLVED), ("2", RESOLVED))))
    waiting, alerts = ("Example", INCIDENTS, "theft", "overdue"), ("Example", ALERTS_OPEN, "overdue", "high")

    assert off(books.gauges(), {waiting: 1, alerts: 2}, books.leeway()) == set()
    assert off(books.gauges(), {waiting: 2, alerts: 3}, books.leeway()) == {waiting, alerts}
    assert off(books.gauges(), {waiting: 1}, {}) == {waiting}


def test_a_row_that_is_removed_leaves_the_leeway_of_the_alerts_that_it_had(books: Books) -> None:
    books.touched.clear()
    books.row(A, None)

    assert books.leeway() == {("Example", INCIDENTS): 1, ("Example", ALERTS_OPEN): 2}
