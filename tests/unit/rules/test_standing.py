from datetime import datetime, timedelta

from rules.alerts import Paging
from rules.instants import TICK
from rules.rule import Parameters
from rules.rulebook import Rulebook
from rules.standing import Standing, Watch

from .given import OPENED_AT, PLAIN, after, at, book, line, opened, played, statements, turns

THEFT = opened(opening_code="CRIME_THEFT")


def watch() -> Watch:
    return Watch(PLAIN, book())


def test_time_alone_raises_each_alert_at_its_step_and_deadline() -> None:
    watched = watch()
    watched.observe(statements(THEFT), OPENED_AT)

    changed = watched.advance(at(1_000))

    said = [(alert.kind, alert.status, alert.history[-1][0]) for alert in changed]
    assert sorted(said) == [
        ("due_soon", "open", at(12)),
        ("due_soon", "resolved", at(24)),
        ("overdue", "open", at(24)),
    ]


def test_what_is_due_at_the_end_is_not_overdue() -> None:
    for until, status in ((at(24), "due_soon"), (at(24) + TICK, "overdue")):
        watched = watch()
        watched.observe(statements(THEFT), OPENED_AT)
        watched.advance(until)

        said = watched.standings["A"].status()

        assert said is not None
        assert said["status"] == status


def test_a_step_is_not_taken_before_its_instant_nor_at_it_when_events_of_that_instant_wait() -> None:
    watched = watch()
    watched.observe(statements(THEFT), OPENED_AT)

    assert watched.advance(at(12) - TICK) == []
    assert watched.advance(at(12), before=True) == []
    assert len(watched.advance(at(12))) == 1


def test_an_overdue_is_stamped_with_the_deadline_however_late_one_looks() -> None:
    history = played(THEFT, line(700, "updated", area="N"), until=701)

    assert turns(history, "overdue") == [(at(24), "open", None)]
    assert history.statuses["A"]["updated_at"] == "2026-05-01T13:00:00Z"


def test_all_events_of_one_time_are_taken_in_before_anything_is_judged() -> None:
    both = [THEFT, line(0, "decided", basis="not_notifiable", reason="moot", decided_by="officer", reporter_told=True)]

    assert played(*both, until=30).changes == []
    assert played(THEFT, line(12, "recorded"), until=30).changes == []
    assert turns(played(THEFT, line(24, "recorded"), until=30), "overdue") == []


def test_a_turn_that_was_overtaken_by_an_event_is_not_taken() -> None:
    history = played(THEFT, line(5, "updated", received_at=after(-4)), until=30)

    assert turns(history, "due_soon") == [(at(8), "open", None), (at(20), "resolved", "became_overdue")]


def test_a_repeat_and_an_entry_that_says_nothing_change_nothing() -> None:
    watched = watch()
    watched.observe(statements(THEFT), OPENED_AT)
    before = watched.standings["A"].updated_at

    quiet = line(1, "updated", entries=[{"text": "officers attending"}])

    assert watched.observe(statements(THEFT), at(30)) == []
    assert watched.observe(statements(quiet), at(31)) == []
    assert watched.standings["A"].updated_at == before


def test_an_incident_has_a_status_once_it_is_known_when_it_was_received() -> None:
    watched = watch()
    watched.observe(statements(line(1, "recorded"), line(1, "updated", area="N")), at(1))
    assert watched.standings["A"].status() is None

    watched.observe(statements(THEFT), at(2))

    said = watched.standings["A"].status()
    assert said is not None
    assert (said["status"], said["crime_refs"], said["area"]) == ("recorded_in_time", ["C1"], "N")


def test_a_deadline_that_was_moved_is_visited_at_its_new_instant() -> None:
    delay = line(20, "delayed", until=after(48), decided_by="force_crime_registrar", note="abroad")

    history = played(THEFT, delay, until=100)

    assert list(turns(history, "overdue")) == [(at(48), "open", None)]
    assert turns(history, "due_soon")[:3] == [
        (at(12), "open", None),
        (at(20), "resolved", "delay_authorised"),
        (at(36), "open", None),
    ]


def test_a_reference_that_does_not_come_lets_the_expectation_return_at_its_instant() -> None:
    decided = line(1, "decided", basis="other_force", reason="theirs", decided_by="officer", reporter_told=True)

    history = played(THEFT, decided, until=100)

    assert turns(history, "unjustified_disposal") == [(at(49), "open", None)]
    assert turns(history, "overdue") == [(at(49), "open", None)]


def test_deadlines_run_in_elapsed_time_through_the_change_of_the_clocks() -> None:
    report = {"at": "2026-03-28T12:00:00Z", "opened": {"opening_code": "CRIME_THEFT"}}

    history = played(report, until=0)

    (raised, _, _), *_ = turns(history, "overdue")
    assert raised - datetime.fromisoformat("2026-03-28T12:00:00+00:00") == timedelta(hours=24)


def test_what_was_said_before_is_gone_on_from_with_nothing_judged_anew() -> None:
    first = watch()
    first.observe(statements(THEFT), OPENED_AT)
    first.advance(at(12))
    resumed = watch()

    resumed.resume("A", first.group.statements(), first.standings["A"])

    assert resumed.advance(at(23)) == []
    raised = resumed.advance(at(25))
    assert sorted((alert.kind, alert.status) for alert in raised) == [("due_soon", "resolved"), ("overdue", "open")]


def test_with_one_incident_to_judge_the_others_are_known_and_not_judged() -> None:
    watched = Watch(PLAIN, book(), only="A")

    watched.observe(statements(THEFT, opened(incident_ref="B"), line(1, "merged", into="B")), at(1))

    assert list(watched.standings) == ["A"]
    said = watched.standings["A"].status()
    assert said is not None
    assert (said["status"], said["merged_into"]) == ("merged", "B")


def test_what_comes_is_judged_by_the_deadlines_of_an_earlier_instant_where_crimes_were_read_no_further() -> None:
    watched = watch()

    changed = watched.observe(statements(THEFT), at(30), judged_at=at(23))

    assert [(alert.kind, alert.opened_at) for alert in changed] == [("due_soon", at(30))]
    assert [alert.kind for alert in watched.advance(at(25)) if alert.stands] == ["overdue"]


def test_a_review_pages_what_was_withheld_and_says_nothing_else() -> None:
    watched = Watch(PLAIN, book(), Paging(catching_up=True))
    watched.observe(statements(THEFT), at(25))
    watched.paging = Paging()

    changed = watched.review(at(26), at(26))

    assert [(alert.kind, alert.paged, alert.changed_at) for alert in changed] == [("overdue", True, at(26))]
    assert watched.review(at(27), at(27)) == []
    said = watched.standings["A"].status()
    assert said is not None
    assert said["updated_at"] == "2026-04-03T10:00:00Z"


def test_the_hash_of_another_book_alone_is_no_change_of_a_status() -> None:
    watched = watch()
    watched.observe(statements(THEFT), OPENED_AT)
    facts = watched.standings["A"].facts
    watched.book = Rulebook(book().rules.values(), Parameters(parameters=book().parameters), book().lexicon, "another")

    watched.review(at(1), at(1))

    assert watched.standings["A"].facts is facts
    assert watched.standings["A"].updated_at == OPENED_AT


def test_codes_that_nobody_mapped_are_named() -> None:
    watched = watch()

    watched.observe(statements(opened(opening_code="ZX81")), OPENED_AT)

    assert watched.standings["A"].unmapped == {"ZX81"}
    assert Standing().unmapped == set()


def test_an_instant_at_which_a_status_changed_does_not_go_back() -> None:
    watched = watch()
    watched.observe(statements(THEFT), at(10))

    watched.observe(statements(line(1, "updated", area="N")), at(9))

    assert watched.standings["A"].updated_at == at(10)
