"""Where the live path is measured: one Kafka node, the contract's topics, workers with default settings."""

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple, Self

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from kafka.admin import ConfigResource

from tests.bench.live.events import Sent
from tests.eventually import eventually
from tests.integration.workers import Desk, Worker
from tests.kafka.cluster import Cluster

STATUSES = "recording-status"
ALERTS = "recording-alerts"
AT_THE_BROKER = {"message.timestamp.type": "LogAppendTime"}
"""Have records stamped when the broker takes them, and not when a program made them."""
PATIENCE = timedelta(minutes=10)
STILL = timedelta(seconds=6)
"""How long nothing more may come for a topic to be still: longer than the workers' heartbeat."""


def tell(line: str) -> None:
    """Say on standard error how far the measuring has come."""
    print(line, file=sys.stderr, flush=True)


class Output(NamedTuple):
    """A record that some program wrote, and the second since 1970 at which the broker took it."""

    key: bytes
    value: bytes
    at: float


class Gauge:
    """Counts the records that come into one topic from now on, and reads them afterwards."""

    def __init__(self, bootstrap: str, topic: str) -> None:
        self._consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "bench-gauge", "log_level": 2})
        found = self._consumer.list_topics(topic, timeout=10).topics[topic].partitions
        places = [TopicPartition(topic, part) for part in found]
        self._starts = eventually(lambda: self._ends(places))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._consumer.close()

    def _ends(self, places: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        try:
            return {place: self._end(place) for place in places}
        except KafkaException as error:  # a new topic has yet to get its leaders
            raise AssertionError(str(error)) from error

    def _end(self, place: TopicPartition) -> int:
        return int(self._consumer.get_watermark_offsets(place, timeout=10)[1])

    def count(self) -> int:
        """Return how many records have come."""
        return sum(self._end(place) - start for place, start in self._starts.items())

    def reaches(self, wanted: int) -> None:
        """Wait until so many records have come."""

        def enough() -> bool:
            count = self.count()
            assert count >= wanted, f"{count:,} of {wanted:,} records"
            return True

        eventually(enough, within=PATIENCE, every=timedelta(milliseconds=200))

    def settles(self, wanted: int) -> None:
        """Wait until at least so many records have come, and then no further one for some seconds."""
        self.reaches(wanted)
        last, since = self.count(), time.monotonic()

        def still() -> bool:
            nonlocal last, since
            if (count := self.count()) != last:
                last, since = count, time.monotonic()
            return time.monotonic() - since > STILL.total_seconds()

        eventually(still, within=PATIENCE, every=timedelta(milliseconds=500))

    def records(self) -> list[Output]:
        """Return all records that have come, in the order in which the broker took them."""
        wanted = self.count()
        self._consumer.assign([TopicPartition(p.topic, p.partition, start) for p, start in self._starts.items()])
        found: list[Output] = []
        while len(found) < wanted:
            for message in self._consumer.consume(5_000, timeout=0.2):
                assert message.error() is None, message.error()
                found.append(Output(message.key() or b"", message.value() or b"", message.timestamp()[1] / 1000))
        self._consumer.unassign()
        return sorted(found, key=lambda output: output.at)


class Ground(Desk):
    """The contract's topics, empty, on one node; workers on it have the settings that the product has by default."""

    def __init__(self, cluster: Cluster, folder: Path) -> None:
        super().__init__(cluster, folder, "bench")
        self.environment = {"RECORDING_BROKER": cluster.bootstrap, "RECORDING_APPLICATION": self.application}

    def __enter__(self) -> Self:
        super().__enter__()
        with self.cluster.admin() as admin:
            admin.alter_configs([ConfigResource("TOPIC", topic, AT_THE_BROKER) for topic in (STATUSES, ALERTS)])
        return self

    def gauge(self, topic: str) -> Gauge:
        """Return what counts the records of a topic from now on."""
        return Gauge(self.cluster.bootstrap, topic)

    def live(self, application: str) -> Worker:
        """Start a worker as a person does, as one of an application of its own, which has read nothing yet."""
        return self.command(RECORDING_APPLICATION=application)

    def lay(self, events: Iterable[Sent]) -> None:
        """Send events as fast as the broker takes them, and wait until it has them all."""
        producer = Producer({"bootstrap.servers": self.cluster.bootstrap, "linger.ms": 20, "log_level": 2})
        for topic, key, value in events:
            while True:
                try:
                    producer.produce(topic, value, key)
                    break
                except BufferError:
                    producer.poll(0.1)
        assert producer.flush(120) == 0, "the broker did not take all events"

    def pace(self, events: Sequence[Sent], a_second: float) -> Iterator[float]:
        """Send events evenly, and yield the second since 1970 at which each was sent."""
        producer = Producer({"bootstrap.servers": self.cluster.bootstrap, "linger.ms": 0, "log_level": 2})
        begun = time.monotonic()
        for number, (topic, key, value) in enumerate(events):
            time.sleep(max(begun + number / a_second - time.monotonic(), 0.0))
            yield time.time()
            producer.produce(topic, value, key)
            producer.poll(0)
        assert producer.flush(60) == 0, "the broker did not take all events"


def resident_mib(worker: Worker) -> float:
    """Return how much memory a worker's process holds, in MiB."""
    status = Path(f"/proc/{worker.process.pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024
