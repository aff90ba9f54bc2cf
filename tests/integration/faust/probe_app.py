"""A worker as small as can be: counts the events of each key, one output an event.

It stands on the project's own store, flush and settings of Faust, or, with --stock, on what Faust itself offers for the
same work; so a test shows what the difference is worth. An event's value is its number within its key, from 1. A row
holds how many events were applied, the newest one's number, where they differ one was lost, and the offset of that. An
event that is no newer than its row is a repeat, and gives no output again, unless it is met again at an offset that the row
knows: then its output may never have been written.
"""

import argparse
import asyncio
import logging
import os
import signal
import sys
import tempfile
from collections import Counter
from datetime import timedelta
from typing import Any

import faust

from streams.app import faust_app
from streams.kafka.state import Flush, StateTable
from streams.settings import Settings

FLUSH = timedelta(milliseconds=50)
POISON = b"poison"
"""The header whose bearer makes the agent fail."""


def applied(row: bytes | None, number: bytes, offset: int) -> bytes | None:
    """Return the row that follows when an event is applied; None where it was applied before."""
    count, newest, _ = map(int, (row or b"0 0 -1").split())
    return b"%d %d %d" % (count + 1, int(number), offset) if int(number) > newest else None


def met_again(row: bytes | None, offset: int) -> bool:
    """Whether what an event caused may be in its row and nowhere else."""
    return row is not None and offset <= int(row.split()[2])


class Probe:
    """The application, its topics and its one agent."""

    def __init__(self, given: argparse.Namespace, datadir: str) -> None:
        self._given = given
        settings = Settings(broker=given.broker, application=given.name, partitions=4)
        self.app = faust_app(settings, datadir)
        self.app.conf.broker_session_timeout = given.session
        self.app.conf.broker_heartbeat_interval = given.session / 4
        self.app.conf.broker_commit_interval = 0.2
        self._passed: Counter[str] = Counter()
        if given.stock:
            self.app.conf.agent_supervisor = "mode.supervisors:OneForOneSupervisor"  # type: ignore[assignment]
            self._stock_table: Any = self.app.Table("rows", partitions=4, key_type=bytes, value_type=bytes)
            self._connect(self.stock)
        else:
            self._flush = Flush(self.app, FLUSH, self._reached)
            self._table = StateTable(self.app, "rows", 4, self._flush, lambda owned: None)
            self._connect(self.own)
            self.app.task(self._flush.run)

    def _connect(self, agent: Any) -> None:
        self.app.agent(self._raw(self._given.source), name="probe")(agent)

    def _raw(self, name: str) -> Any:
        return self.app.topic(name, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")

    async def own(self, stream: Any) -> None:
        """Count as the project's agents do."""
        async for event in self._flush.events(stream):
            self._fail_if_poisoned(event)
            message = event.message
            partition, key, number = message.partition, message.key or b"", message.value or b""
            before = self._table.get(partition, key)
            row = applied(before, number, message.offset)
            if row is not None:
                self._table.put(partition, key, row)
            if row is not None or met_again(before, message.offset):
                self._flush.send(f"{self._given.name}-out", key, number)
            self._flush.done(event)
            await asyncio.sleep(self._given.pace)

    async def stock(self, stream: Any) -> None:
        """Count as Faust's manual says."""
        out = self._raw(f"{self._given.name}-out")
        async for event in stream.events():
            self._fail_if_poisoned(event)
            row = applied(self._stock_table.get(event.key), event.value, event.message.offset)
            if row is not None:
                self._stock_table[event.key] = row
                await out.send(key=event.key, value=event.value)
            await asyncio.sleep(self._given.pace)

    def _fail_if_poisoned(self, event: Any) -> None:
        if self._given.poisoned and POISON in dict(event.message.headers or {}).values():
            raise ArithmeticError("poisoned")

    async def _reached(self, point: str) -> None:
        """Kill or freeze this process at the point of the flush that was asked for."""
        self._passed[point] += 1
        at = f"{point}:{self._passed[point]}"
        if at == self._given.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if at == self._given.freeze_at:
            os.kill(os.getpid(), signal.SIGSTOP)


def main() -> None:
    """Run one worker until it is told to stop."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--broker", required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--source", required=True)
    parser.add_argument("--session", type=float, default=2.0)
    parser.add_argument("--pace", type=float, default=0.0005)
    parser.add_argument("--kill-at")
    parser.add_argument("--freeze-at")
    parser.add_argument("--stock", action="store_true")
    parser.add_argument("--poisoned", action="store_true")
    given = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    with tempfile.TemporaryDirectory() as datadir:
        probe = Probe(given, datadir)
        faust.Worker(
            probe.app, loglevel="WARN", redirect_stdouts=False, quiet=True, override_logging=False
        ).execute_from_commandline()


if __name__ == "__main__":
    main()
