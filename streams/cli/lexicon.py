"""The commands that look at the lexicon: how well it finds what somebody else's labels say."""

import json
from collections.abc import Iterator
from pathlib import Path

import click

from rules.codes import national_lexicon
from streams.cli.common import AS_JSON, say
from streams.tools.labels import NO_CRIME, Labels, Period, read_labels
from streams.tools.measure import Measured, MeasureError, Wrong, measure

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def lexicon() -> None:
    """Look at the words by which a log discloses a crime."""


@lexicon.command("measure")
@click.argument("file", metavar="FILE.csv", type=FILE)
@click.option("--labels", "labels_file", type=FILE, required=True, help="What the columns and labels mean.")
@click.option("--tuning", is_flag=True, help="Only the tuning years: nothing of the held ones is read.")
@click.option("--errors", type=click.IntRange(1), help="Write so many errors of the tuning years instead.")
@click.option("--class", "name", help="Only errors of this class.")
@click.option("--show-text", is_flag=True, help="Write the text of an error too.")
@AS_JSON
def lexicon_measure(
    file: Path, labels_file: Path, tuning: bool, errors: int | None, name: str | None, show_text: bool, as_json: bool
) -> None:
    """Measure the lexicon on texts that somebody has labelled."""
    labels = read_labels(labels_file)
    if name is not None and name not in (known := [*labels.classes, NO_CRIME]):
        raise click.BadParameter(f"expected a class of the labels file, one of {', '.join(known)}")
    if errors is None and (name is not None or show_text):
        raise click.UsageError("--class and --show-text are about errors: add --errors N")
    periods: tuple[Period, ...] = ("tuning",) if tuning or errors else ("tuning", "held")
    measured = _measured(file, labels, periods)
    if errors is None:
        say(measured.as_dict() if as_json else None, _tables(measured))
        return
    wrong = [one for one in measured.wrong if name is None or one.name == name][:errors]
    said = {"errors": [_as_dict(one, show_text) for one in wrong]}
    say(said if as_json else None, _error_lines(wrong, show_text))


def _measured(file: Path, labels: Labels, periods: tuple[Period, ...]) -> Measured:
    try:
        return measure(file, labels, national_lexicon(), periods)
    except MeasureError as error:
        raise click.UsageError(str(error), click.get_current_context()) from None


def _tables(measured: Measured) -> Iterator[str]:
    """Write a table in Markdown for each period, and what was left out."""
    for period, rows in sorted(measured.rows.items(), reverse=True):
        years = getattr(measured.labels, period)
        yield from (f"{period.capitalize()} years {years.first}-{years.last}, {rows} rows", "")
        yield "| class | n | TP | FP | of these in rows without a crime | FN | precision (95 %) | recall (95 %) |"
        yield "| --- | ---: | ---: | ---: | ---: | ---: | --- | --- |"
        for name, one in measured.scores[period].items():
            counts = (one.n, one.true_positives, one.false_positives, one.false_in_no_crime, one.false_negatives)
            yield f"| {name} | {' | '.join(map(str, counts))} | {one.precision} | {one.recall} |"
        yield ""
    left_out = ", ".join(f"{count} {why}" for why, count in measured.left_out.most_common())
    yield f"Left out: {left_out or 'no row'}"


def _as_dict(wrong: Wrong, show_text: bool) -> dict[str, object]:
    said: dict[str, object] = {"kind": wrong.kind, "class": wrong.name, "id": wrong.row.id, "phrases": wrong.phrases}
    return {**said, "text": wrong.row.text} if show_text else said


def _error_lines(errors: list[Wrong], show_text: bool) -> Iterator[str]:
    for wrong in errors:
        text = f"  {json.dumps(wrong.row.text, ensure_ascii=False)}" if show_text else ""
        yield f"{wrong.kind}  {wrong.name}  {wrong.row.id}  [{', '.join(wrong.phrases)}]{text}"
