"""The supervisors' list: what is on it, in which order, and what a filter leaves."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.codes import OFFENCE_GROUPS
from rules.rule import SEVERITIES
from streams.outward.desk.board import Board, Filters, OpenAlert, State, pressing
from tests.unit.rules.given import OPENED_AT, at

NOW = at(24)


def alert(name: str, /, **said: Any) -> OpenAlert:
    """An overdue alert on an incident of its own name, of a theft in the north, unless said otherwise."""
    usual: dict[str, Any] = {
        "force": "Example",
        "incident_ref": name.upper(),
        "kind": "overdue",
        "severity": "high",
        "rule": "M01",
        "status": "open",
        "due_at": at(23),
        "raised_at": at(23),
        "summary": "No crime was recorded",
        "area": "north",
        "offence_group": "theft",
    }
    return OpenAlert(name, **{**usual, **said})


def board_of(*alerts: OpenAlert) -> Board:
    board = Board()
    for each in alerts:
        board.take(each.alert_id, each)
    return board


def listed(board: Board, filters: Filters | None = None, **how: Any) -> list[str | None]:
    return [case.incident_ref for case in board.cases(filters or Filters(), NOW, **how)]


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


def test_an_incident_is_listed_once_by_its_most_pressing_alert_with_the_others_behind() -> None:
    soon = alert("a2", incident_ref="A", kind="closed_without_crime", due_at=NOW + timedelta(hours=2))
    board = board_of(soon, alert("a1", incident_ref="A"), alert("b", severity="critical"))

    first, second = board.cases(Filters(), NOW)

    assert (first.incident_ref, second.incident_ref) == ("B", "A")
    assert [each.alert_id for each in second.alerts] == ["a1", "a2"]
    assert second.first.alert_id == "a1"


def test_what_is_resolved_or_removed_is_on_the_list_no_more() -> None:
    board = board_of(alert("a"), alert("b"), alert("c", status="resolved"))

    before = board.take("a", alert("a", status="resolved"))
    gone = board.take("b", None)

    assert (before, gone) == (alert("a"), alert("b"))
    assert (len(board), listed(board)) == (0, [])
    assert board.take("b", None) is None


def test_an_alert_that_changes_place_is_listed_where_it_is_now_alone() -> None:
    board = board_of(alert("a"))

    board.take("a", alert("a", area="south", status="acknowledged", acknowledged_by="S-7"))

    assert listed(board, Filters(area="north")) == []
    assert listed(board, Filters(area="south", state="acknowledged")) == ["A"]
    assert [each.acknowledged_by for each in board.of("Example", "A")] == ["S-7"]


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


def test_the_counts_of_the_kinds_leave_the_kind_that_is_asked_for_out_of_account() -> None:
    board = board_of(alert("a"), alert("b", kind="due_soon"), alert("c", kind="due_soon", area="south"))

    assert board.counts(Filters(area="north", kind="overdue")) == {"overdue": 1, "due_soon": 1}


def test_the_open_alerts_of_an_incident_come_by_when_they_are_due() -> None:
    board = board_of(alert("late", incident_ref="A", due_at=at(23)), alert("early", incident_ref="A", due_at=at(2)))

    assert [each.alert_id for each in board.of("Example", "A")] == ["early", "late"]
    assert board.of("Example", "Z") == []


def test_what_is_published_is_read_and_what_the_list_does_not_show_is_passed_over() -> None:
    published = (
        b'{"alert_id":"ab","force":"Example","incident_ref":"A","area":null,"kind":"overdue","severity":"critical","rule":"M01",'
        b'"status":"open","due_at":"2026-04-02T09:00:00Z","raised_at":"2026-04-02T09:00:00.5Z","summary":"s","paged":true,'
        b'"feed_stale":false,"offence_group":"rape","explanation":{"text":"t","holds":true}}'
    )

    read = msgspec.json.decode(published, type=OpenAlert)

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
def test_after_any_changes_the_list_is_that_of_the_newest_states(changes: list[OpenAlert], state: State | None) -> None:
    board = board_of(*changes)
    newest = {each.alert_id: each for each in changes}
    wanted = [each for each in newest.values() if each.stands and state in (None, each.status)]

    cases = board.cases(Filters(state=state), NOW)

    assert sorted(each.alert_id for case in cases for each in case.alerts) == sorted(each.alert_id for each in wanted)
    assert len({(case.force, case.incident_ref) for case in cases}) == len(cases)
    places = [pressing(case.first, NOW) for case in cases]
    assert places == sorted(places)
    assert len(board) == sum(each.stands for each in newest.values())
