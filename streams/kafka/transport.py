"""Faust's transport for Kafka, with one loss mended: where an input partition is read on after partitions have moved."""

from collections.abc import Iterable, Mapping
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


class Thread(aiokafka.AIOKafkaConsumerThread):
    """The driver's thread, whose heartbeats are taken note of."""

    async def on_start(self) -> None:
        """Start as the driver does."""
        await super().on_start()
        membership_in(self.app).watch(self._ensure_consumer()._coordinator)


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
