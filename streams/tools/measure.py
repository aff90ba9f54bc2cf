"""How well the lexicon finds what other people's labels say, on any table of texts that somebody has sorted.

A label is split at its separators; a part that the labels file does not know leaves the whole row out, and a part without
a crime says nothing beside one of a crime.
"""

import csv
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

from rules.disclosure import Lexicon
from rules.reported import stands
from streams.tools.labels import NO_CRIME, OTHER, Columns, Labels, Period
from streams.tools.shares import Share, share


class MeasureError(ValueError):
    """A table that cannot be measured; its text is what to print."""


class Row(NamedTuple):
    """A row that was read: its period, what its label means, and the standing phrases of its text by their family."""

    id: str
    period: Period
    meant: frozenset[str]
    found: dict[str, list[str]]
    discloses: bool
    text: str


class Score:
    """The counts of one class in one period."""

    def __init__(self) -> None:
        self.true_positives = self.false_positives = self.false_negatives = 0
        self.false_in_no_crime = 0

    def add(self, meant: bool, found: bool, no_crime: bool) -> None:
        """Count a row."""
        self.true_positives += meant and found
        self.false_negatives += meant and not found
        self.false_positives += found and not meant
        self.false_in_no_crime += found and no_crime and not meant

    @property
    def n(self) -> int:
        """How many rows have a label of this class."""
        return self.true_positives + self.false_negatives

    @property
    def precision(self) -> Share:
        """The share of the rows found that have a label of this class."""
        return share(self.true_positives, self.true_positives + self.false_positives)

    @property
    def recall(self) -> Share:
        """The share of the rows with a label of this class that are found."""
        return share(self.true_positives, self.n)

    def as_dict(self) -> dict[str, Any]:
        """Return the counts and shares for a program."""
        counts = {name: getattr(self, name) for name in ("n", "true_positives", "false_positives", "false_negatives")}
        shares = {"precision": self.precision._asdict(), "recall": self.recall._asdict()}
        return {**counts, "false_in_no_crime": self.false_in_no_crime, **shares}


class Wrong(NamedTuple):
    """One error: a class found that the label does not say (`false positive`), or not found that it says."""

    kind: Literal["false positive", "false negative"]
    name: str
    row: Row

    @property
    def phrases(self) -> list[str]:
        """The lexicon's phrases that stand in the text."""
        return [phrase for phrases in self.row.found.values() for phrase in phrases]


class Measured:
    """What was measured: the scores by period and class, what was left out and why, and the errors of tuning years."""

    def __init__(self, labels: Labels) -> None:
        self.labels = labels
        names = [*labels.classes, NO_CRIME]
        self.scores: dict[Period, dict[str, Score]] = {
            "tuning": {name: Score() for name in names},
            "held": {name: Score() for name in names},
        }
        self.rows: Counter[Period] = Counter()
        self.left_out: Counter[str] = Counter()
        self.unknown: Counter[str] = Counter()
        self.wrong: list[Wrong] = []

    def add(self, row: Row) -> None:
        """Count a row for every class; whether it holds no crime is asked of labels of a measured class or of none."""
        self.rows[row.period] += 1
        no_crime = row.meant == {NO_CRIME}
        for name, one in self.labels.classes.items():
            self._count(row, name, name in row.meant, any(family in row.found for family in one.families), no_crime)
        if OTHER not in row.meant:
            self._count(row, NO_CRIME, no_crime, not row.discloses, no_crime)

    def _count(self, row: Row, name: str, meant: bool, found: bool, no_crime: bool) -> None:
        self.scores[row.period][name].add(meant, found, no_crime)
        if row.period == "tuning" and meant != found:
            self.wrong.append(Wrong("false positive" if found else "false negative", name, row))

    def as_dict(self) -> dict[str, Any]:
        """Return everything but the errors for a program."""
        scores = {
            period: {name: score.as_dict() for name, score in self.scores[period].items()} for period in self.rows
        }
        unknown = dict(self.unknown.most_common())
        return {"rows": dict(self.rows), "left_out": dict(self.left_out), "unknown_labels": unknown, "scores": scores}


def measure(path: Path, labels: Labels, lexicon: Lexicon, periods: Container[Period] = ("tuning", "held")) -> Measured:
    """Read a CSV and count, for the periods asked for; raises MeasureError if it is no such table."""
    measured = Measured(labels)
    means = labels.means()
    for raw in _table(path, labels.columns):
        row = _read(raw, labels, means, lexicon, measured, periods)
        if row is not None:
            measured.add(row)
    if not measured.rows:
        raise MeasureError(f"{path.name}: no row could be used; left out: {dict(measured.left_out)}")
    return measured


def _table(path: Path, columns: Columns) -> Iterator[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restval="")
            present = reader.fieldnames or ()
            if missing := [name for _, name in columns if name not in present]:
                has = ", ".join(present) or "none"
                raise MeasureError(f"{path.name}: expected the columns {', '.join(missing)}; it has {has}")
            yield from reader
    except UnicodeDecodeError:
        raise MeasureError(f"{path.name}: expected a CSV in UTF-8") from None
    except csv.Error as error:
        raise MeasureError(f"{path.name}: expected a CSV: {error}") from None


def _read(
    raw: Mapping[str, str],
    labels: Labels,
    means: Mapping[str, str],
    lexicon: Lexicon,
    measured: Measured,
    periods: Container[Period],
) -> Row | None:
    """Return a row of the periods asked for, or count why it is left out."""
    text, label = raw[labels.columns.text].strip(), " ".join(raw[labels.columns.label].lower().split())
    when = _instant(raw[labels.columns.when], labels.formats)
    if when is None or not text:
        measured.left_out["without a text" if when is not None else "without a time that can be read"] += 1
        return None
    period = labels.period(when.year)
    if period is None or period not in periods:
        measured.left_out["of other years"] += 1
        return None
    parts = _parts(label, labels.separators)
    if unknown := [part for part in parts if part not in means] or ([] if parts else [""]):
        measured.left_out["with a label that the file does not know"] += 1
        measured.unknown.update(unknown)
        return None
    meant = frozenset(means[part] for part in parts)
    found = _found(lexicon, text)
    discloses = any(lexicon.families[name].discloses_on(when.date()) for name in found)
    crimes = meant - {NO_CRIME}
    return Row(raw[labels.columns.id].strip(), period, crimes or meant, found, discloses, text)


def _found(lexicon: Lexicon, text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for mark in lexicon.marks(text):
        if stands(mark):
            found.setdefault(lexicon.family_of[mark[0]], []).append(mark[0])
    return found


def _parts(label: str, separators: str) -> list[str]:
    for separator in separators:
        label = label.replace(separator, "\n")
    return [part.strip() for part in label.split("\n") if part.strip()]


def _instant(written: str, formats: Iterable[str]) -> datetime | None:
    plain = " ".join(written.split())
    for one in formats:
        try:
            return datetime.strptime(plain, one).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None
