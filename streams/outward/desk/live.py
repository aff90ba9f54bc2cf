"""Tells open pages what has changed: only the newest state of a place, however slow a page is.

Each place has the number of its last change. A page says which number it has seen and is given all that came after; one
that saw too little, or another desk's numbers, is told to look again as a whole.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from datetime import timedelta
from typing import Final
from uuid import uuid4

from streams.outward.desk.board import Place

REMEMBERED: Final = 20_000
"""How many places a desk knows to have changed; a page that missed more of them looks again."""
TOGETHER: Final = timedelta(milliseconds=100)
"""For how long changes are gathered before pages are told."""


class Stale(Exception):
    """A page has missed more than is remembered."""


class Changes:
    """Which places have changed, in their order."""

    def __init__(self) -> None:
        self.desk = uuid4().hex[:8]
        self._last: OrderedDict[Place, int] = OrderedDict()
        self._number = 0
        self._forgotten = 0
        self._woken = asyncio.Event()
        self._later: asyncio.TimerHandle | None = None

    @property
    def version(self) -> str:
        """What a page that is made now has seen."""
        return f"{self.desk}:{self._number}"

    def changed(self, place: Place) -> None:
        """Take in that a place has changed; pages are told in a moment."""
        self._number += 1
        self._last[place] = self._number
        self._last.move_to_end(place)
        if len(self._last) > REMEMBERED:
            _, self._forgotten = self._last.popitem(last=False)
        if self._later is None:
            self._later = asyncio.get_running_loop().call_later(TOGETHER.total_seconds(), self._wake)

    def _wake(self) -> None:
        self._later = None
        woken, self._woken = self._woken, asyncio.Event()
        woken.set()

    async def since(self, version: str, idle: float) -> AsyncIterator[tuple[str, list[Place]]]:
        """Yield, without end, a version and what has changed up to it; nothing after so many idle seconds.

        Raises Stale where what was seen is not known here, or too long ago.
        """
        desk, _, number = version.partition(":")
        if desk != self.desk or not number.isdecimal():
            raise Stale
        seen = int(number)
        while True:
            woken = self._woken
            if seen < self._forgotten:
                raise Stale
            places = list(self._after(seen))
            seen = self._number
            yield self.version, places[::-1]
            with suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), idle)

    def _after(self, seen: int) -> Iterable[Place]:
        for place in reversed(self._last):
            if self._last[place] <= seen:
                return
            yield place
