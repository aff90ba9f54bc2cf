"""The command `alert test`."""

import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import click

from streams.cli.common import AS_JSON, say
from streams.clock import WallClock
from streams.settings import load_settings

if TYPE_CHECKING:
    from streams.tools.alert_test import Stage


@click.group()
def alert() -> None:
    """Try the way that an alert takes."""


@alert.command("test")
@click.option(
    "--severity",
    type=click.Choice(["high", "critical"]),
    default="high",
    show_default=True,
    help="Whom it is to reach; a critical one takes a few seconds longer.",
)
@click.option(
    "--keep", type=click.FloatRange(min=0), default=0, metavar="SECONDS", help="Let it stand so long before it ends."
)
@click.option(
    "--patience",
    type=click.FloatRange(min=1),
    default=180,
    show_default=True,
    metavar="SECONDS",
    help="How long each stage may take.",
)
@AS_JSON
def alert_test(severity: Literal["high", "critical"], keep: float, patience: float, as_json: bool) -> None:
    """Send a marked test alert through the whole path, end it again, and say when it passed which stage.

    An invented incident of the force TEST goes to the topics; its alert is waited for in recording-alerts and in each of
    RECORDING_ALERTMANAGERS. People are told of it if it stands for longer than the group_wait of their route: --keep 60.
    1 if a stage did not come.
    """
    from streams.tools.alert_test import alert_test as tested  # Kafka's client takes a while to load

    def passed(stage: "Stage") -> None:
        if not as_json:
            click.echo(f"{stage.seconds:7.1f} s  {stage.name}")

    result = tested(
        load_settings(), WallClock(), severity, timedelta(seconds=keep), timedelta(seconds=patience), passed
    )
    if result.missing is None:
        lines = [f"{result.incident}: seen at every stage, and ended"]
    else:
        lines = [f"{result.incident}: did not come within {patience:.0f} s: {result.missing}"]
    say(result.as_dict() if as_json else None, iter(lines))
    sys.exit(0 if result.missing is None else 1)
