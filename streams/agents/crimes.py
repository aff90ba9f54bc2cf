"""The crime agent: keeps what was stated of each crime record, and tells the incidents that it was ever linked to."""

from collections.abc import Mapping
from typing import Any

from streams.agents.crime import keep
from streams.agents.inbox import Inbox
from streams.agents.inboxes import Inboxes
from streams.agents.messages import Follow, Message, Origin, Said, Seen, Told, subject_of
from streams.agents.rows import packed, read_crime
from streams.agents.watermarks import CRIMES, Watermarks
from streams.clock import Clock
from streams.kafka.state import Flush, StateTable
from streams.outward.metrics import Metrics
from streams.settings import Forces


class CrimeAgent:
    """Owns the rows of the crimes that live in its partitions of the crime inbox."""

    def __init__(
        self,
        flush: Flush,
        inboxes: Inboxes,
        clock: Clock,
        metrics: Metrics,
        forces: Forces,
        watermarks: Watermarks,
        broker: Mapping[str, Any],
    ) -> None:
        self._metrics = metrics
        self._forces = forces
        self._watermarks = watermarks
        self._inboxes = inboxes
        self.table: StateTable
        inbox = Inbox(flush, clock, metrics, broker, self._handle, self._seen)
        self.run, self.words = inbox.run, inbox.words

    def recovered(self, owned: frozenset[int]) -> None:
        """Forget what was told over partitions that have gone."""
        for partition in set(range(self._inboxes.partitions)) - owned:
            self._watermarks.left(partition)

    def _handle(self, partition: int, offset: int, key: bytes, message: Message, origin: Origin) -> None:
        assert isinstance(message, Said | Follow)
        force, ref = subject_of(key)
        content = self.table.get(partition, key)
        row = None if content is None else read_crime(content)
        kept = keep(
            row,
            [message.statement] if isinstance(message, Said) else [],
            message.incidents if isinstance(message, Follow) else [],
            self._forces.profile(force).code_map,
            again=row is not None and offset <= row.offset,
        )
        kept.row.offset = offset
        self.table.put(partition, key, packed(kept.row))
        for incident, statements in kept.told.items():
            self._inboxes.to_incident(force, incident, Told(origin, ("crime", ref), statements))
        for crime, incidents in kept.followed.items():
            self._inboxes.to_crime(force, crime, Follow(origin, incidents))
        if isinstance(message, Said):
            self._metrics.event(origin.topic, origin.type, "used" if kept.new else "repeat")

    def _seen(self, partition: int, seen: Seen) -> None:
        """Pass on how far the crime feed has been read, behind all that it said until then."""
        further = self._watermarks.take(partition, seen)
        if not further and seen.partition != seen.partitions - 1:
            return  # once a round is said again what has not changed, for who has come new to a partition
        onward = self._watermarks.onward(partition, self._inboxes.partitions, CRIMES)
        if onward is not None:
            self._metrics.heartbeat("crimes", onward.read_to)
            self._inboxes.everywhere(self._inboxes.incidents, onward)
