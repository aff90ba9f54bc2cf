"""Reads one record again where it came in: inboxes carry no text of the log, so what fails on the way is fetched once more."""

from collections.abc import Mapping
from typing import Any

import aiokafka
from aiokafka.structs import TopicPartition

_FETCH_MS = 3_000


async def original(
    broker: Mapping[str, Any], topic: str, partition: int, offset: int
) -> tuple[bytes | None, bytes | None]:
    """Fetch the key and value of one record again; both None if its topic holds it no more."""
    place = TopicPartition(topic, partition)
    consumer = aiokafka.AIOKafkaConsumer(**broker, enable_auto_commit=False, auto_offset_reset="latest")
    try:
        await consumer.start()
        consumer.assign([place])
        consumer.seek(place, offset)
        for record in (await consumer.getmany(place, timeout_ms=_FETCH_MS, max_records=1)).get(place, []):
            if record.offset == offset:
                return record.key, record.value
    finally:
        await consumer.stop()
    return None, None
