"""The rulebook: all rules of one book, compiled for the day of a report."""

import operator
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from rules.conditions import Holds
from rules.disclosure import Lexicon
from rules.expectations import Terms
from rules.facts import Matter, Moment
from rules.rule import DURATION, Ask, NotChecked, Parameters, Rule, Severity


@dataclass(frozen=True, slots=True)
class CompiledAsk:
    """An ask ready for use on reports of one span of days."""

    rule: Rule
    version: date
    ask: Ask
    applies: Holds
    within: timedelta | None
    of: frozenset[str]
    """The families whose phrases alone are its grounds; empty: any."""
    limit_cite: str | None
    """Where the limit stands; None for a setting, which no message quotes as a rule."""
    terms: Terms | None
    graver: tuple[tuple[Severity, Holds], ...]

    def severity(self, moment: Moment, matter: Matter | None) -> Severity:
        """Return how grave the rule takes a matter to be: the first severity whose condition holds, else its own."""
        return next((severity for severity, holds in self.graver if holds(moment, matter)), self.rule.severity)


class Asked(NamedTuple):
    """What a book asks of a report, by what it is about: expectations, then the rest; and the rules that no feed allows."""

    expecting: tuple[tuple[str, tuple[CompiledAsk, ...]], ...]
    matters: tuple[tuple[str, tuple[CompiledAsk, ...]], ...]
    unsupplied: tuple[Rule, ...]


class Rulebook:
    """All rules and parameters of one book, which is what a decision was made with."""

    def __init__(
        self,
        rules: Iterable[Rule],
        parameters: Parameters,
        lexicon: Lexicon,
        hash_: str,
        not_checked: Iterable[NotChecked] = (),
    ) -> None:
        self.rules: dict[str, Rule] = {rule.id: rule for rule in sorted(rules, key=operator.attrgetter("id"))}
        self.not_checked = {rule.id: rule for rule in not_checked}
        self.parameters = parameters.parameters
        self.lexicon = lexicon
        self.hash = hash_
        self._changes = sorted(
            {day for rule in self.rules.values() for day in rule.versions}
            | {day for parameter in self.parameters.values() for day in parameter.values}
        )
        self._compiled: Callable[[int], tuple[CompiledAsk, ...]] = cache(self._compile)
        self._asked: Callable[[int, tuple[str, ...]], Asked] = cache(self._sort)

    def on(self, day: date) -> tuple[CompiledAsk, ...]:
        """Return what the book asks of a report received on a local day, expectations first."""
        return self._compiled(self._span(day))

    def asked(self, day: date, not_supplied: tuple[str, ...] = ()) -> Asked:
        """Return the same by what it is about, without the rules that need what a force's feeds cannot give (A13)."""
        return self._asked(self._span(day), not_supplied)

    def _span(self, day: date) -> int:
        return max(bisect_right(self._changes, day) - 1, 0)

    def _sort(self, span: int, not_supplied: tuple[str, ...]) -> Asked:
        asks = self._compiled(span)
        unsupplied = {ask.rule.id: ask.rule for ask in asks if not ask.rule.is_checkable(not_supplied)}
        expecting: dict[str, list[CompiledAsk]] = {}
        matters: dict[str, list[CompiledAsk]] = {}
        for ask in asks:
            if ask.rule.id not in unsupplied:
                of_kind = matters if ask.terms is None else expecting
                of_kind.setdefault(ask.ask.about, []).append(ask)
        return Asked(
            tuple((about, tuple(found)) for about, found in expecting.items()),
            tuple((about, tuple(found)) for about, found in matters.items()),
            tuple(unsupplied.values()),
        )

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
            terms = Terms(within, warn_before, then.met_by, frozenset(then.not_met_by), ended_by)
        graver = tuple((graver.severity, graver.when.compiled()) for graver in rule.graver)
        cite = self._cite(then.within, day)
        return CompiledAsk(rule, version, ask, _applies(ask), within, frozenset(ask.of), cite, terms, graver)

    def _cite(self, within: str | None, day: date) -> str | None:
        parameter = self.parameters.get(within or "")
        return None if parameter is None or parameter.setting else parameter.cite_on(day)

    def _duration(self, text: str, day: date) -> timedelta:
        return self.parameter(text, day) if text in self.parameters else DURATION.validate_python(text)


def _applies(ask: Ask) -> Holds:
    when = ask.when.compiled() if ask.when else _always
    if ask.unless is None:
        return when
    unless = ask.unless.compiled()
    return lambda moment, matter: when(moment, matter) and not unless(moment, matter)


def _always(moment: Moment, matter: Matter | None) -> bool:
    return True
