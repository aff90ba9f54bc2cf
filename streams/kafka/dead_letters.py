"""What could not be used, with the reason: the original bytes under the key they came with (the contract's dead letters)."""

from datetime import datetime
from hashlib import sha256

from rules.instants import format_instant
from streams.kafka.envelope import Refused

TOPIC = "dead-letters"


def dead_letter(
    refused: Refused, value: bytes | None, topic: str, partition: int, offset: int, received: datetime
) -> tuple[bytes | None, list[tuple[str, bytes]]]:
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
