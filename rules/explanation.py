"""The tree that explains an answer: every fact and condition that was looked at, with the paragraph it rests on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from rules.instants import format_instant


@dataclass(frozen=True, slots=True)
class Node:
    """One fact or condition: what was looked at, whether it holds, what it was, and where that stands."""

    text: str
    holds: bool
    value: str | None = None
    cite: str | None = None
    children: tuple["Node", ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the tree in the contract's shape, absent parts left out."""
        tree: dict[str, Any] = {"text": self.text, "holds": self.holds}
        if self.value is not None:
            tree["value"] = self.value
        if self.cite is not None:
            tree["cite"] = self.cite
        if self.children:
            tree["children"] = [child.as_dict() for child in self.children]
        return tree


def in_words(value: object) -> str | None:
    """Write the value of a fact as a person reads it; None for what is true or false alone."""
    match value:
        case None:
            return "none"
        case bool():
            return None
        case datetime():
            return format_instant(value)
        case timedelta():
            return span(value)
        case date() | int():
            return str(value)
        case str():
            return value.replace("_", " ") if value.islower() else value
        case Iterable():
            return ", ".join(sorted(word for item in value if (word := in_words(item)))) or "none"
    return str(value)


def span(duration: timedelta) -> str:
    """Write a duration in hours, or days where it is whole days beyond two, as in `24 hours`."""
    hours, rest = divmod(int(duration.total_seconds()), 3600)
    if hours > 72 and hours % 24 == 0:
        return f"{hours // 24} days"
    minutes = f" {rest // 60} min" if rest >= 60 else ""
    return f"{hours} hour{'s' if hours != 1 else ''}{minutes}"


@lru_cache(maxsize=4096)
def local_words(instant: datetime, zone: ZoneInfo) -> str:
    """Write an instant as people of a force say it, as in `Thu 2 Apr 2026 10:00 BST`."""
    local = instant.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y %H:%M}{f':{local:%S}' if local.second else ''} {local:%Z}"


def rendered(tree: dict[str, Any], depth: int = 0) -> Iterator[str]:
    """Render an explanation in the contract's shape as indented lines; a mark in words says whether each part holds."""
    mark = "yes" if tree["holds"] else "no "
    value = f": {tree['value']}" if "value" in tree else ""
    cite = f"  [{tree['cite']}]" if "cite" in tree else ""
    yield f"{'   ' * depth}{mark}  {tree['text']}{value}{cite}"
    for child in tree.get("children", ()):
        yield from rendered(child, depth + 1)
