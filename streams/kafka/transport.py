"""Faust's transport for Kafka, with one loss mended: where an input partition is read on after partitions have moved."""

from collections.abc import Mapping

from faust.transport.drivers import aiokafka
from faust.types import TP


class Consumer(aiokafka.Consumer):
    """Reads on from what was committed, and from the beginning where nothing ever was."""

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
    """Kafka by aiokafka, with this consumer."""

    Consumer = Consumer
