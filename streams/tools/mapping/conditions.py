"""Which rows a part of the mapping is about: columns by name, and conditions on their cells."""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator


class Part(BaseModel):
    """A part of a mapping file: an unknown name is a fault, and an error never quotes a value."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def _one_as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _some(value: tuple[Any, ...]) -> tuple[Any, ...]:
    if not value:
        raise ValueError("expected at least one")
    return value


NotEmpty = AfterValidator(_some)
"""Refuses an empty list."""

Columns = Annotated[tuple[str, ...], BeforeValidator(_one_as_list), NotEmpty]
"""One column's name, or a list of them."""


def named(columns: Iterable[str]) -> str:
    """Return how an error names columns."""
    return "column " + ", ".join(repr(column) for column in columns)


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"expected a regular expression: {error}") from None
    return value


class Condition(Part):
    """A condition on one column: `present`, `absent`, or one of `equals`, `one_of`, `matches`, `not`."""

    present: bool | None = None
    equals: str | None = None
    one_of: frozenset[str] | None = None
    matches: Annotated[str, AfterValidator(_pattern)] | None = None
    negated: "Condition | None" = Field(default=None, alias="not")

    @model_validator(mode="before")
    @classmethod
    def _from_word(cls, value: object) -> object:
        if value in ("present", "absent"):
            return {"present": value == "present"}
        if not isinstance(value, dict) or len(value) != 1 or "present" in value:
            raise ValueError("expected present, absent, or one of {equals: …}, {one_of: …}, {matches: …}, {not: …}")
        return value

    def holds(self, cell: str | None) -> bool:
        """Whether a cell passes; an empty one is None and passes only `absent` and `not`."""
        if self.negated is not None:
            return not self.negated.holds(cell)
        if self.present is not None:
            return self.present == (cell is not None)
        if cell is None:
            return False
        if self.equals is not None:
            return cell == self.equals
        if self.one_of is not None:
            return cell in self.one_of
        return re.search(self.matches or "", cell) is not None


When = Mapping[str, Condition]
"""Conditions by column; all of them must hold."""


def all_hold(when: When, cells: Mapping[str, str]) -> bool:
    """Whether every condition holds for the cells of a row."""
    return all(condition.holds(cells.get(column)) for column, condition in when.items())
