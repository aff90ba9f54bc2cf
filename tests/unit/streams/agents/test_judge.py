import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

import pytest

from rules.alerts import Alert
from rules.examples import FORCE
from rules.force import ForceProfile
from rules.instants import TICK
from rules.rule import Parameters, Rule
from rules.rulebook import Rulebook
from rules.statements import Statement
from streams.agents.judge import SETTLES, Judge, Judged
from streams.agents.messages import Teller
from streams.agents.rows import PATIENCE, IncidentRow, packed, read_incident
from streams.agents.watermarks import View
from streams.settings import Forces
from tests.unit.rules.given import OPENED_AT, Line, at, book, line, opened, statements

from . import HOLD, read_up_to

THEFT = opened(opening_code="CRIME_THEFT")
MERGED = line(1, "merged", into="B")
B: Teller = ("incident", "B")


def judge_of(law: Rulebook | None = None, **profile: object) -> Judge:
    own = ForceProfile.model_validate({"force": FORCE, **profile})
    return Judge(Forces({FORCE: own}), law or book(), frozenset({"critical", "high"}), HOLD)


def book_of(rules: Iterable[Rule], hash_: str) -> Rulebook:
    return Rulebook(rules, Parameters(parameters=book().parameters), book().lexicon, hash_)


def judged(
    row: IncidentRow | None,
    *given: Line,
    now: datetime | float,
    view: View | None = None,
    teller: Teller | None = None,
    told: Sequence[Statement] = (),
    ref: str = "A",
    by: Judge | None = None,
    again: bool = False,
) -> Judged:
    """Judge an incident; what was kept goes through its bytes, and all was read unless a view says otherwise."""
    moment = now if isinstance(now, datetime) else at(now)
    before = None if row is None else read_incident(packed(row))
    said = [*statements(*given), *told]
    return (by or judge_of()).judge(before, FORCE, ref, said, moment, view or read_up_to(moment), teller, again=again)


def turns(changed: list[Alert]) -> list[tuple[str, str]]:
    return [(alert.kind, alert.status) for alert in changed]


def status_of(result: Judged) -> str | None:
    return None if result.status is None else result.status["status"]


# What is said, and when


def test_a_new_log_gets_a_status_and_is_due_at_its_first_step() -> None:
    first = judged(None, THEFT, now=0)

    assert (status_of(first), turns(first.changed), first.new) == ("monitoring", [], 1)
    assert first.row.due == at(12)
    assert first.told == {}


def test_time_alone_raises_what_is_owed_at_its_own_instant() -> None:
    row = judged(None, THEFT, now=0).row

    late = judged(row, now=30)

    assert turns(late.changed) == [("overdue", "open")]
    assert late.changed[-1].history[-1][0] == at(24)
    assert status_of(late) == "overdue"


def test_what_was_true_only_while_the_worker_was_away_is_never_said() -> None:
    row = judged(None, THEFT, now=0).row

    late = judged(row, line(13, "recorded"), now=13)

    assert late.changed == []
    assert late.row.alerts == []


def test_what_was_said_before_is_resolved_by_what_comes_then() -> None:
    row = judged(None, THEFT, now=0).row
    soon = judged(row, now=12)

    recorded = judged(soon.row, line(13, "recorded"), now=13)

    assert turns(soon.changed) == [("due_soon", "open")]
    assert turns(recorded.changed) == [("due_soon", "resolved")]


def test_a_repeat_says_nothing() -> None:
    row = judged(None, THEFT, now=0).row

    again = judged(row, THEFT, now=1)

    assert (again.new, again.changed, again.status, again.told) == (0, [], None, {})


def test_what_is_taken_in_again_after_a_crash_is_said_again_in_full_and_changes_nothing() -> None:
    lines = (THEFT, line(1, "closed", closing_codes=["ASB_PERSONAL"]), MERGED)
    row = judged(judged(None, *lines, now=30).row, now=at(30) + PATIENCE).row

    again = judged(row, *lines, now=at(30) + PATIENCE, again=True)

    assert (again.new, again.changed) == (0, [])
    assert {alert.alert_id for alert in again.said} == set(row.standing().alerts)
    assert again.status is not None
    assert [said.type for said in again.told["B"]] == ["incident.opened", "incident.closed", "incident.merged"]
    assert judged(row, *lines, now=at(30) + PATIENCE).said == []


def test_an_update_that_states_nothing_is_known_again_though_nothing_of_it_is_kept() -> None:
    quiet = line(1, "updated", entries=[{"text": "officers attending"}])
    row = judged(None, THEFT, now=0).row

    first = judged(row, quiet, now=1)
    again = judged(first.row, quiet, now=2)

    assert (first.new, again.new) == (1, 0)
    assert (first.status, len(first.row.statements), len(first.row.mute)) == (None, 1, 1)
    assert again.row.mute == first.row.mute


def test_a_status_is_published_again_when_only_its_explanation_has_changed() -> None:
    disclosed = opened(entries=[{"text": "punched"}])
    row = judged(None, disclosed, now=0).row

    said = judged(row, line(1, "updated", entries=[{"text": "punched"}]), now=1)

    assert said.status is not None
    assert {**row.facts} == {**said.row.facts}
    assert said.row.explained != row.explained
    assert said.row.updated_at == OPENED_AT


def test_a_log_of_which_nobody_said_when_it_was_received_has_a_row_and_no_status() -> None:
    only_area = judged(None, line(1, "updated", area="N"), now=1)

    assert (only_area.status, only_area.row.due, len(only_area.row.statements)) == (None, None, 1)


# How far deadlines are judged


def test_a_deadline_is_not_judged_before_crimes_were_read_past_it() -> None:
    row = judged(None, THEFT, now=0).row

    waiting = judged(row, now=30, view=read_up_to(at(24)))
    read = judged(waiting.row, now=30, view=read_up_to(at(24) + TICK))

    assert turns(waiting.changed) == [("due_soon", "open")]
    assert waiting.row.due == at(24) + TICK
    assert sorted(turns(read.changed)) == [("due_soon", "resolved"), ("overdue", "open")]


def test_how_far_was_judged_never_goes_back() -> None:
    row = judged(None, THEFT, now=30).row

    again = judged(row, line(1, "updated", area="N"), now=31, view=read_up_to(at(2)))

    assert row.judged_at == again.row.judged_at == at(30)
    assert (again.changed[0].kind, again.changed[0].status, again.row.status) == ("overdue", "open", "overdue")


def test_before_the_hold_a_late_crime_still_answers_and_nothing_was_said() -> None:
    row = judged(None, THEFT, now=0).row
    row = judged(row, now=24.02, view=read_up_to(at(23.99))).row

    said = judged(row, line(23.995, "recorded"), now=24.03, view=read_up_to(at(24)))

    assert status_of(said) == "recorded_in_time"
    assert "overdue" not in {kind for kind, _ in turns(said.changed)}


def test_after_the_hold_a_silence_is_said_with_what_it_rests_on_and_nobody_is_paged() -> None:
    row = judged(None, THEFT, now=0).row
    now = at(24) + 2 * HOLD

    said = judged(row, now=now, view=read_up_to(at(23), judged=now - HOLD))

    (overdue,) = [alert for alert in said.changed if alert.kind == "overdue"]
    assert (overdue.feed_stale, overdue.paged) == (True, False)
    assert said.row.review == at(24)


def test_what_was_withheld_is_paged_once_nothing_forbids_it_any_more() -> None:
    row = judged(None, THEFT, now=0).row
    row = judged(row, now=25, view=read_up_to(at(23), judged=at(24.9))).row

    said = judged(row, now=26)

    assert [(alert.kind, alert.feed_stale, alert.paged) for alert in said.changed] == [("overdue", False, True)]
    assert [alert.just_raised for alert in said.changed] == [False]
    assert (said.row.review, said.status) == (None, None)


def test_what_was_raised_while_catching_up_is_paged_at_the_end_of_it() -> None:
    row = judged(None, THEFT, now=0).row
    caught = judged(row, now=25, view=read_up_to(at(25), catching_up=True))

    said = judged(caught.row, now=26)

    assert [alert.paged for alert in caught.changed if alert.kind == "overdue"] == [False]
    assert caught.row.review == at(25)
    assert [(alert.kind, alert.paged, alert.just_raised) for alert in said.changed] == [("overdue", True, False)]


@pytest.mark.parametrize(("after", "paged"), [(HOLD, True), (HOLD + TICK, False)])
def test_of_what_comes_late_nobody_is_woken_at_once(after: timedelta, paged: bool) -> None:
    row = judged(None, THEFT, now=0).row
    closed = line(1, "closed", closing_codes=["CRIME_THEFT"])

    said = judged(row, closed, now=at(1) + after)

    assert [(alert.kind, alert.paged) for alert in said.changed] == [("closed_without_crime", paged)]
    assert said.row.review == (None if paged else at(1) + after + SETTLES)


def test_what_came_late_and_still_stands_is_paged_once_all_was_read() -> None:
    late = judged(None, THEFT, now=30)

    said = judged(late.row, now=31)

    assert [(alert.kind, alert.paged) for alert in late.changed] == [("overdue", False)]
    assert [(alert.kind, alert.paged, alert.just_raised) for alert in said.changed] == [("overdue", True, False)]


def test_history_is_never_paged_nor_looked_at_again_for_it() -> None:
    later = judge_of(enforcement_date=date(2026, 5, 1))
    row = judged(None, THEFT, now=0, by=later).row

    said = judged(row, now=30, by=later)

    assert [alert.paged for alert in said.changed] == [False]
    assert (said.row.review, said.row.due) == (None, None)


# Another book


def test_a_changed_book_hash_alone_publishes_nothing_and_is_noted() -> None:
    row = judged(None, THEFT, now=0).row
    row = judged(row, line(1, "closed", closing_codes=["CRIME_THEFT"]), now=1).row
    row = judged(row, now=30).row
    other = judge_of(book_of(book().rules.values(), "another"))

    said = judged(row, now=31, by=other)

    assert (said.changed, said.status, said.told) == ([], None, {})
    assert said.row.law == other.law_of(FORCE)
    assert said.row.updated_at == row.updated_at


def test_another_book_is_judged_by_at_once() -> None:
    row = judged(None, THEFT, now=30).row
    without = book_of((rule for name, rule in book().rules.items() if name != "M02"), "without M02")

    said = judged(row, now=31, by=judge_of(without))

    assert turns(said.changed) == [("overdue", "resolved")]
    assert status_of(said) == "not_expected"


# Who is asked before anything is judged


def test_a_merge_into_a_log_that_is_not_known_asks_before_it_is_judged() -> None:
    row = judged(None, THEFT, now=0).row

    asks = judged(row, MERGED, now=1)

    assert (asks.changed, asks.status, asks.row.status) == ([], None, "monitoring")
    assert asks.row.asked == [(B, at(1))]
    assert asks.row.due == at(1) + PATIENCE
    assert [said.type for said in asks.told["B"]] == ["incident.opened", "incident.merged"]


def test_what_the_other_one_tells_ends_the_waiting() -> None:
    row = judged(None, THEFT, MERGED, now=1).row

    said = judged(row, now=1, teller=B, told=statements(opened(incident_ref="B")))

    assert (status_of(said), said.row.asked) == ("merged", [])


def test_an_answer_with_nothing_ends_the_waiting_and_the_log_stands_by_itself() -> None:
    row = judged(None, THEFT, MERGED, now=1).row

    said = judged(row, now=2, teller=B)

    assert (status_of(said), said.row.asked) == ("monitoring", [(B, None)])
    assert said.row.due == at(12)


def test_whoever_does_not_answer_is_judged_without_when_patience_runs_out() -> None:
    row = judged(None, THEFT, MERGED, now=1).row

    early = judged(row, now=at(1) + PATIENCE - TICK)
    over = judged(row, now=at(1) + PATIENCE)

    assert (early.status, early.row.asked) == (None, [(B, at(1))])
    assert (status_of(over), over.row.asked) == ("monitoring", [(B, None)])


def test_who_has_not_answered_may_still_tell_later() -> None:
    row = judged(None, THEFT, MERGED, now=1).row
    row = judged(row, now=at(1) + PATIENCE).row

    said = judged(row, now=3, teller=B, told=statements(opened(incident_ref="B")))

    assert (status_of(said), said.row.asked) == ("merged", [])


def test_what_comes_while_it_waits_is_kept_and_judged_afterwards() -> None:
    row = judged(None, THEFT, MERGED, now=1).row
    waiting = judged(row, line(1, "updated", area="N"), now=at(1) + TICK)

    said = judged(waiting.row, now=2, teller=B)

    assert (waiting.status, waiting.changed) == (None, [])
    assert said.row.area == "N"


def test_a_deadline_that_passes_while_it_waits_is_said_afterwards_at_its_own_instant() -> None:
    row = judged(None, THEFT, now=23).row
    row = judged(row, line(23.999, "merged", into="B"), now=23.999).row
    waiting = judged(row, now=24.001)

    said = judged(waiting.row, now=24.01, teller=B)

    assert waiting.changed == []
    (overdue,) = [alert for alert in said.changed if alert.kind == "overdue"]
    assert overdue.opened_at == at(24)


def test_what_is_held_back_while_it_waits_is_told_afterwards() -> None:
    follows = line(0.5, "merged", incident_ref="Z", into="A")
    row = judged(None, THEFT, now=0).row
    row = judged(row, now=0.5, teller=("incident", "Z"), told=statements(follows)).row

    asks = judged(row, MERGED, now=1)
    said = judged(asks.row, now=1, teller=B)

    assert asks.told.keys() == {"B"}
    assert [outline.type for outline in said.told["Z"]] == ["incident.opened", "incident.merged"]


def test_a_log_whose_merge_leads_to_what_it_knows_asks_nobody() -> None:
    known = judged(None, THEFT, opened(incident_ref="B"), now=0)

    said = judged(known.row, MERGED, now=1)

    assert (status_of(said), said.row.asked) == ("merged", [])


def test_a_survivor_that_is_named_is_asked_before_a_cancellation_is_judged() -> None:
    row = judged(None, THEFT, line(1, "recorded"), now=1).row
    cancelled = line(
        2, "cancelled", reason="C3", independent=True, decided_by="supervisor", surviving_crime_ref="C2", note="twice"
    )

    asks = judged(row, cancelled, now=2, teller=("crime", "C1"))
    said = judged(
        asks.row,
        now=2,
        teller=("crime", "C2"),
        told=statements(line(1.5, "recorded", crime_ref="C2", incident_refs=[])),
    )

    assert (asks.status, asks.row.asked) == (None, [(("crime", "C2"), at(2))])
    assert (said.row.status, said.row.facts["crime_refs"], said.changed) == ("recorded_in_time", ["C2"], [])


def test_who_is_merged_into_another_is_told_its_outline_and_asks_for_nothing() -> None:
    row = judged(None, opened(incident_ref="B", area="N"), now=0, ref="B").row

    said = judged(row, now=1, ref="B", teller=("incident", "A"), told=statements(THEFT, MERGED))

    assert said.row.asked == []
    assert {other: [outline.ref for outline in outlines] for other, outlines in said.told.items()} == {"A": ["B"]}
    assert said.told["A"][0].data.keys() == {"received_at", "opened_at"}


# What its answers rest on


def test_the_same_row_statements_and_instants_give_the_same_answer() -> None:
    row = judged(None, THEFT, now=0).row
    closed = line(1, "closed", closing_codes=["CRIME_THEFT"])

    one, other = (judged(row, closed, now=1) for _ in range(2))

    assert packed(one.row) == packed(other.row)
    assert json.dumps(one.status) == json.dumps(other.status)
    assert [alert.as_dict() for alert in one.changed] == [alert.as_dict() for alert in other.changed]
