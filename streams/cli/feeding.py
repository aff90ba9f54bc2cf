"""The commands that make events: `feed` from a force's own export, `simulate` from a seed."""

import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TextIO

import click

from streams.cli.common import AS_JSON, FILES, OUT, Instant, opened, progress_bar, say
from streams.clock import WallClock
from streams.kafka.envelope import decode
from streams.settings import load_settings
from streams.tools.accounts import FeedSummary, Reading
from streams.tools.demo.force import live_lines
from streams.tools.feeder import dry_run, read_events
from streams.tools.mapping import ExportMapping, read_mapping
from streams.tools.pace import AtOnce, AtRate, AtSpeed, Pace
from streams.tools.simulate import Options, write_simulation

POSITIVE = click.FloatRange(min=0, min_open=True)


@click.command()
@FILES
@click.option(
    "--mapping", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="What the export's columns mean."
)
@click.option("--rate", type=POSITIVE, help="Send at most so many events a second.")
@click.option(
    "--speed", type=POSITIVE, help="Send them as they happened, so many times as fast: 3600 is an hour a second."
)
@click.option("--dry-run", "dry", is_flag=True, help="Write the events as JSON lines to standard output instead.")
@click.option("--rejected", type=OUT, help="Write the rows that could not be used here too, with the reason.")
@AS_JSON
def feed(
    files: tuple[str, ...],
    mapping: Path | None,
    rate: float | None,
    speed: float | None,
    dry: bool,
    rejected: Path | None,
    as_json: bool,
) -> None:
    """Send FILES to their topics: CloudEvents as JSON lines, or an export with its --mapping; - is standard input.

    With neither --rate nor --speed as fast as it goes. What cannot become an event goes to dead-letters, where the
    header topic names the file and offset the line. Sending the same again changes nothing.
    """
    if rate is not None and speed is not None:
        raise click.UsageError("expected --rate or --speed, not both")
    if dry and (rate is not None or speed is not None or as_json):
        raise click.UsageError("expected --dry-run without --rate, --speed and --json: it only writes the events")
    meaning = None if mapping is None else read_mapping(mapping)
    with ExitStack() as stack:
        out = opened(stack, rejected)
        bar = stack.enter_context(progress_bar())
        reading = bar.add_task("reading", total=None)
        if dry:
            summary = dry_run(files, meaning, decode, sys.stdout, out, lambda rows: bar.update(reading, completed=rows))
        else:
            summary = _sent(files, meaning, _pace(rate, speed), out, lambda said: bar.update(reading, description=said))
    if dry:
        click.echo(str(summary), err=True)
    else:
        say(summary.as_dict() if as_json else None, iter([str(summary)]))
    sys.exit(1 if summary.rejected else 0)


def _pace(rate: float | None, speed: float | None) -> Pace:
    if rate is not None:
        return AtRate(rate)
    return AtOnce() if speed is None else AtSpeed(speed)


def _sent(
    files: tuple[str, ...],
    meaning: ExportMapping | None,
    pace: Pace,
    rejected: TextIO | None,
    progress: Callable[[str], None],
) -> FeedSummary:
    # These bring Faust and its clients along, which no other command should wait for.
    from streams.kafka.client import BrokerError, production
    from streams.kafka.topics import missing
    from streams.tools.sender import TOPICS_OF_A_FEED, Sender, send_feed

    settings, reading = load_settings(), Reading()
    if lacking := missing(settings, TOPICS_OF_A_FEED):
        raise BrokerError(
            f"{', '.join(lacking)}: not on {settings.broker}: `recording-monitor topics create` makes them"
        )
    with production(settings) as producer:
        return send_feed(
            read_events(files, meaning, decode, reading),
            reading,
            Sender(producer, settings),
            pace,
            WallClock(),
            rejected,
            progress,
        )


@click.command()
@click.option("--incidents", type=click.IntRange(0), default=1000, show_default=True, help="How many reports come in.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same events.")
@click.option("--start", type=Instant(), help="When the first may come in, with an offset.")
@click.option("--force", default="simulated", show_default=True, help="The force's name.")
@click.option("--truth", type=OUT, help="Write what should be found of each incident here, as JSON lines.")
@click.option(
    "--live", is_flag=True, help="The force of the demo instead: its last two days, then each event when it comes."
)
def simulate(incidents: int, seed: int, start: datetime | None, force: str, truth: Path | None, live: bool) -> None:
    """Write the days of a force that does not exist, as CloudEvents in JSON lines; its names and words are invented.

    With --live it goes on without end: recording-monitor simulate --live | recording-monitor feed -
    """
    if live:
        for line in live_lines(WallClock(), time.sleep):
            sys.stdout.write(line)
            sys.stdout.flush()
    if start is None:
        raise click.UsageError("expected --start, when the first report may come in, or --live")
    try:
        options = Options(incidents=incidents, seed=seed, start=start, force=force)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    with ExitStack() as stack:
        bar = stack.enter_context(progress_bar())
        writing = bar.add_task("simulating", total=incidents)
        write_simulation(options, sys.stdout, opened(stack, truth), lambda done: bar.update(writing, completed=done))
