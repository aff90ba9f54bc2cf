"""A victim who is erased is nowhere any more, and what was decided stays."""

from dataclasses import replace

import pytest
from msgspec import structs

from rules.examples import FORCE
from streams.agents.messages import EraseVictim, Said, Told
from streams.agents.redaction import holds, names, redact_crime, redact_incident, redacted
from streams.agents.rows import CrimeRow, digest, pack_alert, read_crime, read_incident
from tests.unit.rules.given import OPENED_AT, Line, at, line, opened, statements

from . import counted
from .test_crimes import Desk as CrimeDesk
from .test_incidents import CAME, RAISED, A, Desk, removed
from .test_rows import row_of

VICTIM = "V-Quarrington"
NAMED = opened(
    opening_code="CRIME_VIOLENCE", area="north", victims=[{"victim_ref": VICTIM, "age": 12, "vulnerable": True}]
)
RECORDED = line(1, "recorded", incident_refs=["A"], victim_refs=[VICTIM, "V-2"])
NAME = f"erased-{digest(VICTIM).hex()}"


@pytest.mark.parametrize(
    "said",
    [
        NAMED,
        RECORDED,
        line(1, "contacted", victim_ref=VICTIM, at="2026-04-02T12:00:00Z", kind="update"),
        line(1, "victim", victim={"victim_ref": VICTIM, "age": 12}),
    ],
)
def test_wherever_a_statement_has_the_reference_stands_a_name_that_says_nothing(said: Line) -> None:
    (statement,) = statements(said)

    nameless = redacted(statement, [digest(VICTIM)])

    assert holds(statement.data, VICTIM)
    assert not holds(nameless.data, VICTIM)
    assert str(nameless.data) == str(statement.data).replace(VICTIM, NAME)
    assert structs.replace(nameless, data=statement.data) == statement


def test_who_is_not_erased_stays_and_what_has_nobody_stays_as_it_is() -> None:
    (named,) = statements(NAMED)
    (cleared,) = statements(line(1, "recorded", victim_refs=None))

    assert redacted(named, []) is named
    assert redacted(named, [digest("V-2")]) is named
    assert redacted(cleared, [digest(VICTIM)]) is cleared


def test_a_reference_is_found_in_an_occasion_as_a_word_alone() -> None:
    assert names(f"C1 {VICTIM} update", VICTIM)
    assert not names(f"C1 {VICTIM}2 update", VICTIM)


def test_a_crime_knows_the_victim_no_more_and_the_other_one_still() -> None:
    row = CrimeRow(3, OPENED_AT, statements(RECORDED), ["A"])

    redact_crime(row, VICTIM)

    assert row.statements[0].data["victim_refs"] == [NAME, "V-2"]
    assert row.nameless == [digest(VICTIM)]


def test_with_a_victim_go_the_alerts_on_what_is_owed_to_them_and_no_others() -> None:
    row = row_of(NAMED, until=30)
    (overdue,) = (alert for alert in row.standing().alerts.values() if alert.kind == "overdue")
    owed = replace(overdue, alert_id="ab", kind="victim_service", occasion=f"C1 {VICTIM} update")
    row.alerts.append(pack_alert(owed))

    gone = redact_incident(row, VICTIM)

    assert gone == [owed]
    assert overdue.alert_id in row.standing().alerts
    assert "ab" not in row.standing().alerts


def erase(desk: Desk, offset: int | None = None) -> None:
    desk.take(EraseVictim(VICTIM), offset=offset)


def known() -> Desk:
    """A desk with an incident that is overdue, whose victim is twelve."""
    desk = Desk()
    desk.move(0)
    desk.say(NAMED)
    desk.move(25)
    desk.due()
    return desk


def test_an_incident_whose_victim_is_erased_is_judged_as_before() -> None:
    desk = known()
    said, raised = desk.published("recording-status")[-1], counted(desk.metrics, RAISED)
    sent = len(desk.published("recording-alerts"))

    erase(desk)

    assert VICTIM.encode() not in desk.table.parts[0][A]
    assert read_incident(desk.table.parts[0][A]).facts["status"] == said["status"] == "overdue"
    assert counted(desk.metrics, RAISED) == raised
    assert len(desk.published("recording-alerts")) == sent, "the alerts that stand are as they were"


def test_what_is_read_again_and_what_is_said_later_of_an_erased_victim_is_redacted_too() -> None:
    desk = known()
    erase(desk)
    before = read_incident(desk.table.parts[0][A]).statements

    desk.say(NAMED)
    desk.take(Told(CAME, ("crime", "C1"), statements(RECORDED)))

    row = desk.table.parts[0][A]
    assert VICTIM.encode() not in row
    assert read_incident(row).statements[: len(before)] == before
    assert desk.events("repeat") == 1


def test_the_alert_on_what_was_owed_to_an_erased_victim_is_removed_and_raised_of_nobody() -> None:
    desk = Desk()
    desk.move(0)
    desk.say(NAMED)
    desk.take(Told(CAME, ("crime", "C1"), statements(line(1, "recorded", incident_refs=["A"], victim_refs=[VICTIM]))))
    desk.move(24 * 30)
    desk.due()
    owed = {alert["alert_id"] for alert in desk.published("recording-alerts") if alert["kind"] == "victim_service"}
    assert owed

    erase(desk, offset=500)

    gone = {(key or b"").decode() for topic, key in removed(desk) if topic == "recording-alerts"}
    stands = {
        alert.alert_id for alert in read_incident(desk.table.parts[0][A]).standing().alerts.values() if alert.stands
    }
    assert gone == owed
    assert len([each for each in stands if each not in owed]) >= len(owed)
    assert VICTIM.encode() not in desk.table.parts[0][A]

    desk.flush.sent.clear()
    erase(desk, offset=500)
    assert removed(desk) == {("recording-alerts", name.encode()) for name in owed}, "a worker that died says it again"


def test_an_incident_or_a_crime_that_is_not_there_has_no_victim_to_forget() -> None:
    desk, crimes = Desk(), CrimeDesk()

    erase(desk)
    crimes.take(EraseVictim(VICTIM))

    assert not any(desk.table.parts.values())
    assert not any(crimes.table.parts.values())


def test_a_crime_tells_of_an_erased_victim_under_the_name_that_says_nothing() -> None:
    desk = CrimeDesk()
    desk.say(RECORDED)
    desk.take(EraseVictim(VICTIM))
    desk.flush.sent.clear()

    desk.say(line(2, "linked", incident_ref="B"), line(3, "victim", victim={"victim_ref": VICTIM, "age": 12}))

    told = [message for _, message in desk.flush.messages("monitor-incident-inbox") if isinstance(message, Told)]
    assert told
    assert not any(holds(said.data, VICTIM) for message in told for said in message.statements)
    assert VICTIM.encode() not in desk.table.parts[1][f"{FORCE}/C1".encode()]
    assert read_crime(desk.table.parts[1][f"{FORCE}/C1".encode()]).nameless == [digest(VICTIM)]


def test_what_a_crime_is_told_after_a_crash_is_redacted_too() -> None:
    desk = CrimeDesk()
    (said,) = desk.say(RECORDED)
    desk.take(EraseVictim(VICTIM))

    desk.take(Said(CAME, said), offset=0)

    assert VICTIM.encode() not in desk.table.parts[1][f"{FORCE}/C1".encode()]
    assert at(1) == read_crime(desk.table.parts[1][f"{FORCE}/C1".encode()]).changed_at
