"""`erase`: has the workers forget an incident, or a victim, wherever they keep it; the figures stay (E47)."""

import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from streams.agents.messages import Erase, EraseVictim, Message, encode, key_of, partition_of
from streams.agents.redaction import holds, names
from streams.agents.rows import read_crime, read_incident
from streams.kafka.client import administration, consumption, production
from streams.kafka.groups import committed
from streams.settings import Settings
from streams.tools.reading import partitions_of, read_on

PATIENCE = timedelta(seconds=30)
"""How long the workers may take to do what they were asked for."""
_LOOKS_EVERY = 0.2

Progress = Callable[[int, int], None]


class Erased(NamedTuple):
    """In how many incidents and crimes a victim was known, and whether a worker has forgotten them in all of these yet."""

    incidents: int
    crimes: int
    done: bool


def erase_incident(settings: Settings, force: str, ref: str, at: datetime) -> bool:
    """Ask for what was stated of an incident up to an instant to be forgotten; return whether a worker has done it yet.

    What was asked for is kept until a worker does it. Raises BrokerError.
    """
    return _ask(settings, [(f"{settings.application}-incident-inbox", key_of(force, ref), Erase(at))])


def erase_victim(settings: Settings, force: str, victim: str, progress: Progress = lambda done, total: None) -> Erased:
    """Have a victim forgotten by the incidents and crimes that know the reference now; raises BrokerError.

    What comes later of this victim is redacted where they were known, and is a new victim elsewhere.
    """
    crimes, incidents = (f"{settings.application}-{kept}-changelog" for kept in ("crimes", "incidents"))
    known: dict[str, set[bytes]] = {crimes: set(), incidents: set()}
    of_force, written = key_of(force, ""), victim.encode()

    def take(record: Any) -> None:
        value = record.value or b""
        if written in value and record.key.startswith(of_force) and record.key != of_force:
            knows = _crime_knows if record.topic == crimes else _incident_knows
            if knows(value, victim):
                known[record.topic].add(record.key)
                return
        known[record.topic].discard(record.key)

    with consumption(settings) as consumer:
        places = [place for topic in known for place in partitions_of(consumer, topic)]
        consumer.assign(places)
        read_on(settings, consumer, places, take, progress)
    asked: list[tuple[str, bytes, Message]] = []
    for topic, keys in known.items():
        inbox = topic.removesuffix("s-changelog") + "-inbox"
        asked += [(inbox, key, EraseVictim(victim)) for key in sorted(keys)]
    return Erased(len(known[incidents]), len(known[crimes]), _ask(settings, asked))


def _incident_knows(value: bytes, victim: str) -> bool:
    row = read_incident(value)
    occasions = (alert.occasion for alert in row.standing().alerts.values())
    return any(holds(said.data, victim) for said in row.statements) or any(names(each, victim) for each in occasions)


def _crime_knows(value: bytes, victim: str) -> bool:
    return any(holds(said.data, victim) for said in read_crime(value).statements)


def _ask(settings: Settings, asked: Iterable[tuple[str, bytes, Message]]) -> bool:
    """Send messages to the inboxes; return whether all of them have been handled within a while."""
    with production(settings) as producer:
        sent = [
            producer.send(inbox, key=key, value=encode(message), partition=partition_of(key, settings.partitions))
            for inbox, key, message in asked
        ]
        until = {(at.topic, at.partition): at.offset for at in (each.get(PATIENCE.total_seconds()) for each in sent)}
    patience = time.monotonic() + PATIENCE.total_seconds()
    with administration(settings) as admin:
        while any(committed(admin, settings).get(place, 0) <= offset for place, offset in until.items()):
            if time.monotonic() > patience:
                return False
            time.sleep(_LOOKS_EVERY)
    return True
