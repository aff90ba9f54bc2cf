"""The command `demo`."""

from pathlib import Path

import click
from rich.console import Console

from streams.cli.common import FORCES
from streams.clock import WallClock
from streams.kafka.embedded import Ended
from streams.tools.mapping import read_mapping

FILE = click.Path(exists=True, dir_okay=False, allow_dash=True)


@click.command()
@click.option("--feed", "feeds", type=FILE, multiple=True, help="Show your own export; more FILES may follow.")
@click.argument("files", nargs=-1, type=FILE)
@click.option(
    "--mapping", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="What the export's columns mean."
)
@click.option("--for", "seconds", type=click.FloatRange(min=1), help="End by itself after so many seconds.")
@FORCES
def demo(
    feeds: tuple[str, ...], files: tuple[str, ...], mapping: Path | None, seconds: float | None, forces: Path | None
) -> None:
    """Show the whole thing on this machine: a broker, one worker, and a simulated force or, with --feed, your own export.

    Everything listens on loopback only, lies in memory and in one temporary folder, and is gone at the end: Ctrl-C.
    """
    if not feeds and (files or mapping is not None):
        raise click.UsageError("expected --feed before the files of your own export")
    meaning = None if mapping is None else read_mapping(mapping)
    # These bring Kafka's clients along, which no other command should wait for.
    from streams.tools.demo.run import run_demo
    from streams.tools.demo.sources import OwnExport, SimulatedForce

    clock = WallClock()
    try:
        run_demo(
            lambda folder: (
                OwnExport(clock, (*feeds, *files), meaning, folder) if feeds else SimulatedForce(clock, clock.now())
            ),
            clock,
            Console(),
            seconds,
            forces,
        )
    except Ended as error:
        raise click.ClickException(str(error)) from None
