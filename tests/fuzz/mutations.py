"""Rubbish that resembles real events: each is one of them, changed a few times in its bytes, its parts or its headers."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from random import Random
from typing import Any

VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 131, 2**31, 2**63, 10**40, -0.0, 1e308, 1e-320, "", " ", "A", "0", "null",
    "\u0000", "\ud800", "\u202e\u200b\ufeff", "\U0001f46e", "ß" * 600, "x" * 70_000, "Q: " * 500, "\n" * 100, [], {}, [[]],
    [None] * 50, [{}] * 20, {"a": {"b": {"c": []}}}, "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z",
    "1990-01-01T00:00:00+14:00", "2100-01-01T00:00:00-12:00", "2016-12-31T23:59:60Z", "2026-02-30T00:00:00Z",
    "2026-04-01T09:00:00", "2026-04-01T09:00:00.123456789Z", "2026-03-29T01:30:00+00:00", "2026-04-01",
    "008/06", "8/6", "N100/1", "N300/01", "104", "999/99", "CRIME_RAPE", "AD_DUPLICATE", "CRI", "CRIME_RECORDED",
    "X_TEST", "Q_DOMESTIC_ABUSE", "C2", "C3", "force_crime_registrar", "simulated", "Else-where", "a" * 64, "a" * 65,
    "he did not punch her", "punched" * 200, "not " * 300 + "raped", "crime C-1 ref 42/1/26",
)  # fmt: skip
"""What a field is given in place of what it had: nothing, too much, other types, and words that mean something elsewhere."""

DEEP = 3_000
"""Levels of nesting: more than a reader of JSON that calls itself would bear."""


@dataclass
class Raw:
    """A record as it comes in: its topic, its bytes and its headers."""

    topic: str
    value: bytes | None
    headers: list[tuple[str, bytes]] = field(default_factory=list)


def mutated(event: dict[str, Any], topic: str, others: list[dict[str, Any]], dice: Random) -> Raw:
    """Return an event as a record, changed as the dice say; now and then not at all."""
    event = deepcopy(event)
    for _ in range(dice.choice((0, 1, 1, 1, 2, 2, 4, 8))):
        dice.choice(_OF_PARTS)(event, others, dice)
    headers: list[tuple[str, bytes]] = []
    value: bytes | None
    if dice.random() < 0.2:
        data = event.pop("data", None)
        headers = [(f"ce_{name}", str(content).encode("utf-8", "replace")) for name, content in event.items()]
        value = _written(data)
        dice.choice(_OF_HEADERS)(headers, dice)
    else:
        value = _written(event)
    if dice.random() < 0.25:
        for _ in range(dice.choice((1, 1, 2, 5))):
            value = dice.choice(_OF_BYTES)(value, dice)
    if dice.random() < 0.01:
        value = None
    if dice.random() < 0.03:
        topic = dice.choice(("incident-log", "crime-records", "recording-decisions"))
    return Raw(topic, value, headers)


def _written(content: Any) -> bytes:
    text = json.dumps(content, ensure_ascii=True)
    return text.encode("utf-8", "surrogatepass")


# Parts of an event


def _places(part: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place in an event, as what holds it and its key or number."""
    keys = list(part) if isinstance(part, dict) else range(len(part)) if isinstance(part, list) else ()
    for key in keys:
        yield part, key
        yield from _places(part[key])


def _place(event: dict[str, Any], dice: Random) -> tuple[Any, Any]:
    return dice.choice([*_places(event)] or [(event, "data")])


def _replace(event: dict[str, Any], others: list[dict[str, Any]], dice: Random) -> None:
    holder, key = _place(event, dice)
    holder[key] = deepcopy(dice.choice(VALUES))


def _drop(event: dict[str, Any], others: list[dict[str, Any]], dice: Random) -> None:
    holder, key = _place(event, dice)
    if isinstance(holder, list) or key in holder:
        del holder[key]


def _rename(event: dict[str, Any], others: list[dict[str, Any]], dice: Random) -> None:
    holder, key = _place(event, dice)
    if isinstance(holder, dict) and key in holder:
        holder[dice.choice((key + "_", key.upper(), "data", "force", "incident_ref", "time"))] = holder.pop(key)


def _from_another(event: dict[str, Any], others: list[dict[str, Any]], dice: Random) -> None:
    """Put what stands somewhere in another event in some place of this one."""
    source, name = _place(dice.choice(others), dice)
    holder, key = _place(event, dice)
    if isinstance(source, list) or name in source:
        holder[key] = deepcopy(source[name])


def _same_place_of_another(event: dict[str, Any], others: list[dict[str, Any]], dice: Random) -> None:
    other = deepcopy(dice.choice(others))
    name = dice.choice(("type", "data", "time", "id", "source", "subject"))
    event[name] = other.get(name)


def _repeat(event: dict[str, Any], others: list[dict[str, Any]], dice: Random) -> None:
    lists = [holder[key] for holder, key in _places(event) if isinstance(holder[key], list) and holder[key]]
    if lists:
        chosen = dice.choice(lists)
        chosen.extend(deepcopy(chosen[0]) for _ in range(dice.choice((1, 3, 100))))


def _nest(event: dict[str, Any], others: list[dict[str, Any]], dice: Random) -> None:
    holder, key = _place(event, dice)
    deep: Any = "end"
    for _ in range(dice.choice((2, 10, 60))):
        deep = [deep] if dice.random() < 0.5 else {"text": deep}
    holder[key] = deep


def _spell(event: dict[str, Any], others: list[dict[str, Any]], dice: Random) -> None:
    """Change one character of some text."""
    texts = [(holder, key) for holder, key in _places(event) if isinstance(holder[key], str) and holder[key]]
    if texts:
        holder, key = dice.choice(texts)
        at = dice.randrange(len(holder[key]))
        holder[key] = (
            holder[key][:at] + chr(dice.choice((0, 9, 10, 45, 47, 58, 0x2028, 0x301, 0xFFFF))) + holder[key][at + 1 :]
        )


_Of = Callable[[dict[str, Any], list[dict[str, Any]], Random], None]
_OF_PARTS: tuple[_Of, ...] = (
    _replace, _replace, _replace, _drop, _rename, _from_another, _from_another, _same_place_of_another, _repeat, _nest, _spell,
)  # fmt: skip


# Headers


def _leave(headers: list[tuple[str, bytes]], dice: Random) -> None:
    pass


def _drop_header(headers: list[tuple[str, bytes]], dice: Random) -> None:
    if headers:
        headers.pop(dice.randrange(len(headers)))


def _break_header(headers: list[tuple[str, bytes]], dice: Random) -> None:
    if headers:
        at = dice.randrange(len(headers))
        headers[at] = headers[at][0], dice.choice((b"", b"\xff\xfe", b"x" * 5_000, b"null", b"\x00"))


def _add_header(headers: list[tuple[str, bytes]], dice: Random) -> None:
    types = (b"application/cloudevents+json", b"application/json; charset=utf-16", b"text/plain", b"\xff")
    headers.insert(0, (dice.choice(("content-type", "Content-Type", "ce_", "ce_data", "CE_TIME")), dice.choice(types)))


_OF_HEADERS = (_leave, _leave, _drop_header, _break_header, _add_header)


# Bytes


def _flip(value: bytes, dice: Random) -> bytes:
    at = dice.randrange(len(value) + 1)
    return value[:at] + bytes([dice.randrange(256)]) + value[at + 1 :]


def _cut(value: bytes, dice: Random) -> bytes:
    return value[: dice.randrange(len(value) + 1)]


def _take_out(value: bytes, dice: Random) -> bytes:
    at = dice.randrange(len(value) + 1)
    return value[:at] + value[at + dice.randrange(1, 30) :]


def _double(value: bytes, dice: Random) -> bytes:
    at, to = sorted(dice.randrange(len(value) + 1) for _ in "ab")
    return value[:to] + value[at:to] + value[to:]


def _insert(value: bytes, dice: Random) -> bytes:
    at = dice.randrange(len(value) + 1)
    more = (
        b"[" * DEEP,
        b'{"a":' * DEEP,
        b"\xef\xbb\xbf",
        b"\x00",
        b"NaN",
        b"Infinity",
        b"1e999",
        b'"',
        b"\\u12",
        b"," * 9,
    )
    return value[:at] + dice.choice(more) + value[at:]


def _swell(value: bytes, dice: Random) -> bytes:
    return value + b" " * 300_000


_OF_BYTES = (_flip, _flip, _flip, _cut, _take_out, _double, _insert, _insert, _swell)
