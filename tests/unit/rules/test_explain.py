from collections.abc import Iterator
from typing import Any

from rules.explain import explain_owed, explain_status
from rules.explanation import rendered

from .given import Line, after, assessed, line, opened

SCREEN = 40
"""Lines that a person sees without scrolling."""
THEFT = opened(opening_code="CRIME_THEFT")


def nodes(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield tree
    for child in tree.get("children", ()):
        yield from nodes(child)


def explained(*given: Line, now: float) -> list[dict[str, Any]]:
    return list(nodes(explain_status(assessed(*given, now=now)).as_dict()))


def said(found: list[dict[str, Any]], text: str) -> dict[str, Any]:
    return next(node for node in found if text in node["text"])


def test_a_status_names_every_rule_that_found_something_and_what_the_others_looked_for() -> None:
    found = explained(THEFT, now=25)

    rules = {node["text"][:3]: node for node in found if node["text"][:1] == "M"}
    assert rules.keys() == {"M02", "M11", "M15"}
    assert [name for name, node in rules.items() if node["holds"]] == ["M02"]
    assert rules["M02"]["cite"] == "CRR26 p10"
    assert said(found, "A crime that the text of the log discloses")["value"] == "none found"
    assert said(found, "Report received")["value"] == "Thu 2 Apr 2026 10:00 BST"


def test_a_disclosure_is_shown_by_the_lexicons_phrase_and_never_by_the_sentence() -> None:
    found = explained(opened(entries=[{"text": "Ottilie Quarrington asaulted her cousin"}]), now=1)

    assert any("assaulted" in node.get("value", "") for node in found)
    assert "Quarrington" not in str(found)
    assert "asaulted" not in str(found)


def test_a_status_says_what_met_or_ended_it() -> None:
    met = explained(THEFT, line(25, "recorded"), now=26)
    ended = explained(THEFT, line(1, "closed", closing_codes=["CRI"], reason="directed_not_to_record"), now=26)

    assert said(met, "after the deadline")["holds"] is True
    assert "crime related incident" in said(ended, "closure")["value"]
    assert any("M48" in node["text"] for node in met)
    assert not any("M48" in node["text"] for node in explained(THEFT, line(1, "recorded"), now=26))


def test_a_merged_log_says_who_answers_for_it() -> None:
    found = explained(THEFT, opened(incident_ref="B"), line(1, "merged", into="B"), now=25)

    assert said(found, "Carried on in")["value"] == "B"


def test_an_alert_is_explained_by_its_own_rule() -> None:
    judged = assessed(THEFT, line(1, "closed", closing_codes=["CRI"]), now=25)

    trees = {owed.kind: explain_owed(owed, judged).as_dict() for owed in judged.owed}

    assert set(trees) == {"overdue", "unjustified_disposal"}
    assert trees["overdue"]["text"].startswith("M02")
    assert trees["unjustified_disposal"]["text"].startswith("M24")
    assert all(tree["holds"] for tree in trees.values())


def test_a_delay_by_the_registrar_is_shown() -> None:
    delay = line(1, "delayed", until=after(48), decided_by="force_crime_registrar", note="abroad")

    assert said(explained(THEFT, delay, now=2), "later deadline")["holds"] is True


def test_an_allegation_against_police_on_duty_waits_and_the_status_says_so() -> None:
    found = explained(opened(opening_code="CRIME_VIOLENCE", qualifiers=["X_POLICE_ON_DUTY"]), now=30)

    assert found[0]["value"] == "police conduct"
    assert said(found, "Ended by a marker")["cite"] == "CRR26 p17"


def test_what_several_rules_expect_by_the_same_time_is_said_once() -> None:
    found = explained(
        opened(opening_code="CRIME_VIOLENCE", reporter="professional", entries=[{"text": "he punched her"}]), now=1
    )

    assert [node["text"][:3] for node in found if node["text"][:1] == "M" and node["holds"]] == ["M02", "M04", "M15"]
    assert len([node for node in found if node["text"].startswith("To be recorded within")]) == 1


def test_a_rule_that_does_not_apply_says_which_fact_decided_it() -> None:
    found = explained(opened(reporter="witness", entries=[{"text": "he punched her"}]), now=1)

    assert said(found, "M15")["text"].endswith("does not apply. Who reported it")
    assert said(found, "M15")["value"] == "witness"


def test_an_explanation_of_everything_at_once_fits_a_screen() -> None:
    given = [
        opened(
            opening_code="CRIME_DOMESTIC",
            reporter="professional",
            qualifiers=["Q_DOMESTIC_ABUSE"],
            victims=[{"victim_ref": "V1", "relation": "ex_partner"}, {"victim_ref": "V2"}],
            entries=[{"text": "punched, pushed, stolen phone, threat to kill, groped, raped, window smashed"}],
        ),
        line(2, "closed", closing_codes=["PSW_DOMESTIC"]),
    ]
    judged = assessed(*given, now=26)

    lengths = {owed.rule: len(list(rendered(explain_owed(owed, judged).as_dict()))) for owed in judged.owed}

    assert len(list(rendered(explain_status(judged).as_dict()))) <= SCREEN
    assert {rule: length for rule, length in lengths.items() if length > SCREEN} == {}
