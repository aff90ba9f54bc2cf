"""What people are sent for each kind of alert, as golden files; `python -m tests.alertmanager` writes them anew."""

from dataclasses import replace
from functools import cache

import pytest

from rules.alerts import _SUMMARIES
from tests.alertmanager.examples import Example, examples
from tests.alertmanager.rendering import GOLDEN, rendered

pytestmark = pytest.mark.alertmanager
NAMES = sorted(file.stem for file in GOLDEN.glob("*.txt"))


@cache
def _examples() -> dict[str, Example]:
    return examples()


def test_every_kind_of_alert_has_its_golden_file_and_every_golden_file_its_example() -> None:
    assert sorted(_examples()) == NAMES
    assert _SUMMARIES.keys() <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_what_people_are_sent_is_what_was_looked_at(name: str) -> None:
    assert rendered(_examples()[name]) == (GOLDEN / f"{name}.txt").read_text("utf-8")


def test_of_many_teams_is_shown_ten_and_how_many_there_are() -> None:
    ((at, (alert,)),) = _examples()["overdue"].steps
    many = tuple(
        replace(alert, alert_id=ref, facts={**alert.facts, "incident_ref": ref}) for ref in map(str, range(100, 112))
    )

    told = rendered(Example(((at, many),), at)).partition("=== TEAMS, TEXT ===")[2].partition("===")[0]
    assert told.count("**Overdue: ") == 10
    assert "And more: 12 in all." in told
