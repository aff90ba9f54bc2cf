"""The heartbeat of intake: says to the next stage, over every partition of it, how far each partition of a feed was read."""

from collections.abc import Mapping
from typing import Any

import aiokafka
import faust
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError
from faust.types import TP
from mode.utils.logging import get_logger

from rules.events import TOPICS
from streams.agents.inboxes import Inboxes
from streams.agents.intake import Intake
from streams.agents.messages import Seen
from streams.agents.watermarks import CRIMES, Marks
from streams.clock import Clock
from streams.kafka.state import Flush
from streams.outward.metrics import Metrics

log = get_logger(__name__)


class Heartbeat:
    """Compares what intake has handled with where the partitions end, and sends what follows behind the records."""

    def __init__(
        self,
        app: faust.App,
        flush: Flush,
        inboxes: Inboxes,
        clock: Clock,
        intake: Intake,
        metrics: Metrics,
        broker: Mapping[str, Any],
    ) -> None:
        self._app = app
        self._flush = flush
        self._clock = clock
        self._intake = intake
        self._metrics = metrics
        self._inboxes = inboxes
        self._broker = broker
        self._topics = {*TOPICS, inboxes.incidents, inboxes.crimes}
        self._looking: aiokafka.AIOKafkaConsumer | None = None
        self._marks: dict[TP, Marks] = {}
        app.on_before_shutdown.connect(self._stop_looking, weak=False)

    async def beat(self) -> None:
        """Say once how far the partitions that are owned here have been read; what cannot be known now is not said.

        Raises TopicAuthorizationFailedError where a right to read is missing: who may not read would wait for ever.
        """
        read = {tp for tp in self._app.consumer.assignment() if tp.topic in self._topics}
        owned = {tp for tp in read if tp.topic in TOPICS}
        self._marks = {tp: self._marks.get(tp) or Marks() for tp in owned}
        at = self._clock.now()
        try:
            looking = await self._look()
            ends = await looking.end_offsets(read)
            starts = await looking.beginning_offsets(read)
        except TopicAuthorizationFailedError:
            raise
        except KafkaError as error:
            self._check_rights({tp.topic for tp in read})
            log.warning("the broker does not say where the input topics end: %s", type(error).__name__)
            return
        if self._flush.suspended:
            return
        positions = {tp: max(self._position(tp) or 0, starts[tp]) for tp in read}
        self._metrics.behind({tp: max(ends[tp] - positions[tp], 0) for tp in read})
        for tp in sorted(owned):
            read_to = self._marks[tp].look(positions[tp], ends[tp], at)
            if read_to is None:
                continue
            # Not the consumer that fetches: of a group's members only the leader knows how many partitions a topic has.
            if not (partitions := looking.partitions_for_topic(tp.topic)):
                continue
            newest = self._intake.newest.get((tp.topic, tp.partition), {})
            inbox = self._inboxes.crimes if tp.topic == CRIMES else self._inboxes.incidents
            self._inboxes.everywhere(inbox, Seen(tp.topic, tp.partition, len(partitions), read_to, newest))
        self._metrics.heartbeat("intake", at)

    async def _look(self) -> aiokafka.AIOKafkaConsumer:
        """Return a client that looks at offsets: the one that fetches would not ask before its fetch is answered."""
        if self._looking is None:
            looking = aiokafka.AIOKafkaConsumer(**self._broker, enable_auto_commit=False)
            try:
                await looking.start()
            except KafkaError:
                await looking.stop()
                raise
            self._looking = looking
        return self._looking

    def _check_rights(self, topics: set[str]) -> None:
        """Raise where the client was told that it may not read: it takes such a topic for one that is away, and asks on."""
        known = None if self._looking is None else getattr(self._looking, "_client").cluster  # noqa: B009
        if refused := topics & (known.unauthorized_topics if known is not None else set()):
            raise TopicAuthorizationFailedError(refused)

    async def _stop_looking(self, *_: Any, **__: Any) -> None:
        if self._looking is not None:
            await self._looking.stop()

    def _position(self, tp: TP) -> int | None:
        """Return the offset before which everything was handled, now or before it came here; None if nothing ever was."""
        handled = self._intake.positions.get((tp.topic, tp.partition))
        if handled is not None:
            return handled
        committed: int | None = getattr(self._app.consumer, "_committed_offset").get(tp)  # noqa: B009
        return committed
