"""What a rule file may speak of by name: the facts, registered with their text and paragraph, and what they look at."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

from rules.expectations import Expectation
from rules.situation import Situation

Part = Literal["closure", "closure_or_merge", "several_codes", "decisions", "delays", "transfer", "crimes", "quality"]
"""What an incident may or may not have."""


@dataclass(slots=True)
class Moment:
    """A situation at an instant, with the expectations that stand in it then."""

    situation: Situation
    now: datetime
    expectations: list[Expectation] = field(default_factory=list)
    quality: tuple[str, ...] = ()

    @property
    def has(self) -> set[Part]:
        """Which parts the incident has, so that what needs another one is not looked at."""
        situation, incident = self.situation, self.situation.incident
        found: set[Part] = set()
        if incident.closure is not None:
            found |= {"closure", "closure_or_merge"}
        if incident.merges:
            found.add("closure_or_merge")
        if len(incident.codes) > 1:
            found.add("several_codes")
        if incident.decisions:
            found.add("decisions")
        if incident.delays:
            found.add("delays")
        if incident.transfer is not None:
            found.add("transfer")
        if situation.crimes:
            found.add("crimes")
        if self.quality:
            found.add("quality")
        return found

    @property
    def open(self) -> list[Expectation]:
        """The expectations that neither a record nor a disposal answers."""
        return [expectation for expectation in self.expectations if expectation.is_open]

    @property
    def earliest_due(self) -> datetime | None:
        """The earliest deadline of an open expectation."""
        return min((expectation.due_at for expectation in self.open), default=None)


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing that a rule is about: its name for the alert's identity, its instant, and the deadline it shows.

    With `waits` the rule speaks only once that deadline has passed, and never before `not_before`.
    """

    occasion: str
    at: datetime
    due_at: datetime
    about: Any
    waits: bool = False
    not_before: datetime | None = None


Look = Callable[[Moment, Matter | None], Any]


class Fact(NamedTuple):
    """A named fact: how to look at it, its text, the paragraph that it rests on, and the closed list of its values if any."""

    name: str
    look: Look
    text: str
    cite: str | None
    among: frozenset[str] | None = None


FACTS: dict[str, Fact] = {}


def fact(cite: str | None = None, among: Iterable[str] | None = None) -> Callable[[Look], Look]:
    """Register a function as a named fact; its first docstring line is its text in every explanation."""

    def register(look: Look) -> Look:
        text = (look.__doc__ or "").strip().splitlines()[0].rstrip(".")
        FACTS[look.__name__] = Fact(look.__name__, look, text, cite, None if among is None else frozenset(among))
        return look

    return register
