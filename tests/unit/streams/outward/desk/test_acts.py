"""What a form becomes: events of the contract that say who, in which role, when; or what was expected, field by field."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from rules.force import ForceProfile
from streams.kafka.envelope import decode
from streams.outward.desk.acts import Act, Form, Incomplete, Setting, events_of
from streams.outward.desk.board import Board, Case
from streams.outward.desk.people import Role
from tests.unit.rules.given import at
from tests.unit.streams.outward.desk import FORCE, NOW, alert, board_of

ONCE = "0" * 31 + "1"
DECISION = {"basis": "no_crime_disclosed", "reason": "a lost purse, not a stolen one", "reporter_told": "yes"}
DELAY = {"until": "2026-04-03T12:00", "note": "the victim is in surgery"}


def case_of(board: Board) -> Case | None:
    return board.case((FORCE, "A"))


SOON = at(25)


def here(role: Role = "supervisor", due_at: datetime | None = SOON, **more: Any) -> Setting:
    open_ones = board_of(alert("a" * 32, incident_ref="A"), alert("b" * 32, incident_ref="A", kind="due_soon"))
    given = {"profile": ForceProfile(force=FORCE), "case": case_of(open_ones), **more}
    return Setting(FORCE, "A", "S-7", role, NOW, due_at=due_at, once=ONCE, **given)


def sent(act: Act, form: Form, setting: Setting | None = None) -> list[dict[str, Any]]:
    """What a form becomes; each is an event that the workers take."""
    events = events_of(act, form, setting or here())
    for event in events:
        decode(json.dumps(event).encode())
    return events


def expected(act: Act, form: Form, setting: Setting | None = None) -> dict[str, str]:
    with pytest.raises(Incomplete) as caught:
        events_of(act, form, setting or here())
    return caught.value.faults


def test_taking_an_incident_takes_every_alert_of_it_that_stands() -> None:
    events = sent("take", {"team": "Response 2", "assigned_to": " S-9 ", "note": ""})

    assert [event["data"]["alert_id"] for event in events] == ["a" * 32, "b" * 32]
    assert [event["id"] for event in events] == [f"{ONCE}-{'a' * 32}", f"{ONCE}-{'b' * 32}"]
    assert events[0]["type"] == "alert.acknowledged"
    assert events[0]["data"] == {
        "force": FORCE,
        "incident_ref": "A",
        "alert_id": "a" * 32,
        "at": "2026-04-03T09:00:00Z",
        "by": "S-7",
        "team": "Response 2",
        "assigned_to": "S-9",
    }


def test_nothing_is_taken_where_nothing_is_open() -> None:
    assert expected("take", {}, here(case=None)) == {"act": "Nothing is open on this incident any more"}


@pytest.mark.parametrize(
    ("holder", "said"), [("S-9", "S-9 has taken it already"), ("S-7", "You have taken it already")]
)
def test_what_another_has_taken_is_taken_over_only_by_who_has_seen_that(holder: str, said: str) -> None:
    taken = case_of(board_of(alert("a" * 32, incident_ref="A", status="acknowledged", acknowledged_by=holder)))

    assert expected("take", {}, here(case=taken)) == {"act": said}
    assert expected("take", {"over": "S-8"}, here(case=taken)) == {"act": said}
    assert len(sent("take", {"over": holder}, here(case=taken))) == 1


def test_a_decision_says_its_basis_its_reason_who_took_it_and_whether_the_reporter_was_told() -> None:
    (event,) = sent("decide", DECISION)

    assert event["type"] == "decision.not_to_record"
    assert event["data"] == {
        "force": FORCE,
        "incident_ref": "A",
        "decided_at": "2026-04-03T09:00:00Z",
        "basis": "no_crime_disclosed",
        "reason": "a lost purse, not a stolen one",
        "decided_by": "supervisor",
        "by": "S-7",
        "reporter_told": True,
        "decision_ref": ONCE,
    }


def test_nothing_is_decided_by_default() -> None:
    assert expected("decide", {}) == {
        "basis": "Choose on what basis no crime is to be recorded",
        "reason": "Write the reason: a decision without one ends nothing",
        "reporter_told": "Say whether the person who reported it was told",
    }


@pytest.mark.parametrize("basis", ["duplicate", "other_force"])
def test_some_bases_need_the_other_number(basis: str) -> None:
    assert set(expected("decide", {**DECISION, "basis": basis})) == {"reference"}
    (event,) = sent("decide", {**DECISION, "basis": basis, "reference": "POL-2"})
    assert event["data"]["reference"] == "POL-2"


def test_a_force_may_ask_for_a_higher_role_on_a_basis() -> None:
    profile = ForceProfile(force=FORCE, lowest_role={"no_crime_disclosed": "designated_decision_maker"})

    said = expected("decide", DECISION, here(profile=profile))

    assert said == {"basis": "In this force at least a designated decision maker decides on this basis"}
    (event,) = sent("decide", DECISION, here("registrar", profile=profile))
    assert event["data"]["decided_by"] == "force_crime_registrar"


@pytest.mark.parametrize(("role", "decided_by"), [("supervisor", "supervisor"), ("registrar", "force_crime_registrar")])
def test_a_delay_is_asked_for_by_a_supervisor_and_given_by_the_registrar(role: Role, decided_by: str) -> None:
    (event,) = sent("delay", DELAY, here(role))

    assert event["type"] == "decision.delay_authorised"
    assert (event["data"]["decided_by"], event["data"]["until"]) == (decided_by, "2026-04-03T11:00:00Z")


@pytest.mark.parametrize(
    ("form", "due_at", "wrong"),
    [
        ({**DELAY, "until": ""}, at(25), {"until": "Give a day and a time, as 2026-04-03 17:00"}),
        ({**DELAY, "until": "2026-03-29T01:30"}, at(25), {"until": "Give a day and a time, as 2026-04-03 17:00"}),
        ({**DELAY, "until": "2026-04-03T12:00Z"}, at(25), {"until": "Give a day and a time, as 2026-04-03 17:00"}),
        ({**DELAY, "until": "9999-01-01T00:00"}, at(25), {"until": "Give a day and a time, as 2026-04-03 17:00"}),
        (DELAY, at(26), {"until": "Give a time later than the deadline it moves"}),
        (DELAY, at(23), {"until": "A deadline that has passed cannot be moved"}),
        (DELAY, None, {"until": "A deadline that has passed cannot be moved"}),
        ({"until": DELAY["until"]}, at(25), {"note": "Write why: a delay without a reason moves nothing"}),
    ],
)
def test_a_delay_that_would_move_nothing_is_not_sent(
    form: Form, due_at: datetime | None, wrong: dict[str, str]
) -> None:
    assert expected("delay", form, here(due_at=due_at)) == wrong


def test_of_an_hour_that_the_clocks_repeat_the_earlier_is_meant() -> None:
    (event,) = sent("delay", {**DELAY, "until": "2026-10-25T01:30"}, here(due_at=NOW + timedelta(hours=1)))

    assert event["data"]["until"] == "2026-10-25T00:30:00Z"


def test_a_withdrawal_says_why_and_which_decision_if_one_is_named() -> None:
    assert set(expected("withdraw", {})) == {"note"}
    (every,) = sent("withdraw", {"note": "wrong log"})
    (one,) = sent("withdraw", {"note": "wrong log", "decision_ref": "D-1"})

    assert (every["type"], every["data"].get("decision_ref")) == ("decision.withdrawn", None)
    assert one["data"]["decision_ref"] == "D-1"


@pytest.mark.parametrize("act", ["take", "decide", "delay", "withdraw"])
def test_a_viewer_does_nothing(act: Act) -> None:
    assert set(expected(act, {**DECISION, **DELAY}, here("viewer"))) == {"act"}


def test_what_is_too_long_is_not_cut_but_said() -> None:
    assert set(expected("take", {"team": "t" * 65, "note": "n" * 4_001})) == {"team", "note"}
