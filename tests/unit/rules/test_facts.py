from collections.abc import Iterator

from rules import conditions
from rules.conditions import All, Any_, Condition, Not
from rules.facts import FACTS
from rules.rule import Rule

from .given import book


def facts_in(condition: Condition | None) -> Iterator[str]:
    match condition:
        case conditions.Test():
            yield condition.fact
        case Not():
            yield from facts_in(condition.negated)
        case All():
            yield from (name for part in condition.all_of for name in facts_in(part))
        case Any_():
            yield from (name for part in condition.any_of for name in facts_in(part))


def facts_of(rule: Rule) -> Iterator[str]:
    for ask in (ask for asks in rule.versions.values() for ask in asks):
        yield from facts_in(ask.when)
        yield from facts_in(ask.unless)
    for graver in rule.graver:
        yield from facts_in(graver.when)


USED = {name for rule in book().rules.values() for name in facts_of(rule)}


def test_the_book_names_facts_and_each_is_known() -> None:
    assert len(USED) > 15
    assert FACTS.keys() >= USED


def test_every_fact_is_used_by_some_rule() -> None:
    assert sorted(FACTS.keys() - USED) == []


def test_every_text_fits_a_sentence() -> None:
    unfit = [
        fact.name
        for fact in FACTS.values()
        if not fact.text[:1].isupper() or fact.text.endswith(".") or "\n" in fact.text
    ]

    assert unfit == []
    assert [fact.name for fact in FACTS.values() if len(fact.text) > 90] == []
    assert len({fact.text for fact in FACTS.values()}) == len(FACTS)


def test_every_citation_of_a_fact_names_a_source() -> None:
    unsourced = [
        fact.name
        for fact in FACTS.values()
        if fact.cite and not fact.cite.startswith(("CRR26 p", "NSIR ", "NOL26", "VCOP21 "))
    ]

    assert unsourced == []


def test_a_closed_list_of_values_is_not_empty_and_holds_words() -> None:
    closed = {fact.name: fact.among for fact in FACTS.values() if fact.among is not None}

    assert closed
    assert [name for name, among in closed.items() if not among or not all(among)] == []
