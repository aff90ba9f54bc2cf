from datetime import datetime, timedelta

from rules.instants import TICK
from rules.standing import Watch

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
    both = [THEFT, line(0, "decided", basis="not_notifiable", reason="moot", decided_by="officer")]

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
    decided = line(1, "decided", basis="other_force", reason="theirs", decided_by="officer")

    history = played(THEFT, decided, until=100)

    assert turns(history, "unjustified_disposal") == [(at(49), "open", None)]
    assert turns(history, "overdue") == [(at(49), "open", None)]


def test_deadlines_run_in_elapsed_time_through_the_change_of_the_clocks() -> None:
    report = {"at": "2026-03-28T12:00:00Z", "opened": {"opening_code": "CRIME_THEFT"}}

    history = played(report, until=0)

    (raised, _, _), *_ = turns(history, "overdue")
    assert raised - datetime.fromisoformat("2026-03-28T12:00:00+00:00") == timedelta(hours=24)
