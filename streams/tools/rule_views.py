"""One rule in words, for people who write no code."""

import textwrap
from collections.abc import Iterator
from datetime import date

from rules.conditions import All, Any_, Condition, Not, Test
from rules.explanation import in_words, span
from rules.grounds import GROUNDS
from rules.matters import MATTERS
from rules.rule import Ask, NotChecked, Rule
from rules.rulebook import CompiledAsk, Rulebook

WIDTH = 110
_MET_BY = {
    "any_crime": "a recorded crime",
    "rape": "a rape crime or an N100",
    "death": "a homicide, a death by driving or an N300",
    "conduct": "a crime of harassment, stalking or controlling behaviour",
    "state_based": "a state-based crime",
}


def rule_in_words(rule: Rule, book: Rulebook) -> Iterator[str]:
    """Write one rule as a person reads it aloud, line by line."""
    yield f"{rule.id}  {rule.title}"
    yield ""
    for citation in rule.cites:
        says = f"{citation.paragraph}: {citation.says} (checked {_day(citation.checked_on)})"
        yield from _wrapped("Rests on      ", says)
    yield f"Severity      {rule.severity}"
    for graver in rule.graver:
        yield from _wrapped("              ", f"{graver.severity} where {condition_in_words(graver.when)}")
    yield f"Standing      {rule.status}; hash {rule.hash}"
    if rule.gap:
        yield from _wrapped("Known gap     ", rule.gap)
    for version in sorted(rule.versions):
        yield ""
        yield f"For reports received from {_day(version)}:"
        for ask in rule.versions[version]:
            yield from _ask_in_words(ask, _changes(ask, book, version))
    yield ""
    yield "What to do"
    yield from (f"  {number}. {step}" for number, step in enumerate(rule.runbook, 1))
    if rule.false_positives:
        yield "It may be mistaken where"
        yield from (f"  - {case}" for case in rule.false_positives)
    yield "Examples that are run with every change"
    yield from (f"  - {example.name}" for example in rule.examples)


def not_checked_in_words(rule: NotChecked) -> Iterator[str]:
    """Write of a rule that is not judged what it asks, why it is not, and what is watched instead."""
    yield f"{rule.id}  {rule.title}"
    yield ""
    for citation in rule.cites:
        says = f"{citation.paragraph}: {citation.says} (checked {_day(citation.checked_on)})"
        yield from _wrapped("Rests on      ", says)
    yield from _wrapped("Not judged    ", rule.reason)
    if rule.needs:
        yield from _wrapped("Would need    ", ", ".join(rule.needs))
    yield from _wrapped("Instead       ", rule.instead)


def _ask_in_words(ask: Ask, limits: list[tuple[date, CompiledAsk]]) -> Iterator[str]:
    yield from _wrapped("  about       ", matter_in_words(ask))
    if ask.when is not None:
        yield from _wrapped("  when        ", condition_in_words(ask.when))
    if ask.unless is not None:
        yield from _wrapped("  unless      ", condition_in_words(ask.unless))
    yield from _wrapped("  then        ", _then(ask))
    for since, compiled in limits:
        if compiled.within is not None:
            yield f"  by          {_deadline(compiled)}{f', from {_day(since)}' if len(limits) > 1 else ''}"


def _wrapped(label: str, text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=label, subsequent_indent=" " * len(label), break_long_words=False)


def _changes(ask: Ask, book: Rulebook, version: date) -> list[tuple[date, CompiledAsk]]:
    """Return the ask as it is compiled on each day on which its limit changes."""
    changes: list[tuple[date, CompiledAsk]] = []
    for day in sorted({version, *(day for number in book.parameters.values() for day in number.values)}):
        compiled = next((one for one in book.on(day) if one.ask is ask and day >= version), None)
        if compiled is not None and (not changes or changes[-1][1].within != compiled.within):
            changes.append((day, compiled))
    return changes


def condition_in_words(condition: Condition) -> str:
    """Write a condition as one phrase."""
    match condition:
        case All():
            return " and ".join(_bracketed(part) for part in condition.all_of)
        case Any_():
            return " or ".join(_bracketed(part) for part in condition.any_of)
        case Not():
            return f"not ({condition_in_words(condition.negated)})"
        case Test():
            return _test_in_words(condition)


def _bracketed(condition: Condition) -> str:
    words = condition_in_words(condition)
    return f"({words})" if isinstance(condition, All | Any_) else words


def _test_in_words(test: Test) -> str:
    text = test.about.text[0].lower() + test.about.text[1:]
    if test.one_of is not None:
        return f"{text}: one of {in_words(test.one_of)}"
    if test.includes_any is not None:
        return f"{text}: any of {in_words(test.includes_any)}"
    if test.at_least is not None:
        return f"{text}: {test.at_least} or more"
    if test.equals is True:
        return text
    return f"not so: {text}" if test.equals is False else f"{text}: {in_words(test.equals)}"


def matter_in_words(ask: Ask) -> str:
    """Write what an ask is about."""
    look = {**GROUNDS, **MATTERS}[ask.about]
    text = (look.__doc__ or "").splitlines()[0].rstrip(".")
    return text[0].lower() + text[1:] + (f": {in_words(ask.of)}" if ask.of else "")


def _then(ask: Ask) -> str:
    then = ask.then
    if then.kind == "overdue":
        met = _MET_BY[then.met_by] + (f" (not {' or '.join(then.not_met_by)})" if then.not_met_by else "")
        ended = "" if then.ended_by is None else f"; only a proper {' or '.join(sorted(then.ended_by))} ends it"
        return f"{met} is expected: a warning (due_soon) before the deadline, an alert (overdue) after it{ended}"
    return "it is listed, without an alert" if then.kind == "listed" else f"an alert: {in_words(then.kind)}"


def _deadline(compiled: CompiledAsk) -> str:
    assert compiled.within is not None
    words = f"{span(compiled.within)} after its start"
    if compiled.terms is not None:
        steps = sorted({compiled.within - before for before in compiled.terms.warn_before})
        words += f"; warned at {' and '.join(map(span, steps))}"
    return words


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
