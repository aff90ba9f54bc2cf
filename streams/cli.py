"""The command line `recording-monitor`: thin, one function a command; exit 0 done, 1 the work found faults, 2 wrong use."""

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from typing import Any, TextIO

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from rules.events import AnyEvent
from rules.examples import failures
from rules.instants import parse_instant
from rules.rulebook import Rulebook, load_rulebook
from rules.yaml_source import FileFaults
from streams.kafka.envelope import Refused, decode
from streams.settings import WrongSettings, load_forces, load_settings
from streams.tools.explain import explain_from
from streams.tools.replay import FarAhead, Plan, replay_to, spool_events, workspace
from streams.tools.rule_views import as_csv, as_markdown, rule_in_words, table_rows
from streams.tools.spool import Spool


class _Instant(click.ParamType):
    name = "TIME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read an RFC 3339 time with an offset."""
        try:
            return parse_instant(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


_FILES = click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, allow_dash=True))
_FORCES = click.option(
    "--forces", type=click.Path(file_okay=False, path_type=Path), help="Folder of the forces' files."
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Write the result for a program.")
_OUT = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="recording-monitor")
def cli() -> None:
    """Which reports to the police should have become recorded crimes, by when, and whether they did."""


def main() -> None:
    """Run the command line; a person's mistake ends in one clear line, never in a traceback."""
    try:
        cli()
    except (FileFaults, WrongSettings, FarAhead) as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


@cli.command()
@_FILES
@click.option("--until", type=_Instant(), help="Replay to this instant; by default to the latest event.")
@click.option("--statuses", type=_OUT, help="Write the last status of every incident here, as JSON lines.")
@click.option("--alerts", type=_OUT, help="Write the last state of every alert here, as JSON lines.")
@click.option("--all-changes", is_flag=True, help="Write every change of an alert, not only its last state.")
@click.option("--rejected", type=_OUT, help="Write what could not be used here, with the reason, as JSON lines.")
@click.option("--rulebook", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Use this rulebook.")
@click.option(
    "--compare", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Say what this one changes."
)
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="Judge in this many processes.")
@_FORCES
@_JSON
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
        bar = stack.enter_context(_progress())
        refused = _Refusals(_opened(stack, rejected))
        spool = Spool(folder, profiles)
        reading = bar.add_task("reading", total=sum(os.path.getsize(file) for file in files if file != "-") or None)
        events = _events(files, refused, lambda size: bar.advance(reading, size))
        ended, summary = spool_events(events, spool, book, until)
        summary.rejected = refused.counts
        if ended is not None:
            judging = bar.add_task("judging", total=None)
            plan = Plan(ended, profiles, settings.rulebook, compare, all_changes)
            judged = replay_to(
                folder,
                spool,
                plan,
                _opened(stack, statuses),
                _opened(stack, alerts),
                jobs,
                lambda done, of: bar.update(judging, completed=done, total=of),
            )
            summary.add(judged)
            summary.until = ended
    _say(summary.as_dict() if as_json else None, summary.lines())
    sys.exit(1 if refused.counts else 0)


@cli.command()
@click.argument("incident", metavar="FORCE/REF")
@_FILES
@click.option("--until", type=_Instant(), help="Look at this instant; by default at the latest event.")
@_FORCES
@_JSON
def explain(incident: str, files: tuple[str, ...], until: datetime | None, forces: Path | None, as_json: bool) -> None:
    """Say why an incident of a history is, or is not, on the list."""
    force, stroke, ref = incident.partition("/")
    if not (force and stroke and ref):
        raise click.BadParameter("expected FORCE/REF, as in Derbyshire/POL-20260401-0001")
    settings = load_settings(forces=forces)
    profiles, book = load_forces(settings.forces), load_rulebook(settings.rulebook)
    with workspace() as folder, _progress() as bar:
        spool = Spool(Path(folder), profiles)
        reading = bar.add_task("reading", total=None)
        refused = _Refusals(None)
        ended, _ = spool_events(_events(files, refused, lambda size: bar.advance(reading, size)), spool, book, until)
        found = None if ended is None else explain_from(spool.parts(), force, ref, ended, profiles, book)
    if found is None:
        raise click.ClickException(f"no event of the history says when {incident} was received")
    _say(found.as_dict() if as_json else None, found.lines())


@cli.group()
def rules() -> None:
    """Look at the rulebook and check it."""


_RULEBOOK = click.option(
    "--rulebook", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Another book."
)


def _book(rulebook: Path | None) -> Rulebook:
    return load_rulebook(load_settings(rulebook=rulebook).rulebook)


@rules.command("check")
@_RULEBOOK
@_FORCES
@_JSON
def rules_check(rulebook: Path | None, forces: Path | None, as_json: bool) -> None:
    """Check every rule file and every force's file; all faults are named with file and line."""
    settings = load_settings(rulebook=rulebook, forces=forces)
    try:
        book = load_rulebook(settings.rulebook)
        load_forces(settings.forces)
    except FileFaults as error:
        _say(
            {"faults": [fault._asdict() for fault in error.faults]} if as_json else None, iter(str(error).splitlines())
        )
        sys.exit(1)
    counts = {"rules": len(book.rules), "examples": sum(len(rule.examples) for rule in book.rules.values())}
    said = f"{counts['rules']} rules with {counts['examples']} examples are well formed; the book's hash is {book.hash}"
    _say({**counts, "rulebook_hash": book.hash, "faults": []} if as_json else None, iter([said]))


@rules.command("test")
@click.argument("ids", nargs=-1)
@_RULEBOOK
@_JSON
def rules_test(ids: tuple[str, ...], rulebook: Path | None, as_json: bool) -> None:
    """Run the examples of the rules named, or of all."""
    book = _book(rulebook)
    if unknown := [name for name in ids if name not in book.rules]:
        raise click.BadParameter(f"expected ids of rules, one of {', '.join(book.rules)}; not so: {', '.join(unknown)}")
    chosen = [book.rules[name] for name in ids] or list(book.rules.values())
    results = [(rule.id, example.name, failures(rule, example, book)) for rule in chosen for example in rule.examples]
    failed = [(rule, name, found) for rule, name, found in results if found]
    lines = [f"{rule}  {name}\n" + "\n".join(f"    {line}" for line in found) for rule, name, found in failed]
    lines.append(f"{len(results) - len(failed)} examples passed, {len(failed)} failed")
    report = [{"rule": rule, "example": name, "failures": found} for rule, name, found in results]
    _say({"examples": report} if as_json else None, iter(lines))
    sys.exit(1 if failed else 0)


@rules.command("show")
@click.argument("id_", metavar="ID")
@_RULEBOOK
@_JSON
def rules_show(id_: str, rulebook: Path | None, as_json: bool) -> None:
    """Write one rule in words."""
    book = _book(rulebook)
    if id_ not in book.rules:
        raise click.BadParameter(f"expected the id of a rule, one of {', '.join(book.rules)}")
    rule = book.rules[id_]
    _say(rule.model_dump(mode="json", by_alias=True, exclude_none=True) if as_json else None, rule_in_words(rule, book))


@rules.command("table")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="For reports of this day; by default the newest law.")
@click.option("--format", "format_", type=click.Choice(["markdown", "csv"]), default="markdown", show_default=True)
@_RULEBOOK
def rules_table(on: datetime | None, format_: str, rulebook: Path | None) -> None:
    """Write the whole book as a table for the registrar."""
    book = _book(rulebook)
    rows = table_rows(book, on.date() if on is not None else date.max)
    click.echo(as_markdown(rows) if format_ == "markdown" else as_csv(rows))


class _Refusals:
    """Counts what could not be used, by reason, and writes it down where somebody asked for it."""

    def __init__(self, out: TextIO | None) -> None:
        self.counts: Counter[str] = Counter()
        self._out = out

    def add(self, where: str, line: bytes, refused: Refused) -> None:
        """Take in one line that could not be used."""
        self.counts[refused.error_type] += 1
        if self._out is not None:
            said = {"where": where, "error_type": refused.error_type, "error": refused.error}
            self._out.write(json.dumps({**said, "value": line.decode(errors="replace")}, ensure_ascii=False) + "\n")


def _events(
    files: tuple[str, ...], refused: _Refusals, advance: Callable[[int], None]
) -> Iterator[tuple[str, AnyEvent]]:
    """Read CloudEvents line by line, each with where it stands; what cannot be used is refused and counted."""
    for name in files:
        with click.open_file(name, "rb") as file:
            for number, line in enumerate(_lines(file), 1):
                advance(len(line))
                text = line.strip()
                if text:
                    where = f"{'standard input' if name == '-' else name}:{number}"
                    try:
                        yield where, decode(text)
                    except Refused as error:
                        refused.add(where, text, error)


def _lines(file: Any) -> Iterator[bytes]:
    yield from file


def _opened(stack: ExitStack, path: Path | None) -> TextIO | None:
    return None if path is None else stack.enter_context(path.open("w", encoding="utf-8"))


def _progress() -> Progress:
    """Return a progress bar on standard error, seen only by a person at a terminal and gone at the end."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _say(result: dict[str, Any] | None, lines: Iterator[str]) -> None:
    if result is not None:
        click.echo(json.dumps(result, ensure_ascii=False, indent=2))
    else:
        for line in lines:
            click.echo(line)
