"""Apache Kafka for the tests: one node or three on loopback, which can be killed, frozen and started again."""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

from confluent_kafka import ConsumerGroupState, KafkaException, Producer
from confluent_kafka.admin import AdminClient
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from tests.eventually import eventually
from tests.kafka.jars import class_path
from tests.kafka.secured import Secured

CLUSTER_ID = "cmVjb3JkaW5nLXRlc3RzMQ"
_LIBC = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Record:
    """A record as it is sent or was read."""

    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]] = field(default_factory=list)
    partition: int | None = None
    offset: int = -1
    at: datetime | None = None
    """When its producer says that it was written."""


def die_with_parent() -> None:
    """Have this process killed when the one that started it ends; for use between fork and exec."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def free_ports(count: int) -> list[int]:
    """Return ports of loopback that nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Cluster:
    """A Kafka cluster of its own, in a temporary folder; use it as a context."""

    def __init__(
        self, nodes: int = 1, *, acls: bool = False, beyond: str | None = None, secured: Secured | None = None
    ) -> None:
        """Prepare nodes on loopback; they also listen on the address `beyond`, for who cannot come by loopback."""
        self.nodes = nodes
        self._acls = acls
        self._beyond = beyond
        self._security = secured
        self._folder = Path(tempfile.mkdtemp(prefix="kafka-for-tests-"))
        ports = free_ports(4 * nodes)
        self._ports, self._controllers = ports[:nodes], ports[nodes : 2 * nodes]
        self._outer, self._secured = ports[2 * nodes : 3 * nodes], ports[3 * nodes :]
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._paused: set[int] = set()

    @property
    def bootstrap(self) -> str:
        """The addresses of all nodes, with commas between."""
        return ",".join(f"127.0.0.1:{port}" for port in self._ports)

    @property
    def bootstrap_beyond(self) -> str:
        """The addresses of all nodes for who cannot come by loopback."""
        return ",".join(f"{self._beyond}:{port}" for port in self._outer)

    @property
    def secured(self) -> str:
        """The addresses at which all nodes ask for a name and speak TLS."""
        return ",".join(f"127.0.0.1:{port}" for port in self._secured)

    @property
    def authority(self) -> Path:
        """The certificate of the authority that signed the nodes' own."""
        return self._folder / "0" / "certificates" / "ca.pem"

    @property
    def _living(self) -> str:
        return ",".join(f"127.0.0.1:{self._ports[node]}" for node in self._processes if node not in self._paused)

    @cached_property
    def _watcher(self) -> AdminClient:
        return AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 2})

    def __enter__(self) -> "Cluster":
        try:
            for node in range(self.nodes):
                self._format(node)
                self.start(node)
            eventually(self.up, every=timedelta(seconds=0.25))
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """End every node, and leave nothing of it on the disk."""
        for node in list(self._processes):
            self.kill(node)
        shutil.rmtree(self._folder, ignore_errors=True)

    def up(self) -> bool:
        """Whether every node that was started answers, and all of them know of each other."""
        for node, process in self._processes.items():
            if process.poll() is not None:
                log = (self._folder / str(node) / "out.log").read_text()[-2000:]
                raise RuntimeError(f"Kafka's node {node} ended: {log}")
        for port in self._ports:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)):
                    return False
        try:
            with self.admin() as admin:
                return len(admin.describe_cluster()["brokers"]) == self.nodes
        except Exception:
            return False

    def _format(self, node: int) -> None:
        home = self._folder / str(node)
        home.mkdir(exist_ok=True)
        copies = min(self.nodes, 3)
        voters = ",".join(f"{n + 1}@127.0.0.1:{port}" for n, port in enumerate(self._controllers))
        settings: dict[str, Any] = {
            "process.roles": "broker,controller",
            "node.id": node + 1,
            "controller.quorum.voters": voters,
            "listeners": f"PLAINTEXT://127.0.0.1:{self._ports[node]},CONTROLLER://127.0.0.1:{self._controllers[node]}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{self._ports[node]}",
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs": home / "data",
            "default.replication.factor": copies,
            "min.insync.replicas": max(copies - 1, 1),
            "offsets.topic.replication.factor": copies,
            "offsets.topic.num.partitions": 4,
            "transaction.state.log.replication.factor": copies,
            "transaction.state.log.min.isr": 1,
            "group.initial.rebalance.delay.ms": 0,
            "group.min.session.timeout.ms": 1000,
            "auto.create.topics.enable": "false",
            "broker.session.timeout.ms": 3000,
            "broker.heartbeat.interval.ms": 500,
            "controller.quorum.election.timeout.ms": 500,
            "controller.quorum.fetch.timeout.ms": 1000,
        }
        if self._beyond is not None:
            more = f",BEYOND://{self._beyond}:{self._outer[node]}"
            settings |= {
                "listeners": settings["listeners"] + more,
                "advertised.listeners": settings["advertised.listeners"] + more,
                "listener.security.protocol.map": settings["listener.security.protocol.map"] + ",BEYOND:PLAINTEXT",
                "inter.broker.listener.name": "PLAINTEXT",
            }
        if self._acls:
            settings |= {
                "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "allow.everyone.if.no.acl.found": "true",
            }
        told: list[str] = []
        if self._security is not None:
            clients, told = f"CLIENTS://127.0.0.1:{self._secured[node]}", self._security.formatting()
            settings["listeners"] += f",{clients}"
            settings["advertised.listeners"] += f",{clients}"
            settings["listener.security.protocol.map"] += ",CLIENTS:SASL_SSL"
            settings |= self._security.settings(home / "certificates")
        text = "".join(f"{name}={value}\n" for name, value in settings.items())
        (home / "server.properties").write_text(text)
        format_it = ("kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", home / "server.properties")
        self._java(node, *format_it, *told).wait()

    def _java(self, node: int, *arguments: object) -> subprocess.Popen[bytes]:
        command = ["java", "-Xmx320m", "-XX:TieredStopAtLevel=1", "-cp", class_path(), *map(str, arguments)]
        with (self._folder / str(node) / "out.log").open("ab") as out:
            return subprocess.Popen(command, stdout=out, stderr=out, preexec_fn=die_with_parent)

    def start(self, node: int) -> None:
        """Start a node, for the first time or again, with what it had kept."""
        properties = self._folder / str(node) / "server.properties"
        self._processes[node] = self._java(node, "kafka.Kafka", properties)

    def kill(self, node: int) -> None:
        """End a node at once, as a power cut would."""
        process = self._processes.pop(node)
        self._paused.discard(node)
        process.kill()
        process.wait()

    def pause(self, node: int) -> None:
        """Freeze a node: its connections stay, and nothing is answered."""
        self._paused.add(node)
        os.kill(self._processes[node].pid, signal.SIGSTOP)

    def resume(self, node: int) -> None:
        """Let a frozen node go on."""
        os.kill(self._processes[node].pid, signal.SIGCONT)
        self._paused.discard(node)

    def admin(self) -> Any:
        """Return an administrator's client, as a context."""
        return closing(KafkaAdminClient(bootstrap_servers=self._living))

    def create_topic(
        self, name: str, partitions: int = 4, config: Mapping[str, str] | None = None, *, on: int | None = None
    ) -> None:
        """Create a topic with as many copies as there are nodes, up to three, or with its only copy `on` one node."""
        layout: dict[str, Any] = {"num_partitions": partitions, "replication_factor": min(self.nodes, 3)}
        if on is not None:
            layout = {"assignments": {partition: [on + 1] for partition in range(partitions)}}
        with self.admin() as admin:
            admin.create_topics({name: {"configs": dict(config or {}), **layout}})
        eventually(lambda: len(self.partitions(name)) == partitions)

    def topics_by_node(self) -> list[set[str]]:
        """Return the topics that each living node knows of; one may lag behind the others."""
        return [self._topics_of(address) for address in self._living.split(",")]

    def _topics_of(self, address: str) -> set[str]:
        asking = AdminClient({"bootstrap.servers": address, "socket.timeout.ms": 3_000, "log_level": 2})
        try:
            return set(asking.list_topics(timeout=5.0).topics)
        except KafkaException as error:
            raise AssertionError(str(error)) from error

    def partitions(self, topic: str) -> list[TopicPartition]:
        """Return the partitions of a topic."""
        with closing(self._consumer()) as consumer:
            return [TopicPartition(topic, partition) for partition in consumer.partitions_for_topic(topic) or ()]

    def leader_of(self, topic: str, partition: int) -> int | None:
        """Return the node, from 0, that leads a partition; None while nobody does. It may be asked while nodes are away."""
        # A client of its own each time: one that knew all nodes may go on asking the one that stands still.
        asking = AdminClient({"bootstrap.servers": self._living, "socket.timeout.ms": 3_000, "log_level": 2})
        try:
            known = asking.list_topics(topic, timeout=5.0)
        except KafkaException as error:  # it may have asked a node that does not answer
            raise AssertionError(str(error)) from error
        leader: int = known.topics[topic].partitions[partition].leader
        return leader - 1 if leader > 0 else None

    def produce(self, topic: str, records: Iterable[Record]) -> None:
        """Send records and wait until all are acknowledged."""
        with closing(KafkaProducer(bootstrap_servers=self._living, linger_ms=5)) as producer:
            sent = [
                producer.send(topic, key=r.key, value=r.value, headers=r.headers, partition=r.partition)
                for r in records
            ]
            for each in sent:
                each.get(timeout=60)

    def produce_by_librdkafka(self, topic: str, records: Iterable[Record]) -> None:
        """Send records by a client whose partitioner puts most keys elsewhere, and wait until all are acknowledged."""
        producer = Producer({"bootstrap.servers": self._living, "linger.ms": 5})
        for record in records:
            producer.produce(topic, record.value, record.key)
        assert producer.flush(60) == 0

    def _consumer(self, **options: Any) -> KafkaConsumer:
        return KafkaConsumer(
            bootstrap_servers=self._living, enable_auto_commit=False, auto_offset_reset="earliest", **options
        )

    def read_all(self, topic: str) -> list[Record]:
        """Return every record of a topic, those of one partition in their order."""
        with closing(self._consumer()) as consumer:
            places = [TopicPartition(topic, partition) for partition in consumer.partitions_for_topic(topic) or ()]
            consumer.assign(places)
            ends = consumer.end_offsets(places)
            found: list[Record] = []
            until = time.monotonic() + 60
            while any(consumer.position(place) < ends[place] for place in places):
                assert time.monotonic() < until, f"{topic} could not be read to its end"
                for records in consumer.poll(200).values():
                    found += [
                        Record(
                            r.key,
                            r.value,
                            [(name, value) for name, value in r.headers],
                            r.partition,
                            r.offset,
                            datetime.fromtimestamp(r.timestamp / 1000, UTC),
                        )
                        for r in records
                    ]
            return found

    def end_offsets(self, topics: Iterable[str]) -> dict[tuple[str, int], int]:
        """Return where each partition of some topics ends."""
        with closing(self._consumer()) as consumer:
            places = [
                TopicPartition(topic, partition)
                for topic in topics
                for partition in consumer.partitions_for_topic(topic) or ()
            ]
            return {(place.topic, place.partition): end for place, end in consumer.end_offsets(places).items()}

    def committed(self, group: str) -> dict[tuple[str, int], int]:
        """Return what a group has committed, as the broker has it."""

        def offsets() -> tuple[Any]:
            with self.admin() as admin:
                try:
                    return (admin.list_group_offsets([group])[group],)
                except KafkaError as error:
                    if error.retriable:  # the group's coordinator has yet to be found
                        raise AssertionError(str(error)) from error
                    raise

        (found,) = eventually(offsets)
        return {(place.topic, place.partition): held.offset for place, held in found.items()}

    def members(self, group: str) -> int:
        """Return how many workers share the partitions of a group; 0 while these move."""
        try:
            described = self._watcher.describe_consumer_groups([group])[group].result(timeout=30)
        except KafkaException:  # the group's coordinator has yet to be found
            return 0
        return len(described.members) if described.state is ConsumerGroupState.STABLE else 0
