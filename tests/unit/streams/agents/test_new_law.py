"""Another book, or a force's file that says more, deployed over what stands: what differs is published, and nothing else."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from rules.examples import FORCE
from rules.force import ForceProfile
from rules.rule import Parameters, Rule
from rules.rulebook import Rulebook
from streams.agents.judge import Judge, Judged
from streams.agents.rows import IncidentRow, packed, read_incident
from streams.settings import Forces
from tests.unit.rules.given import OPENED_AT, Line, book, line, opened, statements

from . import HOLD, read_up_to

INCIDENTS = 10_000
NOW = OPENED_AT + timedelta(hours=9)
OWN_CODES = [{"from": "2020-01-01", "map": {"TH1": "CRIME_THEFT"}}]


def judge_of(law: Rulebook, **profile: object) -> Judge:
    own = ForceProfile.model_validate({"force": FORCE, **profile})
    return Judge(Forces({FORCE: own}), law, frozenset({"critical", "high"}), HOLD)


def warned_earlier() -> Rulebook:
    """The book with the first step of M02 after eight hours in place of twelve."""
    rules = []
    for rule in book().rules.values():
        written: dict[str, Any] = rule.model_dump(mode="json", by_alias=True)
        if rule.id == "M02":
            for asks in written["versions"].values():
                asks[0]["then"]["warn_at"] = ["PT8H", "PT20H"]
        rules.append(Rule.model_validate(written))
    return Rulebook(rules, Parameters(parameters=book().parameters), book().lexicon, "earlier")


def history(number: int) -> list[Line]:
    """Five kinds of open incidents in turn."""
    told = {"incident_ref": f"I{number}", "victims": [{"victim_ref": f"V{number}"}]}
    match number % 5:
        case 0:
            return [opened(0, **told, opening_code="CRIME_THEFT")]
        case 1:
            return [opened(0, **told, entries=[{"text": "phone stolen from bag"}])]
        case 2:
            return [opened(0, **told, opening_code="TH1")]
        case 3:
            recorded = line(2, "recorded", incident_refs=[f"I{number}"], crime_ref=f"C{number}")
            return [opened(0, **told, opening_code="CRIME_THEFT"), recorded]
    return [opened(0, **told)]


def judged(judge: Judge, number: int, row: IncidentRow | None) -> Judged:
    said = statements(*history(number)) if row is None else []
    before = None if row is None else read_incident(packed(row))
    return judge.judge(before, FORCE, f"I{number}", said, NOW, read_up_to(NOW))


@pytest.fixture(scope="module")
def rows() -> list[IncidentRow]:
    first = judge_of(book())
    return [judged(first, number, None).row for number in range(INCIDENTS)]


def published(judge: Judge, rows: list[IncidentRow]) -> Iterator[tuple[int, str | None, list[tuple[str, str, str]]]]:
    for number, row in enumerate(rows):
        after = judged(judge, number, row)
        status = None if after.status is None else after.status["status"]
        if status is not None or after.changed:
            yield number, status, [(alert.rule, alert.kind, alert.status) for alert in after.changed]


def test_the_same_book_and_the_same_file_publish_nothing(rows: list[IncidentRow]) -> None:
    assert list(published(judge_of(book()), rows[:1000])) == []


def test_a_book_that_shortens_a_step_publishes_what_has_passed_it(rows: list[IncidentRow]) -> None:
    changed = list(published(judge_of(warned_earlier()), rows))

    assert changed == [
        (number, "due_soon", [("M02", "due_soon", "open")]) for number in range(INCIDENTS) if number % 5 == 0
    ]


def test_a_map_that_gains_a_code_publishes_what_was_opened_under_it(rows: list[IncidentRow]) -> None:
    changed = list(published(judge_of(book(), codes=OWN_CODES), rows))

    assert changed == [(number, "monitoring", []) for number in range(INCIDENTS) if number % 5 == 2]


def test_both_together_publish_both(rows: list[IncidentRow]) -> None:
    changed = list(published(judge_of(warned_earlier(), codes=OWN_CODES), rows))

    assert {number % 5 for number, _, _ in changed} == {0, 2}
    assert len(changed) == INCIDENTS * 2 // 5
    assert {status for _, status, _ in changed} == {"due_soon"}
