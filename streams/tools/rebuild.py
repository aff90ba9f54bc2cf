"""`rebuild`: has the next start observe again all that the source topics still hold, on top of what is known or from nothing.

What was stated once is stated by a repeat no differently, so on top of the recovered rows only what was lost comes back.
From nothing, an incident of which the source topics hold no event any more is not known again, and what is not raised by a
deadline is raised when it is found again.
"""

import time
from collections.abc import Callable
from typing import NamedTuple

from kafka import TopicPartition

from rules.events import TOPICS
from streams.kafka.client import PATIENCE, BrokerError, administration, consumption
from streams.kafka.groups import WorkersRun, commit, forget, members
from streams.kafka.topics import create, missing, topics
from streams.settings import Settings

_LOOKS_EVERY = 0.2


class Rebuilt(NamedTuple):
    """What the next start has before it: how many events, and the topics that were made anew."""

    events: int
    remade: list[str]


def rebuild(settings: Settings, *, from_empty: bool, sure: Callable[[list[str]], None]) -> Rebuilt:
    """Set the group back to the beginning of the three source topics, and with `from_empty` make its own topics anew.

    `sure` is called with the names of the topics before they are deleted, and raises if they are not to be. An interrupted
    `rebuild` is to be repeated. Raises WorkersRun while a worker of the application runs, and BrokerError.
    """
    if lacking := missing(settings, tuple(TOPICS)):
        raise BrokerError(
            f"{', '.join(lacking)}: not on {settings.broker}: `recording-monitor topics create` makes them"
        )
    own = [topic.name for topic in topics(settings) if topic.kind == "internal"] if from_empty else []
    with administration(settings) as admin:
        if members(admin, settings).ids:
            raise WorkersRun(settings)
        if own:
            sure(own)
            forget(admin, settings)
            _delete(settings, own)
            create(settings)
        begins, ends = _bounds(settings)
        commit(admin, settings, begins)
    return Rebuilt(sum(ends[place] - begin for place, begin in begins.items()), own)


def _delete(settings: Settings, names: list[str]) -> None:
    """Delete topics, and wait until they are gone."""
    with administration(settings) as admin:
        admin.delete_topics([name for name in names if name not in missing(settings, tuple(names))])
    until = time.monotonic() + PATIENCE.total_seconds()
    while set(missing(settings, tuple(names))) != set(names):
        if time.monotonic() > until:
            raise BrokerError(f"{', '.join(names)}: not deleted yet: repeat this in a moment")
        time.sleep(_LOOKS_EVERY)


def _bounds(settings: Settings) -> tuple[dict[tuple[str, int], int], dict[tuple[str, int], int]]:
    """Return where each partition of the source topics begins and ends."""
    with consumption(settings) as consumer:
        places = [
            TopicPartition(topic, part) for topic in TOPICS for part in consumer.partitions_for_topic(topic) or ()
        ]
        begins, ends = consumer.beginning_offsets(places), consumer.end_offsets(places)
    return {tuple(place): at for place, at in begins.items()}, {tuple(place): at for place, at in ends.items()}
