"""Runs the demo: the broker, the topics, what is sent, one worker, and what is shown of it, until somebody ends it."""

import logging
import os
import re
import signal
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from kafka import KafkaConsumer
from rich.console import Console

from rules.book_files import load_rulebook
from rules.events import TOPICS
from streams.clock import Clock
from streams.kafka.client import production
from streams.kafka.embedded import Child, embedded_broker
from streams.kafka.topics import create
from streams.settings import Settings, WrongSettings, load_forces, load_settings
from streams.tools.demo.board import Board
from streams.tools.demo.screen import Screen, screen_on
from streams.tools.demo.sources import Source
from streams.tools.feeder import FeedStopped
from streams.tools.sender import Sender

ALERTS: Final = "recording-alerts"
STATUSES: Final = "recording-status"
OUTPUTS: Final = (ALERTS, STATUSES)
MakeSource = Callable[[Path], Source]
"""Makes what is sent, given the demo's own temporary folder."""

_OWN: Final = {
    "partitions": 4,
    "replication": 1,
    "heartbeat": 1,
    "session": 10,
    "host": "127.0.0.1",
    "port": 0,
    "desk_host": "127.0.0.1",
    "desk_port": 0,
    "trusted_proxies": "",
}
"""A short session, for this broker tells a worker of its partitions only when it next says that it is alive."""
_A_CENTURY: Final = timedelta(days=36_500)
"""How long incidents are kept: an export may be old."""
_LOOK_EVERY_MS: Final = 250
_COMMAND: Final = (sys.executable, "-P", "-c", "from streams.cli import main; main()")
_SERVING: Final = re.compile(r"(http://[^/\s]+)/")
_AGAIN_AFTER: Final = 1.0
_ENDS_IT: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)


def run_demo(
    source_in: MakeSource, clock: Clock, console: Console, seconds: float | None = None, forces: Path | None = None
) -> None:
    """Run the demo until Ctrl-C, or for so many seconds; at its end nothing of it runs and nothing of it is on the disk.

    Raises BrokerError, WrongSettings, FileFaults and FeedError, and Ended where the broker or the worker ends by itself.
    """
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    board = Board(clock.now())
    with _own_folder() as folder, _stoppable(seconds), ExitStack() as stack:
        source = source_in(folder)
        screen = screen_on(console, source.title, clock)
        stack.callback(screen.close)
        try:
            _run(source, clock, screen, board, folder, forces, stack)
        finally:
            for each in _ENDS_IT:  # clearing up is not disturbed
                signal.signal(each, signal.SIG_IGN)
    ended = "the demo has ended and its folder is gone"
    if fell := board.deadlines_passed:
        ended += f"; {fell:,} deadlines passed without a crime while it ran"
    console.print(ended, highlight=False, soft_wrap=True)


def _run(
    source: Source, clock: Clock, screen: Screen, board: Board, folder: Path, forces: Path | None, stack: ExitStack
) -> None:
    broker, address = embedded_broker(folder)
    stack.enter_context(broker)
    settings = load_settings(broker=address, retention=_A_CENTURY, forces=forces, **_OWN)
    if settings.security != "plaintext":
        raise WrongSettings(
            "RECORDING_SECURITY: expected none for the demo, which has a broker of its own on this machine"
        )
    load_forces(settings.forces)
    load_rulebook(settings.rulebook)
    create(settings)
    screen.place("broker", address)
    screen.place("reads", ", ".join(TOPICS))
    screen.place("writes", ", ".join(OUTPUTS))
    sender = Sender(stack.enter_context(production(settings)), settings)
    # A worker that reads along with a history would take its end for the present, and what still comes for missing.
    sent = source.send_history(sender, screen)
    screen.place("sent", sent)
    screen.phase("the worker starts")
    environment = _environment(settings, folder)
    worker = stack.enter_context(Child("the worker", (*_COMMAND, "worker"), folder, environment))
    desk = stack.enter_context(Child("the desk", (*_COMMAND, "desk"), folder, environment))
    consumer = stack.enter_context(closing(_consumer(settings)))
    served: str | None = None
    shown = ready = False
    while True:
        for child in (broker, worker, desk):
            child.check()
        source.send_due(sender)
        for records in consumer.poll(timeout_ms=_LOOK_EVERY_MS).values():
            for record in records:
                (board.take_alert if record.topic == ALERTS else board.take_status)(record.key, record.value)
        if served is None and (found := _SERVING.search(worker.said)):
            served = found[1]
            screen.place("metrics", f"{served}/metrics")
        if not shown and (shown := (found := _SERVING.search(desk.said)) is not None):
            screen.place("page", f"{found[1]}/" if found else "")
        if served is not None and not ready and (ready := _ready(served)):
            took = (clock.now() - board.since).total_seconds()
            screen.phase(f"the worker has caught up, {took:.0f} s after the start")
        screen.show(board, clock.now())


def _environment(settings: Settings, folder: Path) -> dict[str, str]:
    given = {"broker": settings.broker, "retention": settings.retention.total_seconds(), **_OWN}
    own = {f"RECORDING_{name.upper()}": str(value) for name, value in given.items()}
    if settings.forces is not None:
        own["RECORDING_FORCES"] = str(settings.forces)
    return {**os.environ, **own, "TMPDIR": str(folder)}


def _consumer(settings: Settings) -> Any:
    return KafkaConsumer(
        *OUTPUTS,
        bootstrap_servers=settings.broker,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )


def _ready(served: str) -> bool:
    try:
        with urllib.request.urlopen(f"{served}/ready", timeout=1) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except OSError:  # not listening yet, or a 503 that says what is missing
        return False


@contextmanager
def _own_folder() -> Iterator[Path]:
    """Give a folder for everything that is written meanwhile, and wipe it."""
    before = tempfile.tempdir
    with tempfile.TemporaryDirectory(prefix="recording-monitor-demo-", ignore_cleanup_errors=True) as folder:
        tempfile.tempdir = folder
        try:
            yield Path(folder)
        finally:
            tempfile.tempdir = before


@contextmanager
def _stoppable(seconds: float | None) -> Iterator[None]:
    """Let what is within be ended by Ctrl-C, by a request to end, or by time."""
    before = {each: signal.signal(each, signal.default_int_handler) for each in _ENDS_IT}
    try:
        if seconds is not None:
            signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN_AFTER)
        yield
    except (KeyboardInterrupt, FeedStopped):
        pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for each, handler in before.items():
            signal.signal(each, handler)
