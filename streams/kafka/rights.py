"""The rights as data: who needs which right on what, and no more; a broker that grants these and nothing else is enough.

A right to read or to write a topic lets it be described too, and one to read a group lets it be described.
"""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from rules.events import TOPICS
from streams.kafka.dead_letters import TOPIC as DEAD_LETTERS
from streams.kafka.topics import topics
from streams.settings import Settings

Operation = Literal["Read", "Write", "Create", "Describe", "DescribeConfigs"]
Resource = Literal["topic", "group"]

ROLES: Mapping[str, str] = {
    "worker": "reads the feeds, keeps its rows, says what it decides",
    **{f"{topic}-feed": f"sends to {topic}, and what it cannot use to {DEAD_LETTERS}" for topic in TOPICS},
    "desk": "shows what is decided to those who act on it, and sends what they decide",
    f"{DEAD_LETTERS}-reader": "looks at what could not be used, with its words",
    "auditor": "looks at who looked at what, and who decided",
    "operator": "makes the topics and checks them",
    "eraser": "has an incident or a victim forgotten",
    "tester": "sends a test alert through the whole path",
}
"""Who there is, by name, and what each does."""

_SAID = ("recording-alerts", "recording-status")
_NEEDED_OF_OWN: tuple[Operation, ...] = ("Read", "Write", "DescribeConfigs")
"""A worker looks at how its own topics are kept before it starts."""
_TO_MAKE_AND_CHECK: tuple[Operation, ...] = ("Create", "Describe", "DescribeConfigs")


@dataclass(frozen=True)
class Rights:
    """What one role may do with one topic or one group."""

    role: str
    resource: Resource
    name: str
    operations: tuple[Operation, ...]

    def command(self, principal: str, broker: str, configuration: str | None = None) -> str:
        """Return the command by which Kafka's own tool grants this, for a shell; `configuration` is a file of that tool."""
        words = ["kafka-acls.sh", "--bootstrap-server", broker]
        words += ["--command-config", configuration] if configuration is not None else []
        words += ["--add", "--allow-principal", principal]
        words += [word for operation in self.operations for word in ("--operation", operation)]
        return shlex.join([*words, f"--{self.resource}", self.name])


def rights(settings: Settings) -> tuple[Rights, ...]:
    """Return every right, by role in the order of `ROLES`."""
    return tuple(each for part in _PARTS for each in part(settings))


def _worker(settings: Settings) -> Iterator[Rights]:
    for topic in topics(settings):
        if topic.kind == "internal":
            yield Rights("worker", "topic", topic.name, _NEEDED_OF_OWN)
        elif topic.kind == "input":
            yield Rights("worker", "topic", topic.name, ("Read",))
    # It reads again what it said to compare it with what it keeps.
    yield from (Rights("worker", "topic", name, ("Read", "Write")) for name in _SAID)
    yield Rights("worker", "topic", DEAD_LETTERS, ("Write",))
    yield Rights("worker", "group", settings.application, ("Read",))


def _feeds(_: Settings) -> Iterator[Rights]:
    for topic in TOPICS:
        yield from (Rights(f"{topic}-feed", "topic", name, ("Write",)) for name in (topic, DEAD_LETTERS))


def _readers(settings: Settings) -> Iterator[Rights]:
    # A desk follows in no group: each reads everything.
    yield from (Rights("desk", "topic", name, ("Read",)) for name in _SAID)
    yield Rights("desk", "topic", "recording-decisions", ("Read", "Write"))
    yield Rights("desk", "topic", "recording-audit", ("Write",))
    for reader, topic in ((f"{DEAD_LETTERS}-reader", DEAD_LETTERS), ("auditor", "recording-audit")):
        yield Rights(reader, "topic", topic, ("Read",))
        yield Rights(reader, "group", f"{settings.application}-{reader}", ("Read",))


def _operator(settings: Settings) -> Iterator[Rights]:
    yield from (Rights("operator", "topic", topic.name, _TO_MAKE_AND_CHECK) for topic in topics(settings))


def _eraser(settings: Settings) -> Iterator[Rights]:
    for kept in ("crime", "incident"):
        yield Rights("eraser", "topic", f"{settings.application}-{kept}-inbox", ("Write",))
        yield Rights("eraser", "topic", f"{settings.application}-{kept}s-changelog", ("Read",))
    yield Rights("eraser", "group", settings.application, ("Describe",))


def _tester(_: Settings) -> Iterator[Rights]:
    yield from (Rights("tester", "topic", name, ("Write",)) for name in ("incident-log", "recording-decisions"))
    yield Rights("tester", "topic", "recording-alerts", ("Read",))


_PARTS = (_worker, _feeds, _readers, _operator, _eraser, _tester)
