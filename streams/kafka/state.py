"""State by partition, and the flush that makes it safe: states first, then outputs, then acknowledgements.

Faust's own commit does not wait for what an event wrote, and its memory store keeps rows of partitions that have left.
Here rows are bytes under their partition, and whatever an event caused is at the broker before its offset may be
committed. A worker that dies in between repeats the event. Nothing is said that the rows do not know: a row that was
written, and what it caused perhaps not, is known again by the offset that it keeps of its last event, and all of it is
said again. The other way round an alert could stand for ever that no row knows. One flush may be going on at a time.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import faust
from faust.stores import memory
from faust.types import TP, EventT
from mode.utils.logging import get_logger

from streams.kafka.failures import CutOff, Frozen, SendRefused, Unfinished, end_now
from streams.kafka.membership import drop_connections
from streams.kafka.transport import membership_in

log = get_logger(__name__)

MAX_PENDING = 5_000
"""How many events may wait for the broker's answers before no further one is taken."""

STUCK_AFTER = timedelta(seconds=60)
"""How long nothing may have been flushed before the worker says of itself that it is stuck, and ends."""

ENDS_WITHIN = timedelta(seconds=10)
"""How long a worker that is to end may take to do so."""

WATCHES_EVERY = 1.0
"""Seconds between two looks at whether the process stands still, however rarely it flushes."""

_CUT_OFF = "its group has not answered for longer than its session"

Headers = list[tuple[str, bytes]]
Recovered = Callable[[frozenset[int]], None]
Unite = Callable[[bytes, bytes], bytes]
"""What is kept of a row that was written after another one of its key."""


class PartitionStore(memory.Store[bytes, bytes]):
    """The rows of one table, `{partition: {key: row}}`; a partition that has left is forgotten with all its rows."""

    unite: Unite

    def __post_init__(self) -> None:
        self.restored = 0
        self.parts: dict[int, dict[bytes, bytes]] = {}

    def apply_changelog_batch(self, batch: Iterable[EventT[Any]], to_key: Any, to_value: Any) -> None:
        """Take in changelog records as they were written; a record without a value removes its row.

        A worker that had lost a partition and did not know yet may have written the last of them, and takes nothing away.
        """
        for event in batch:
            self.restored += 1
            message = event.message
            rows = self.parts.setdefault(message.partition, {})
            assert message.key is not None
            if message.value is None:
                rows.pop(message.key, None)
            else:
                before = rows.get(message.key)
                rows[message.key] = message.value if before is None else self.unite(before, message.value)

    async def on_rebalance(
        self, assigned: set[TP], revoked: set[TP], newly_assigned: set[TP], generation_id: int = 0
    ) -> None:
        """Forget what has left, and what comes anew: its changelog says all of it."""
        changelog = self.table.changelog_topic.get_topic_name()
        for tp in revoked | newly_assigned:
            if tp.topic == changelog:
                self.parts.pop(tp.partition, None)

    async def on_recovery_completed(self, active_tps: set[TP], standby_tps: set[TP]) -> None:
        """Keep the rows of active partitions alone."""
        active = {tp.partition for tp in active_tps}
        self.parts = {partition: rows for partition, rows in self.parts.items() if partition in active}


class StateTable(faust.Table[bytes, bytes]):
    """A table of bytes that is read and written by partition, from within the worker's one event loop."""

    def __init__(
        self,
        app: faust.App,
        name: str,
        partitions: int,
        flush: "Flush",
        recovered: Recovered,
        unite: Unite = lambda before, after: after,
    ) -> None:
        self._unite = unite
        super().__init__(app, name=name, partitions=partitions, key_type=bytes, value_type=bytes)
        self.owned: frozenset[int] = frozenset()
        self._flush = flush
        self._recovered = recovered
        app.tables.add(self)

    def _new_store(self) -> PartitionStore:
        store = PartitionStore("memory://", self.app, self, table_name=self.name)
        store.unite = self._unite
        return store

    @property
    def restored(self) -> int:
        """How many records of the changelog were taken in since the start."""
        store = self.data
        assert isinstance(store, PartitionStore)
        return store.restored

    @property
    def _parts(self) -> dict[int, dict[bytes, bytes]]:
        store = self.data
        assert isinstance(store, PartitionStore)
        return store.parts

    def get(self, partition: int, key: bytes) -> bytes | None:  # type: ignore[override]
        """Return a row, None where there is none."""
        return self._parts.get(partition, {}).get(key)

    def put(self, partition: int, key: bytes, row: bytes | None) -> None:
        """Write a row, or remove it; the next flush sends it to the changelog."""
        rows = self._parts.setdefault(partition, {})
        if row is None:
            rows.pop(key, None)
        else:
            rows[key] = row
        self._flush.touched(self, partition, key)

    def rows(self, partition: int) -> Iterator[tuple[bytes, bytes]]:
        """Yield the rows of a partition."""
        yield from self._parts.get(partition, {}).items()

    async def on_rebalance(
        self, assigned: set[TP], revoked: set[TP], newly_assigned: set[TP], generation_id: int = 0
    ) -> None:
        """Own nothing until recovery has completed."""
        self.owned = frozenset()
        await super().on_rebalance(assigned, revoked, newly_assigned, generation_id)

    async def on_recovery_completed(self, active_tps: set[TP], standby_tps: set[TP]) -> None:
        """Own the active partitions, now that their rows are here, and tell who waits for them.

        Faust swallows what is raised here, so it ends the worker instead.
        """
        try:
            # Faust resumes the streams before it seeks, and then empties the queues behind what was read: no event may
            # come in between. It turns both on again after the seek.
            self.app.flow_control.suspend()
            self.app.consumer.stop_flow()
            self.owned = frozenset(tp.partition for tp in active_tps)
            self._flush.restored()
            await self.data.on_recovery_completed(active_tps, standby_tps)
            self._recovered(self.owned)
        except Exception as error:
            await self._flush.crash(error)
            raise


@dataclass
class _Pending:
    outputs: list[tuple[str, bytes | None, bytes | None, int | None, Headers | None]] = field(default_factory=list)
    rows: dict[tuple[StateTable, int, bytes], None] = field(default_factory=dict)
    events: list[EventT[Any]] = field(default_factory=list)
    after: list[Callable[[], None]] = field(default_factory=list)


class Flush:
    """Gathers what events cause, and brings it to the broker in the one safe order.

    `reached` is told each point that a flush of events passes: `handled`, `state`, `output`, `acknowledged`. `failure` is
    what ended the worker, None while nothing has.
    """

    def __init__(
        self, app: faust.App, every: timedelta, reached: Callable[[str], Awaitable[None]] | None = None
    ) -> None:
        self.app = app
        self.failure: Exception | None = None
        self._every = every.total_seconds()
        self._reached = reached
        self._pending = _Pending()
        self._lock = asyncio.Lock()
        self._room = asyncio.Event()
        self._room.set()
        self._awake = 0.0
        self._frozen = False
        self._unfinished = False
        self._finished = 0.0
        self._membership = membership_in(app)
        app.on_partitions_revoked.connect(self._on_revoked, weak=False)
        app.on_before_shutdown.connect(self._on_shutdown, weak=False)

    @property
    def suspended(self) -> bool:
        """Whether partitions are on the move: then nothing may be handled, and nothing that was read counts as read."""
        return bool(self.app.rebalancing) or not self.app.tables.actives_ready

    @property
    def idle(self) -> timedelta:
        """How long ago the last flush was finished, or the first one was due."""
        now = asyncio.get_running_loop().time()
        return timedelta(seconds=now - self._finished if self._finished else 0.0)

    def restored(self) -> None:
        """Begin anew to count how long nothing was flushed: while rows were restored nothing could be."""
        self._finished = asyncio.get_running_loop().time()

    def send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        partition: int | None = None,
        headers: Headers | None = None,
    ) -> None:
        """Send a record with the next flush; the order of records to one partition is kept."""
        self._pending.outputs.append((topic, key, value, partition, headers))

    def then(self, do: Callable[[], None]) -> None:
        """Do something once everything that was caused until now is at the broker."""
        self._pending.after.append(do)

    def touched(self, table: StateTable, partition: int, key: bytes) -> None:
        """Have a row written to its changelog with the next flush, as it then stands."""
        self._pending.rows[table, partition, key] = None

    def done(self, event: EventT[Any]) -> None:
        """Have an event acknowledged once everything that was caused until now is at the broker."""
        self._pending.events.append(event)
        if len(self._pending.events) >= MAX_PENDING:
            self._room.clear()

    async def events(self, stream: Any) -> AsyncIterator[EventT[Any]]:
        """Yield the events of an agent's stream, not faster than the broker answers and none while partitions move.

        Faust lets events in a moment before it says that the partitions are here: those wait. One of an
        earlier assignment is passed over: it was not acknowledged, so whoever owns its partition now reads it again.
        """
        async for event in stream.noack().events():
            await self._room.wait()
            while self.suspended:
                await asyncio.sleep(self._every)
            if event.message.generation_id == self.app.consumer_generation_id:
                yield event

    async def run(self) -> None:
        """Flush for as long as the worker runs; a failure ends the worker with nothing acknowledged."""
        self._awake = self._finished = asyncio.get_running_loop().time()
        watching = asyncio.create_task(self._watch())
        try:
            while not self.app.should_stop:
                await asyncio.sleep(self._every)
                # A worker that ends has had its last flush, and is no member of its group any more.
                if not (self.suspended or self.app.should_stop):
                    await self._flush_or_crash()
        finally:
            watching.cancel()

    async def _watch(self) -> None:
        """Notice that the process stood still or was cut off, whatever else it is doing: it then never writes again."""
        while True:
            await asyncio.sleep(min(self._every, WATCHES_EVERY))
            now = asyncio.get_running_loop().time()
            self._frozen |= now - self._awake > self.app.conf.broker_session_timeout
            self._awake = now
            if self._unfinished and self.failure is None and self._is_cut_off:
                # What is on its way cannot be called back: it would be written when the network is there again.
                drop_connections()
                end_now(CutOff(_CUT_OFF))

    async def _flush_or_crash(self) -> None:
        try:
            await self.flush()
        except Exception as error:
            await self.crash(error)
            raise

    async def crash(self, error: Exception) -> None:
        """End the worker with nothing more acknowledged: what the world caused is repeated by the next start."""
        self.failure = self.failure or error
        ending = threading.Timer(ENDS_WITHIN.total_seconds(), end_now, (error,))
        ending.daemon = True
        ending.start()
        await self.app.crash(error)

    async def flush(self) -> None:
        """Bring what is pending to the broker; raises SendRefused, Frozen, CutOff and Unfinished."""
        async with self._lock:
            self._check_awake()
            if self._unfinished:
                raise Unfinished("an earlier flush did not come to its end")
            self._unfinished = True
            pending, self._pending = self._pending, _Pending()
            # What is written is the state as of this moment: an await below lets later events in.
            rows = [
                (table, partition, key, table.get(partition, key))
                for table, partition, key in pending.rows
                if partition in table.owned
            ]
            await self._at("handled", pending)
            self._check_awake()
            async with self._answered() as send:
                for table, part, key, row in rows:
                    await send(table.changelog_topic_name, key, row, part, None, None)
            await self._at("state", pending)
            self._check_awake()
            async with self._answered() as send:
                for topic, name, value, to, headers in pending.outputs:
                    await send(topic, name, value, to, None, headers)
            await self._at("output", pending)
            self._check_awake()
            for event in pending.events:
                event.ack()
            await self._at("acknowledged", pending)
            for do in pending.after:
                do()
            self._unfinished = False
            self._room.set()
            self._finished = asyncio.get_running_loop().time()

    @asynccontextmanager
    async def _answered(self) -> AsyncIterator[Callable[..., Awaitable[None]]]:
        """Lend a way to send, and wait at the end until the broker has answered for every record."""
        producer = await self.app.maybe_start_producer()
        answers: list[tuple[str, Awaitable[Any]]] = []

        async def send(topic: str, *record: Any) -> None:
            try:
                answers.append((topic, await producer.send(topic, *record)))
            except Exception as error:
                raise SendRefused(topic, error.__cause__ or error) from error

        yield send
        outcomes = await asyncio.gather(*[answer for _, answer in answers], return_exceptions=True)
        for (topic, _), outcome in zip(answers, outcomes, strict=True):
            if isinstance(outcome, BaseException):
                raise SendRefused(topic, outcome)

    async def _at(self, point: str, pending: _Pending) -> None:
        if self._reached is not None and pending.events:
            await self._reached(point)

    def _check_awake(self) -> None:
        """Refuse to write after a pause in which the broker has given the partitions to another worker."""
        asleep = asyncio.get_running_loop().time() - self._awake if self._awake else 0.0
        if self._frozen or asleep > self.app.conf.broker_session_timeout:
            raise Frozen("the process stood still for longer than its session")
        if self._is_cut_off:
            raise CutOff(_CUT_OFF)

    @property
    def _is_cut_off(self) -> bool:
        return self._membership.unconfirmed_for > self.app.conf.broker_session_timeout

    async def _on_revoked(self, *_: Any, **__: Any) -> None:
        """Finish what was begun before the partitions go; the commit spares their next owner the repeats."""
        await self._flush_or_crash()
        await self.app.consumer.commit()

    async def _on_shutdown(self, *_: Any, **__: Any) -> None:
        """Finish what was begun, unless the worker ends because something could not be finished."""
        if self.app.crashed:
            return
        try:
            await asyncio.wait_for(self.flush(), timeout=10.0)
        except Exception as error:
            log.warning("stopped before everything was flushed, which the next start repeats: %s", error)
