"""The workers' consumer group, asked and changed by kafka-python: who is in it, and what it has committed."""

import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from kafka import TopicPartition
from kafka.structs import OffsetAndMetadata

from streams.kafka.client import PATIENCE, BrokerError, KafkaError
from streams.settings import Settings

Place = tuple[str, int]
"""A topic and one of its partitions."""

_ASKS_EVERY = 0.2
_STILL_THERE = {"UnknownMemberIdError", "NonEmptyGroupError", "RebalanceInProgressError"}
"""What Kafka says to who would change the offsets of a group while somebody is in it."""
_Told = TypeVar("_Told")


class Members(NamedTuple):
    """Who shares the work; `stable` is false while partitions move."""

    stable: bool
    ids: frozenset[str]


class WorkersRun(BrokerError):
    """What was asked needs that no worker runs; its text is one line."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            f"workers of {settings.application} are running on {settings.broker}: expected none: stop all of them first"
            f" (one that was killed counts for {settings.session.total_seconds():.0f} s more)"
        )


def committed(admin: Any, settings: Settings) -> dict[Place, int]:
    """Return, of each partition of which anything was handled, the offset before which all was."""
    group = settings.application
    told = _asked(lambda: admin.list_group_offsets([group]))[group]
    return {(place.topic, place.partition): kept.offset for place, kept in told.items() if kept.offset >= 0}


def members(admin: Any, settings: Settings) -> Members:
    """Return who is in the group now."""
    told = _asked(lambda: admin.describe_groups([settings.application]))[settings.application]
    return Members(told["group_state"] == "Stable", frozenset(member["member_id"] for member in told["members"]))


def commit(admin: Any, settings: Settings, offsets: Mapping[Place, int]) -> None:
    """Say from where the group reads on; raises WorkersRun, and BrokerError where Kafka refuses."""
    wanted = {TopicPartition(*place): OffsetAndMetadata(offset, "", None) for place, offset in offsets.items()}
    told = _asked(lambda: admin.alter_group_offsets(settings.application, wanted))
    _raise_refusal({error.__name__ for error in told.values()} - {"NoError"}, settings)


def forget(admin: Any, settings: Settings) -> None:
    """Forget the group with all that it has committed; raises WorkersRun, and BrokerError where Kafka refuses."""
    told = _asked(lambda: admin.delete_groups([settings.application]))
    _raise_refusal(set(told.values()) - {"OK", "GroupIdNotFoundError"}, settings)


def _raise_refusal(refused: set[str], settings: Settings) -> None:
    if refused & _STILL_THERE:
        raise WorkersRun(settings)
    if refused:
        raise BrokerError(
            f"the consumer group {settings.application} on {settings.broker}: {', '.join(sorted(refused))}"
        )


def _asked(ask: Callable[[], _Told]) -> _Told:
    """Return an answer about the group; its coordinator may have to be found first."""
    until = time.monotonic() + PATIENCE.total_seconds()
    while True:
        try:
            return ask()
        except KafkaError as error:
            if not error.retriable or time.monotonic() > until:
                raise
        time.sleep(_ASKS_EVERY)
