"""The supervisors' list: what is on it, in which order, and what a filter leaves."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.codes import OFFENCE_GROUPS
from rules.rule import SEVERITIES
from streams.outward.desk.board import Board, Filters, ListedAlert, State, in_order, kinds_of, pressing
from tests.unit.rules.given import OPENED_AT, at
from tests.unit.streams.outward.desk import NOW, alert, board_of


def listed(board: Board, filters: Filters | None = None, **how: Any) -> list[str | None]:
    return [case.incident_ref for case in in_order(board.cases(filters or Filters()), NOW, **how)]


def test_what_is_breached_comes_before_what_is_not_and_then_by_how_soon_it_will_be() -> None:
    board = board_of(
        alert("e", due_at=NOW + timedelta(hours=13)),
        alert("d", due_at=NOW + timedelta(hours=12)),
        alert("c", due_at=NOW + timedelta(hours=4)),
        alert("b", due_at=NOW + timedelta(hours=1)),
        alert("a", due_at=NOW),
    )

    assert listed(board) == ["A", "B", "C", "D", "E"]


def test_among_what_is_as_pressing_the_gravest_comes_first_and_not_the_longest_overdue() -> None:
    board = board_of(
        alert("long", due_at=at(1)),
        alert("child", severity="critical"),
        alert("rape", severity="critical", offence_group="rape", due_at=at(23.9)),
        alert("robbed", offence_group="robbery"),
    )

    assert listed(board) == ["RAPE", "CHILD", "ROBBED", "LONG"]


def test_own_areas_come_first_and_what_is_about_a_force_before_everything() -> None:
    board = board_of(
        alert("grave", severity="critical", area="south"),
        alert("own", severity="medium"),
        alert("feed", kind="monitor", incident_ref=None, area=None),
    )

    assert listed(board, own_areas={"north"}) == [None, "OWN", "GRAVE"]


def test_an_incident_is_listed_once_by_what_is_due_first_and_is_as_grave_as_its_gravest_alert() -> None:
    soon = alert("a2", incident_ref="A", kind="closed_without_crime", due_at=at(30), severity="critical")
    board = board_of(soon, alert("a1", incident_ref="A", offence_group="robbery"), alert("b", offence_group="rape"))

    first, second = in_order(board.cases(Filters()), NOW)

    assert (first.incident_ref, second.incident_ref) == ("A", "B")
    assert [each.alert_id for each in first.alerts] == ["a1", "a2"]
    assert (first.due_at, first.severity, first.group) == (at(23), "critical", "robbery")
    assert first.kinds == {"overdue", "closed_without_crime"}


def test_a_crime_that_is_owed_presses_before_what_else_is_wrong_however_long_that_has_been_so() -> None:
    board = board_of(alert("a1", incident_ref="A", kind="data_quality", due_at=at(1)), alert("a2", incident_ref="A"))

    (case,) = board.cases(Filters())

    assert (case.first.alert_id, case.due_at) == ("a2", at(23))


def test_an_incident_is_open_until_the_last_of_its_alerts_is_taken() -> None:
    board = board_of(alert("a1", incident_ref="A"), alert("a2", incident_ref="A", status="acknowledged"))

    assert listed(board, Filters(state="open")) == ["A"]

    board.take("a1", alert("a1", incident_ref="A", status="acknowledged"))

    assert (listed(board, Filters(state="open")), listed(board, Filters(state="acknowledged"))) == ([], ["A"])


def test_what_is_resolved_or_removed_is_on_the_list_no_more() -> None:
    board = board_of(alert("a"), alert("b"), alert("c", status="resolved"))

    assert board.take("a", alert("a", status="resolved")) == ("Example", "A")
    assert board.take("b", None) == ("Example", "B")
    assert (len(board), listed(board), board.case(("Example", "A"))) == (0, [], None)
    assert board.take("b", None) is None
    assert board.take("c", alert("c", status="resolved")) is None


def test_an_alert_that_changes_place_is_listed_where_it_is_now_alone() -> None:
    board = board_of(alert("a"))

    board.take("a", alert("a", area="south", status="acknowledged", acknowledged_by="S-7"))

    assert listed(board, Filters(area="north")) == []
    assert listed(board, Filters(area="south", state="acknowledged")) == ["A"]
    taken = board.alert("a")
    assert taken is not None
    assert taken.acknowledged_by == "S-7"


def test_only_the_forces_that_somebody_may_see_are_given() -> None:
    board = board_of(alert("a"), alert("b", force="Other"))

    assert [case.force for case in board.cases(Filters(), {"Other"})] == ["Other"]
    assert len(list(board.cases(Filters(), None))) == 2


def test_what_was_resolved_of_late_is_kept_for_the_shift_and_forgotten_after_it() -> None:
    board = Board()
    board.forget_before(at(20))
    for name, hours in (("old", 19), ("early", 20), ("late", 23)):
        board.take(name, alert(name, status="resolved", resolved_at=at(hours), resolution="recorded_late"))

    assert {each.alert_id for each in board.ended(at(0))} == {"early", "late"}
    assert {each.alert_id for each in board.ended(at(22))} == {"late"}
    assert board.ended(at(0), {"Other"}) == []

    board.take("late", alert("late"))
    board.forget_before(at(21))

    assert board.ended(at(0)) == []


@pytest.mark.parametrize(
    "filters",
    [
        Filters(force="Other"),
        Filters(area="south"),
        Filters(kind="due_soon"),
        Filters(group="rape"),
        Filters(state="acknowledged"),
        Filters(words="x9"),
    ],
)
def test_each_filter_leaves_what_it_names(filters: Filters) -> None:
    other = alert(
        *("b",),
        force="Other",
        area="south",
        kind="due_soon",
        offence_group="rape",
        status="acknowledged",
        incident_ref="POL-X9",
    )

    assert listed(board_of(alert("a"), other), filters) == ["POL-X9"]


def test_the_kinds_are_counted_by_incident() -> None:
    board = board_of(
        alert("a"),
        alert("a2", incident_ref="A", kind="due_soon"),
        alert("b", kind="due_soon"),
        alert("b2", incident_ref="B"),
    )

    assert kinds_of(board.cases(Filters())) == {"overdue": 2, "due_soon": 2}


def test_what_is_published_is_read_and_what_the_list_does_not_show_is_passed_over() -> None:
    published = (
        b'{"alert_id":"ab","force":"Example","incident_ref":"A","area":null,"kind":"overdue","severity":"critical","rule":"M01",'
        b'"status":"open","due_at":"2026-04-02T09:00:00Z","raised_at":"2026-04-02T09:00:00.5Z","summary":"s","paged":true,'
        b'"feed_stale":false,"offence_group":"rape","explanation":{"text":"t","holds":true}}'
    )

    read = msgspec.json.decode(published, type=ListedAlert)

    assert (read.due_at, read.paged, read.area) == (OPENED_AT, True, None)


ALERTS = st.lists(
    st.builds(
        lambda name, ref, area, kind, severity, group, hours, state: alert(
            name,
            incident_ref=ref,
            area=area,
            kind=kind,
            severity=severity,
            offence_group=group,
            due_at=at(hours),
            status=state,
        ),
        st.sampled_from("abcdefgh"),
        st.sampled_from("PQR"),
        st.sampled_from(["north", "south"]),
        st.sampled_from(["overdue", "due_soon"]),
        st.sampled_from(SEVERITIES),
        st.sampled_from(OFFENCE_GROUPS),
        st.integers(0, 60),
        st.sampled_from(["open", "acknowledged", "resolved"]),
    ),
    max_size=20,
)


@given(ALERTS, st.sampled_from([None, "open", "acknowledged"]))
def test_after_any_changes_the_list_is_that_of_the_newest_states(
    changes: list[ListedAlert], state: State | None
) -> None:
    board = board_of(*changes)
    newest = {each.alert_id: each for each in changes}

    cases = in_order(board.cases(Filters()), NOW)

    shown = {each.alert_id: each for case in cases for each in case.alerts}
    assert shown == {name: each for name, each in newest.items() if each.stands}
    assert len({case.place for case in cases}) == len(cases)
    places = [pressing(case, NOW) for case in cases]
    assert places == sorted(places)
    assert len(board) == len(shown)
    taken = {case.place for case in board.cases(Filters(state=state))}
    assert taken == {case.place for case in cases if state in (None, case.state)}
