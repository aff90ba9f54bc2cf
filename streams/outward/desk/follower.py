"""Follows `recording-alerts` and `recording-status`: the list is kept in memory, of all else only where it stands.

So a desk holds what is open, and some hundred bytes of each incident; the explanation and the history of one are read again
from its topic when somebody looks. Any number of desks follow beside each other, in no group.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import aiokafka
import msgspec
from aiokafka.structs import TopicPartition

from streams.outward.desk.board import Board, OpenAlert

ALERTS: Final = "recording-alerts"
STATUSES: Final = "recording-status"
_READ_MS: Final = 1_000
"""How long one read may wait for records, and so for how long a desk that ends may take."""
_LOOK_MS: Final = 5_000
"""How long one record may take that is read again."""

Changed = Callable[[OpenAlert | None, OpenAlert | None], None]
"""Told each change of an open alert: what it was, and what it is now; None where it was, or is, not open."""

_alert = msgspec.json.Decoder(OpenAlert).decode


class Incident(NamedTuple):
    """All that was published of one incident: its status, None where there is none yet, and every alert, oldest first."""

    status: dict[str, Any] | None
    alerts: list[dict[str, Any]]


class Follower:
    """Keeps a board as the topics say, and knows where the newest of everything stands."""

    def __init__(self, broker: Mapping[str, Any], board: Board, changed: Changed) -> None:
        self._broker = broker
        self._board = board
        self._changed = changed
        self._statuses: dict[bytes, tuple[int, int]] = {}
        self._alerts: dict[bytes, dict[str, tuple[int, int]]] = {}
        self._about: dict[str, bytes] = {}
        self._ends: dict[TopicPartition, int] = {}
        self._consumer: aiokafka.AIOKafkaConsumer | None = None
        self._reader: aiokafka.AIOKafkaConsumer | None = None
        self._reading = asyncio.Lock()
        self.unreadable = 0

    async def start(self) -> None:
        """Connect, and find where the topics end now; raises KafkaError."""
        self._consumer = await self._connected(ALERTS, STATUSES, auto_offset_reset="earliest")
        self._reader = await self._connected()
        self._ends = await self._consumer.end_offsets(self._consumer.assignment())

    async def _connected(self, *topics: str, **options: Any) -> aiokafka.AIOKafkaConsumer:
        """Return a consumer that has started; without a group it reads every partition of its topics."""
        consumer = aiokafka.AIOKafkaConsumer(*topics, **self._broker, enable_auto_commit=False, **options)
        await consumer.start()
        return consumer

    async def stop(self) -> None:
        """Disconnect."""
        for consumer in (self._consumer, self._reader):
            if consumer is not None:
                await consumer.stop()

    async def follow(self) -> None:
        """Take in what is there and what comes, until cancelled; raises KafkaError."""
        assert self._consumer is not None
        while True:
            for place, records in (await self._consumer.getmany(timeout_ms=_READ_MS)).items():
                for record in records:
                    self._take(place, record)

    async def behind(self) -> int:
        """Return how many records that were there at the start are yet to be taken in."""
        assert self._consumer is not None
        left = [end - await self._consumer.position(place) for place, end in self._ends.items()]
        return sum(max(each, 0) for each in left)

    def _take(self, place: TopicPartition, record: Any) -> None:
        key: bytes = record.key or b""
        if place.topic == STATUSES:
            if record.value is None:
                self._statuses.pop(key, None)
            else:
                self._statuses[key] = place.partition, record.offset
            return
        name = key.decode(errors="replace")
        alert = None
        if record.value is None:
            self._alerts.get(self._about.pop(name, b""), {}).pop(name, None)
        else:
            try:
                alert = _alert(record.value)
            except msgspec.MsgspecError:  # counted, and the rest of the list is shown
                self.unreadable += 1
                return
            about = self._about[name] = f"{alert.force}/{alert.incident_ref or ''}".encode()
            self._alerts.setdefault(about, {})[name] = place.partition, record.offset
        before = self._board.take(name, alert)
        now = alert if alert is not None and alert.stands else None
        if before is not None or now is not None:
            self._changed(before, now)

    def knows(self, force: str, ref: str) -> bool:
        """Whether anything was published of an incident."""
        key = f"{force}/{ref}".encode()
        return key in self._statuses or key in self._alerts

    async def incident(self, force: str, ref: str) -> Incident:
        """Read all that was published of one incident; raises KafkaError."""
        key = f"{force}/{ref}".encode()
        async with self._reading:
            status = await self._read(STATUSES, self._statuses.get(key))
            found = [await self._read(ALERTS, at) for at in list(self._alerts.get(key, {}).values())]
        alerts = [alert for alert in found if alert is not None]
        return Incident(status, sorted(alerts, key=lambda alert: (alert["raised_at"], alert["alert_id"])))

    async def _read(self, topic: str, at: tuple[int, int] | None) -> dict[str, Any] | None:
        """Read one record again; None where a newer one has taken its place meanwhile."""
        if at is None or self._reader is None:
            return None
        place = TopicPartition(topic, at[0])
        self._reader.assign([place])
        self._reader.seek(place, at[1])
        for record in (await self._reader.getmany(place, timeout_ms=_LOOK_MS, max_records=1)).get(place, []):
            if record.offset == at[1] and record.value is not None:
                said: dict[str, Any] = json.loads(record.value)
                return said
        return None
