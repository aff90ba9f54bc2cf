"""The commands that look at the rulebook and check it."""

import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial
from pathlib import Path

import click

from rules.book_files import load_rulebook
from rules.examples import failures
from rules.force import ForceProfile
from rules.rulebook import Rulebook
from rules.schema import as_written
from rules.yaml_source import Fault, FileFaults, fault_at, read_model
from streams.cli.common import AS_JSON, FORCES, RULEBOOK, say
from streams.settings import load_forces, load_settings, unmapped_codes
from streams.tools.rule_table import Row, as_csv, as_html, as_markdown, table_rows
from streams.tools.rule_views import not_checked_in_words, rule_in_words


@click.group()
def rules() -> None:
    """Look at the rulebook and check it."""


def _book(rulebook: Path | None) -> Rulebook:
    return load_rulebook(load_settings(rulebook=rulebook).rulebook)


def _remarks(folder: Path | None, book: Rulebook) -> Iterator[Fault]:
    """Yield what is no fault of a force's file and yet to be known: days without a meaning, rules that are not judged."""
    for file in sorted(folder.glob("*/force.yaml")) if folder is not None else ():
        named = f"{file.parent.name}/{file.name}"
        profile = read_model(ForceProfile, content := file.read_bytes(), named)
        for gap in profile.gaps:
            said = f"means nothing from {gap.first} until {gap.last}"
            yield fault_at(named, content, ("codes", gap.place, "map", gap.code), said)
        for place, name in enumerate(profile.not_supplied):
            unjudged = ", ".join(rule.id for rule in book.rules.values() if not rule.is_checkable([name]))
            said = (
                f"without {name} these are not judged here: {unjudged}"
                if unjudged
                else f"no rule says that it needs {name}"
            )
            yield fault_at(named, content, ("not_supplied", place), said)


@rules.command("check")
@RULEBOOK
@FORCES
@AS_JSON
def rules_check(rulebook: Path | None, forces: Path | None, as_json: bool) -> None:
    """Check every rule file and every force's file; all faults are named with file and line.

    Where there are none, it says of each force on which days a code means nothing between two periods, and which rules
    are not judged because its feeds cannot give what they need.
    """
    settings = load_settings(rulebook=rulebook, forces=forces)
    try:
        book = load_rulebook(settings.rulebook)
        load_forces(settings.forces)
        if unmapped := unmapped_codes(settings.forces):
            raise FileFaults(unmapped)
    except FileFaults as error:
        say({"faults": [fault._asdict() for fault in error.faults]} if as_json else None, iter(str(error).splitlines()))
        sys.exit(1)
    remarks = list(_remarks(settings.forces, book))
    counts = {"rules": len(book.rules), "examples": sum(len(rule.examples) for rule in book.rules.values())}
    said = f"{counts['rules']} rules with {counts['examples']} examples are well formed; the book's hash is {book.hash}"
    unjudged = f"{len(book.not_checked)} rules are not judged, and the book says why: {', '.join(book.not_checked)}"
    named = [{"file": one.file, "line": one.line, "path": one.path, "remark": one.expected} for one in remarks]
    report = {**counts, "rulebook_hash": book.hash, "faults": [], "remarks": named}
    say(report if as_json else None, iter([said, unjudged, *map(str, remarks)]))


@rules.command("test")
@click.argument("ids", nargs=-1)
@RULEBOOK
@AS_JSON
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
    say({"examples": report} if as_json else None, iter(lines))
    sys.exit(1 if failed else 0)


@rules.command("show")
@click.argument("id_", metavar="ID")
@RULEBOOK
@AS_JSON
def rules_show(id_: str, rulebook: Path | None, as_json: bool) -> None:
    """Write one rule in words."""
    book = _book(rulebook)
    if (unjudged := book.not_checked.get(id_)) is not None:
        dumped = unjudged.model_dump(mode="json", exclude_none=True)
        say(dumped if as_json else None, not_checked_in_words(unjudged))
        return
    if id_ not in book.rules:
        raise click.BadParameter(f"expected the id of a rule, one of {', '.join(book.rules)}")
    rule = book.rules[id_]
    say(rule.model_dump(mode="json", by_alias=True, exclude_none=True) if as_json else None, rule_in_words(rule, book))


@rules.command("table")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="For reports of this day; by default the newest law.")
@click.option(
    "--format", "format_", type=click.Choice(["markdown", "csv", "html"]), default="markdown", show_default=True
)
@RULEBOOK
def rules_table(on: datetime | None, format_: str, rulebook: Path | None) -> None:
    """Write the whole book as a table for the registrar."""
    book = _book(rulebook)
    rows = table_rows(book, on.date() if on is not None else date.max)
    title = f"Rulebook {book.hash}" + (f", for reports of {on.date()}" if on is not None else "")
    write: dict[str, Callable[[list[Row]], str]] = {
        "markdown": as_markdown,
        "csv": as_csv,
        "html": partial(as_html, title=title),
    }
    click.echo(write[format_](rows))


@rules.command("schema")
def rules_schema() -> None:
    """Write the JSON Schema of a rule file, by which an editor completes and checks it."""
    click.echo(as_written())
