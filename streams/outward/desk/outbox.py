"""What a desk sends: decisions to `recording-decisions`, and who looked at what to `recording-audit`.

Nothing counts as said before every replica has it; what cannot be audited is not shown and not done. A decision that goes
out twice is one: it has its form's name.
"""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import aiokafka
import msgspec
from aiokafka.errors import KafkaError

from rules.instants import format_instant
from streams.outward.desk.follower import DECISIONS

AUDIT: Final = "recording-audit"
PATIENCE: Final = timedelta(seconds=10)
"""How long a person waits for Kafka's word."""

What = Literal["viewed", "listed", "take", "decide", "delay", "withdraw"]


class NotSent(Exception):
    """Kafka did not say that it has what was sent; it may have it."""


class Audited(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the audit: who did what, in which role, when, about which incident; no text that somebody wrote.

    `basis` and `until` are those of a decision; `rows` is how many incidents a list that was taken away had.
    """

    at: str
    by: str
    role: str
    what: What
    force: str | None = None
    incident_ref: str | None = None
    basis: str | None = None
    until: str | None = None
    rows: int | None = None


class Outbox:
    """Sends what people do."""

    def __init__(self, broker: Mapping[str, Any]) -> None:
        self._broker = broker
        self._producer: aiokafka.AIOKafkaProducer | None = None

    async def start(self) -> None:
        """Connect; raises KafkaError."""
        self._producer = aiokafka.AIOKafkaProducer(**self._broker, acks="all")
        await self._producer.start()

    async def stop(self) -> None:
        """Send what is underway, and disconnect."""
        if self._producer is not None:
            await self._producer.stop()

    async def decide(self, force: str, ref: str, events: Iterable[Mapping[str, Any]]) -> None:
        """Send events about one incident; raises NotSent."""
        await self._send(DECISIONS, _key(force, ref), [msgspec.json.encode(event) for event in events])

    async def audit(self, at: datetime, by: str, role: str, what: What, **about: Any) -> None:
        """Write down who did what; raises NotSent."""
        line = Audited(format_instant(at), by, role, what, **about)
        await self._send(AUDIT, _key(line.force or "", line.incident_ref or ""), [msgspec.json.encode(line)])

    async def _send(self, topic: str, key: bytes, values: Iterable[bytes]) -> None:
        assert self._producer is not None
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                sent = [await self._producer.send(topic, value, key=key) for value in values]
                await asyncio.gather(*sent)
        except (KafkaError, TimeoutError) as error:
            raise NotSent(type(error).__name__) from None


def _key(force: str, ref: str) -> bytes:
    return f"{force}/{ref}".encode()
