"""What events stated, as an ordered set: the only thing that is ever stored about an incident or a crime.

A `Statement` is one event without its envelope's address and without the text of its entries. A set of them is kept in
the order of time, source and id (reading R7), so that the order of arrival, repeats and splits cannot matter: equal sets,
equal answers.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal, get_args

import msgspec

from rules.disclosure import Lexicon
from rules.disposals import CRI_REASONS
from rules.events import AnyEvent
from rules.vocabulary import CancellationReason, ContractPart, CrimeData, IncidentData

Origin = Literal["incident", "crime"]
_NOTHING: tuple[dict[str, Any], ...] = ({}, {"entries": []})
_FREE_TEXT = frozenset({"reason", "note"})
_KEYWORDS = frozenset({*CRI_REASONS, *get_args(CancellationReason)})
GIVEN = "given"
"""Stands for words that a person wrote, of which the rules ask only whether there are any."""
_canonical = msgspec.msgpack.Encoder(order="deterministic").encode


class Statement(msgspec.Struct, frozen=True, array_like=True):
    """What one event said about one incident or crime: plain values, times in UTC, no text of the log."""

    time: datetime
    source: str
    id: str
    type: str
    force: str
    origin: Origin
    ref: str
    data: dict[str, Any]

    @property
    def identity(self) -> tuple[datetime, str, str]:
        """The order in which statements stand; two with one identity and other content are two statements."""
        return (self.time, self.source, self.id)

    @property
    def says_something(self) -> bool:
        """Whether anything was stated: most updates of a log add an entry that holds no phrase of the lexicon."""
        return self.type != "incident.updated" or self.data not in _NOTHING


def statement_of(event: AnyEvent, lexicon: Lexicon) -> Statement:
    """Take from an event what it stated: its entries' text matched against the lexicon and dropped, no free words kept."""
    data = _stated(event.data)
    for name in _FREE_TEXT & data.keys():
        data[name] = _without_words(data[name])
    if entries := data.pop("entries", None):
        data["entries"] = [marked for entry in entries if (marked := _marked(entry, lexicon))]
    force = data.pop("force")
    part = event.data
    if isinstance(part, CrimeData):
        return Statement(event.time, event.source, event.id, event.type, force, "crime", data.pop("crime_ref"), data)
    assert isinstance(part, IncidentData)
    return Statement(event.time, event.source, event.id, event.type, force, "incident", data.pop("incident_ref"), data)


def _without_words(text: str | None) -> str | None:
    """Return of a person's free words only that there were some; a word of a closed list stays."""
    if text is None or text.strip() in _KEYWORDS:
        return text
    return GIVEN if text.strip() else ""


def unknown_fields(part: ContractPart) -> int:
    """Count the fields that a feed sent and the contract does not know; their names and values go no further."""
    nested = (
        item
        for value in part.__dict__.values()
        for item in (value if isinstance(value, tuple) else (value,))
        if isinstance(item, ContractPart)
    )
    return len(part.model_extra or ()) + sum(unknown_fields(item) for item in nested)


def _stated(part: ContractPart) -> dict[str, Any]:
    given = part.model_fields_set
    return {name: _plain(value) for name, value in part.__dict__.items() if name in given}


def _plain(value: Any) -> Any:
    if isinstance(value, ContractPart):
        return _stated(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _marked(entry: dict[str, Any], lexicon: Lexicon) -> list[Any] | None:
    """Return an entry as `[at, category, marks]`, or None where no phrase of the lexicon stands in it."""
    marks = lexicon.marks(entry["text"])
    return [entry["at"], entry.get("category", "remark"), marks] if marks else None


class Statements:
    """The set of statements about one incident or crime, in the order of their identities."""

    __slots__ = ("_identities", "_ordered")

    def __init__(self) -> None:
        self._ordered: list[Statement] = []
        self._identities: list[tuple[datetime, str, str]] = []

    def __iter__(self) -> Iterator[Statement]:
        return iter(self._ordered)

    def __len__(self) -> int:
        return len(self._ordered)

    def __contains__(self, statement: Statement) -> bool:
        return self._place(statement)[1]

    def add(self, statement: Statement) -> bool:
        """Add a statement; return whether it was new."""
        place, known = self._place(statement)
        if known:
            return False
        self._ordered.insert(place, statement)
        self._identities.insert(place, statement.identity)
        return True

    def _place(self, statement: Statement) -> tuple[int, bool]:
        """Return where a statement stands or would stand, and whether it is there."""
        identity, identities = statement.identity, self._identities
        place = bisect_left(identities, identity)
        if place == len(identities) or identities[place] != identity:
            return place, False
        end, content = bisect_right(identities, identity, place), _canonical(statement)
        place = bisect_left(self._ordered, content, place, end, key=_canonical)
        return place, place < end and _canonical(self._ordered[place]) == content
