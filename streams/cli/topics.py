"""The commands that make the topics and compare them with the contract."""

import sys

import click

from streams.cli.common import AS_JSON, say
from streams.kafka import topics as on_broker
from streams.settings import load_settings


@click.group()
def topics() -> None:
    """Make the topics on RECORDING_BROKER, or say how they differ from the contract."""


@topics.command("create")
@AS_JSON
def topics_create(as_json: bool) -> None:
    """Make the topics that are missing; what is there is left as it is."""
    settings = load_settings()
    made = on_broker.create(settings)
    lines = [f"made        {name}" for name in made.created] + [f"was there   {name}" for name in made.present]
    say(made._asdict() if as_json else None, iter(lines))


@topics.command("check")
@AS_JSON
def topics_check(as_json: bool) -> None:
    """Say how the topics differ from the contract and from what the workers need; 1 if they do."""
    settings = load_settings()
    found = on_broker.check(settings)
    lines = [str(difference) for difference in found] or [f"the topics on {settings.broker} are as they should be"]
    say({"differences": [difference._asdict() for difference in found]} if as_json else None, iter(lines))
    sys.exit(1 if found else 0)
