"""The crime agent: keeps what was stated of each crime record, and tells the incidents that it was ever linked to."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from streams.agents.crime import keep
from streams.agents.inbox import Inbox
from streams.agents.inboxes import Inboxes
from streams.agents.messages import Due, EraseVictim, Follow, Message, Origin, Said, Seen, Told, subject_of
from streams.agents.redaction import redact_crime, redacted
from streams.agents.retention import Walk
from streams.agents.rows import packed, read_crime, read_crime_summary
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
        retention: timedelta,
        broker: Mapping[str, Any],
    ) -> None:
        self._clock = clock
        self._metrics = metrics
        self._forces = forces
        self._watermarks = watermarks
        self._inboxes = inboxes
        self._retention = retention
        self._walk = Walk()
        self.table: StateTable
        inbox = Inbox(flush, clock, metrics, broker, self._handle, self._seen)
        self.run, self.words = inbox.run, inbox.words

    def recovered(self, owned: frozenset[int]) -> None:
        """Forget what was told over partitions that have gone."""
        for partition in set(range(self._inboxes.partitions)) - owned:
            self._watermarks.left(partition)

    def sweep(self) -> None:
        """Send a message to each crime of which nothing was stated for as long as the retention."""
        now = self._clock.now()
        for partition, key, content in self._walk.on(self.table):
            if now - read_crime_summary(content).changed_at > self._retention:
                self._inboxes.due(self._inboxes.crimes, partition, key, Due(now))

    def _handle(self, partition: int, offset: int, key: bytes, message: Message, origin: Origin) -> None:
        force, ref = subject_of(key)
        now = self._clock.now()
        content = self.table.get(partition, key)
        if isinstance(message, Due):
            if content is not None and now - read_crime_summary(content).changed_at > self._retention:
                self.table.put(partition, key, None)
            return
        row = None if content is None else read_crime(content)
        if isinstance(message, EraseVictim):
            if row is not None:
                redact_crime(row, message.victim)
                self.table.put(partition, key, packed(row))
            return
        assert isinstance(message, Said | Follow)
        nameless = [] if row is None else row.nameless
        kept = keep(
            row,
            [redacted(message.statement, nameless)] if isinstance(message, Said) else [],
            message.incidents if isinstance(message, Follow) else [],
            self._forces.profile(force).code_map,
            again=row is not None and offset <= row.offset,
        )
        kept.row.offset, kept.row.nameless = offset, nameless
        kept.row.changed_at = max((said.time for said in kept.row.statements), default=now)
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
