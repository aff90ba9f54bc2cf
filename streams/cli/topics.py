"""The commands that make the topics and compare them with the contract."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict

import click
import yaml

from streams.cli.common import AS_JSON, say
from streams.kafka import topics as on_broker
from streams.kafka.rights import ROLES, rights
from streams.settings import load_settings
from streams.tools.asyncapi import asyncapi
from streams.tools.data_protection import data_protection


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


def _principals(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for the principal of each role."""
    for role, does in reversed(list(ROLES.items())):
        usual = f"User:{role}"
        option = click.option(f"--{role}", default=usual, show_default=True, metavar="NAME", help=f"Who {does}.")
        command = option(command)
    return command


@topics.command("rights")
@_principals
@AS_JSON
@click.option("--command-config", metavar="FILE", help="The file by which kafka-acls.sh connects, for its lines.")
def topics_rights(as_json: bool, command_config: str | None, **given: str) -> None:
    """Write the least rights that each role needs, as the commands that grant them; nobody is asked and nothing is done."""
    settings = load_settings()
    needed, principals = rights(settings), {role: given[role.replace("-", "_")] for role in ROLES}

    def lines() -> Iterator[str]:
        for role, does in ROLES.items():
            yield f"# {role}: {does}"
            of_role = (each for each in needed if each.role == role)
            yield from (each.command(principals[role], settings.broker, command_config) for each in of_role)

    told = [{**asdict(each), "principal": principals[each.role]} for each in needed]
    say({"rights": told} if as_json else None, lines())


@topics.command("data")
def topics_data() -> None:
    """Write the page on data protection: what is kept where, for how long, and who sees it; nobody is asked."""
    click.echo(data_protection(load_settings()), nl=False)


@topics.command("asyncapi")
def topics_asyncapi() -> None:
    """Write the contract as AsyncAPI 3: the topics and what a message of each holds; nobody is asked."""
    click.echo(yaml.safe_dump(asyncapi(load_settings()), sort_keys=False, allow_unicode=True, width=120), nl=False)
