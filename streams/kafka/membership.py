"""Whether this worker still is one of its group, as far as it can know: when its group last answered it, and what it does then.

Faust and aiokafka go on sending what was begun when the network comes back, however long it was away; by then the
partitions may be another worker's, whose rows would be overwritten with older ones.
"""

import os
import socket
import struct
import time
from contextlib import suppress
from math import inf
from typing import Any

NOBODY = ""
"""How a member is called that its group has expelled, or that has not joined yet."""


class Membership:
    """Keeps when the group last confirmed this worker: by the answer to a heartbeat, counted from when that was sent."""

    def __init__(self) -> None:
        self._confirmed: float | None = None
        self._coordinator: Any = None

    def watch(self, coordinator: Any) -> None:
        """Take note of every heartbeat that is answered to aiokafka's coordinator of the group."""
        self._coordinator = coordinator
        beat = coordinator._do_heartbeat

        async def timed() -> bool:
            sent = time.monotonic()
            if answered := bool(await beat()):
                self.confirm(sent)
            return answered

        coordinator._do_heartbeat = timed

    def confirm(self, at: float | None = None) -> None:
        """Take note that the group had this worker as a member at a moment of the monotonic clock, by default now."""
        self._confirmed = time.monotonic() if at is None else at

    @property
    def unconfirmed_for(self) -> float:
        """For how many seconds the group has not confirmed this worker: 0 before it joined, infinite once it was expelled."""
        if self._confirmed is None:
            return 0.0
        if self._coordinator is not None and self._coordinator.member_id == NOBODY:
            return inf
        return time.monotonic() - self._confirmed


def drop_connections() -> None:
    """Have the kernel forget, when this process ends, what was given to it to send and is not at the broker."""
    for name in os.listdir("/dev/fd"):
        with suppress(OSError):  # what is no connection, or is closed meanwhile
            held = socket.socket(fileno=os.dup(int(name)))
            with held:
                held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
