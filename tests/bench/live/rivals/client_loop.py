"""A bare loop over the client that Faust is built on, aiokafka: BROKER GROUP FROM TO."""

import asyncio
import sys

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer


async def run(broker: str, group: str, source: str, target: str) -> None:
    """Copy one topic to another until the process is ended; what was read is committed once its copies are acknowledged."""
    reader = AIOKafkaConsumer(
        source, bootstrap_servers=broker, group_id=group, auto_offset_reset="earliest", enable_auto_commit=False
    )
    writer = AIOKafkaProducer(bootstrap_servers=broker, acks="all", linger_ms=5, max_batch_size=262_144)
    async with reader, writer:
        while True:
            read = await reader.getmany(timeout_ms=200)
            answers = [await writer.send(target, r.value, r.key) for records in read.values() for r in records]
            if answers:
                await asyncio.gather(*answers)
                await reader.commit()


if __name__ == "__main__":
    asyncio.run(run(*sys.argv[1:5]))
