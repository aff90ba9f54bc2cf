"""Intake: reads every event once, refuses what cannot be used, and sends the rest to the inbox of its incident or crime.

It keeps nothing but how far it has read. The text of a log ends here: what goes on are the phrases that stand in it.
"""

from datetime import datetime, timedelta
from typing import Any

from faust.types import EventT

from rules.disclosure import Lexicon
from rules.events import TOPICS, AnyEvent
from rules.statements import Statement, statement_of
from streams.agents.inboxes import Inboxes
from streams.agents.messages import Origin, Said
from streams.clock import Clock
from streams.kafka.dead_letters import TOPIC as DEAD_LETTERS
from streams.kafka.dead_letters import dead_letter
from streams.kafka.envelope import Refused, decode
from streams.kafka.state import Flush
from streams.outward.metrics import Metrics
from streams.settings import Forces

AHEAD = timedelta(minutes=5)
FAR_AHEAD = timedelta(hours=24)
TOPIC_OF = {type_: topic for topic, types in TOPICS.items() for type_ in types}
"""The feed to which an event belongs by what it states, whatever the topic on which it came."""


class Intake:
    """Takes in the events of the three input topics."""

    def __init__(
        self, flush: Flush, inboxes: Inboxes, lexicon: Lexicon, clock: Clock, metrics: Metrics, forces: Forces
    ) -> None:
        self._forces = forces
        self._flush = flush
        self._inboxes = inboxes
        self._lexicon = lexicon
        self._clock = clock
        self._metrics = metrics
        self.positions: dict[tuple[str, int], int] = {}
        self.newest: dict[tuple[str, int], dict[str, tuple[datetime, float]]] = {}

    async def run(self, stream: Any) -> None:
        """Take in a stream of records for as long as it lasts."""
        async for event in self._flush.events(stream):
            self.take(event)
            self._flush.done(event)

    def take(self, record: EventT[Any]) -> None:
        """Take in one record: into the inbox of its subject, or among the dead letters."""
        message = record.message
        now = self._clock.now()
        try:
            event, said = self._read(message, now)
        except Refused as refused:
            self._refuse(message, refused, now)
        else:
            send = self._inboxes.to_incident if said.origin == "incident" else self._inboxes.to_crime
            send(said.force, said.ref, Said(Origin(message.topic, message.partition, message.offset, event.type), said))
            self._note(message, said, now)
        self.positions[message.topic, message.partition] = message.offset + 1

    def _read(self, message: Any, now: datetime) -> tuple[AnyEvent, Statement]:
        headers = message.headers or ()
        event = decode(message.value or b"", headers.items() if isinstance(headers, dict) else headers)
        if not self._forces.allows(event.source, TOPIC_OF[event.type], event.data.force):
            raise Refused("unknown_source", "source: expected one that the force's file lists for this feed")
        self._forces.profile(event.data.force)
        if event.time > now + FAR_AHEAD:
            raise Refused("invalid_data", "time: expected no later than 24 hours after the event came in")
        try:
            said = statement_of(event, self._lexicon)
        except Exception as error:
            raise Refused("processing_failed", f"reading what was stated: {type(error).__name__}") from error
        if event.time > now + AHEAD:
            said.data["quality"] = {**(said.data.get("quality") or {}), "time": "future_time"}
        return event, said

    def _refuse(self, message: Any, refused: Refused, now: datetime) -> None:
        value, headers = dead_letter(refused, message.value, message.topic, message.partition, message.offset, now)
        self._flush.send(DEAD_LETTERS, message.key, value, None, headers)
        self._metrics.event(message.topic, "unknown", "dead_letter")

    def _note(self, message: Any, said: Statement, now: datetime) -> None:
        self._metrics.fed(said.force, message.topic, said.time, now)
        newest = self.newest.setdefault((message.topic, message.partition), {})
        came = (min(said.time, now), max((now - said.time).total_seconds(), 0.0))
        newest[said.force] = max(came, newest.get(said.force, came))

    def forget(self) -> None:
        """Forget what was read: partitions are on the move, and are read again from what was acknowledged."""
        self.positions.clear()
        self.newest.clear()
