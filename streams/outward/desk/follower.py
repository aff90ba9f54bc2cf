"""Follows what is published and what was decided: the list is kept in memory, of all else only where it stands.

So a desk holds what is open, and some hundred bytes of each incident; the explanation and the history of one are read again
from its topic when somebody looks. Any number of desks follow beside each other, in no group.
"""

import asyncio
import json
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, NamedTuple

import aiokafka
import msgspec
from aiokafka.structs import TopicPartition

from rules.events import AnyEvent
from rules.vocabulary import IncidentData
from streams.kafka.envelope import Refused, decode
from streams.outward.desk.board import Board, ListedAlert, Place

ALERTS: Final = "recording-alerts"
STATUSES: Final = "recording-status"
DECISIONS: Final = "recording-decisions"
_READ_MS: Final = 1_000
"""How long one read may wait for records, and so for how long a desk that ends may take."""
_LOOK_MS: Final = 5_000
"""How long one record may take that is read again."""

Changed = Callable[[Place], None]
"""Told each incident, or force, of which the list or the status has changed."""

_alert = msgspec.json.Decoder(ListedAlert).decode
_PARTITION_BITS: Final = 48
_At = int
"""Where a record stands in its topic: partition and offset in one number, for there is one for every incident."""


class Incident(NamedTuple):
    """All that was published of one incident: its status, None where there is none yet, and every alert, oldest first.

    `decisions` is what people decided of it, as it was sent, the earliest first; what was sent twice counts once.
    """

    status: dict[str, Any] | None
    alerts: list[dict[str, Any]]
    decisions: list[AnyEvent]


class Follower:
    """Keeps a board as the topics say, and knows where the newest of everything stands."""

    def __init__(self, broker: Mapping[str, Any], board: Board, changed: Changed) -> None:
        self._broker = broker
        self._board = board
        self._changed = changed
        self._statuses: dict[bytes, _At] = {}
        self._alerts: dict[bytes, dict[str, _At]] = {}
        self._decisions: dict[bytes, list[_At]] = {}
        self._about: dict[str, bytes] = {}
        self._forces: set[str] = set()
        self._ends: dict[TopicPartition, int] = {}
        self._consumer: aiokafka.AIOKafkaConsumer | None = None
        self._reader: aiokafka.AIOKafkaConsumer | None = None
        self._reading = asyncio.Lock()
        self.unreadable = 0

    async def start(self, *topics: str) -> None:
        """Connect, and find where the topics end now, all of them unless some are named; raises KafkaError."""
        followed = topics or (ALERTS, STATUSES, DECISIONS)
        self._consumer = await self._connected(*followed, auto_offset_reset="earliest")
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
                    self._take(place.topic, place.partition << _PARTITION_BITS | record.offset, record)

    async def behind(self) -> int:
        """Return how many records that were there at the start are yet to be taken in."""
        assert self._consumer is not None
        left = [end - await self._consumer.position(place) for place, end in self._ends.items()]
        return sum(max(each, 0) for each in left)

    def _take(self, topic: str, at: _At, record: Any) -> None:
        match topic:
            case "recording-alerts":
                self._take_alert(at, record.key or b"", record.value)
            case "recording-status":
                self._take_status(at, record.key or b"", record.value)
            case _:
                self._take_decision(at, record)

    def _take_status(self, at: _At, key: bytes, value: bytes | None) -> None:
        if value is None:
            self._statuses.pop(key, None)
        else:
            self._statuses[key] = at
        force, _, ref = key.decode(errors="replace").partition("/")
        self._forces.add(force)
        self._changed((force, ref))

    def _take_alert(self, at: _At, key: bytes, value: bytes | None) -> None:
        name, alert = key.decode(errors="replace"), None
        if value is None:
            self._alerts.get(self._about.pop(name, b""), {}).pop(name, None)
        else:
            try:
                alert = _alert(value)
            except msgspec.MsgspecError:  # counted, and the rest of the list is shown
                self.unreadable += 1
                return
            about = self._about[name] = _key(alert.force, alert.incident_ref or "")
            self._alerts.setdefault(about, {})[name] = at
        if (place := self._board.take(name, alert)) is not None:
            self._changed(place)

    def _take_decision(self, at: _At, record: Any) -> None:
        try:
            said = decode(record.value or b"", record.headers).data
        except Refused:  # the workers say so, in the dead letters
            return
        if isinstance(said, IncidentData):
            self._decisions.setdefault(_key(said.force, said.incident_ref), []).append(at)
            self._changed((said.force, said.incident_ref))

    def knows(self, force: str, ref: str) -> bool:
        """Whether anything was published of an incident."""
        key = _key(force, ref)
        return key in self._statuses or key in self._alerts

    def like(self, words: str, forces: Collection[str] | None, limit: int) -> list[Place]:
        """Return incidents of some forces, None being all of them, whose number holds what somebody wrote.

        First come those whose number is just that; upper and lower case are one.
        """
        seen = sorted(force for force in self._forces if forces is None or force in forces)
        found: list[Place] = [(force, words) for force in seen if _key(force, words) in self._statuses]
        wanted = words.encode().lower()
        for key in self._statuses:
            if wanted in key.lower():
                force, _, ref = key.decode(errors="replace").partition("/")
                if force in seen and words.lower() in ref.lower() and (force, ref) not in found:
                    found.append((force, ref))
            if len(found) >= limit:
                break
        return found[:limit]

    async def incident(self, force: str, ref: str) -> Incident:
        """Read all that was published of one incident; raises KafkaError."""
        key = _key(force, ref)
        async with self._reading:
            status = await self._said(STATUSES, self._statuses.get(key))
            alerts = [await self._said(ALERTS, at) for at in list(self._alerts.get(key, {}).values())]
            decided = [await self._read(DECISIONS, at) for at in list(self._decisions.get(key, []))]
        said = [decode(each.value, each.headers) for each in decided if each]
        once = {(event.source, event.id): event for event in reversed(said)}
        return Incident(
            status,
            sorted(filter(None, alerts), key=lambda alert: (alert["raised_at"], alert["alert_id"])),
            sorted(once.values(), key=lambda event: event.time),
        )

    async def _said(self, topic: str, at: _At | None) -> dict[str, Any] | None:
        record = await self._read(topic, at) if at is not None else None
        return json.loads(record.value) if record is not None and record.value is not None else None

    async def _read(self, topic: str, at: _At) -> Any | None:
        """Read one record again; None where a newer one has taken its place meanwhile."""
        assert self._reader is not None
        place, offset = TopicPartition(topic, at >> _PARTITION_BITS), at & (1 << _PARTITION_BITS) - 1
        self._reader.assign([place])
        self._reader.seek(place, offset)
        records = (await self._reader.getmany(place, timeout_ms=_LOOK_MS, max_records=1)).get(place, [])
        return next((record for record in records if record.offset == offset), None)


def _key(force: str, ref: str) -> bytes:
    return f"{force}/{ref}".encode()
