"""Workers as processes, and what a test asks of them and of their topics."""

import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import KafkaError, KafkaTimeoutError

from rules.events import TOPICS
from streams.agents.messages import Seen, decode
from streams.kafka.topics import create, topics
from streams.settings import Settings
from tests.eventually import eventually
from tests.kafka.cluster import Cluster, Record, die_with_parent, free_ports

TOPIC_OF = {kind: topic for topic, kinds in TOPICS.items() for kind in kinds}


def command_of_worker() -> list[str]:
    """Return the command by which a person starts a worker."""
    return [str(Path(sys.executable).with_name("recording-monitor")), "worker"]


class Worker:
    """One worker process; it is gone at the end of its context, whatever happened."""

    def __init__(self, settings: Mapping[str, str], folder: Path, command: list[str]) -> None:
        (self.port,) = free_ports(1)
        self._host = settings.get("RECORDING_HOST", "127.0.0.1")
        self._log = folder / f"worker-{self.port}.log"
        environment = {**os.environ, "RECORDING_PORT": str(self.port), "TMPDIR": str(folder), **settings}
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                command, env=environment, stdout=log, stderr=log, preexec_fn=die_with_parent
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if kind is not None:
            print(self._log.read_text()[-3000:])

    @property
    def said(self) -> str:
        """Everything that the worker wrote."""
        return self._log.read_text()

    def ready(self) -> bool:
        """Whether the worker says that it is ready."""
        assert self.process.poll() is None, f"the worker ended: {self.said[-2000:]}"
        status, said = self._get("/ready")
        assert status == 200, said
        return True

    def not_ready(self) -> str:
        """Return why the worker says that it is not ready; nothing where it is."""
        try:
            self.ready()
        except AssertionError as refused:
            return str(refused)
        return ""

    def died(self) -> bool:
        """Whether the worker was killed."""
        return self.process.poll() == -signal.SIGKILL

    def metrics(self) -> dict[str, float]:
        """Return every sample of the worker's metrics by its name and labels, as they are written."""
        _, text = self._get("/metrics")
        lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
        return {name: float(value) for name, _, value in lines}

    def _get(self, path: str) -> tuple[int, str]:
        """Ask the worker's server, which may go away meanwhile."""
        with closing(HTTPConnection(self._host, self.port, timeout=10)) as connection:
            try:
                connection.request("GET", path)
                answer = connection.getresponse()
                return answer.status, answer.read().decode()
            except (OSError, HTTPException) as error:
                raise AssertionError(f"no answer: {error}") from None

    def term(self) -> int:
        """Ask the worker to stop, and return its exit status."""
        self.process.terminate()
        return self.process.wait(30)

    def doom(self, point: str, after: int) -> None:
        """Have a worker that was started with --die-by its folder die at the Nth flush from now on that passes a point."""
        folder = self._log.parent
        made = folder / "doom"
        made.write_text(f"{point}:{after}")
        made.rename(folder / f"{self.process.pid}.doom")

    def kill(self) -> None:
        """End the worker at once."""
        self.process.kill()
        self.process.wait()

    def freeze(self) -> None:
        """Stop the worker's process where it is."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen worker go on."""
        os.kill(self.process.pid, signal.SIGCONT)


class _Watch:
    """Looks at what the workers have committed, over and over, with clients that stay connected."""

    def __init__(self, bootstrap: str, group: str, topics: list[str]) -> None:
        self._group = group
        self._inboxes = topics[len(TOPICS) :]
        self._admin = KafkaAdminClient(bootstrap_servers=bootstrap)
        self._consumer = KafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, fetch_max_wait_ms=10)
        self._places = [
            TopicPartition(topic, part) for topic in topics for part in self._consumer.partitions_for_topic(topic) or ()
        ]
        self._consumer.assign(self._places)
        self._consumer.seek_to_beginning()
        self._messages: dict[TopicPartition, list[int]] = {place: [] for place in self._places}

    def close(self) -> None:
        self._admin.close()
        self._consumer.close()

    def underway(self) -> list[str]:
        """Return what is not handled.

        What was committed is looked up before the inboxes are read: what a committed record caused is then in them.
        """
        try:
            held = self._admin.list_group_offsets([self._group])[self._group]
        except KafkaError as error:
            if error.retriable:  # the group's coordinator has yet to be found
                raise AssertionError(str(error)) from error
            raise
        committed = {(place.topic, place.partition): offset.offset for place, offset in held.items()}
        ends = self._consumer.end_offsets(self._places, timeout_ms=10_000)
        while any(self._consumer.position(place) < ends[place] for place in self._places):
            for place, records in self._consumer.poll(20).items():
                self._messages[place] += [r.offset for r in records if not self._is_word(place, r.value)]
        waiting = []
        for place in self._places:
            done = committed.get((place.topic, place.partition), 0)
            self._messages[place] = [offset for offset in self._messages[place] if offset >= done]
            waiting += [f"{place.topic} {place.partition}: {offset}" for offset in self._messages[place]]
        return waiting

    def _is_word(self, place: TopicPartition, value: bytes) -> bool:
        return place.topic in self._inboxes and isinstance(decode(value), Seen)


class Desk:
    """One application on a cluster: its settings, its topics, its workers and what they published."""

    def __init__(
        self, cluster: Cluster, folder: Path, name: str, *, alone_on: int | None = None, **settings: str
    ) -> None:
        """Name the application; the rows of its incidents may live `alone_on` one node of the cluster."""
        self.cluster = cluster
        self._alone_on = alone_on
        self.folder = folder
        self.produce = cluster.produce
        self._watch: _Watch | None = None
        self.application = re.sub(r"[^a-z0-9-]", "-", name.lower())[:60]
        self.environment = {
            "RECORDING_BROKER": cluster.bootstrap,
            "RECORDING_APPLICATION": self.application,
            "RECORDING_PARTITIONS": "4",
            "RECORDING_HEARTBEAT": "0.2",
            "RECORDING_SWEEP": "0.1",
            "RECORDING_FLUSH": "0.02",
            "RECORDING_COMMIT": "0.1",
            "RECORDING_SESSION": "10",
            **{f"RECORDING_{key.upper()}": value for key, value in settings.items()},
        }

    def __enter__(self) -> Self:
        settings = {name.removeprefix("RECORDING_").lower(): value for name, value in self.environment.items()}
        made = Settings(**settings)  # type: ignore[arg-type]
        self._drop_topics()
        if self._alone_on is not None:
            (rows,) = (topic for topic in topics(made) if topic.name == f"{self.application}-incidents-changelog")
            self.cluster.create_topic(rows.name, made.partitions, rows.configuration(), on=self._alone_on)
        create(made)
        return self

    def __exit__(self, *_: object) -> None:
        self.look_away()

    def look_away(self) -> None:
        """Close the connections that look at what is handled: before a broker goes."""
        if self._watch is not None:
            self._watch.close()
            self._watch = None

    def _drop_topics(self) -> None:
        """Begin with empty topics: their names are the contract's, so tests on one cluster share them."""
        with closing(KafkaAdminClient(bootstrap_servers=self.cluster.bootstrap)) as admin:
            old = [topic for topic in admin.list_topics() if not topic.startswith("__")]
            if old:
                admin.delete_topics(old)
        # Each node: by one that still knows of a topic it would pass for made.
        eventually(lambda: all(topic.startswith("__") for known in self.cluster.topics_by_node() for topic in known))

    def worker(self, *arguments: str, clock: Path | None = None, within: Iterable[str] = (), **settings: str) -> Worker:
        """Start a worker, by a command that runs another one `within` something."""
        more = {f"RECORDING_{key.upper()}": value for key, value in settings.items()}
        moved = ["--clock", str(clock)] if clock else []
        command = [*within, sys.executable, "-m", "tests.integration.worker_main", *moved, *arguments]
        return Worker({**self.environment, **more}, self.folder, command)

    def command(self, **environment: str) -> Worker:
        """Start a worker as a person does, by its command."""
        return Worker({**self.environment, **environment}, self.folder, command_of_worker())

    def send_raw(self, topic: str, values: Iterable[bytes | None]) -> None:
        """Send anything at all."""
        self.cluster.produce(topic, [Record(b"key", value) for value in values])

    def send(self, events: Iterable[Mapping[str, Any]]) -> None:
        """Send events to their topics, in their order."""
        by_topic: dict[str, list[Record]] = {}
        for event in events:
            key, value = str(event.get("subject")).encode(), json.dumps(event).encode()
            by_topic.setdefault(TOPIC_OF[event["type"]], []).append(Record(key, value))
        for topic, records in by_topic.items():
            self.produce(topic, records)

    @property
    def consumed(self) -> list[str]:
        """The topics that workers read and commit."""
        return [*TOPICS, f"{self.application}-crime-inbox", f"{self.application}-incident-inbox"]

    def unread(self) -> dict[tuple[str, int], int]:
        """Return how many records of each partition are not committed; what follows from a record counts too.

        What was committed is looked up before the ends: what a committed record caused is then within them.
        """
        committed = self.cluster.committed(self.application)
        ends = self.cluster.end_offsets(self.consumed)
        left = {place: end - max(committed.get(place, 0), 0) for place, end in ends.items()}
        return {place: count for place, count in left.items() if count}

    def underway(self) -> list[str]:
        """Return what is sent or caused, and not handled; words of how far feeds were read do not count."""
        if self._watch is None:
            self._watch = _Watch(self.cluster.bootstrap, self.application, self.consumed)
        try:
            return self._watch.underway()
        except (
            KafkaTimeoutError
        ) as error:  # a client that has lost a broker may not find the new leader: another one looks
            self.look_away()
            raise AssertionError(str(error)) from error

    def still(self, workers: Iterable[Worker], at: datetime) -> bool:
        """Whether the workers have judged every deadline up to an instant, and all that was sent and caused is handled."""
        for worker in workers:
            swept = worker.metrics().get('recording_heartbeat_timestamp_seconds{stage="sweep"}', 0.0)
            assert swept >= at.timestamp() - 1e-6, f"swept up to {swept}, {at.timestamp() - swept:.1f} s behind"
        waiting = self.underway()
        assert not waiting, f"not handled: {waiting[:10]}"
        return True

    def settled(self, workers: Iterable[Worker], at: datetime) -> bool:
        """Whether all that was sent is handled, and the incident agents know of the feeds up to an instant."""
        for worker in workers:
            heard = worker.metrics().get('recording_heartbeat_timestamp_seconds{stage="incidents"}', 0.0)
            assert heard >= at.timestamp(), f"heard of the feeds up to {heard}, {at.timestamp() - heard:.1f} s behind"
        events = {place: count for place, count in self.unread().items() if "inbox" not in place[0]}
        assert not events, f"unread: {events}"
        return True

    def newest(self, topic: str) -> dict[str, dict[str, Any]]:
        """Return the newest value of every key of a topic."""
        found: dict[str, dict[str, Any]] = {}
        for record in self.cluster.read_all(topic):
            assert record.key is not None
            if record.value is None:
                found.pop(record.key.decode(), None)
            else:
                found[record.key.decode()] = json.loads(record.value)
        return found

    def statuses(self) -> dict[str, dict[str, Any]]:
        """Return the status of every incident by its number."""
        return {said["incident_ref"]: said for said in self.newest("recording-status").values()}

    def by_incident(self) -> dict[str, str]:
        """Return the status of every incident, in a word."""
        return {ref: said["status"] for ref, said in self.statuses().items()}

    def alerts(self) -> dict[str, dict[str, Any]]:
        """Return the newest state of every alert by its id."""
        return self.newest("recording-alerts")

    def every_alert(self) -> list[dict[str, Any]]:
        """Return every state of every alert that was published."""
        return [json.loads(record.value) for record in self.cluster.read_all("recording-alerts") if record.value]


def standing(alerts: Mapping[str, Mapping[str, Any]]) -> Counter[str]:
    """Count the alerts that stand, by kind."""
    return Counter(alert["kind"] for alert in alerts.values() if alert["status"] != "resolved")
