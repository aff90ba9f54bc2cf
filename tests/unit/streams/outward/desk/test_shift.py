"""What a shift hands over."""

from datetime import timedelta

from streams.outward.desk.shift import shift_of
from tests.unit.rules.given import at
from tests.unit.streams.outward.desk import NOW, alert, board_of

EIGHT = timedelta(hours=8)


def test_a_shift_counts_what_came_in_and_what_became_of_it() -> None:
    board = board_of(
        alert("new", raised_at=at(17)),
        alert("old", raised_at=at(15)),
        alert("done", raised_at=at(17), status="resolved", resolved_at=at(20), resolution="recorded_late"),
        alert("turned", raised_at=at(2), status="resolved", resolved_at=at(20), resolution="became_overdue"),
        alert("before", raised_at=at(2), status="resolved", resolved_at=at(15), resolution="exempt"),
        alert("feed", incident_ref=None, kind="monitor", raised_at=at(20)),
    )

    shift = shift_of(board, EIGHT, NOW, None)

    assert shift.raised == {"overdue": 2}
    assert shift.resolved == {"recorded_late": 1}


def test_a_shift_says_who_holds_what_what_is_late_and_not_taken_and_what_is_due_next() -> None:
    held = {"status": "acknowledged", "acknowledged_by": "S-7"}
    board = board_of(
        alert("late"),
        alert("grave", severity="critical"),
        alert("held", **held),
        alert("next", due_at=at(32)),
        alert("soon", due_at=at(25), **held),
        alert("far", due_at=at(33)),
    )

    shift = shift_of(board, EIGHT, NOW, None)

    assert shift.taken_by == {"S-7": 2}
    assert [case.incident_ref for case in shift.late] == ["GRAVE", "LATE"]
    assert [case.incident_ref for case in shift.next_due] == ["SOON", "NEXT"]


def test_a_shift_is_of_the_forces_that_somebody_sees() -> None:
    board = board_of(alert("a", force="Other"), alert("b", status="resolved", resolved_at=at(20), force="Other"))

    shift = shift_of(board, EIGHT, NOW, {"Example"})

    assert [*shift.raised, *shift.resolved, *shift.late] == []
