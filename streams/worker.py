"""Runs one worker: checks what it needs, then starts Faust and the small server of metrics and health."""

import logging
import sys
import tempfile
from collections.abc import Awaitable, Callable
from typing import Any

import faust
from mode import Service

from rules.rulebook import load_rulebook
from streams.app import Live
from streams.clock import Clock, WallClock
from streams.kafka.topics import ensure
from streams.outward.server import Server
from streams.settings import Settings, load_forces, load_settings

_QUIET = ("aiokafka", "faust", "mode", "kafka")


class _Serving(Service):
    """The server of metrics and health, in the worker's own event loop."""

    def __init__(self, live: Live, **options: Any) -> None:
        super().__init__(**options)
        settings = live.settings
        self._server = Server(settings.host, settings.port, live.metrics.registry, live.live, live.ready)

    async def on_start(self) -> None:
        await self._server.start()
        address = f"http://{self._server.host}:{self._server.port}"
        print(f"serving {address}/metrics, {address}/live, {address}/ready", file=sys.stderr, flush=True)

    async def on_stop(self) -> None:
        await self._server.stop()


def run_worker(
    clock: Clock | None = None,
    reached: Callable[[str], Awaitable[None]] | None = None,
    settings: Settings | None = None,
) -> int:
    """Run a worker until it is told to stop, and return its exit status: 0, or 1 when something ended it.

    Raises WrongSettings, FileFaults and BrokerError, each of which says in one line what was expected.
    """
    settings = settings or load_settings()
    forces, book = load_forces(settings.forces), load_rulebook(settings.rulebook)
    ensure(settings)
    _log_to_stderr()
    with tempfile.TemporaryDirectory(prefix="recording-monitor-") as datadir:
        live = Live(settings, forces, book, clock or WallClock(), datadir, reached)
        worker = faust.Worker(
            live.app,
            _Serving(live),
            live.app,
            loglevel="WARN",
            redirect_stdouts=False,
            quiet=True,
            override_logging=False,
        )
        try:
            worker.execute_from_commandline()
        except SystemExit as ended:
            return int(ended.code or 0)
        except Exception as error:
            print(f"the worker ended: {type(error).__name__}: {error}", file=sys.stderr)
            return 1


def _log_to_stderr() -> None:
    """Log what an operator can act on, one line each; Faust's own lines about every step are left out."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.WARNING)
    logging.disable(logging.INFO)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)
