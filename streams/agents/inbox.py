"""What the two agents that keep rows have in common: an inbox that is read one message at a time, and its failures.

What an event causes changes nothing, becomes a dead letter, and the loop goes on. What the world causes (a send refused,
a table broken) is raised, and ends the worker with nothing acknowledged.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from faust.types import EventT
from mode.utils.logging import get_logger

from streams.agents.messages import (
    Books,
    Due,
    Erase,
    EraseVictim,
    Flood,
    Follow,
    Message,
    Origin,
    Said,
    Seen,
    Told,
    decode,
)
from streams.clock import Clock
from streams.kafka.dead_letters import TOPIC as DEAD_LETTERS
from streams.kafka.dead_letters import dead_letter
from streams.kafka.envelope import Refused
from streams.kafka.originals import original
from streams.kafka.state import Flush
from streams.outward.metrics import Metrics

log = get_logger(__name__)


class Inbox:
    """Reads an inbox: words of how far a feed was read go to `seen`, everything else to `handle`, with where it stands."""

    def __init__(
        self,
        flush: Flush,
        clock: Clock,
        metrics: Metrics,
        broker: Mapping[str, Any],
        handle: Callable[[int, int, bytes, Message, Origin], None],
        seen: Callable[[int, Seen], None],
    ) -> None:
        self._flush = flush
        self._clock = clock
        self._metrics = metrics
        self._broker = broker
        self._handle = handle
        self._seen = seen
        self.words: dict[int, float] = {}
        """When, by the event loop's own time, it was last said over each partition how far a feed was read."""

    async def run(self, stream: Any) -> None:
        """Handle a stream of messages for as long as it lasts."""
        async for event in self._flush.events(stream):
            await self._take(event)
            self._flush.done(event)

    async def _take(self, event: EventT[Any]) -> None:
        record = event.message
        here = Origin(record.topic, record.partition, record.offset, "unknown")
        try:
            message = decode(record.value or b"")
        except Exception as error:
            await self._refuse(here, f"reading an internal message: {type(error).__name__}")
            return
        if isinstance(message, Seen):
            self.words[record.partition] = asyncio.get_running_loop().time()
            self._seen(record.partition, message)
            return
        origin = here if isinstance(message, Due | Flood | Books | Erase | EraseVictim) else message.origin
        try:
            self._handle(record.partition, record.offset, record.key or b"", message, origin)
        except Exception as error:
            log.warning("%s: %s", _what(message), _named(error))
            log.debug("failed", exc_info=error)
            await self._refuse(origin, _named(error))
            if isinstance(message, Said):
                self._metrics.event(origin.topic, origin.type, "dead_letter")

    async def _refuse(self, origin: Origin, error: str) -> None:
        key, value = await original(self._broker, origin.topic, origin.partition, origin.offset)
        refused = Refused("processing_failed", error)
        content, headers = dead_letter(refused, value, origin.topic, origin.partition, origin.offset, self._clock.now())
        self._flush.send(DEAD_LETTERS, key, content, None, headers)


def _what(message: Message) -> str:
    """Name a message in the log of a worker, with no number of an incident and nothing that was said."""
    match message:
        case Due():
            return "a deadline that is due"
        case Said() | Told() | Follow():
            return f"an event of type {message.origin.type}"
        case Erase() | EraseVictim():
            return "a request to erase"
    return "what is found of a force as a whole"


def _named(error: Exception) -> str:
    """Name a failure: its kind, and the rule or fact in which it happened; never its text, which may hold what was said."""
    return "; ".join([*getattr(error, "__notes__", ()), type(error).__name__])
