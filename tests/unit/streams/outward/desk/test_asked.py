"""A link is a view: what an address asks for is what it is made of again."""

from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.outward.desk.asked import address, count_of, filters_of, in_words, name_of, query_of
from streams.outward.desk.board import Filters, in_order
from tests.unit.streams.outward.desk import NOW, alert, board_of

WORDS = st.text(min_size=1, max_size=20)


@given(
    st.builds(
        Filters, WORDS, WORDS, WORDS, WORDS, st.sampled_from([None, "open", "acknowledged"]), WORDS.map(str.strip)
    )
)
def test_the_address_of_a_view_asks_for_that_view(filters: Filters) -> None:
    assert filters_of(dict(parse_qsl(query_of(filters)[1:]))) == filters


def test_what_is_not_understood_or_left_empty_is_not_asked_for() -> None:
    assert filters_of({"state": "closed", "kind": "", "page": "2"}) == Filters()
    assert query_of(Filters()) == ""


def test_a_number_of_any_characters_has_its_own_address() -> None:
    ref = 'a/b?c#d%e "<ü>'

    assert unquote(address("Example", ref)) == f"/incident/Example/{ref}"
    assert not set('?#"< ') & set(address("Example", ref))
    assert name_of(("Example", None)) == "Example/"


def test_what_is_shown_is_said_in_words() -> None:
    assert in_words(Filters(kind="due_soon", state="open", group="other_sexual")) == [
        "kind: due soon",
        "offence: other sexual",
        "taken: no",
    ]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], ""),
        (["a"], "1 incident: 1 overdue"),
        (["a", "b"], "2 incidents: 2 overdue, 1 due soon"),
    ],
)
def test_the_count_is_of_incidents_and_of_what_is_wrong_with_them(names: list[str], said: str) -> None:
    alerts = [alert(name) for name in names] + (
        [alert("b2", incident_ref="B", kind="due_soon")] if "b" in names else []
    )

    assert count_of(in_order(board_of(*alerts).cases(Filters()), NOW)) == said


def test_what_is_about_a_whole_force_is_no_incident() -> None:
    board = board_of(alert("a"), alert("feed", incident_ref=None, kind="monitor"))

    assert count_of(in_order(board.cases(Filters()), NOW)) == "1 incident: 1 overdue, 1 feeds to check"
