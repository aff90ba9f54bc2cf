import pytest

from rules.grounds import GROUNDS
from rules.matters import MATTERS
from tests.unit.rules.given import Line, after, assessed, at, line, opened, played, situation, turns

THEFT = opened(opening_code="CRIME_THEFT")
DECIDED = {"basis": "not_notifiable", "decided_by": "supervisor"}
VICTIMS = opened(victims=[{"victim_ref": "V1"}, {"victim_ref": "V2"}])


def occasions(about: str, *given: Line, now: float, ref: str = "A") -> list[str]:
    return [matter.occasion for matter in MATTERS[about](assessed(*given, now=now, ref=ref).moment)]


def test_every_ground_and_matter_has_a_sentence_that_says_what_it_is() -> None:
    texts = [look.__doc__ or "" for look in (*GROUNDS.values(), *MATTERS.values())]

    assert [text for text in texts if not text.splitlines()[0].strip().endswith(".")] == []


@pytest.mark.parametrize(
    ("ground", "log", "signs"),
    [
        ("crime_codes", opened(opening_code="CRIME_THEFT", entries=[{"text": "raped"}]), ["CRIME_THEFT"]),
        ("disclosures", opened(opening_code="CRIME_THEFT", entries=[{"text": "raped"}]), ["raped"]),
        (
            "rape_reports",
            opened(opening_code="CRIME_RAPE", entries=[{"text": "raped, punched"}]),
            ["CRIME_RAPE", "raped"],
        ),
        ("rape_reports", opened(opening_code="CRIME_SEXUAL", entries=[{"text": "groped"}]), []),
    ],
)
def test_a_rule_finds_its_own_grounds(ground: str, log: Line, signs: list[str]) -> None:
    assert [found.sign for found in GROUNDS[ground](situation(log))] == signs


def test_a_closure_is_a_matter_while_it_stands_and_the_log_is_its_own() -> None:
    closed = line(2, "closed", closing_codes=["CRI"])

    assert occasions("closure", THEFT, closed, now=3) == ["closed 2026-04-02T11:00:00Z"]
    assert occasions("closure", THEFT, closed, line(3, "reopened"), now=3) == []
    assert occasions("closure", THEFT, now=3) == []


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ([line(1, "updated", opening_code="PSW_CIVIL")], [("changed 2026-04-02T10:00:00Z", False)]),
        ([line(1, "updated", opening_code="PSW_CIVIL", reason="a debt")], [("changed 2026-04-02T10:00:00Z", True)]),
        (
            [
                line(1, "updated", opening_code="PSW_CIVIL"),
                line(2, "updated", opening_code="ASB_NUISANCE", reason="noise"),
            ],
            [("changed 2026-04-02T10:00:00Z", True)],
        ),
        ([line(1, "updated", opening_code="CRIME_ROBBERY")], []),
        ([line(1, "updated", opening_code="PSW_CIVIL"), line(2, "updated", opening_code="CRIME_THEFT")], []),
        ([line(1, "updated", opening_code="what nothing maps")], []),
        ([line(1, "closed", closing_codes=["PSW_CIVIL"])], []),
        ([line(1, "updated", grade="2")], []),
    ],
)
def test_a_crime_code_that_was_changed_to_none_is_a_matter_while_it_stands(
    given: list[Line], found: list[tuple[str, bool]]
) -> None:
    matters = MATTERS["downgrade"](assessed(THEFT, *given, now=3).moment)

    assert [(matter.occasion, matter.about) for matter in matters] == found


def test_a_code_that_never_was_a_crime_may_change() -> None:
    assert (
        occasions("downgrade", opened(opening_code="PSW_ALARM"), line(1, "updated", opening_code="PSW_CIVIL"), now=2)
        == []
    )


def test_a_faulty_decision_matters_only_for_what_was_disclosed_before_it() -> None:
    faulty = line(1, "decided", **DECIDED)

    assert occasions("decisions", THEFT, faulty, now=2) == ["decided 2026-04-02T10:00:00Z"]
    assert occasions("decisions", opened(), faulty, now=2) == []
    assert occasions("decisions", opened(), faulty, line(2, "updated", entries=[{"text": "punched"}]), now=3) == []
    assert occasions("decisions", THEFT, line(1, "decided", reason="moot", **DECIDED), now=2) == []


def test_a_decision_matters_only_to_rules_that_a_decision_can_end() -> None:
    rape = opened(entries=[{"text": "raped"}])

    assert occasions("decisions", rape, line(1, "decided", rules=["M05"], **DECIDED), now=2) == []
    assert occasions("decisions", rape, line(1, "decided", rules=["M04"], **DECIDED), now=2) != []


def test_a_request_for_delay_matters_once_the_deadline_has_passed() -> None:
    asked = line(1, "delayed", until=after(48), decided_by="supervisor", note="abroad")
    counted = line(1, "delayed", until=after(48), decided_by="force_crime_registrar", note="abroad")

    assert turns(played(THEFT, asked, until=30), "unjustified_disposal") == [(at(24), "open", None)]
    assert turns(played(THEFT, counted, until=30), "unjustified_disposal") == []
    assert turns(played(opened(), asked, until=30), "unjustified_disposal") == []


def test_a_duplicate_of_nothing_matters_at_the_limit_after_the_earliest_start_of_the_set() -> None:
    early = opened(-3, incident_ref="B")

    loop = [opened(), early, line(1, "merged", into="B"), line(2, "merged", incident_ref="B", into="A")]
    nowhere = [opened(), line(1, "closed", closing_codes=["AD_DUPLICATE"])]

    assert turns(played(*loop, until=30), "unjustified_disposal") == [(at(21), "open", None)]
    assert turns(played(*nowhere, until=30), "unjustified_disposal") == [(at(24), "open", None)]


def test_a_duplicate_of_nothing_is_silent_beside_a_crime_of_its_own() -> None:
    given = [opened(), line(1, "merged", into="Z"), line(2, "recorded")]

    assert turns(played(*given, until=30), "unjustified_disposal") == []


def test_a_transfer_lacks_its_number_only_after_48_hours() -> None:
    given = [opened(), line(1, "transferred", accepted_at=after(1))]

    assert turns(played(*given, until=60), "unjustified_disposal") == [(at(49), "open", None)]
    assert turns(played(*given, line(2, "transferred", returned_at=after(2)), until=60), "unjustified_disposal") == []


@pytest.mark.parametrize(
    ("given", "raised"),
    [
        ([VICTIMS, line(1, "recorded")], 24),
        ([VICTIMS], None),
        ([VICTIMS, line(1, "recorded"), line(2, "recorded", crime_ref="C2")], None),
        ([VICTIMS, line(1, "recorded", offence_code="N100/1")], None),
        ([VICTIMS, line(1, "recorded"), line(5, "updated", victims=[{"victim_ref": f"V{n}"} for n in range(4)])], 29),
        ([VICTIMS, line(30, "recorded")], 30),
    ],
)
def test_victims_are_counted_beside_a_crime_and_a_limit_after_the_last_was_named(
    given: list[Line], raised: float | None
) -> None:
    changed = turns(played(*given, until=60), "too_few_crimes")

    assert [at_ for at_, _, _ in changed] == ([] if raised is None else [at(raised)])


def test_what_is_owed_about_a_record_is_raised_at_its_home_alone_and_the_rest_everywhere() -> None:
    both = [opened(), opened(incident_ref="B"), line(1, "recorded", incident_refs=["B", "A"], victim_refs=["V1"])]
    untold = line(30, "cancelled", reason="C1", decided_by="officer", other_force_ref="X-1")
    unexplained = line(30, "cancelled", reason="C4", decided_by="officer", independent=True)

    for cancelled, refs in ((untold, ["A"]), (unexplained, ["A", "B"])):
        history = played(*both, cancelled, until=31)

        raised = {alert.facts["incident_ref"] for alert in history.changes if alert.kind == "improper_cancellation"}

        assert sorted(raised) == refs


def test_a_late_recording_and_a_mismatch_are_matters() -> None:
    named = opened(opening_code="CRIME_THEFT", victims=[{"victim_ref": "V1"}])

    assert occasions("recordings", THEFT, line(25, "recorded"), now=26) == ["report"]
    assert occasions("mismatches", named, line(1, "recorded", victim_refs=["V9"]), now=2) == ["crime_mismatch C1"]
