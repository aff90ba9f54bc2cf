import hashlib
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from rules.alerts import HISTORY_LENGTH, Alert, Paging, alert_id, changes

from .given import Line, after, assessed, at, line, opened

THEFT = opened(opening_code="CRIME_THEFT")
CLOSED = line(1, "closed", closing_codes=["CRIME_THEFT"])
TWO_VICTIMS = opened(victims=[{"victim_ref": "V1"}, {"victim_ref": "V2"}])
PAGED = Paging()


def said_of(*given: Line, now: float, said: dict[str, Alert] | None = None, paging: Paging = PAGED) -> dict[str, Alert]:
    """All alerts after what is owed at `now` has been told to those that stood before."""
    changed = changes(said or {}, assessed(*given, now=now), at(now), paging)
    return {**(said or {}), **{alert.alert_id: alert for alert in changed}}


def only(alerts: dict[str, Alert], kind: str) -> Alert:
    (found,) = [alert for alert in alerts.values() if alert.kind == kind]
    return found


def worked_by_hand(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8")).hexdigest()[:32]


def test_an_identity_is_the_hash_of_force_incident_rule_kind_and_occasion() -> None:
    parts = ("northshire", "Ærø-7", "M02", "overdue", "disclosure 2026-04-02T10:00:00.25Z")

    assert alert_id(*parts) == worked_by_hand(*parts)
    assert (
        alert_id("f", "A", "M02", "overdue", "report") == hashlib.sha256(b"f\nA\nM02\noverdue\nreport").hexdigest()[:32]
    )
    assert len(alert_id(*parts)) == 32


@pytest.mark.parametrize(
    ("given", "now", "parts"),
    [
        ([THEFT], 25, ("M02", "overdue", "report")),
        ([THEFT], 12, ("M02", "due_soon", "report")),
        ([opened(), line(1, "updated", entries=[{"text": "punched"}])], 26, ("M04", "overdue", "disclosure")),
        (
            [THEFT, line(1, "decided", basis="not_notifiable", note="moot", decided_by="officer"),
             line(2, "updated", opening_code="CRIME_DRUGS")],
            27,
            ("M02", "overdue", "disclosure 2026-04-02T10:00:00Z"),
        ),
        (
            [THEFT, line(1.5, "closed", closing_codes=["CRIME_THEFT"])],
            2,
            ("M03", "closed_without_crime", "closed 2026-04-02T10:30:00Z"),
        ),
        ([THEFT, line(2, "closed", closing_codes=["CRI"])], 2, ("M24", "unjustified_disposal", "closed 2026-04-02T11:00:00Z")),
        (
            [THEFT, line(1, "decided", basis="not_notifiable", decided_by="officer")],
            2,
            ("M37", "unjustified_disposal", "decided 2026-04-02T10:00:00Z"),
        ),
        (
            [opened(), line(1, "transferred", accepted_at=after(1))],
            50,
            ("M33", "unjustified_disposal", "transferred 2026-04-02T10:00:00Z"),
        ),
        (
            [THEFT, line(1, "recorded"), line(2, "cancelled", reason="C4", independent=True, decided_by="officer")],
            3,
            ("M29", "improper_cancellation", "C1 2026-04-02T11:00:00Z"),
        ),
        (
            [opened(victims=[{"victim_ref": "V1"}, {"victim_ref": "V2"}]), line(1, "recorded")],
            25,
            ("M09", "too_few_crimes", "count"),
        ),
        (
            [opened(victims=[{"victim_ref": "V1"}]), line(1, "recorded", victim_refs=["V9"])],
            2,
            ("E36", "data_quality", "crime_mismatch C1"),
        ),
    ],
)  # fmt: skip
def test_the_occasion_of_each_kind_is_that_of_the_contract(
    given: list[Line], now: float, parts: tuple[str, ...]
) -> None:
    assert worked_by_hand("Example", "A", *parts) in said_of(*given, now=now)


def test_what_is_said_twice_changes_nothing() -> None:
    said = said_of(THEFT, now=12)

    assert changes(said, assessed(THEFT, now=13), at(13), PAGED) == []


def test_due_soon_resolves_as_overdue_is_raised() -> None:
    said = said_of(THEFT, now=12)

    said = said_of(THEFT, now=25, said=said)

    soon, over = only(said, "due_soon"), only(said, "overdue")
    assert (soon.status, soon.resolution, soon.resolved_at) == ("resolved", "became_overdue", at(25))
    assert (over.status, over.raised_at) == ("open", at(25))


def test_of_a_kind_only_the_gravest_then_the_lowest_rule_pages() -> None:
    both = said_of(opened(opening_code="CRIME_THEFT", entries=[{"text": "punched"}]), now=12)
    grave = said_of(opened(opening_code="CRIME_RAPE", entries=[{"text": "smashed"}]), now=25)

    assert {alert.rule: alert.paged for alert in both.values()} == {"M02": True, "M04": False}
    assert {alert.rule: alert.paged for alert in grave.values() if alert.kind == "overdue"} == {
        "M02": True,
        "M04": False,
        "M05": False,
    }


def test_at_one_severity_the_earliest_deadline_leads() -> None:
    given = [opened(entries=[{"text": "punched"}]), line(1, "updated", opening_code="CRIME_THEFT")]

    said = said_of(*given, now=14)

    assert {alert.rule: (alert.severity, alert.paged) for alert in said.values()} == {
        "M02": ("high", False),
        "M04": ("high", True),
    }


def test_each_kind_has_its_own_leader() -> None:
    said = said_of(THEFT, line(1, "closed", closing_codes=["CRIME_THEFT"]), now=25)

    assert {alert.kind: alert.paged for alert in said.values()} == {"overdue": True, "closed_without_crime": True}


@pytest.mark.parametrize(
    ("paging", "paged"),
    [
        (Paging(frozenset({"critical"})), False),
        (Paging(enforcement_date=date(2026, 4, 3)), True),
        (Paging(enforcement_date=date(2026, 4, 4)), False),
        (Paging(frozenset({"high"}), date(2026, 4, 3)), True),
    ],
)
def test_paging_goes_by_severity_and_by_the_local_day_of_the_deadline(paging: Paging, paged: bool) -> None:
    assert only(said_of(THEFT, now=25, paging=paging), "overdue").paged is paged


def test_the_enforcement_date_is_a_local_day() -> None:
    report: Line = {"at": "2026-06-29T23:30:00Z", "opened": {"opening_code": "CRIME_THEFT"}}
    judged = assessed(report, now=datetime.fromisoformat("2026-07-01T00:00:00+00:00"))

    (alert,) = changes({}, judged, judged.moment.now, Paging(enforcement_date=date(2026, 7, 1)))

    assert alert.due_at.isoformat() == "2026-06-30T23:30:00+00:00"
    assert alert.paged


def test_an_alert_whose_cause_returns_is_the_same_open_again() -> None:
    decided = line(26, "decided", basis="not_notifiable", reason="moot", decided_by="officer")
    said = said_of(THEFT, now=25)
    name = only(said, "overdue").alert_id

    said = said_of(THEFT, line(25.5, "acknowledged", alert_id=name), now=25.5, said=said)
    assert (said[name].status, said[name].acknowledged_by) == ("acknowledged", "control-room")
    said = said_of(THEFT, decided, now=26, said=said)
    assert (said[name].status, said[name].resolution) == ("resolved", "exempt")
    said = said_of(THEFT, decided, line(27, "withdrawn"), now=27, said=said)

    again = said[name]
    assert (again.status, again.raised_at, again.opened_at) == ("open", at(25), at(27))
    assert (again.resolved_at, again.resolution, again.acknowledged_by) == (None, None, None)
    assert [status for _, status, _ in again.history] == ["open", "acknowledged", "resolved", "open"]


def test_an_alert_says_for_whom_it_was_taken_and_that_goes_when_it_is_open_again() -> None:
    said = said_of(THEFT, now=25)
    (name,) = (name for name, alert in said.items() if alert.kind == "overdue")

    said = said_of(
        THEFT, line(25.5, "acknowledged", alert_id=name, team="Response 2", assigned_to="S-9"), now=26, said=said
    )
    assert (said[name].team, said[name].assigned_to) == ("Response 2", "S-9")
    assert {"team": "Response 2", "assigned_to": "S-9"}.items() <= said[name].as_dict().items()

    other = line(26, "acknowledged", alert_id=name, team="CID")
    said = said_of(THEFT, line(25.5, "acknowledged", alert_id=name, team="Response 2"), other, now=26, said=said)
    assert (said[name].team, said[name].assigned_to) == ("CID", None)
    assert [status for _, status, _ in said[name].history] == ["open", "acknowledged", "acknowledged"]

    decided = line(27, "decided", basis="not_notifiable", reason="moot", decided_by="officer")
    said = said_of(THEFT, other, decided, now=27, said=said)
    said = said_of(THEFT, other, decided, line(28, "withdrawn"), now=28, said=said)
    assert (said[name].status, said[name].team, said[name].acknowledged_by) == ("open", None, None)


@pytest.mark.parametrize(("taken", "status"), [(24.9, "open"), (25, "acknowledged"), (25.5, "acknowledged")])
def test_an_acknowledgement_counts_from_the_last_opening(taken: float, status: str) -> None:
    name = worked_by_hand("Example", "A", "M02", "overdue", "report")

    said = said_of(THEFT, line(taken, "acknowledged", alert_id=name), now=25)

    assert said[name].status == status


def test_an_alert_keeps_the_last_twenty_of_its_history() -> None:
    said = said_of(THEFT, now=25)
    name = only(said, "overdue").alert_id
    long = tuple((at(hour), "open", None) for hour in range(HISTORY_LENGTH))

    said = said_of(THEFT, line(1, "recorded"), now=26, said={**said, name: replace(said[name], history=long)})  # type: ignore[arg-type]

    assert HISTORY_LENGTH == len(said[name].history) == 20
    assert said[name].history[0] == long[1]
    assert said[name].history[-1][:2] == (at(26), "resolved")


def test_severity_and_deadline_change_in_place() -> None:
    soon = said_of(THEFT, now=12)
    earlier = line(12.5, "updated", received_at=after(-2), qualifiers=["Q_DOMESTIC_ABUSE"])

    said = said_of(THEFT, earlier, now=13, said=soon)

    before, alert = only(soon, "due_soon"), only(said, "due_soon")
    assert (before.severity, before.due_at) == ("high", at(24))
    assert (alert.severity, alert.due_at) == ("critical", at(22))
    assert (alert.raised_at, len(alert.history)) == (at(12), 1)


def test_the_shape_is_the_contracts_and_absent_values_are_left_out() -> None:
    said = only(said_of(THEFT, now=25), "overdue").as_dict()

    assert {name: said[name] for name in ("force", "incident_ref", "rule", "kind", "severity", "status", "clock")} == {
        "force": "Example",
        "incident_ref": "A",
        "rule": "M02",
        "kind": "overdue",
        "severity": "high",
        "status": "open",
        "clock": "report",
    }
    assert said["history"] == [{"at": "2026-04-03T10:00:00Z", "status": "open"}]
    assert said["feed_stale"] is False
    assert not {"area", "resolved_at", "resolution", "acknowledged_by", "crimes_expected"} & said.keys()
    assert None not in said.values()
    assert required() <= said.keys()


def required() -> set[str]:
    return {
        "alert_id",
        "force",
        "incident_ref",
        "rule",
        "rule_version",
        "rulebook_hash",
        "kind",
        "severity",
        "offence_group",
        "status",
        "clock",
        "received_at",
        "due_at",
        "raised_at",
        "feed_stale",
        "paged",
        "summary",
        "explanation",
        "runbook",
        "links",
        "history",
    }


VICTIM = opened(opening_code="CRIME_THEFT", victims=[{"victim_ref": "V1"}])
READ = Paging(read_to=at(30))


@pytest.mark.parametrize(("read_to", "stale"), [(23.99, True), (24, True), (24.01, False)])
def test_an_overdue_rests_on_silence_until_crimes_were_read_past_its_deadline(read_to: float, stale: bool) -> None:
    alert = only(said_of(THEFT, now=25, paging=Paging(read_to=at(read_to))), "overdue")

    assert (alert.feed_stale, alert.paged) == (stale, not stale)


@pytest.mark.parametrize(
    ("given", "kind", "paging", "stale"),
    [
        ([THEFT], "due_soon", Paging(read_to=at(0)), False),
        ([THEFT], "due_soon", Paging(read_to=at(0), stale=True), True),
        ([THEFT, CLOSED], "closed_without_crime", Paging(read_to=at(0)), False),
        ([THEFT, CLOSED], "closed_without_crime", Paging(read_to=at(30), stale=True), True),
        ([VICTIM, line(1, "recorded", victim_refs=["V1"])], "victim_service", Paging(read_to=at(0)), True),
        ([VICTIM, line(1, "recorded", victim_refs=["V1"])], "victim_service", Paging(read_to=at(1000)), False),
        ([TWO_VICTIMS, line(1, "recorded")], "too_few_crimes", Paging(read_to=at(0)), True),
        ([THEFT, line(2, "closed", closing_codes=["CRI"])], "unjustified_disposal", Paging(read_to=at(0), stale=True), False),
    ],
)  # fmt: skip
def test_only_what_a_crime_would_answer_rests_on_silence(
    given: list[Line], kind: str, paging: Paging, stale: bool
) -> None:
    now = {"due_soon": 12, "victim_service": 10 * 24}.get(kind, 25)

    said = said_of(*given, now=now, paging=paging)

    assert {alert.feed_stale for alert in said.values() if alert.kind == kind} == {stale}


def test_a_silence_that_turns_out_true_is_the_same_alert_paged_in_place() -> None:
    silent = said_of(THEFT, now=25, paging=Paging(read_to=at(23)))

    said = said_of(THEFT, now=26, said=silent, paging=READ)

    before, alert = only(silent, "overdue"), only(said, "overdue")
    assert (alert.feed_stale, alert.paged, alert.changed_at) == (False, True, at(26))
    assert (alert.opened_at, alert.history) == (before.opened_at, before.history)


def test_a_fact_does_not_become_a_silence_afterwards() -> None:
    fact = said_of(THEFT, now=25, paging=READ)

    later = changes(fact, assessed(THEFT, now=26), at(26), Paging(read_to=at(23), stale=True))

    assert later == []


def test_nobody_is_paged_while_catching_up_and_what_still_stands_is_paged_after_it() -> None:
    caught = said_of(THEFT, now=25, paging=Paging(catching_up=True))

    said = said_of(THEFT, now=26, said=caught)

    assert (only(caught, "overdue").paged, only(caught, "overdue").feed_stale) == (False, False)
    assert (only(said, "overdue").paged, only(said, "overdue").changed_at) == (True, at(26))


def test_who_was_paged_stays_paged_while_the_next_events_are_caught_up() -> None:
    paged = said_of(THEFT, now=25)

    assert changes(paged, assessed(THEFT, now=26), at(26), Paging(catching_up=True)) == []


def test_an_alert_that_is_raised_again_while_catching_up_is_not_paged() -> None:
    decided = line(26, "decided", basis="not_notifiable", reason="moot", decided_by="officer")
    said = said_of(THEFT, decided, now=26, said=said_of(THEFT, now=25))

    again = said_of(THEFT, decided, line(27, "withdrawn"), now=27, said=said, paging=Paging(catching_up=True))

    assert (only(said, "overdue").status, only(again, "overdue").status) == ("resolved", "open")
    assert not only(again, "overdue").paged


def test_a_kind_that_is_in_shadow_is_not_paged_and_says_so_for_as_long_as_it_stands() -> None:
    shadowed = said_of(THEFT, now=25, paging=Paging(shadow=("overdue",)))

    out_of_it = changes(shadowed, assessed(THEFT, now=26), at(26), Paging())

    assert (only(shadowed, "overdue").paged, only(shadowed, "overdue").withheld) == (False, "shadow")
    assert only(shadowed, "overdue").as_dict()["withheld"] == "shadow"
    assert out_of_it == []


def test_a_kind_that_is_not_in_shadow_is_paged() -> None:
    alert = only(said_of(THEFT, now=25, paging=Paging(shadow=("closed_without_crime",))), "overdue")

    assert (alert.paged, alert.withheld) == (True, None)


def test_in_a_flood_what_would_page_does_not_and_what_was_paged_before_stays_so() -> None:
    before = said_of(THEFT, now=25)
    flooded = Paging(flooded=True)

    new = only(said_of(THEFT, now=25, paging=flooded), "overdue")

    assert (new.paged, new.withheld) == (False, "flood")
    assert changes(before, assessed(THEFT, now=26), at(26), flooded) == []


def test_what_would_not_page_is_not_withheld_either() -> None:
    low = only(said_of(THEFT, now=25, paging=Paging(frozenset({"critical"}), flooded=True)), "overdue")
    history = only(said_of(THEFT, now=25, paging=Paging(enforcement_date=date(2026, 4, 4), flooded=True)), "overdue")

    assert (low.withheld, history.withheld) == (None, None)


def test_what_was_withheld_and_is_raised_again_may_page() -> None:
    decided = line(26, "decided", basis="not_notifiable", reason="moot", decided_by="officer")
    said = said_of(THEFT, decided, now=26, said=said_of(THEFT, now=25, paging=Paging(flooded=True)))

    again = said_of(THEFT, decided, line(27, "withdrawn"), now=27, said=said)

    assert (only(again, "overdue").paged, only(again, "overdue").withheld) == (True, None)


def test_an_explanation_changes_in_place() -> None:
    before = said_of(opened(entries=[{"text": "punched"}]), now=25)
    more = line(1, "updated", entries=[{"text": "kicked"}])

    said = said_of(opened(entries=[{"text": "punched"}]), more, now=26, said=before)

    old, new = only(before, "overdue"), only(said, "overdue")
    assert new.body["explanation"] != old.body["explanation"]
    assert (new.history, new.facts, new.changed_at) == (old.history, old.facts, at(26))


def test_another_book_with_the_same_words_changes_nothing() -> None:
    said = said_of(THEFT, now=25)
    judged = replace(assessed(THEFT, now=26), rulebook_hash="another")

    assert changes(said, judged, at(26), PAGED) == []


def test_it_is_known_of_an_alert_whether_it_was_just_raised() -> None:
    decided = line(26, "decided", basis="not_notifiable", reason="moot", decided_by="officer")
    area = line(25.5, "updated", area="N")
    said = said_of(THEFT, now=25)
    found = [only(said, "overdue").just_raised]

    for given, now in (
        ([area], 25.5),
        ([area, decided], 26),
        ([area, decided, line(27, "withdrawn")], 27),
    ):
        said = said_of(THEFT, *given, now=now, said=said)
        found.append(only(said, "overdue").just_raised)

    assert found == [True, False, False, True]


def test_too_few_crimes_says_how_many() -> None:
    given = [opened(victims=[{"victim_ref": ref} for ref in ("V1", "V2", "V3")]), line(1, "recorded")]

    said: dict[str, Any] = only(said_of(*given, now=25), "too_few_crimes").as_dict()

    assert (said["crimes_expected"], said["crimes_recorded"]) == (3, 1)


def test_no_word_of_the_log_is_said() -> None:
    told = "Ottilie Quarrington, Larch Row, punched"
    given = [
        opened(opening_code="CRIME_THEFT", entries=[{"text": told}]),
        line(1, "closed", closing_codes=["CRI"], reason=told),
    ]

    said = str([alert.as_dict() for alert in said_of(*given, now=25).values()])

    assert "phrase 'punched'" in said
    assert "Quarrington" not in said
    assert "Larch" not in said
