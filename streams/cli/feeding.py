"""The commands that make events: `feed` from a force's own export, `simulate` from a seed."""

import sys
from contextlib import ExitStack
from pathlib import Path

import click

from streams.cli.common import FILES, OUT, opened, progress_bar
from streams.kafka.envelope import decode
from streams.tools.feeder import dry_run
from streams.tools.mapping import read_mapping


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
