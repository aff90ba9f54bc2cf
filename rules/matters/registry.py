"""The registry of what a rule may be about beside the crimes that it expects."""

from collections.abc import Callable

from rules.facts.registry import Matter, Moment, Part

LookAt = Callable[[Moment], list[Matter]]
MATTERS: dict[str, LookAt] = {}
NEEDED: dict[str, Part] = {}
"""What an incident must have at all before a matter can be found in it."""


def matter(needs: Part) -> Callable[[LookAt], LookAt]:
    """Register a function as what a rule may be about; its first docstring line is its text in every explanation.

    It is asked only of an incident that has the part that it `needs`.
    """

    def register(look: LookAt) -> LookAt:
        MATTERS[look.__name__] = look
        NEEDED[look.__name__] = needs
        return look

    return register
