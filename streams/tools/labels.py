"""What the labels of somebody else's table mean for the lexicon, read from a file.

It names the columns, says what each label means, and which years may be read to mend the lexicon (`tuning`) and which
only count (`held`).
"""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, field_validator, model_validator

from rules.codes import national_lexicon
from rules.yaml_source import read_model

Period = Literal["tuning", "held"]
NO_CRIME = "no crime"
OTHER = "other"
"""What a label means that says nothing of the measured classes, and yet not that there was no crime."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Columns(_Part):
    """Which column of the table holds what."""

    text: str
    label: str
    when: str
    id: str


class Years(_Part):
    """The years of a period, the first and the last included."""

    first: int
    last: int


class MeasuredClass(_Part):
    """One class: the families that count as finding it, and the labels that mean it."""

    families: tuple[str, ...]
    labels: tuple[str, ...]

    @field_validator("families")
    @classmethod
    def _known(cls, families: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := [name for name in families if name not in national_lexicon().families]:
            raise ValueError(f"expected families of the lexicon; not so: {', '.join(unknown)}")
        return families


class Labels(_Part):
    """What the labels of a table mean; `no_crime` labels say that no notifiable crime was reported."""

    columns: Columns
    formats: tuple[str, ...]
    separators: str = "/"
    tuning: Years
    held: Years
    classes: Mapping[str, MeasuredClass]
    no_crime: tuple[str, ...]
    other: tuple[str, ...] = ()

    def means(self) -> dict[str, str]:
        """Return the class that each label means, NO_CRIME or OTHER; labels are in lower case."""
        return {label: name for name, labels in self._meanings() for label in labels}

    def _meanings(self) -> list[tuple[str, list[str]]]:
        classes = [(name, one.labels) for name, one in self.classes.items()]
        meanings = [*classes, (NO_CRIME, self.no_crime), (OTHER, self.other)]
        return [(name, [label.lower() for label in labels]) for name, labels in meanings]

    @model_validator(mode="after")
    def _each_label_once(self) -> Self:
        counts = Counter(label for _, labels in self._meanings() for label in labels)
        if twice := [label for label, count in counts.items() if count > 1]:
            raise ValueError(f"expected each label once; not so: {', '.join(twice)}")
        if self.tuning.first <= self.held.last and self.held.first <= self.tuning.last:
            raise ValueError("expected held years that are no tuning years")
        return self

    def period(self, year: int) -> Period | None:
        """Return the period in which a year lies."""
        if self.tuning.first <= year <= self.tuning.last:
            return "tuning"
        return "held" if self.held.first <= year <= self.held.last else None


def read_labels(path: Path) -> Labels:
    """Read a labels file; raises FileFaults that names every fault with its line."""
    return read_model(Labels, path.read_bytes(), path.name)
