"""The registry of the ways in which the report of a crime can go, each a function that writes its log and its truth."""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from streams.tools.simulation.log import Log
from streams.tools.simulation.narratives import FAMILIES
from streams.tools.simulation.rates import Choice, load_rates

Write = Callable[[Log], None]


class Way(NamedTuple):
    """How a report goes: what writes it, whether that is a fault, and the families it can happen to."""

    write: Write
    fault: bool
    families: frozenset[str]


WAYS: dict[str, Way] = {}
ALL = frozenset(FAMILIES) - {"fraud"}
IN_WORDS = frozenset(name for name, family in FAMILIES.items() if family.disclosures)
NOT_RAPE = ALL - {"rape"}


def way(fault: bool, families: frozenset[str] = ALL) -> Callable[[Write], Write]:
    """Register a function under its name as a way, for the families that it suits."""

    def register(write: Write) -> Write:
        WAYS[write.__name__] = Way(write, fault, families)
        return write

    return register


@cache
def ways_of(pool: str, family: str) -> Choice[str]:
    """Return the choice among the ways of a pool that suit a family, in the proportions of the data file."""
    weights = load_rates().ways
    return weights[pool].among(name for name, known in WAYS.items() if family in known.families)
