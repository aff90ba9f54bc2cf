"""The topics as data: what the contract says of them and what the workers need of their own; made, and compared.

Topics are made with what is said here, and never altered: what differs is named, and a person decides.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, NamedTuple

from streams.kafka.client import (
    AlreadyThere,
    BrokerError,
    NoSuchTopic,
    NotAllowed,
    TimedOut,
    administration,
    configurations,
    error_of,
    lacks,
)
from streams.settings import Settings

ROOM = 1024 * 1024 + 64 * 1024
"""Bytes of one record where states and what is said of them are kept: 1 MiB, and its key and envelope."""

_UNLIMITED = "-1"
_NOT_READY = "not ready yet, or being deleted: repeat this in a moment"
REPLACED_STAYS = timedelta(days=7)
"""For how long what a newer record has replaced may stay on the broker's disk."""
_COMPACTED = {
    "segment.bytes": str(64 * 1024 * 1024),
    "min.cleanable.dirty.ratio": "0.2",
    "max.compaction.lag.ms": str(REPLACED_STAYS // timedelta(milliseconds=1)),
}
"""Old states are dropped soon, for recovery reads what is there; what was erased is gone from disk within days."""


@dataclass(frozen=True)
class Topic:
    """One topic: who writes it, what its policy is, for how long it keeps a record, how large one may be.

    `retention` is None where a compacted topic keeps the newest of each key for ever, `room` where the broker's default
    is enough. The workers count on the number of partitions of `internal` topics alone.
    """

    name: str
    kind: Literal["input", "output", "internal"]
    policy: Literal["delete", "compact"]
    retention: timedelta | None = None
    room: int | None = None

    def configuration(self) -> dict[str, str]:
        """Return the broker's settings with which the topic is made."""
        said: dict[str, str] = {"cleanup.policy": self.policy}
        if self.policy == "compact":
            said |= _COMPACTED
        if self.retention is not None:
            said["retention.ms"] = str(_milliseconds(self.retention))
        if self.room is not None:
            said["max.message.bytes"] = str(self.room)
        return said


class Difference(NamedTuple):
    """How a topic differs from what it should be."""

    topic: str
    said: str

    def __str__(self) -> str:
        return f"{self.topic}: {self.said}"


class Made(NamedTuple):
    """The topics that were made, and those that were there."""

    created: list[str]
    present: list[str]


class WrongTopics(BrokerError):
    """Topics on which a worker must not start; its text is one line."""


def topics(settings: Settings) -> tuple[Topic, ...]:
    """Return every topic: the contract's, then the workers' own under the application's prefix."""
    week = timedelta(days=7)
    own = settings.application
    return (
        Topic("incident-log", "input", "delete", timedelta(days=30)),
        Topic("crime-records", "input", "delete", timedelta(days=30)),
        Topic("recording-decisions", "input", "delete", timedelta(days=400)),
        Topic("recording-alerts", "output", "compact", room=ROOM),
        Topic("recording-status", "output", "compact", room=ROOM),
        Topic("dead-letters", "output", "delete", week),
        Topic("recording-audit", "output", "delete", timedelta(days=396)),
        Topic(f"{own}-crime-inbox", "internal", "delete", week, ROOM),
        Topic(f"{own}-incident-inbox", "internal", "delete", week, ROOM),
        Topic(f"{own}-crimes-changelog", "internal", "compact", room=ROOM),
        Topic(f"{own}-incidents-changelog", "internal", "compact", room=ROOM),
        Topic(f"{own}-forces-changelog", "internal", "compact", room=ROOM),
    )


def create(settings: Settings) -> Made:
    """Make the topics that are not there; raises BrokerError."""
    with administration(settings) as admin:
        return _create(admin, settings, _names(settings))


def check(settings: Settings) -> list[Difference]:
    """Return how the topics differ from the contract and from what the workers need; raises BrokerError."""
    with administration(settings) as admin:
        return list(_differences(admin, settings, _names(settings)))


def ensure(settings: Settings) -> list[Difference]:
    """Make what is missing and look at the rest, as a worker does before it starts.

    Returns the differences that it can live with. Raises WrongTopics for those of its own topics: it must not start on
    a changelog that deletes, or on inboxes and changelogs with other numbers of partitions. It needs no right to look at
    the contract's topics: what it may not see there, it takes to be right. Raises BrokerError.
    """
    own = {topic.name for topic in topics(settings) if topic.kind == "internal"}
    with administration(settings) as admin:
        _create(admin, settings, own)
        found = list(_differences(admin, settings, own))
    if wrong := [difference for difference in found if difference.topic in own]:
        raise WrongTopics("; ".join(map(str, wrong)))
    return found


def missing(settings: Settings, names: tuple[str, ...]) -> list[str]:
    """Return which of some topics are known not to be there; raises BrokerError."""
    with administration(settings) as admin:
        answers = admin.describe_topics(list(names))
    return [answer["name"] for answer in answers if error_of(answer["error_code"]) is NoSuchTopic]


def _names(settings: Settings) -> set[str]:
    return {topic.name for topic in topics(settings)}


def _create(admin: Any, settings: Settings, needed: set[str]) -> Made:
    there = _partitions(admin, settings, needed)
    lacking = {
        topic.name: {
            "num_partitions": settings.partitions,
            "replication_factor": settings.replication,
            "configs": topic.configuration(),
        }
        for topic in topics(settings)
        if topic.name not in there
    }
    made = Made([], list(there))
    if lacking:
        for answer in admin.create_topics(lacking, raise_errors=False)["topics"]:
            error = error_of(answer["error_code"])
            if error is AlreadyThere:
                made.present.append(answer["name"])
            elif error is None:
                made.created.append(answer["name"])
            else:
                raise BrokerError(_refused(answer["name"], error, answer["error_message"], settings))
        _wait_for(admin, list(lacking))
    return made


def _wait_for(admin: Any, names: list[str]) -> None:
    """Wait until new topics can be used: a broker tells of them a moment before it knows them."""
    try:
        admin.wait_for_topics(names)
    except TimedOut:
        raise BrokerError(f"{', '.join(names)}: {_NOT_READY}") from None


def _refused(name: str, error: Any, message: str | None, settings: Settings) -> str:
    """Say why a topic was not made."""
    if error is NotAllowed:
        return lacks("Create", name, settings)
    told = (message or error.description).rstrip(".")
    if error.__name__ == "InvalidReplicationFactorError":
        copies = "the broker's default" if settings.replication == -1 else str(settings.replication)
        return f"{name}: {told}: RECORDING_REPLICATION is {copies}: expected at most the number of brokers"
    return f"{name}: not made: {told}"


def _partitions(admin: Any, settings: Settings, needed: set[str]) -> dict[str, int | None]:
    """Return how many partitions each of the topics that are there has, None where nobody needs to see it or may."""
    found: dict[str, int | None] = {}
    for answer in admin.describe_topics([topic.name for topic in topics(settings)]):
        name, error = answer["name"], error_of(answer["error_code"])
        if error is None:
            found[name] = len(answer["partitions"])
        elif error is NotAllowed:
            if name in needed:
                raise BrokerError(lacks("Describe", name, settings))
            found[name] = None
        elif error is not NoSuchTopic:
            raise BrokerError(f"{name}: {_NOT_READY} ({error.message})")
    return found


def _differences(admin: Any, settings: Settings, needed: set[str]) -> Iterator[Difference]:
    partitions = _partitions(admin, settings, needed)
    told = configurations(admin, [name for name, count in partitions.items() if count is not None])
    for topic in topics(settings):
        name = topic.name
        if name not in partitions:
            yield Difference(name, "is missing: `recording-monitor topics create` makes it")
            continue
        if topic.kind == "internal" and partitions[name] != settings.partitions:
            yield Difference(
                name,
                f"has {partitions[name]} partitions, expected {settings.partitions} (RECORDING_PARTITIONS):"
                " the workers' own topics all have the same number",
            )
        if values := told.get(name):
            yield from (Difference(name, text) for text in _settings_differ(topic, values))
        elif name in needed:
            raise BrokerError(lacks("DescribeConfigs", name, settings))


def _settings_differ(topic: Topic, values: Mapping[str, str]) -> Iterator[str]:
    """Yield how the broker's settings of a topic differ; what it keeps longer or takes larger is no difference."""
    policy = values.get("cleanup.policy", "")
    if {part.strip() for part in policy.split(",")} != {topic.policy}:
        why = "it would forget the newest of a key" if topic.policy == "compact" else "it would drop all but the newest"
        yield f"has cleanup.policy {policy}, expected {topic.policy} alone: {why}"
    if topic.retention is not None:
        kept = values.get("retention.ms", _UNLIMITED)
        if kept != _UNLIMITED and int(kept) < _milliseconds(topic.retention):
            days = timedelta(milliseconds=int(kept)) / timedelta(days=1)
            yield f"keeps records for {days:.3g} days (retention.ms {kept}), expected {topic.retention.days}"
        if (size := values.get("retention.bytes", _UNLIMITED)) != _UNLIMITED:
            yield f"drops what is more than {size} bytes (retention.bytes), expected no limit but {topic.retention.days} days"
    if topic.room is not None and int(largest := values.get("max.message.bytes", str(topic.room))) < topic.room:
        yield f"takes records of {largest} bytes at most (max.message.bytes), expected {topic.room}"


def _milliseconds(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)
