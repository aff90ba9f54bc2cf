"""What the demo sends: the simulated force as its time passes, or a person's own export at once."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec

from rules.events import TOPICS
from streams.clock import Clock
from streams.kafka.envelope import decode
from streams.tools.accounts import Reading
from streams.tools.demo.force import events
from streams.tools.demo.screen import Screen
from streams.tools.feeder import FeedError, read_events
from streams.tools.mapping import ExportMapping
from streams.tools.pace import AtOnce
from streams.tools.sender import STRUCTURED, Sender, send_feed
from streams.tools.simulation.feeds import SimulatedEvent

_TOPIC_OF: Final = {kind: topic for topic, kinds in TOPICS.items() for kind in kinds}


class Source(Protocol):
    """Sends what lies behind, and then what comes."""

    title: str
    """What is shown as what this demo is."""

    def send_history(self, sender: Sender, screen: Screen) -> str:
        """Send everything up to now, wait until it is acknowledged, and say what it was."""
        ...

    def send_due(self, sender: Sender) -> None:
        """Send what has happened since."""
        ...


class SimulatedForce:
    """A force that does not exist: its last two days, and then each event when its time comes."""

    title = "recording-monitor demo: a simulated force, its last two days and from now on"

    def __init__(self, clock: Clock, present: datetime) -> None:
        self._clock = clock
        self._events: Iterator[SimulatedEvent] = events(present)
        self._next = next(self._events)
        self._encode = msgspec.json.Encoder().encode

    def send_history(self, sender: Sender, screen: Screen) -> str:
        """Send everything up to now, wait until it is acknowledged, and say how much it was."""
        screen.phase("sending the last two days")
        while self._next.arrival <= self._clock.now():
            self.send_due(sender)
        sender.finish()
        return f"{sender.acknowledged:,} events of two days; yesterday was busy: deadlines fall now"

    def send_due(self, sender: Sender) -> None:
        """Send what has happened since."""
        now = self._clock.now()
        while self._next.arrival <= now:
            self._send(sender, self._next.event)
            self._next = next(self._events)
        sender.settle()

    def _send(self, sender: Sender, event: dict[str, Any]) -> None:
        key = f"{event['data']['force']}/{event['subject']}".encode()
        sender.send(_TOPIC_OF[event["type"]], self._encode(event), key, STRUCTURED)


class OwnExport:
    """A person's own export, sent at once."""

    title = "recording-monitor demo: your own export, decided on this machine alone"

    def __init__(self, clock: Clock, files: tuple[str, ...], mapping: ExportMapping | None, folder: Path) -> None:
        self._clock = clock
        self._files = files
        self._mapping = mapping
        self._folder = folder

    def send_history(self, sender: Sender, screen: Screen) -> str:
        """Send the files, wait until all is acknowledged, and say what became of their rows.

        Raises FeedError where they cannot be read or sent, and where no row of them became an event.
        """
        screen.phase(f"it stays on loopback, in memory and in {self._folder}, which is wiped at the end")
        reading = Reading()
        read = read_events(self._files, self._mapping, decode, reading)
        summary = send_feed(read, reading, sender, AtOnce(), self._clock, progress=screen.progress)
        rejected = summary.rejected.total()
        reasons = "".join(f"; {count:,} {kind}: {why}" for (kind, why), count in summary.rejected.most_common(3))
        said = f"{summary.rows:,} rows read, {summary.events.total():,} events sent, {rejected:,} rejected{reasons}"
        if not summary.events.total():
            expected = "JSON lines of events, or a --mapping" if self._mapping is None else "rows that suit the mapping"
            raise FeedError(f"nothing to show: {said}; expected {expected}")
        return said

    def send_due(self, sender: Sender) -> None:
        """Do nothing: everything was sent at the start."""
