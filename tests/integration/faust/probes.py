"""A probe: its topics, its worker processes, and what they left behind."""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.eventually import eventually
from tests.integration.faust.probe_app import POISON
from tests.kafka.cluster import Cluster, Record, die_with_parent

EVENTS = 3_000
KEYS = 60
SEED = 20260401


@dataclass(frozen=True)
class Outcome:
    """What came out of it: events that no row counts, outputs that are missing, outputs that came more than once."""

    lost: int
    missing: int
    repeated: int


class Probe:
    """One application on a cluster, fed with the same numbered events every time; use it as a context."""

    def __init__(
        self, cluster: Cluster, name: str, folder: Path, *, source: str = "", state_on: int | None = None
    ) -> None:
        self.cluster = cluster
        self.name = name
        self.out = f"{name}-out"
        self.changelog = f"{name}-rows-changelog"
        self.source = source or f"{name}-in"
        self._log = folder / f"{name}.log"
        self._workers: list[subprocess.Popen[bytes]] = []
        if not source:
            cluster.create_topic(self.source)
        cluster.create_topic(self.out)
        cluster.create_topic(self.changelog, config={"cleanup.policy": "compact"}, on=state_on)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for worker in self._workers:
            self.kill(worker)
        if kind is not None:
            print(self.said[-4000:])

    @property
    def said(self) -> str:
        """What the workers wrote."""
        return self._log.read_text(errors="replace")

    def feed(self, *, events: int = EVENTS, poisoned: int | None = None) -> None:
        """Produce the events, the keys in a drawn but fixed order; one of them, by its place, may be poisoned."""
        draw, numbers = random.Random(SEED), Counter[bytes]()
        records = []
        for place in range(events):
            key = b"key-%d" % draw.randrange(KEYS)
            numbers[key] += 1
            headers = [("mark", POISON)] if place == poisoned else []
            records.append(Record(key, b"%d" % numbers[key], headers))
        self.cluster.produce(self.source, records)

    def worker(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a worker."""
        command = [sys.executable, "-m", "tests.integration.faust.probe_app", "--broker", self.cluster.bootstrap]
        command += ["--name", self.name, "--source", self.source, *arguments]
        environment = {**os.environ, "TMPDIR": str(self._log.parent)}
        with self._log.open("ab") as log:
            worker = subprocess.Popen(command, stdout=log, stderr=log, env=environment, preexec_fn=die_with_parent)
        self._workers.append(worker)
        return worker

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        """End a worker at once."""
        worker.kill()
        worker.wait()

    def freeze(self, worker: subprocess.Popen[bytes]) -> None:
        """Stop a worker where it is."""
        os.kill(worker.pid, signal.SIGSTOP)

    def thaw(self, worker: subprocess.Popen[bytes]) -> None:
        """Let a frozen worker go on."""
        os.kill(worker.pid, signal.SIGCONT)

    def outputs(self) -> int:
        """Return how many outputs there are."""
        return sum(self.cluster.end_offsets([self.out]).values())

    def committed(self) -> int:
        """Return how many events count as done at the broker."""
        return sum(offset for (topic, _), offset in self.cluster.committed(self.name).items() if topic == self.source)

    def until_outputs(self, count: int) -> None:
        """Wait until there are so many outputs."""

        def enough() -> bool:
            seen = self.outputs()
            assert seen >= count, f"{seen} outputs"
            return True

        eventually(enough)

    def until_done(self) -> None:
        """Wait until every event counts as done."""

        def done() -> bool:
            # Both each time: a broker that stood still says for a while where its partitions ended before.
            seen, end = self.committed(), sum(self.cluster.end_offsets([self.source]).values())
            assert seen == end, f"{seen} of {end} are committed"
            return True

        eventually(done, within=timedelta(minutes=2))

    def until_shared(self, workers: int) -> None:
        """Wait until so many workers have divided the partitions among them."""
        eventually(lambda: self.cluster.members(self.name) == workers)

    def outcome(self) -> Outcome:
        """Compare what is at the broker with what was fed."""
        fed = Counter(record.key for record in self.cluster.read_all(self.source))
        rows = {record.key: record.value for record in self.cluster.read_all(self.changelog)}
        counted = {key: int((rows.get(key) or b"0").split()[0]) for key in fed}
        sent = Counter((record.key, record.value) for record in self.cluster.read_all(self.out))
        wanted = {(key, b"%d" % number) for key, count in fed.items() for number in range(1, count + 1)}
        outcome = Outcome(
            lost=sum(count - counted[key] for key, count in fed.items()),
            missing=len(wanted - set(sent)),
            repeated=sum(sent.values()) - len(sent),
        )
        print(f"{self.name}: {outcome}")
        return outcome
