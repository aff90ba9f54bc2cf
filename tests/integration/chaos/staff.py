"""The workers of a round: who has ended is replaced, as whoever runs them would."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from tests.eventually import eventually
from tests.integration.chaos.wire import Wire
from tests.integration.workers import Desk, Worker


class Staff:
    """The workers of a desk, as a context; whoever goes through them finds one in place of each that has ended."""

    def __init__(self, desk: Desk, clock: Path) -> None:
        self._desk = desk
        self._clock = clock
        self._workers: list[Worker] = []
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

    def start(self, *arguments: str, over: Wire | None = None) -> Worker:
        """Start a worker, with the brokers at the other end of a wire if there is one."""
        far = {"broker": self._desk.cluster.bootstrap_beyond, "host": over.there} if over else {}
        within = over.within if over else ()
        worker = self._started.enter_context(self._desk.worker(*arguments, clock=self._clock, within=within, **far))
        self._workers.append(worker)
        return worker

    def leave(self, worker: Worker) -> None:
        """Ask a worker to stop, with nobody in its place."""
        self._workers.remove(worker)
        worker.term()

    def ready(self) -> bool:
        """Wait until all are ready."""
        return bool(eventually(lambda: all(worker.ready() for worker in self)))
