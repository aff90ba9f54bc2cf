"""Reads partitions of a topic from where a consumer stands up to where they end now."""

import time
from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any

from kafka import TopicPartition

from streams.kafka.client import BrokerError
from streams.settings import Settings

_STALLED_AFTER = timedelta(seconds=30)
_POLL_MS = 500


def partitions_of(consumer: Any, topic: str) -> list[TopicPartition]:
    """Return the partitions of a topic; none where there is no such topic."""
    return [TopicPartition(topic, part) for part in sorted(consumer.partitions_for_topic(topic) or ())]


def read_on(
    settings: Settings,
    consumer: Any,
    places: Collection[TopicPartition],
    take: Callable[[Any], None],
    progress: Callable[[int, int], None],
) -> int:
    """Hand each record to `take`, and return how many there were; raises BrokerError where nothing more comes.

    `progress` is told how many records have been read, and about how many there are.
    """
    ends = consumer.end_offsets(places)
    done, last = 0, time.monotonic()
    while left := sum(max(end - consumer.position(place), 0) for place, end in ends.items()):
        progress(done, done + left)
        for records in consumer.poll(_POLL_MS).values():
            last = time.monotonic()
            done += len(records)
            for record in records:
                take(record)
        if time.monotonic() - last > _STALLED_AFTER.total_seconds():
            raise BrokerError(f"{settings.broker}: it does not give what it has: is a broker of it down?")
    return done
