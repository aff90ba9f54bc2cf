"""The closed vocabulary in which a rule file combines named facts: a condition both holds and explains itself."""

from collections.abc import Callable, Mapping
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, WithJsonSchema, model_validator

from rules.explanation import Node, in_words
from rules.facts import FACTS, Fact, Matter, Moment

NEGATION = "Not the case"
"""The text of a negation in an explanation."""

Holds = Callable[[Moment, Matter | None], bool]


def _fact(name: object) -> object:
    if name not in FACTS:
        raise ValueError("expected the name of a fact of rules/facts.py")
    return name


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Test(_Part):
    """One fact against one value: `is`, `one_of`, `includes_any` (of a set) or `at_least` (of a number)."""

    fact: Annotated[str, BeforeValidator(_fact), WithJsonSchema({"enum": sorted(FACTS)})]
    equals: bool | str | None = Field(default=None, alias="is")
    one_of: tuple[str, ...] | None = None
    includes_any: tuple[str, ...] | None = None
    at_least: int | None = None
    cite: str | None = None

    @model_validator(mode="after")
    def _one_operator(self) -> "Test":
        if sum(value is not None for value in (self.equals, self.one_of, self.includes_any, self.at_least)) != 1:
            raise ValueError("expected exactly one of is, one_of, includes_any, at_least")
        among, said = self.about.among, self.one_of or self.includes_any or ()
        if among is not None and not among.issuperset(said):
            raise ValueError(f"{self.fact}: expected of {', '.join(sorted(among))}; not {', '.join(set(said) - among)}")
        return self

    @property
    def about(self) -> Fact:
        """The fact that is tested."""
        return FACTS[self.fact]

    def compiled(self) -> Holds:
        """Return the test as a function of a moment and the matter that the rule is about."""
        look = self.about.look
        if self.one_of is not None:
            allowed = frozenset(self.one_of)
            return lambda moment, matter: look(moment, matter) in allowed
        if self.includes_any is not None:
            wanted = frozenset(self.includes_any)
            return lambda moment, matter: not wanted.isdisjoint(look(moment, matter))
        if self.at_least is not None:
            least = self.at_least
            return lambda moment, matter: bool(look(moment, matter) >= least)
        expected = self.equals
        return lambda moment, matter: bool(look(moment, matter) == expected)

    def explain(self, moment: Moment, matter: Matter | None) -> Node:
        """Return what was looked at, what it was, and whether that is what the rule asks for."""
        value = self.about.look(moment, matter)
        return Node(self.about.text, self.compiled()(moment, matter), in_words(value), self.cite or self.about.cite)


class All(_Part):
    """Every part holds."""

    all_of: "tuple[Condition, ...]" = Field(alias="all", min_length=1)

    def compiled(self) -> Holds:
        """Return the condition as a function."""
        *others, last = [part.compiled() for part in self.all_of]

        def holds(moment: Moment, matter: Matter | None) -> bool:
            for part in others:  # a loop, for a generator under all() costs more than most parts do
                if not part(moment, matter):
                    return False
            return last(moment, matter)

        return holds

    def explain(self, moment: Moment, matter: Matter | None) -> Node:
        """Return the parts with whether all hold."""
        return _joined("All of these", all, self.all_of, moment, matter)


class Any_(_Part):
    """Some part holds."""

    any_of: "tuple[Condition, ...]" = Field(alias="any", min_length=1)

    def compiled(self) -> Holds:
        """Return the condition as a function."""
        *others, last = [part.compiled() for part in self.any_of]

        def holds(moment: Moment, matter: Matter | None) -> bool:
            for part in others:
                if part(moment, matter):
                    return True
            return last(moment, matter)

        return holds

    def explain(self, moment: Moment, matter: Matter | None) -> Node:
        """Return the parts with whether any holds."""
        return _joined("Any of these", any, self.any_of, moment, matter)


class Not(_Part):
    """The part does not hold."""

    negated: "Condition" = Field(alias="not")

    def compiled(self) -> Holds:
        """Return the condition as a function."""
        part = self.negated.compiled()
        return lambda moment, matter: not part(moment, matter)

    def explain(self, moment: Moment, matter: Matter | None) -> Node:
        """Return the part under its negation."""
        part = self.negated.explain(moment, matter)
        return Node(NEGATION, not part.holds, children=(part,))


def _joined(
    text: str, how: Callable[[list[bool]], bool], parts: "tuple[Condition, ...]", moment: Moment, matter: Matter | None
) -> Node:
    nodes = tuple(part.explain(moment, matter) for part in parts)
    return Node(text, how([node.holds for node in nodes]), children=nodes)


def _kind(value: object) -> str:
    """Choose the model by the key that a mapping has, so that an error speaks of that one alone."""
    if isinstance(value, Mapping):
        return next((key for key in ("all", "any", "not") if key in value), "test")
    return next((tag for model, tag in ((All, "all"), (Any_, "any"), (Not, "not")) if isinstance(value, model)), "test")


Condition = Annotated[
    Annotated[Test, Tag("test")]
    | Annotated[All, Tag("all")]
    | Annotated[Any_, Tag("any")]
    | Annotated[Not, Tag("not")],
    Discriminator(_kind),
]
"""A test of one fact, or all, any or not of further conditions."""
