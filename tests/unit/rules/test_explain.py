from collections.abc import Iterator
from typing import Any

from rules.explain import explain_owed, explain_status

from .given import Line, after, assessed, line, opened

THEFT = opened(opening_code="CRIME_THEFT")


def nodes(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield tree
    for child in tree.get("children", ()):
        yield from nodes(child)


def explained(*given: Line, now: float) -> list[dict[str, Any]]:
    return list(nodes(explain_status(assessed(*given, now=now)).as_dict()))


def said(found: list[dict[str, Any]], text: str) -> dict[str, Any]:
    return next(node for node in found if text in node["text"])


def test_a_status_names_every_rule_that_looked_and_what_it_rests_on() -> None:
    found = explained(THEFT, now=25)

    rules = {node["text"][:3]: node for node in found if node["text"][:1] == "M"}
    assert {"M02", "M04", "M05"} <= rules.keys()
    assert (rules["M02"]["holds"], rules["M04"]["holds"]) == (True, False)
    assert rules["M02"]["cite"] == "CRR26 p10"
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
