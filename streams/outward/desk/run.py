"""Runs a desk: follows what is published, serves the page, and ends with one line when it cannot go on."""

import asyncio
import signal
import sys
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Final

from aiohttp import web
from aiokafka.errors import KafkaError

from streams.clock import Clock, WallClock
from streams.kafka.client import BrokerError
from streams.kafka.credentials import for_aiokafka
from streams.kafka.granted import need
from streams.kafka.topics import missing
from streams.log import log_to_stderr
from streams.outward.desk.board import Board, Filters, Place
from streams.outward.desk.follower import ALERTS, DECISIONS, STATUSES, Follower
from streams.outward.desk.outbox import AUDIT, Outbox
from streams.outward.desk.pages import Pages
from streams.outward.desk.parts import Desk
from streams.outward.desk.people import Door, door
from streams.outward.desk.shift import HOURS
from streams.outward.desk.site import Site
from streams.outward.server import listen
from streams.settings import Settings, WrongSettings, load_forces, load_settings

_KEPT: Final = timedelta(hours=HOURS[-1])
_FORGETS_EVERY: Final = 60.0
_LOOKS_EVERY: Final = 0.05
_ENDS_WITHIN: Final = 1.0
_QUIET: Final = ("aiokafka", "kafka")
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


def run_desk(clock: Clock | None = None, settings: Settings | None = None) -> int:
    """Run a desk until it is told to stop, and return its exit status, which is 0.

    Raises WrongSettings, FileFaults and BrokerError, each of which says in one line what was expected.
    """
    settings = settings or load_settings()
    _check(settings)
    entrance, pages = door(settings), Pages(load_forces(settings.forces))
    if absent := missing(settings, (ALERTS, STATUSES, DECISIONS, AUDIT)):
        raise BrokerError(f"{', '.join(absent)}: expected a topic; make it with recording-monitor topics create")
    need(settings, "desk")
    log_to_stderr(_QUIET)
    try:
        asyncio.run(_run(settings, entrance, pages, clock or WallClock()))
    except KafkaError as error:
        raise BrokerError(f"the desk ended: {settings.broker}: {error or type(error).__name__}") from None
    return 0


def _check(settings: Settings) -> None:
    """Raise WrongSettings where anybody could come in as somebody."""
    if not settings.trusted_proxies and settings.desk_host not in _LOOPBACK:
        raise WrongSettings(
            "RECORDING_TRUSTED_PROXIES: expected the proxies that say who somebody is,"
            " or a RECORDING_DESK_HOST of this machine alone, as 127.0.0.1"
        )
    if settings.trusted_proxies and settings.desk_people is None:
        raise WrongSettings("RECORDING_DESK_PEOPLE: expected the file of what each group may see and do")


async def _run(settings: Settings, entrance: Door, pages: Pages, clock: Clock) -> None:
    """Follow and serve until a signal, or an error of Kafka."""
    broker, board = for_aiokafka(settings), Board()

    def changed(place: Place) -> None:
        desk.changed(place)

    follower, outbox = Follower(broker, board, changed), Outbox(broker)
    desk = Desk(pages.forces, board, follower, outbox, pages, clock)
    async with AsyncExitStack() as stack:
        for part in (outbox, follower):
            stack.push_async_callback(part.stop)
            await part.start()
        app = Site(desk, entrance).application()
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=_ENDS_WITHIN, handler_cancellation=True)
        stack.push_async_callback(runner.cleanup)
        host, port = await listen(runner, settings.desk_host, settings.desk_port, "RECORDING_DESK_PORT")
        print(f"serving http://{host}:{port}/", file=sys.stderr, flush=True)
        tasks = [asyncio.create_task(each) for each in (follower.follow(), _look_on(desk), _told_to_end())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _look_on(desk: Desk) -> None:
    """Say when all that was there has been taken in, and forget what no shift asks for any more."""
    desk.board.forget_before(desk.clock.now() - _KEPT)
    while await desk.follower.behind():
        await asyncio.sleep(_LOOKS_EVERY)
    for case in desk.board.cases(Filters()):  # who comes first need not wait for it
        desk.pages.row(case)
    desk.caught_up = True
    while True:
        await asyncio.sleep(_FORGETS_EVERY)
        desk.board.forget_before(desk.clock.now() - _KEPT)


async def _told_to_end() -> None:
    ended = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, ended.set)
    await ended.wait()
