from streams.tools.differences import differences, drifts
from streams.tools.reconciliation import ALERTS_OPEN, Books, Row


def test_a_difference_is_one_line_with_both_numbers_what_to_do_and_a_few_of_many() -> None:
    books = Books()
    for number in range(5):
        books.row(f"Other/{number}", Row("monitoring", "theft"))

    (found,) = differences(books.accounts(), books.faults())
    assert str(found) == (
        "Other: status_never_sent: opened incidents with a status on recording-status: expected 5, found 0"
        " (Other/0, Other/1, Other/2, …): stop the workers; `recording-monitor rebuild --from-empty` then says"
        " everything again"
    )


def test_a_gauge_that_drifted_is_one_line_with_both_numbers() -> None:
    series = ("Example", ALERTS_OPEN, "overdue", "high")

    (found,) = drifts({series}, {series: 3}, {series: 2})
    assert str(found).startswith(
        "Example: gauge_drifted: recording_alerts_open{kind=overdue, severity=high}: expected 3, found 2: restart"
    )
