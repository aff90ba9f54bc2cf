"""What could not be used, with the reason: the original bytes under the key they came with (the contract's dead letters)."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

import aiokafka
from aiokafka.structs import TopicPartition

from rules.instants import format_instant
from streams.kafka.envelope import Refused
from streams.kafka.state import Headers

TOPIC = "dead-letters"
_FETCH_MS = 10_000


def dead_letter(
    refused: Refused, value: bytes | None, topic: str, partition: int, offset: int, received: datetime
) -> tuple[bytes | None, Headers]:
    """Return the value and the headers of a dead letter; one that is too large goes without its value."""
    said = {
        "error": refused.error,
        "error_type": refused.error_type,
        "topic": topic,
        "partition": str(partition),
        "offset": str(offset),
        "received": format_instant(received),
    }
    if refused.error_type == "too_large" and value is not None:
        said |= {"size": str(len(value)), "sha256": sha256(value).hexdigest()}
        value = None
    return value, [(name, content.encode()) for name, content in said.items()]


async def original(
    broker: Mapping[str, str], topic: str, partition: int, offset: int
) -> tuple[bytes | None, bytes | None]:
    """Fetch the key and value of one record again; both None if its topic holds it no more.

    Inboxes carry no text of the log, so what failed later on the way is read once more where it came in.
    """
    place = TopicPartition(topic, partition)
    consumer = aiokafka.AIOKafkaConsumer(**broker, enable_auto_commit=False, auto_offset_reset="latest")
    await consumer.start()
    try:
        consumer.assign([place])
        consumer.seek(place, offset)
        for record in (await consumer.getmany(place, timeout_ms=_FETCH_MS, max_records=1)).get(place, []):
            if record.offset == offset:
                return record.key, record.value
    finally:
        await consumer.stop()
    return None, None
