"""What is rendered: each row once a change, nothing that a number says as more than text, no formula in a spreadsheet."""

import csv
import io

import pytest

from streams.outward.desk.board import Board, Filters, Links, in_order
from streams.outward.desk.pages import Pages
from streams.settings import Forces
from tests.unit.streams.outward.desk import FORCE, NOW, alert, board_of


def row_of(board: Board, pages: Pages | None = None, ref: str = "A") -> str:
    case = board.case((FORCE, ref))
    assert case is not None
    return (pages or Pages(Forces({}))).row(case)


def test_a_row_says_what_is_wrong_by_when_how_grave_where_and_whose() -> None:
    row = row_of(board_of(alert("a", severity="critical", offence_group="rape", feed_stale=True)))

    for said in ("Overdue", "due <time", "critical", "rape", "north, Example", "Not taken", "may be recorded already"):
        assert said in row
    assert '<button type="button" class="take">' in row
    assert 'data-place="Example/A"' in row


def test_what_is_taken_says_by_whom_for_whom_and_is_not_offered_again() -> None:
    taken = alert("a", status="acknowledged", acknowledged_by="S-7", assigned_to="S-9", team="CID")

    row = row_of(board_of(taken))

    assert "Taken by S-7, for S-9, team CID" in row
    assert "<button" not in row


def test_what_is_about_a_whole_force_is_no_link_and_cannot_be_taken() -> None:
    board = board_of(alert("feed", incident_ref=None, kind="monitor", area=None))
    (case,) = board.cases(Filters())

    row = Pages(Forces({})).row(case)

    assert "The whole force, Example" in row
    assert "<a " not in row
    assert "<button" not in row


@pytest.mark.parametrize("ref", ["<script>alert(1)</script>", '" onmouseover="x', "a/b?c#d", "{{ 7 * 7 }}"])
def test_a_number_is_only_text_wherever_it_stands(ref: str) -> None:
    row = row_of(board_of(alert("a", incident_ref=ref, area=ref, summary=ref, offence_group="none")), ref=ref)

    assert "<script" not in row
    assert 'onmouseover="x"' not in row
    assert "49" not in row.replace("2026", "")


def test_a_row_is_rendered_once_a_change_and_forgotten_with_its_case() -> None:
    board, pages = board_of(alert("a")), Pages(Forces({}))
    first = row_of(board, pages)

    assert row_of(board, pages) is first
    board.take("a", alert("a", area="south"))
    assert "south" in row_of(board, pages)

    board.take("a", None)
    pages.forget(board, (FORCE, "A"))
    assert pages._rows == {}


def test_the_table_for_a_spreadsheet_is_in_the_lists_order_and_holds_no_formula() -> None:
    board = board_of(alert("b", severity="critical"), alert("a", incident_ref="=1+1", area="@here"))

    table = Pages(Forces({})).as_csv(in_order(board.cases(Filters()), NOW), NOW)

    first, second = csv.DictReader(io.StringIO(table))
    assert (first["incident"], first["severity"], first["left"]) == ("B", "critical", "1 h 00 min late")
    assert (second["incident"], second["area"], second["due"]) == ("'=1+1", "'@here", "2026-04-03T08:00:00Z")
    assert second["due_local"] == "Fri 3 Apr 2026 09:00 BST"


def test_the_log_is_one_click_away_where_the_force_has_an_address_for_it() -> None:
    there = row_of(board_of(alert("a", links=Links(log="https://log.invalid/A?x=1&y=2"))))

    assert 'href="https://log.invalid/A?x=1&amp;y=2"' in there
    assert "Log<" not in row_of(board_of(alert("a")))
