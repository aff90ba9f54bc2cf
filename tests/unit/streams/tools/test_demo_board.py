import json
from datetime import datetime, timedelta
from typing import Any

from streams.tools.demo.board import NEWEST, Board

START = datetime.fromisoformat("2026-11-23T12:00:00+00:00")


def status(board: Board, ref: str, status: str, **more: Any) -> None:
    said = {"force": "F", "incident_ref": ref, "status": status, "explanation": {"text": "so"}, **more}
    board.take_status(f"F/{ref}".encode(), json.dumps(said).encode())


def alert(board: Board, name: str, seconds: float = 0, **more: Any) -> None:
    at = (START + timedelta(seconds=seconds)).isoformat()
    said: dict[str, Any] = {
        "alert_id": name,
        "incident_ref": f"R-{name}",
        "kind": "overdue",
        "severity": "high",
        "status": "open",
    }
    said |= {"summary": "No crime was recorded", "raised_at": at, "due_at": at, "history": [], **more}
    board.take_alert(name.encode(), json.dumps(said).encode())


def due(seconds: float) -> str:
    return (START + timedelta(seconds=seconds)).isoformat()


def test_an_incident_counts_under_its_newest_status_only() -> None:
    board = Board(START)

    status(board, "1", "monitoring", due_at=due(60))
    status(board, "2", "monitoring", due_at=due(60))
    status(board, "1", "recorded_in_time", due_at=due(60))

    assert +board.incidents == {"monitoring": 1, "recorded_in_time": 1}


def test_an_incident_that_left_counts_no_more() -> None:
    board = Board(START)
    status(board, "1", "monitoring", due_at=due(60))

    board.take_status(b"F/1", None)

    assert not +board.incidents
    assert board.next_deadlines(START, 5) == []


def test_the_next_deadlines_are_those_still_to_come_of_incidents_without_a_crime() -> None:
    board = Board(START)
    for ref, state, seconds in (("late", "due_soon", 90), ("soon", "monitoring", 30), ("past", "due_soon", -1)):
        status(board, ref, state, due_at=due(seconds))
    status(board, "done", "recorded_in_time", due_at=due(10))

    assert [each.incident_ref for each in board.next_deadlines(START, 5)] == ["soon", "late"]
    assert [each.incident_ref for each in board.next_deadlines(START, 1)] == ["soon"]


def test_an_alert_stands_until_it_is_resolved() -> None:
    board = Board(START)
    alert(board, "a")
    alert(board, "b", kind="due_soon")
    alert(board, "a", status="acknowledged")

    alert(board, "b", kind="due_soon", status="resolved", resolution="recorded_in_time")

    assert +board.open_alerts == {"overdue": 1}


def test_the_newest_alerts_are_those_raised_last_in_whichever_order_they_come() -> None:
    board = Board(START)
    for name, seconds in (("b", 2), ("c", 3), ("a", 1)):
        alert(board, name, seconds)

    assert [each.alert_id for each in board.newest_alerts(2)] == ["c", "b"]


def test_only_so_many_of_the_newest_alerts_are_kept_in_order() -> None:
    board = Board(START)
    for number in range(NEWEST * 2):
        alert(board, str(number), number)

    assert len(board.newest_alerts(1000)) == NEWEST
    assert board.newest_alerts(1)[0].alert_id == str(NEWEST * 2 - 1)


def test_an_alert_that_left_is_not_shown() -> None:
    board = Board(START)
    alert(board, "a")

    board.take_alert(b"a", None)

    assert board.newest_alerts(5) == []
    assert not +board.open_alerts


def test_a_deadline_counts_as_watched_if_it_fell_after_the_start_and_once_an_incident() -> None:
    board = Board(START)
    alert(board, "before", -5)
    alert(board, "after", 5, incident_ref="R")
    alert(board, "other rule", 5, incident_ref="R")
    alert(board, "other kind", 5, kind="due_soon")

    assert [each.alert_id for each in board.fell_due] == ["after", "other rule"]
    assert board.deadlines_passed == 1


def test_an_alert_about_the_force_as_a_whole_stands_beside_those_about_incidents() -> None:
    board = Board(START)
    said = {"alert_id": "m", "kind": "monitor", "severity": "high", "status": "open", "summary": "12 more alerts"}

    board.take_alert(b"m", json.dumps({**said, "raised_at": due(0), "due_at": due(0)}).encode())

    assert board.open_alerts["monitor"] == 1
    assert [(alert.incident_ref, alert.summary) for alert in board.newest_alerts(1)] == [("", "12 more alerts")]
