"""Runs one worker: checks what it needs, then starts Faust and the small server of metrics and health."""

import sys
import tempfile
from collections.abc import Awaitable, Callable

import faust

from rules.book_files import load_rulebook
from streams.app import Live
from streams.clock import Clock, WallClock
from streams.kafka.client import BrokerError
from streams.kafka.failures import SendRefused
from streams.kafka.granted import need
from streams.kafka.state import Flush
from streams.kafka.topics import ensure
from streams.kafka.transport import Transport
from streams.log import log_to_stderr
from streams.outward.server import Server
from streams.settings import Settings, load_forces, load_settings

_QUIET = ("aiokafka", "faust", "mode", "kafka", "asyncio", Transport.__module__)


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
    for difference in ensure(settings):
        print(difference, file=sys.stderr)
    need(settings, "worker")
    log_to_stderr(_QUIET)
    with tempfile.TemporaryDirectory(prefix="recording-monitor-") as datadir:
        live = Live(settings, forces, book, clock or WallClock(), datadir, reached)
        worker = faust.Worker(live.app, live.app, redirect_stdouts=False, quiet=True, override_logging=False)
        worker.spinner = None
        server = Server(settings.host, settings.port, live.metrics.registry, live.live, live.ready)
        # Before Faust starts: a port that cannot be had is the person's mistake, and no crash of a service.
        worker.loop.run_until_complete(server.start())
        address = f"http://{server.host}:{server.port}"
        print(f"serving {address}/metrics, {address}/live, {address}/ready", file=sys.stderr, flush=True)
        return _run(worker, live.flush, settings)


def _run(worker: faust.Worker, flush: Flush, settings: Settings) -> int:
    status: int = 1
    failure: BaseException | None = None
    try:
        worker.execute_from_commandline()
    except SystemExit as ended:
        status = int(ended.code or 0)
    except Exception as error:
        failure = error
    # Faust does not always say what ended it, and leaves by SystemExit where it does not.
    if (failure := flush.failure or failure or flush.app.crash_reason) is None:
        return status
    if isinstance(failure, SendRefused) and failure.right:
        raise BrokerError(f"{failure}; grant it and start the worker again")
    if "AuthorizationFailed" in type(failure).__name__:
        need(settings, "worker")
    print(f"the worker ended, and has to be started again: {type(failure).__name__}: {failure}", file=sys.stderr)
    return 1
