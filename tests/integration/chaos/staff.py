"""The workers of a round: who has ended is replaced, as whoever runs them would."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from tests.integration.workers import Desk, Worker
from tests.kafka.wire import Wire


class Staff:
    """The workers of a desk, as a context, one of them at the other end of a wire.

    Whoever goes through them finds one in place of each that has ended.
    """

    def __init__(self, desk: Desk, clock: Path, wire: Wire) -> None:
        self._desk = desk
        self._clock = clock
        self._wire = wire
        self._workers: list[Worker] = []
        self._far: Worker | None = None
        self._started = ExitStack()

    def __enter__(self) -> Self:
        self._started.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._started.__exit__(*error)  # type: ignore[arg-type]

    def __iter__(self) -> Iterator[Worker]:
        for ended in [worker for worker in self._workers if worker.process.poll() is not None]:
            self._workers.remove(ended)
            self.start()
        return iter(list(self._workers))

    def start(self) -> Worker:
        """Start a worker, at the other end of the wire if none is there."""
        far = self._far not in self._workers
        settings = {"broker": self._desk.cluster.bootstrap_beyond, "host": self._wire.there} if far else {}
        folder, within = str(self._desk.folder), self._wire.within if far else ()
        worker = self._desk.worker("--die-by", folder, clock=self._clock, within=within, **settings)
        self._workers.append(self._started.enter_context(worker))
        if far:
            self._far = worker
        return worker

    @property
    def far(self) -> Worker:
        """The worker at the other end of the wire."""
        assert self._far is not None
        return self._far

    def leave(self, worker: Worker) -> None:
        """Let a worker stop in good order, with nobody in its place."""
        self._workers.remove(worker)
        worker.term()
