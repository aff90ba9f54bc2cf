"""Every story of `tests/stories/` through the decision core, and again reversed and doubled through the replay.

Of the acceptance examples of the domain research 1 to 7, 9 and 10 are told; 8 is a figure of the assurance report.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel, ConfigDict

from rules.book_files import load_rulebook
from rules.events import EVENT
from rules.examples import FORCE, events_of
from rules.explanation import rendered
from rules.force import ForceProfile
from rules.history import play
from rules.instants import parse_instant
from rules.rulebook import Rulebook
from streams.settings import Forces
from streams.tools.replay import Outcome, replay_events

STORIES = Path(__file__).parent.parent / "stories"
REQUIRED = {
    *(f"E{number:02}" for number in (*range(1, 13), *range(15, 27), *range(33, 43), 50)),
    *(f"Acceptance {number}" for number in (*range(1, 8), 9, 10)),
}
NUMBER = re.compile(r"(E\d\d|Acceptance \d+) [A-Z]")


class Story(BaseModel):
    """A history and the answer that the contract gives; README.md of the stories says what each part means."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    given: list[dict[str, Any]]
    until: str
    statuses: dict[str, dict[str, Any]]
    alerts: list[dict[str, Any]] | None = None
    open: list[str] | None = None
    explains: dict[str, list[str]] = {}


def _told() -> list[Story]:
    files = sorted(STORIES.glob("*.yaml"))
    return [Story.model_validate(told) for file in files for told in yaml.safe_load(file.read_text())]


STORIES_TOLD = _told()
each_story = pytest.mark.parametrize("story", STORIES_TOLD, ids=lambda story: story.name)


@cache
def _book() -> Rulebook:
    return load_rulebook()


def _played(story: Story) -> Outcome:
    events = [EVENT.validate_python(event) for event in events_of(story.given)]
    played = play(events, parse_instant(story.until), ForceProfile(force=FORCE), _book())
    changes = sorted(played.changes, key=lambda alert: (alert.changed_at or alert.raised_at, alert.alert_id))
    return Outcome([played.statuses[ref] for ref in sorted(played.statuses)], [alert.as_dict() for alert in changes])


def _turns(changes: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield what was opened, acknowledged and resolved, leaving out what changed in place while an alert stood."""
    known: dict[str, Any] = {}
    for alert in changes:
        if known.get(alert["alert_id"]) != alert["history"]:
            known[alert["alert_id"]] = alert["history"]
            turn = alert["history"][-1]
            yield {**alert, "at": turn["at"], "status": turn["status"], "incident": alert["incident_ref"]}


def _turn(line: Mapping[str, Any]) -> str:
    return " ".join(str(line.get(part, "")) for part in ("at", "incident", "rule", "kind", "status"))


def _fails(story: Story, outcome: Outcome) -> list[str]:
    """Return what a story says that did not come true."""
    statuses = {status["incident_ref"]: status for status in outcome.statuses}
    found = [
        f"{ref} {name}: expected {expected}, got {statuses.get(ref, {}).get(name)}"
        for ref, fields in story.statuses.items()
        for name, expected in fields.items()
        if statuses.get(ref, {}).get(name) != expected
    ]
    if story.alerts is not None:
        said = sorted(_turns(outcome.alerts), key=_turn)
        wanted = sorted(({"incident": "A", **line} for line in story.alerts), key=_turn)
        if [_turn(line) for line in said] != [_turn(line) for line in wanted]:
            return [*found, "alerts: got", *map(_turn, said)]
        found += [
            f"{_turn(line)}: {name}: expected {expected}, got {got.get(name)}"
            for line, got in zip(wanted, said, strict=True)
            for name, expected in line.items()
            if not (expected in got[name] if name == "summary" else got.get(name) == expected)
        ]
    if story.open is not None:
        last = {alert["alert_id"]: alert for alert in outcome.alerts}.values()
        standing = (alert for alert in last if alert["status"] != "resolved")
        names = sorted(f"{alert['incident_ref']} {alert['rule']} {alert['kind']}" for alert in standing)
        found += [] if names == sorted(story.open) else [f"open: expected {story.open}, got {names}"]
    for ref, parts in story.explains.items():
        lines = "\n".join(rendered(statuses[ref]["explanation"]))
        found += [f"explanation of {ref}: expected {part} in\n{lines}" for part in parts if part not in lines]
    return found


@each_story
def test_a_story_comes_true(story: Story) -> None:
    outcome = _played(story)

    assert not _fails(story, outcome), "\n".join(_fails(story, outcome))


@each_story
def test_a_story_comes_true_reversed_and_doubled(story: Story) -> None:
    events = events_of(story.given)
    shuffled = list(chain.from_iterable((event, event) for event in reversed(events)))

    forces = Forces({FORCE: ForceProfile(force=FORCE)})
    outcome = replay_events(shuffled, parse_instant(story.until), all_changes=True, book=_book(), forces=forces)

    assert outcome == _played(story)
    assert not _fails(story, outcome)


@pytest.mark.parametrize("number", sorted(REQUIRED))
def test_every_number_that_the_first_book_reaches_is_told(number: str) -> None:
    assert any(story.name.startswith(f"{number} ") for story in STORIES_TOLD)


def test_every_story_has_a_name_of_its_own_that_begins_with_its_number() -> None:
    names = [story.name for story in STORIES_TOLD]

    assert len(set(names)) == len(names)
    assert all(NUMBER.match(name) for name in names)


def test_every_story_says_what_became_of_the_alerts() -> None:
    silent = [story.name for story in STORIES_TOLD if story.alerts is None and story.open is None]

    assert not silent
