"""A desk follows what is published, on Apache Kafka: what is open is on its board, and of an incident it reads all again."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from rules.instants import format_instant
from streams.kafka.credentials import for_aiokafka
from streams.outward.desk.board import Board, Filters, Place, in_order
from streams.outward.desk.follower import Follower, Incident
from streams.settings import Settings
from tests.integration.desk.records import alert, status
from tests.integration.workers import Desk
from tests.kafka.cluster import Cluster, Record
from tests.unit.rules.given import at

pytestmark = pytest.mark.kafka

Changes = list[Place]


def followed(cluster: Cluster, look: Callable[[Follower, Board, Changes], Awaitable[Any]]) -> Any:
    """Follow what is published until all that was there has been taken in, then look."""

    async def run() -> Any:
        board, changes = Board(), Changes()
        follower = Follower(
            for_aiokafka(Settings(broker=cluster.bootstrap)),
            board,
            changes.append,
        )
        await follower.start()
        following = asyncio.create_task(follower.follow())
        try:
            async with asyncio.timeout(60):
                while await follower.behind():
                    await asyncio.sleep(0.02)
                await asyncio.sleep(0.1)
                return await look(follower, board, changes)
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            await follower.stop()

    return asyncio.run(run())


def test_what_is_open_is_on_the_board_and_what_was_published_of_an_incident_is_read_again(
    kafka: Cluster, tmp_path: Path
) -> None:
    async def look(follower: Follower, board: Board, _: Changes) -> tuple[list[Any], Incident, list[bool], int]:
        listed = [(case.incident_ref, case.first.status) for case in in_order(board.cases(Filters()), at(30))]
        known = [follower.knows("Example", ref) for ref in ("A", "B", "Z")]
        return listed, await follower.incident("Example", "A"), known, follower.unreadable

    with Desk(kafka, tmp_path, "follower"):
        kafka.produce(
            "recording-alerts",
            [
                alert("a1", raised_at="2026-04-03T10:00:00Z"),
                alert("a2"),
                alert("a2", status="resolved", resolution="merged"),
                alert("b", "B", status="acknowledged", acknowledged_by="S-7"),
                alert("gone", "C"),
                Record(b"gone", None),
                alert("feed", None, kind="monitor", area=None),
                Record(b"odd", b"no alert"),
            ],
        )
        kafka.produce("recording-status", [status("A", "monitoring"), status("A", "overdue"), status("C", "merged")])

        listed, incident, known, unreadable = followed(kafka, look)

    assert listed == [(None, "open"), ("A", "open"), ("B", "acknowledged")]
    assert incident.status is not None
    assert (incident.status["incident_ref"], incident.status["status"]) == ("A", "overdue")
    assert incident.decisions == []
    assert [(each["alert_id"], each["status"]) for each in incident.alerts] == [("a2", "resolved"), ("a1", "open")]
    assert known == [True, True, False]
    assert unreadable == 1


def test_each_change_of_the_list_or_of_a_status_is_told(kafka: Cluster, tmp_path: Path) -> None:
    async def look(_: Follower, board: Board, changes: Changes) -> list[Place]:
        for word in ("open", "acknowledged", "resolved", "resolved"):
            await asyncio.to_thread(kafka.produce, "recording-alerts", [alert("a", status=word)])
        await asyncio.to_thread(kafka.produce, "recording-status", [status("B", "monitoring")])
        while ("Example", "B") not in changes:
            await asyncio.sleep(0.02)
        return changes

    with Desk(kafka, tmp_path, "changes"):
        told = followed(kafka, look)

    assert sorted(told, key=str) == [("Example", "A")] * 3 + [("Example", "B")]


def test_what_people_decided_is_read_again_whatever_its_key_what_came_twice_once_and_no_decision_not_at_all(
    kafka: Cluster, tmp_path: Path
) -> None:
    async def look(follower: Follower, _: Board, changes: Changes) -> tuple[list[str], list[Place]]:
        return [event.id for event in (await follower.incident("Example", "A")).decisions], changes

    def withdrawn(name: str, hours: float) -> Record:
        data = {"force": "Example", "incident_ref": "A", "decided_at": format_instant(at(hours))}
        event = {"specversion": "1.0", "source": "desk", "id": name, "type": "decision.withdrawn", "data": data}
        return Record(name.encode(), json.dumps({**event, "time": format_instant(at(hours))}).encode())

    with Desk(kafka, tmp_path, "decisions"):
        kafka.produce("recording-decisions", [withdrawn("later", 3), withdrawn("sooner", 2), Record(b"x", b"nothing")])
        kafka.produce("recording-decisions", [withdrawn("sooner", 4)])

        found, told = followed(kafka, look)

    assert found == ["sooner", "later"]
    assert told == [("Example", "A")] * 3


def test_incidents_are_found_by_what_their_number_holds_the_very_number_first(kafka: Cluster, tmp_path: Path) -> None:
    async def look(follower: Follower, _: Board, __: Changes) -> list[list[Place]]:
        return [
            follower.like("pol-1", None, 10),
            follower.like("POL-1", {"Example"}, 10),
            follower.like("POL-1", None, 1),
            follower.like("pol", {"Other"}, 10),
            follower.like("example", None, 10),
        ]

    with Desk(kafka, tmp_path, "like"):
        kafka.produce("recording-status", [status(ref, "monitoring") for ref in ("POL-10", "POL-1", "X", "POL-2")])

        anyhow, exactly, *rest = followed(kafka, look)

    assert sorted(anyhow) == [("Example", "POL-1"), ("Example", "POL-10")]
    assert exactly == [("Example", "POL-1"), ("Example", "POL-10")]
    assert rest == [[("Example", "POL-1")], [], []]


def test_an_incident_of_which_nothing_was_published_has_nothing(kafka: Cluster, tmp_path: Path) -> None:
    async def look(follower: Follower, _: Board, __: Changes) -> Incident:
        return await follower.incident("Example", "Z")

    with Desk(kafka, tmp_path, "nothing"):
        assert followed(kafka, look) == Incident(None, [], [])
