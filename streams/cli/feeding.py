"""The commands that make events: `feed` from a force's own export, `simulate` from a seed."""

import sys
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import click

from streams.cli.common import FILES, OUT, Instant, opened, progress_bar
from streams.kafka.envelope import decode
from streams.tools.feeder import dry_run
from streams.tools.mapping import read_mapping
from streams.tools.simulate import Options, write_simulation


@click.command()
@FILES
@click.option(
    "--mapping", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="What the export's columns mean."
)
@click.option("--dry-run", "dry", is_flag=True, help="Write the events as JSON lines to standard output.")
@click.option("--rejected", type=OUT, help="Write the rows that could not be used here, with the reason.")
def feed(files: tuple[str, ...], mapping: Path | None, dry: bool, rejected: Path | None) -> None:
    """Turn FILES into events: CloudEvents as JSON lines, or an export with its --mapping; - is standard input."""
    if not dry:
        raise click.UsageError("expected --dry-run: this version writes events and sends none")
    meaning = None if mapping is None else read_mapping(mapping)
    with ExitStack() as stack:
        bar = stack.enter_context(progress_bar())
        reading = bar.add_task("reading", total=None)
        summary = dry_run(
            files,
            meaning,
            decode,
            sys.stdout,
            opened(stack, rejected),
            lambda rows: bar.update(reading, completed=rows),
        )
    click.echo(str(summary), err=True)
    sys.exit(1 if summary.rejected else 0)


@click.command()
@click.option("--incidents", type=click.IntRange(0), default=1000, show_default=True, help="How many reports come in.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same events.")
@click.option("--start", type=Instant(), required=True, help="When the first may come in, with an offset.")
@click.option("--force", default="simulated", show_default=True, help="The force's name.")
@click.option("--truth", type=OUT, help="Write what should be found of each incident here, as JSON lines.")
def simulate(incidents: int, seed: int, start: datetime, force: str, truth: Path | None) -> None:
    """Write the days of a force that does not exist, as CloudEvents in JSON lines; its names and words are invented."""
    try:
        options = Options(incidents=incidents, seed=seed, start=start, force=force)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    with ExitStack() as stack:
        bar = stack.enter_context(progress_bar())
        writing = bar.add_task("simulating", total=incidents)
        write_simulation(options, sys.stdout, opened(stack, truth), lambda done: bar.update(writing, completed=done))
