"""The events with which the live path is measured, as records: one new incident each, or the days of a simulated force."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from rules.instants import format_instant
from streams.tools.simulate import Options, simulate
from tests.integration.workers import TOPIC_OF

FORCE = "simulated"
SEED = 20260401
EVENTS_A_REPORT = 3.3
A_DAY = 24_000
"""About the reports of a day in England and Wales."""
BACK = timedelta(days=10)
"""How long ago the simulated days begin: all of their events lie in the past."""
NARRATIVE = (
    "caller states she was shouted at by a man whom she does not know outside the library at about noon, he then walked "
    "off towards the market, she is at home now and wishes to speak to an officer, no injuries are given and nothing was "
    "taken, a friend who was with her saw all of it and will speak as well, both can be reached on the numbers that are "
    "held, the caller is content to wait for a visit and was told how to add to this report; the room has no earlier log "
    "of the same place on the day"
)

_encode = msgspec.json.Encoder().encode


class Sent(NamedTuple):
    """An event as a record: the topic that it goes to, its key and its bytes."""

    topic: str
    key: bytes
    value: bytes


def opened(name: str, received: datetime, code: str = "CRIME_VIOLENCE", at: datetime | None = None) -> Sent:
    """Return the opening of an incident, about 1 kB; `at` is the event's own time, by default that of receipt."""
    stamp, time = format_instant(received), format_instant(at or received)
    data = {
        "force": FORCE,
        "incident_ref": name,
        "received_at": stamp,
        "opened_at": stamp,
        "channel": "101",
        "opening_code": code,
        "area": "North",
        "reporter": "victim",
        "victims": [{"victim_ref": f"V-{name}", "age": 30}],
        "entries": [{"at": stamp, "text": NARRATIVE}],
    }
    event = {
        "specversion": "1.0",
        "type": "incident.opened",
        "source": "bench",
        "id": f"{name}-opened",
        "subject": f"{FORCE}/{name}",
        "time": time,
        "data": data,
    }
    return Sent("incident-log", f"{FORCE}/{name}".encode(), _encode(event))


def new_incidents(count: int, prefix: str = "N", ago: timedelta = timedelta(0)) -> Iterator[Sent]:
    """Yield openings of other incidents each, all received a while ago."""
    received = datetime.now(UTC).replace(microsecond=0) - ago
    for number in range(count):
        yield opened(f"{prefix}{number:07}", received)


def mixed(count: int) -> Iterator[Sent]:
    """Yield about as many events as asked of a simulated force, of every kind, in the order in which they arrive."""
    start = datetime.now(UTC).replace(microsecond=0) - BACK
    options = Options(incidents=int(count / EVENTS_A_REPORT) + 1, seed=SEED, start=start, a_day=A_DAY)
    for delivered in islice(simulate(options), count):
        yield as_sent(delivered.event)


def as_sent(event: Mapping[str, Any]) -> Sent:
    """Return an event as its record."""
    return Sent(TOPIC_OF[event["type"]], str(event.get("subject")).encode(), _encode(event))
