"""Faust's transport for Kafka, with two losses mended: what is read on, and what is dropped, while partitions move."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from faust.transport.drivers import aiokafka
from faust.types import TP, AppT

from streams.kafka.membership import Membership


class Listener(aiokafka.ConsumerRebalanceListener):
    """Hears of partitions that come and go: who is given some is a member of the group."""

    async def on_partitions_assigned(self, assigned: Iterable[Any]) -> None:
        """Take note of it, and go on as the driver does."""
        membership_in(self._thread.app).confirm()
        await super().on_partitions_assigned(assigned)


class Reading(Collection[TP]):
    """The partitions that are read just now, as a collection that is never false: by none aiokafka means all of them."""

    def __init__(self, active: set[TP]) -> None:
        self._active = active

    def __bool__(self) -> bool:
        return True

    def __contains__(self, partition: object) -> bool:
        return partition in self._active

    def __iter__(self) -> Iterator[TP]:
        return iter(self._active)

    def __len__(self) -> int:
        return len(self._active)


class Thread(aiokafka.AIOKafkaConsumerThread):
    """The driver's thread, whose heartbeats are taken note of, and which gives back what nobody is there to take."""

    async def on_start(self) -> None:
        """Start as the driver does."""
        await super().on_start()
        membership_in(self.app).watch(self._ensure_consumer()._coordinator)

    async def _fetch_records(
        self,
        consumer: Any,
        active_partitions: set[TP] | None,
        timeout: float | None = None,
        max_records: int | None = None,
    ) -> Mapping[TP, Any]:
        """Fetch as the driver does, and seek back before what came while no records may be handled.

        The driver drops that. A fetch that was begun before partitions moved would so take away the rows that are to be
        restored, once they have been sought to the first of them: the worker would wait for them for ever.
        """
        reading = None if active_partitions is None else Reading(active_partitions)
        fetched: Mapping[TP, Any]
        fetched = await super()._fetch_records(consumer, reading, timeout, max_records)  # type: ignore[arg-type]
        if self.consumer.flow_active:
            return fetched
        for partition, records in fetched.items():
            if partition in consumer.assignment():
                consumer.seek(partition, records[0].offset)
        return {}


class Consumer(aiokafka.Consumer):
    """Reads on from what was committed, and from the beginning where nothing ever was."""

    RebalanceListener = Listener

    def _new_consumer_thread(self) -> Thread:
        return Thread(self, loop=self.loop, beacon=self.beacon)

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Seek every input partition to its next unhandled record.

        The driver leaves a partition that was never committed where it is: behind what it fetched and dropped because
        partitions moved meanwhile, which nobody would then read until the next start.
        """
        committed = await super().seek_to_committed()
        never = [tp for tp, offset in committed.items() if not offset and not self._is_changelog_tp(tp)]
        if never:
            await self.seek_wait(await self.earliest_offsets(*never))
        return committed


class Transport(aiokafka.Transport):
    """Kafka by aiokafka, with this consumer; it knows until when the group had this worker as a member."""

    Consumer = Consumer

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.membership = Membership()


def membership_in(app: AppT) -> Membership:
    """Return what an application that reads by this transport knows of its membership in its group."""
    transport = app.transport
    assert isinstance(transport, Transport)
    return transport.membership
