"""The shape of a rule file and of the book's numbers, as frozen models that check themselves.

A rule file has 40 to 130 lines with its examples. Its `versions` are chosen by the local day on which the report was
received (E41); each lists what it asks: about which matter, when, unless, and then what.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
    model_validator,
)

from rules.codes import national_lexicon
from rules.conditions import Condition
from rules.expectations import MetBy
from rules.grounds import GROUNDS
from rules.instants import Instant
from rules.matters import MATTERS
from rules.vocabulary import RaisedKind

Severity = Literal["critical", "high", "medium", "info"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""Gravest first: the severities 1 to 4 of DOMAIN.md."""
Kind = Literal[RaisedKind, "listed"]
"""`overdue` is an expectation with its `due_soon`; what is `listed` stands in the status's explanation and raises no alert."""


DURATION: TypeAdapter[timedelta] = TypeAdapter(timedelta)


def is_duration(text: object) -> bool:
    """Whether a text is a duration of ISO 8601 that is longer than none."""
    try:
        return isinstance(text, str) and text.startswith("P") and DURATION.validate_python(text) > timedelta(0)
    except ValidationError:
        return False


def _duration(value: object) -> object:
    if not is_duration(value):
        raise ValueError("expected a duration, as in PT24H")
    return value


Duration = Annotated[timedelta, BeforeValidator(_duration)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Citation(_Part):
    """A paragraph that was read, what it says, and when somebody last checked that it still does."""

    paragraph: str
    says: str
    checked_on: date


class Then(_Part):
    """What follows: the kind of alert and, for what has a deadline, the limit and the steps before it."""

    kind: Kind
    within: str | None = None
    warn_at: tuple[Duration, ...] = ()
    met_by: MetBy = "any_crime"
    not_met_by: tuple[str, ...] = ()
    ended_by: tuple[Literal["decision", "closure", "transfer", "cancellation"], ...] | None = None


def _family(name: object) -> object:
    if name not in national_lexicon().families:
        raise ValueError("expected a family of the lexicon")
    return name


FamilyName = Annotated[str, BeforeValidator(_family), WithJsonSchema({"enum": sorted(national_lexicon().families)})]


class Ask(_Part):
    """One thing that a version asks: about a matter, when a condition holds and no exemption does."""

    about: Annotated[str, WithJsonSchema({"enum": sorted({*GROUNDS, *MATTERS})})]
    of: tuple[FamilyName, ...] = ()
    when: Condition | None = None
    unless: Condition | None = None
    then: Then

    @model_validator(mode="after")
    def _matter_fits(self) -> "Ask":
        known = GROUNDS if self.then.kind == "overdue" else MATTERS
        if self.about not in known:
            raise ValueError(f"about: expected one of {', '.join(sorted(known))} for kind {self.then.kind}")
        if self.then.kind == "overdue" and self.then.within is None:
            raise ValueError("then: an overdue needs within")
        if self.of and self.about != "disclosures":
            raise ValueError("of: expected only about disclosures")
        return self


class Graver(_Part):
    """A severity that stands where its condition holds."""

    severity: Severity
    when: Condition


class Example(_Part):
    """A short history with what the rule must say about it; `until` is when it is looked at."""

    name: str
    given: tuple[Mapping[str, Any], ...]
    until: Instant
    alerts: tuple[Mapping[str, str], ...] = ()
    statuses: Mapping[str, str] = {}
    zone: str = "Europe/London"


RuleId = Annotated[str, StringConstraints(pattern=r"^[ME][0-9]{2}$")]
Need = Annotated[str, StringConstraints(pattern=r"^[a-z_]+(\.[a-z_]+)?$")]
"""A field or an event type that a rule cannot do without (A13)."""


class NotChecked(_Part):
    """A rule of the law that this monitor does not judge: why not, and what it watches instead."""

    id: RuleId
    title: str
    cites: tuple[Citation, ...] = ()
    needs: tuple[Need, ...] = ()
    reason: str
    instead: str

    @property
    def paragraphs(self) -> str:
        """The paragraphs that the rule rests on; none for one that is this project's own."""
        return "; ".join(citation.paragraph for citation in self.cites)


class NotCheckedRules(_Part):
    """Every rule that is not judged."""

    rules: tuple[NotChecked, ...]


class Rule(_Part):
    """One rule of the book."""

    id: RuleId
    title: str
    status: Literal["experimental", "test", "stable", "deprecated"]
    cites: Annotated[tuple[Citation, ...], Field(min_length=1)]
    severity: Severity
    graver: tuple[Graver, ...] = ()
    gap: str | None = None
    needs: tuple[Need, ...] = ()
    versions: Annotated[Mapping[date, tuple[Ask, ...]], Field(min_length=1)]
    runbook: Annotated[tuple[str, ...], Field(min_length=1)]
    false_positives: tuple[str, ...] = ()
    examples: Annotated[tuple[Example, ...], Field(min_length=2)]

    @property
    def paragraphs(self) -> str:
        """The paragraphs that the rule cites, as a message quotes them."""
        return "; ".join(citation.paragraph for citation in self.cites)

    def is_checkable(self, not_supplied: Iterable[str]) -> bool:
        """Whether nothing that the rule needs is among what a force's feeds cannot give (A13)."""
        return set(self.needs).isdisjoint(not_supplied)

    @property
    def hash(self) -> str:
        """Sixteen hexadecimal digits that are another as soon as anything of the rule is."""
        return hashlib.sha256(self.model_dump_json(by_alias=True).encode()).hexdigest()[:16]


class DatedValue(_Part):
    """A value of the law from a day on, with its source."""

    value: Duration
    cite: str
    checked_on: date


class Parameter(_Part):
    """A number of the law by the day from which it holds."""

    title: str
    setting: bool = False
    values: Annotated[Mapping[date, DatedValue], Field(min_length=1)]

    @property
    def lengths(self) -> list[timedelta]:
        """Every value that it ever had."""
        return [dated.value for dated in self.values.values()]

    def on(self, day: date) -> timedelta:
        """Return the value in force on a day; before the first one the first holds."""
        return self.values[in_force(self.values, day)].value

    def cite_on(self, day: date) -> str:
        """Return where the value in force on a day stands."""
        return self.values[in_force(self.values, day)].cite


class Parameters(_Part):
    """The book's numbers by name."""

    parameters: Mapping[str, Parameter]


def in_force(dated: Iterable[date], day: date) -> date:
    """Return which of some days is the last one not after a day; before all of them the first."""
    days = sorted(dated)
    return days[max(bisect_right(days, day) - 1, 0)]
