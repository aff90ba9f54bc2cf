"""The history of an incident, as its page tells it."""

import pytest

from streams.outward.desk.follower import Incident
from streams.outward.desk.timeline import standing_decisions, time_line
from tests.unit.rules.given import after, at
from tests.unit.streams.outward.desk import NOW, alert, decision, published, status


def told(incident: Incident) -> list[str]:
    return [moment.what + (f" ({moment.who})" if moment.who else "") for moment in time_line(incident, NOW)]


def history(*entries: tuple[float, str, str | None]) -> list[dict[str, str]]:
    return [{"at": after(hours), "status": word, **({"by": by} if by else {})} for hours, word, by in entries]


def test_a_report_that_was_recorded_late_is_told_from_its_beginning_to_its_end() -> None:
    said = status("recorded_late", recorded_at=after(30), crime_refs=["C-1"])
    flagged = published(alert("a", status="resolved"), resolution="recorded_late")
    flagged["history"] = history((23, "open", None), (24, "acknowledged", "S-7"), (30, "resolved", None))

    assert told(Incident(said, [flagged], [])) == [
        "Reported to the police",
        "The crime was due",
        "Overdue: flagged",
        "Taken (S-7)",
        "Crime C-1 recorded, late",
        "Overdue: resolved, a crime was recorded late",
    ]


def test_what_is_yet_to_come_is_told_as_such() -> None:
    (_, due) = time_line(Incident(status("monitoring", due_at=after(25)), [], []), NOW)

    assert (due.what, due.ahead) == ("The crime is due", True)


def test_a_crime_that_was_disclosed_later_has_a_clock_of_its_own() -> None:
    assert told(Incident(status(disclosed_at=after(2)), [], []))[1] == "A crime was disclosed: its own 24 hours begin"


def test_what_several_alerts_say_alike_is_told_once() -> None:
    entries = history((23, "open", None), (24, "acknowledged", "S-7"))
    alerts = [published(alert(name, incident_ref="A"), history=entries) for name in ("a", "b")]

    assert told(Incident(None, alerts, [])) == ["Overdue: flagged", "Taken (S-7)"]


def test_only_the_last_of_several_ends_says_why() -> None:
    entries = history((23, "open", None), (24, "resolved", None), (25, "open", None), (26, "resolved", None))
    incident = Incident(None, [published(alert("a", status="resolved"), history=entries, resolution="exempt")], [])

    ends = [what for what in told(incident) if "resolved" in what]

    assert ends == ["Overdue: resolved", "Overdue: resolved, it was decided that none need be recorded"]


def test_decisions_are_told_with_their_basis_who_took_them_and_never_their_reason() -> None:
    made = [
        decision("decision.not_to_record", 1, basis="duplicate", reason="secret", decided_by="supervisor", by="S-7"),
        decision("decision.delay_authorised", 2, until=after(50), decided_by="supervisor", note="secret"),
        decision("decision.delay_authorised", 3, until=after(50), decided_by="force_crime_registrar", note="secret"),
        decision("decision.withdrawn", 4, note="secret"),
    ]

    assert told(Incident(None, [], made)) == [
        "Decided not to record. Basis: it is a duplicate of another log (S-7, a supervisor)",
        "A delay was asked for, 48 hours from then (a supervisor)",
        "A delay was authorised, 47 hours from then (the force crime registrar)",
        "A decision was withdrawn",
    ]


FIRST = decision(
    "decision.not_to_record", 1, basis="duplicate", reason="r", decided_by="supervisor", decision_ref="D-1"
)
SECOND = decision(
    "decision.not_to_record", 2, basis="duplicate", reason="r", decided_by="supervisor", decision_ref="D-2"
)


@pytest.mark.parametrize(
    ("hours", "named", "left"),
    [(3, "D-1", ["D-2"]), (3, None, []), (1, None, ["D-2"]), (3, "D-3", ["D-1", "D-2"])],
)
def test_a_withdrawal_ends_what_it_names_or_all_that_was_decided_before(
    hours: float, named: str | None, left: list[str]
) -> None:
    withdrawn = decision("decision.withdrawn", hours, **({"decision_ref": named} if named else {}))

    standing = standing_decisions(Incident(None, [], [FIRST, SECOND, withdrawn]))

    assert [each.decision_ref for each in standing] == left
    assert at(hours) == withdrawn.time
