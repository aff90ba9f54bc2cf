"""The commands that decide over a history: `replay` and `explain`."""

import os
import sys
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import click

from rules.book_files import load_rulebook
from streams.cli.common import AS_JSON, FILES, FORCES, OUT, Instant, Refusals, opened, progress_bar, read_events, say
from streams.settings import load_forces, load_settings
from streams.tools.explain import explain_from
from streams.tools.replay import Plan, replay_to, spool_events, workspace
from streams.tools.spool import Spool


@click.command()
@FILES
@click.option("--until", type=Instant(), help="Replay to this instant; by default to the latest event.")
@click.option("--statuses", type=OUT, help="Write the last status of every incident here, as JSON lines.")
@click.option("--alerts", type=OUT, help="Write the last state of every alert here, as JSON lines.")
@click.option("--all-changes", is_flag=True, help="Write every change of an alert, not only its last state.")
@click.option("--rejected", type=OUT, help="Write what could not be used here, with the reason, as JSON lines.")
@click.option("--rulebook", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Use this rulebook.")
@click.option(
    "--compare", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Say what this one changes."
)
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="Judge in this many processes.")
@FORCES
@AS_JSON
def replay(
    files: tuple[str, ...],
    until: datetime | None,
    statuses: Path | None,
    alerts: Path | None,
    all_changes: bool,
    rejected: Path | None,
    rulebook: Path | None,
    compare: Path | None,
    jobs: int,
    forces: Path | None,
    as_json: bool,
) -> None:
    """Decide over a history with no broker: FILES of CloudEvents as JSON lines, in any order; - is standard input."""
    settings = load_settings(forces=forces, rulebook=rulebook)
    profiles, book = load_forces(settings.forces), load_rulebook(settings.rulebook)
    if compare is not None:
        load_rulebook(compare)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(workspace()))
        bar = stack.enter_context(progress_bar())
        refused = Refusals(opened(stack, rejected))
        spool = stack.enter_context(Spool(folder, profiles))
        reading = bar.add_task("reading", total=sum(os.path.getsize(file) for file in files if file != "-") or None)
        events = read_events(files, refused, lambda size: bar.advance(reading, size))
        ended, summary = spool_events(events, spool, book, until)
        summary.rejected = refused.counts
        out = opened(stack, statuses), opened(stack, alerts)
        if ended is not None:
            judging = bar.add_task("judging", total=None)
            plan = Plan(ended, profiles, settings.rulebook, compare, all_changes)
            judged = replay_to(spool, plan, *out, jobs, lambda done, of: bar.update(judging, completed=done, total=of))
            summary.add(judged)
            summary.until = ended
    say(summary.as_dict() if as_json else None, summary.lines())
    sys.exit(1 if refused.counts else 0)


@click.command()
@click.argument("incident", metavar="FORCE/REF")
@FILES
@click.option("--until", type=Instant(), help="Look at this instant; by default at the latest event.")
@FORCES
@AS_JSON
def explain(incident: str, files: tuple[str, ...], until: datetime | None, forces: Path | None, as_json: bool) -> None:
    """Say why an incident of a history is, or is not, on the list."""
    force, stroke, ref = incident.partition("/")
    if not (force and stroke and ref):
        raise click.BadParameter("expected FORCE/REF, as in Derbyshire/POL-20260401-0001")
    settings = load_settings(forces=forces)
    profiles, book = load_forces(settings.forces), load_rulebook(settings.rulebook)
    with workspace() as folder, progress_bar() as bar, Spool(Path(folder), profiles) as spool:
        reading = bar.add_task("reading", total=None)
        refused = Refusals(None)
        ended, _ = spool_events(
            read_events(files, refused, lambda size: bar.advance(reading, size)), spool, book, until
        )
        found = None if ended is None else explain_from(spool.parts(), force, ref, ended, profiles, book)
    if found is None:
        raise click.ClickException(f"no event of the history says when {incident} was received")
    say(found.as_dict() if as_json else None, found.lines())
