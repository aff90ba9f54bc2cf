"""What passes between the agents, over the two inboxes: msgpack of one of these, under the key `force/ref`.

No text of a log is in any of them: intake has matched it and dropped it.
"""

import zlib
from datetime import datetime
from typing import NamedTuple

import msgspec

from rules.statements import Origin as SubjectKind
from rules.statements import Statement


class Origin(NamedTuple):
    """Where in the input the event stands that caused a message."""

    topic: str
    partition: int
    offset: int
    type: str


Teller = tuple[SubjectKind, str]
"""Whether an incident or a crime, and its reference."""


class Said(msgspec.Struct, frozen=True, array_like=True, tag=1):
    """An event stated something about the incident or crime of the key."""

    origin: Origin
    statement: Statement


class Told(msgspec.Struct, frozen=True, array_like=True, tag=2):
    """Another incident, or a crime, tells an incident what bears on it; with nothing to tell it answers that it was asked."""

    origin: Origin
    teller: Teller
    statements: list[Statement]


class Follow(msgspec.Struct, frozen=True, array_like=True, tag=3):
    """Some incidents ask a crime to tell them about itself: it may count in place of a cancelled one of theirs."""

    origin: Origin
    incidents: list[str]


class Due(msgspec.Struct, frozen=True, array_like=True, tag=4):
    """A step or deadline of an incident has passed, or what forbade paging has gone."""

    at: datetime


class Seen(msgspec.Struct, frozen=True, array_like=True, tag=5):
    """How far one partition of a feed has been read: everything that was in it at `read_to`.

    `partitions` says how many the stage before has. `newest` has by force the newest `time` of an event of the feed, and
    how much later than that the event came, in seconds.
    """

    feed: str
    partition: int
    partitions: int
    read_to: datetime
    newest: dict[str, tuple[datetime, float]]


class Flood(msgspec.Struct, frozen=True, array_like=True, tag=6):
    """So many alerts of a partition were not paged since an instant, because one speaks for all of a force."""

    partition: int
    since: datetime
    count: int


class Books(msgspec.Struct, frozen=True, array_like=True, tag=7):
    """What was said of a force's incidents was compared with what is kept of them: one line each that does not agree."""

    at: datetime
    differences: list[str]


class Erase(msgspec.Struct, frozen=True, array_like=True, tag=8):
    """What was stated of an incident up to an instant is to be forgotten: of the one of the key, or of another that told it.

    `ref` is that other one's, None for the one of the key.
    """

    at: datetime
    ref: str | None = None


class EraseVictim(msgspec.Struct, frozen=True, array_like=True, tag=9):
    """A victim is to be forgotten by the incident or crime of the key, by the reference that the force has for them."""

    victim: str


Message = Said | Told | Follow | Due | Seen | Flood | Books | Erase | EraseVictim

encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(Message).decode


def key_of(force: str, ref: str) -> bytes:
    """Return the key of an incident or crime."""
    return f"{force}/{ref}".encode()


def subject_of(key: bytes) -> tuple[str, str]:
    """Return the force and the reference of a key; no force's name has a stroke, a reference may."""
    force, _, ref = key.decode().partition("/")
    return force, ref


def watch_key(force: str) -> bytes:
    """Return the key of what is kept of a force as a whole: no incident or crime has an empty reference."""
    return key_of(force, "")


def partition_of(key: bytes, partitions: int) -> int:
    """Return where a key lives. Clients hash differently, so the inboxes are keyed by us alone."""
    return zlib.crc32(key) % partitions
