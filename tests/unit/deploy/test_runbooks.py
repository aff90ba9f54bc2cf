"""Each alert has its runbook, and what a runbook says to type or to look at is there."""

import re
from collections.abc import Iterator

import click
import pytest

from deploy.source import ROOT
from deploy.source.prometheus import GROUPS
from deploy.source.prometheus.shape import Recorded
from deploy.source.runbooks import FOLDER, OTHERS
from streams.cli import cli
from streams.settings import Settings
from tests.unit.deploy.test_prometheus import TYPES

BOOKS = {file.stem: file.read_text() for file in (ROOT / FOLDER).glob("*.md") if file.stem != "README"}
ALERTS = {alert.name for group in GROUPS for alert in group.alerts}
RECORDED = {rule.name for group in GROUPS for rule in group.rules if isinstance(rule, Recorded)}
METRIC = re.compile(r"\b(?:recording_[a-z_]+|process_[a-z_]+)\b")


def commands(text: str) -> Iterator[list[str]]:
    """Yield the words of every command of ours that a text names."""
    for found in re.findall(r"recording-monitor ((?:[a-z]+ ?)+(?:--[a-z-]+)?)", text):
        yield found.split()


def test_each_alert_has_its_runbook_and_each_runbook_its_alert() -> None:
    assert BOOKS.keys() == ALERTS | OTHERS.keys()


@pytest.mark.parametrize("name", sorted(ALERTS))
def test_a_runbook_says_what_it_means_what_follows_where_to_look_and_what_to_do(name: str) -> None:
    assert re.findall(r"^#+ (.+)$", BOOKS[name], re.MULTILINE) == [name, "Meaning", "Impact", "Diagnosis", "Mitigation"]
    assert all(part.strip() for part in re.split(r"^#+ .+$", BOOKS[name], flags=re.MULTILINE)[1:] if part != "\n\n")


@pytest.mark.parametrize("name", sorted(BOOKS))
def test_what_it_says_to_type_can_be_typed(name: str) -> None:
    for words in commands(BOOKS[name]):
        command: click.Command = cli
        for word in words:
            if isinstance(command, click.Group) and word in command.commands:
                command = command.commands[word]
        assert command is not cli, words
        options = {option for each in command.params for option in each.opts}
        assert {word for word in words if word.startswith("--")} <= options, words


@pytest.mark.parametrize("name", sorted(BOOKS))
def test_what_it_says_to_look_at_is_there(name: str) -> None:
    metrics = set(METRIC.findall(BOOKS[name]))
    settings = {each.lower() for each in re.findall(r"RECORDING_([A-Z_]+)", BOOKS[name])}
    links = re.findall(r"\]\(([^)]+)\)", BOOKS[name])
    files = re.findall(r"\b(?:deploy|rules|tests)/[a-z_/]+\.(?:md|py|yaml)\b", BOOKS[name])

    assert metrics <= TYPES.keys() | {name.removesuffix("_count") for name in TYPES} | RECORDED
    assert settings <= Settings.model_fields.keys()
    assert all((ROOT / FOLDER / link).exists() for link in links)
    assert all((ROOT / file).exists() for file in files)
