"""What the commands share: arguments, how files are read and results are said, and the progress that a person sees."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from rules.events import AnyEvent
from rules.instants import parse_instant
from streams.kafka.envelope import Refused, decode


class Instant(click.ParamType):
    """An RFC 3339 time with an offset, as an argument."""

    name = "TIME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read an RFC 3339 time with an offset."""
        try:
            return parse_instant(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


FILES = click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, allow_dash=True))
FORCES = click.option("--forces", type=click.Path(file_okay=False, path_type=Path), help="Folder of the forces' files.")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Write the result for a program.")
RULEBOOK = click.option(
    "--rulebook", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Another book."
)
OUT = click.Path(dir_okay=False, writable=True, path_type=Path)


class Refusals:
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


def read_events(
    files: tuple[str, ...], refused: Refusals, advance: Callable[[int], None]
) -> Iterator[tuple[str, AnyEvent]]:
    """Read CloudEvents line by line, each with where it stands; what cannot be used is refused and counted."""
    for name in files:
        with click.open_file(name, "rb") as file:
            for number, line in enumerate(file, 1):
                advance(len(line))
                text = line.strip()
                if text:
                    where = f"{'standard input' if name == '-' else name}:{number}"
                    try:
                        yield where, decode(text)
                    except Refused as error:
                        refused.add(where, text, error)


def opened(stack: ExitStack, path: Path | None) -> TextIO | None:
    """Open a file to write to for as long as a stack lasts, None if nobody asked for one."""
    return None if path is None else stack.enter_context(path.open("w", encoding="utf-8"))


def progress_bar() -> Progress:
    """Return a progress bar on standard error, seen only by a person at a terminal and gone at the end."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def say(result: dict[str, Any] | None, lines: Iterator[str]) -> None:
    """Write a result for a program if one is given, else its lines for a person."""
    if result is not None:
        click.echo(json.dumps(result, ensure_ascii=False, indent=2))
    else:
        for line in lines:
            click.echo(line)
