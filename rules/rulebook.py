"""The rulebook: rule files as models, dated, checked as a whole, hashed, and compiled for the day of a report.

A rule file has 40 to 110 lines with its examples. Its `versions` are chosen by the local day on which the report was
received (E41); each lists what it asks: about which matter, when, unless, and then what.
"""

import hashlib
import operator
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
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
from rules.conditions import Condition, Holds
from rules.disclosure import Lexicon
from rules.expectations import Terms
from rules.facts import Matter, Moment
from rules.instants import Instant
from rules.matters import GROUNDS, MATTERS
from rules.yaml_source import Fault, FileFaults, fault_at, read_model

Severity = Literal["critical", "high", "medium", "info"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""Gravest first: the severities 1 to 4 of DOMAIN.md."""
Kind = Literal[
    "overdue",
    "closed_without_crime",
    "too_few_crimes",
    "improper_cancellation",
    "unjustified_disposal",
    "victim_service",
    "data_quality",
    "classification",
    "review_overdue",
    "listed",
]
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
    met_by: Literal["any_crime", "rape_or_n100"] = "any_crime"
    ended_by: tuple[Literal["decision", "closure", "transfer", "cancellation"], ...] | None = None


class Ask(_Part):
    """One thing that a version asks: about a matter, when a condition holds and no exemption does."""

    about: Annotated[str, WithJsonSchema({"enum": sorted({*GROUNDS, *MATTERS})})]
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


class Rule(_Part):
    """One rule of the book."""

    id: Annotated[str, StringConstraints(pattern=r"^[ME][0-9]{2}$")]
    title: str
    status: Literal["experimental", "test", "stable", "deprecated"]
    cites: Annotated[tuple[Citation, ...], Field(min_length=1)]
    severity: Severity
    graver: tuple[Graver, ...] = ()
    gap: str | None = None
    versions: Annotated[Mapping[date, tuple[Ask, ...]], Field(min_length=1)]
    runbook: Annotated[tuple[str, ...], Field(min_length=1)]
    false_positives: tuple[str, ...] = ()
    examples: Annotated[tuple[Example, ...], Field(min_length=2)]

    @property
    def paragraphs(self) -> str:
        """The paragraphs that the rule cites, as a message quotes them."""
        return "; ".join(citation.paragraph for citation in self.cites)

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
        return self.values[_in_force(self.values, day)].value

    def cite_on(self, day: date) -> str:
        """Return where the value in force on a day stands."""
        return self.values[_in_force(self.values, day)].cite


class Parameters(_Part):
    """The book's numbers by name."""

    parameters: Mapping[str, Parameter]


@dataclass(frozen=True, slots=True)
class CompiledAsk:
    """An ask ready for use on reports of one span of days."""

    rule: Rule
    version: date
    ask: Ask
    applies: Holds
    within: timedelta | None
    limit_cite: str | None
    """Where the limit stands; None for a setting, which no message quotes as a rule."""
    terms: Terms | None
    graver: tuple[tuple[Severity, Holds], ...]

    def severity(self, moment: Moment, matter: Matter | None) -> Severity:
        """Return how grave the rule takes a matter to be: the first severity whose condition holds, else its own."""
        return next((severity for severity, holds in self.graver if holds(moment, matter)), self.rule.severity)


def _in_force(dated: Iterable[date], day: date) -> date:
    days = sorted(dated)
    return days[max(bisect_right(days, day) - 1, 0)]


class Rulebook:
    """All rules and parameters of one book, which is what a decision was made with."""

    def __init__(self, rules: Iterable[Rule], parameters: Parameters, lexicon: Lexicon, hash_: str) -> None:
        self.rules: dict[str, Rule] = {rule.id: rule for rule in sorted(rules, key=operator.attrgetter("id"))}
        self.parameters = parameters.parameters
        self.lexicon = lexicon
        self.hash = hash_
        self._changes = sorted(
            {day for rule in self.rules.values() for day in rule.versions}
            | {day for parameter in self.parameters.values() for day in parameter.values}
        )
        self._compiled: Callable[[int], tuple[CompiledAsk, ...]] = cache(self._compile)

    def on(self, day: date) -> tuple[CompiledAsk, ...]:
        """Return what the book asks of a report received on a local day, expectations first."""
        return self._compiled(max(bisect_right(self._changes, day) - 1, 0))

    def parameter(self, name: str, day: date) -> timedelta:
        """Return a number of the law on a day; raises KeyError for a name that the book does not have."""
        return self.parameters[name].on(day)

    def _compile(self, span: int) -> tuple[CompiledAsk, ...]:
        day = self._changes[span]
        asks = []
        for rule in self.rules.values():
            versions = [version for version in rule.versions if version <= day]
            if versions and rule.status != "deprecated":
                version = max(versions)
                asks += [self._compile_ask(rule, version, ask, day) for ask in rule.versions[version]]
        return tuple(sorted(asks, key=lambda asked: asked.terms is None))

    def _compile_ask(self, rule: Rule, version: date, ask: Ask, day: date) -> CompiledAsk:
        then = ask.then
        within = None if then.within is None else self._duration(then.within, day)
        terms = None
        if then.kind == "overdue" and within is not None:
            warn_at = then.warn_at or (within / 2, within * 5 / 6)
            warn_before = tuple(within - step for step in warn_at)
            ended_by = None if then.ended_by is None else frozenset(then.ended_by)
            terms = Terms(within, warn_before, then.met_by == "rape_or_n100", ended_by)
        graver = tuple((graver.severity, graver.when.compiled()) for graver in rule.graver)
        return CompiledAsk(rule, version, ask, _applies(ask), within, self._cite(then.within, day), terms, graver)

    def _cite(self, within: str | None, day: date) -> str | None:
        parameter = self.parameters.get(within or "")
        return None if parameter is None or parameter.setting else parameter.cite_on(day)

    def _duration(self, text: str, day: date) -> timedelta:
        return self.parameter(text, day) if text in self.parameters else DURATION.validate_python(text)


def _applies(ask: Ask) -> Holds:
    when = ask.when.compiled() if ask.when else None
    unless = ask.unless.compiled() if ask.unless else None
    return lambda moment, matter: (when is None or when(moment, matter)) and not (unless and unless(moment, matter))


def load_rulebook(folder: Traversable | None = None) -> Rulebook:
    """Read and check a book, by default the one that ships with the project.

    Raises FileFaults that names every fault of every file with its line.
    """
    root = folder or resources.files("rules").joinpath("book")
    rules: dict[str, Rule] = {}
    contents: dict[str, bytes] = {}
    faults: list[Fault] = []
    parameters: Parameters | None = None
    digest = hashlib.sha256()
    for name, file in sorted(_yaml_files(root, "")):
        content = file.read_bytes()
        digest.update(name.encode() + b"\0" + content)
        try:
            if name == "parameters.yaml":
                parameters = read_model(Parameters, content, name)
            else:
                rules[name], contents[name] = read_model(Rule, content, name), content
        except FileFaults as found:
            faults += found.faults
    if parameters is not None:
        faults += _faults_between(rules, contents, parameters)
    if not rules and not faults:
        faults.append(Fault(str(root), 1, "", "expected a folder with rule files (*.yaml)"))
    if parameters is None and not faults:
        faults.append(Fault("parameters.yaml", 1, "", "expected a file with the book's numbers"))
    if faults or parameters is None:
        raise FileFaults(faults)
    lexicon = national_lexicon()
    for phrase, family in sorted(lexicon.family_of.items()):
        digest.update(f"{family}\0{phrase}".encode())
    return Rulebook(rules.values(), parameters, lexicon, digest.hexdigest()[:16])


def _yaml_files(folder: Traversable, prefix: str) -> Iterable[tuple[str, Traversable]]:
    if not folder.is_dir():
        return
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _yaml_files(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".yaml"):
            yield prefix + entry.name, entry


def _faults_between(rules: dict[str, Rule], contents: dict[str, bytes], parameters: Parameters) -> list[Fault]:
    """Name what no file can know by itself: ids given twice, limits that no parameter gives, steps beyond the limit."""
    faults = []
    first: dict[str, str] = {}
    for file, rule in rules.items():
        if first.setdefault(rule.id, file) != file:
            faults.append(
                fault_at(file, contents[file], ("id",), f"expected an id that {first[rule.id]} does not have")
            )
        asks = [(day, place, ask.then) for day, asks in rule.versions.items() for place, ask in enumerate(asks)]
        for day, place, then in asks:
            at = ("versions", day.isoformat(), place, "then")
            if then.within is not None and then.within not in parameters.parameters and not is_duration(then.within):
                expected = "expected a duration longer than none, as in PT24H, or a name of parameters.yaml"
                faults.append(fault_at(file, contents[file], (*at, "within"), expected))
            elif then.within is not None and then.warn_at:
                number = parameters.parameters.get(then.within)
                within = [DURATION.validate_python(then.within)] if number is None else number.lengths
                if any(not timedelta(0) < step < limit for step in then.warn_at for limit in within):
                    faults.append(fault_at(file, contents[file], (*at, "warn_at"), "expected steps within the limit"))
    return faults
