"""Desks without Kafka: what they would read is given, what they would send is kept."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from aiohttp.test_utils import TestClient, TestServer

from rules.events import EVENT, AnyEvent
from rules.force import ForceProfile
from streams.outward.desk.board import Board, ListedAlert, Place
from streams.outward.desk.follower import Follower, Incident
from streams.outward.desk.outbox import NotSent, Outbox
from streams.outward.desk.pages import Pages
from streams.outward.desk.parts import Desk
from streams.outward.desk.people import Door
from streams.outward.desk.site import Site
from streams.settings import Forces
from tests.unit.rules.given import after, at
from tests.unit.streams.agents import MovedClock

NOW = at(24)
FORCE = "Example"


def alert(name: str, /, **said: Any) -> ListedAlert:
    """An overdue alert on an incident of its own name, of a theft in the north, unless said otherwise."""
    usual: dict[str, Any] = {
        "force": FORCE,
        "incident_ref": name.upper(),
        "kind": "overdue",
        "severity": "high",
        "rule": "M01",
        "status": "open",
        "due_at": at(23),
        "raised_at": at(23),
        "summary": "No crime was recorded",
        "area": "north",
        "offence_group": "theft",
    }
    return ListedAlert(name, **{**usual, **said})


def board_of(*alerts: ListedAlert) -> Board:
    board = Board()
    for each in alerts:
        board.take(each.alert_id, each)
    return board


def published(given: ListedAlert, **more: Any) -> dict[str, Any]:
    """An alert as its topic has it."""
    from msgspec import to_builtins

    said = {name: value for name, value in to_builtins(given).items() if value is not None}
    explanation = {"text": "A crime is expected", "holds": True, "cite": "CRR26 p10"}
    history = [{"at": said["raised_at"], "status": "open"}]
    return {**said, "explanation": explanation, "runbook": ["Record it."], "history": history, **more}


def status(word: str = "overdue", **more: Any) -> dict[str, Any]:
    return {
        "force": FORCE,
        "incident_ref": "A",
        "area": "north",
        "status": word,
        "received_at": after(-1),
        "due_at": after(23),
        "clock": "report",
        "offence_group": "theft",
        "crime_refs": [],
        "data_quality": [],
        "explanation": {"text": "Nothing answers it", "holds": True, "value": "2026-04-03T08:00:00Z"},
        "updated_at": after(23),
        **more,
    }


def decision(type_: str, hours: float, **data: Any) -> AnyEvent:
    about = {"force": FORCE, "incident_ref": "A", "decided_at": after(hours), **data}
    name = f"{type_}{hours}"
    return EVENT.validate_python(
        {"specversion": "1.0", "source": "desk", "id": name, "time": after(hours), "type": type_, "data": about}
    )


class KnownIncidents(Follower):
    """Has read all that it is given."""

    def __init__(self, board: Board, incidents: Mapping[Place, Incident]) -> None:
        super().__init__({}, board, lambda place: None)
        self._incidents = incidents

    def knows(self, force: str, ref: str) -> bool:
        return (force, ref) in self._incidents

    def like(self, words: str, forces: Collection[str] | None, limit: int) -> list[Place]:
        seen = [place for place in self._incidents if forces is None or place[0] in forces]
        return [place for place in seen if words.casefold() in (place[1] or "").casefold()][:limit]

    async def incident(self, force: str, ref: str) -> Incident:
        return self._incidents[force, ref]


class KeptOutbox(Outbox):
    """Keeps what it is to send, as long as Kafka answers."""

    def __init__(self) -> None:
        super().__init__({})
        self.answers = True
        self.sent: list[tuple[str, bytes, dict[str, Any]]] = []

    async def _send(self, topic: str, key: bytes, values: Any) -> None:
        if not self.answers:
            raise NotSent("KafkaTimeoutError")
        self.sent += [(topic, key, json.loads(value)) for value in values]

    def to(self, topic: str) -> list[dict[str, Any]]:
        return [value for where, _, value in self.sent if where == topic]


def desk_of(
    *alerts: ListedAlert,
    incidents: Mapping[Place, Incident] | None = None,
    profile: ForceProfile | None = None,
    now: datetime = NOW,
) -> Desk:
    """A desk that has caught up; of each alert's incident it knows a status and that alert, unless said otherwise."""
    board = board_of(*alerts)
    known: dict[Place, Incident] = {
        each.place: Incident(
            status(incident_ref=each.incident_ref, force=each.force, area=each.area), [published(each)], []
        )
        for each in alerts
    }
    forces = Forces({profile.force: profile} if profile is not None else {})
    follower = KnownIncidents(board, {**known, **(incidents or {})})
    return Desk(forces, board, follower, KeptOutbox(), Pages(forces), MovedClock(now), caught_up=True)


Look = Callable[[TestClient[Any, Any]], Awaitable[Any]]


def visited(desk: Desk, look: Look, door: Door | None = None) -> Any:
    """Look at a desk's site as a browser does, from loopback."""

    async def run() -> Any:
        application = Site(desk, door or Door("", None, "supervisor")).application()
        async with TestClient(TestServer(application)) as client:
            return await look(client)

    return asyncio.run(run())


def outbox_of(desk: Desk) -> KeptOutbox:
    assert isinstance(desk.outbox, KeptOutbox)
    return desk.outbox
