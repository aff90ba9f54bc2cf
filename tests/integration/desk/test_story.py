"""One story from end to end, as the people in it see it: from a nurse's report to the crime that is recorded late."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from rules.examples import events_of
from rules.instants import parse_instant
from tests.eventually import eventually
from tests.integration.desk.person import Page, Person
from tests.integration.desk.served import ServedByClock
from tests.integration.worker_main import MovedClock
from tests.integration.workers import Desk
from tests.kafka.cluster import Cluster

pytestmark = pytest.mark.kafka

REPORTED = {
    "reporter": "professional",
    "channel": "partner_agency",
    "opening_code": "PSW_CONCERN",
    "area": "north",
    "victims": [{"victim_ref": "V-Quarrington", "age": 34, "vulnerable": True, "confirmed": True}],
    "entries": [{"text": "ward sister says a visitor punched her patient in the face"}],
}


def test_a_nurses_report_is_closed_as_concern_flagged_taken_and_recorded_late_and_its_page_says_all_of_it(
    kafka: Cluster, tmp_path: Path
) -> None:
    clock = MovedClock(tmp_path / "clock")

    def happens(at: str, **what: Mapping[str, Any]) -> None:
        """Have something happen at an instant: the clock stands there, and the feeds say so."""
        clock.move(parse_instant(at))
        events: Iterable[dict[str, Any]] = events_of([{"at": at, word: given} for word, given in what.items()])
        desk.send([{**event, "id": f"{at} {event['type']}", "subject": "A"} for event in events])

    def reads(word: str, *said: str) -> Page:
        """Look at the incident's page until it stands as a word says, and find there what else is said."""

        def look() -> Page:
            page = person.incident("A")
            assert page.status == 200, page.status
            assert (standing := page.items("status")) == [word], standing
            for each in said:
                assert each in page.text, page.text
            return page

        return eventually(look, within=timedelta(seconds=30))

    with (
        Desk(kafka, tmp_path, "story") as desk,
        desk.worker(clock=tmp_path / "clock") as worker,
    ):
        clock.move(parse_instant("2026-04-02T08:00:00Z"))
        eventually(worker.ready)
        with ServedByClock(tmp_path / "clock", desk.environment, tmp_path) as served:
            person = Person(served.address)

            happens("2026-04-02T09:00:00Z", opened=REPORTED)
            reads("A crime is expected", "violence with injury", "The crime is due")
            assert person.see("/").items("cases") == []

            happens("2026-04-02T11:00:00Z", closed={"closing_codes": ["PSW_CONCERN"]})
            flagged = reads(
                "A crime is expected", "Disposal not justified", "Reopen the log", "CRR26 p10", "22 h 00 min left"
            )
            (row,) = person.see("/").items("cases")
            assert "Disposal not justified" in row
            assert "Not taken" in row

            clock.move(parse_instant("2026-04-02T11:20:00Z"))
            sent = person.send("A", flagged.form("take"))
            assert (sent.status, sent.to) == (303, "/incident/Example/A?did=take#acts")
            reads("A crime is expected", "Taken by local")

            clock.move(parse_instant("2026-04-02T21:00:00Z"))
            reads("A crime is due soon", "Due soon", "12 h 00 min left")

            clock.move(parse_instant("2026-04-03T09:00:01Z"))
            reads("Overdue", "Overdue", "0 min late", "Not taken")
            clock.move(parse_instant("2026-04-03T09:10:00Z"))
            assert person.send("A", reads("Overdue").form("take")).status == 303
            reads("Overdue", "Taken by local")

            happens("2026-04-03T15:00:00Z", recorded={"incident_refs": [], "victim_refs": ["V-Quarrington"]})
            happens("2026-04-03T15:05:00Z", linked={})
            recorded = reads("Recorded late", "1 of 1 recorded")

            assert person.see("/").items("cases") == []

        assert recorded.items("line") == [
            "Thu 2 Apr 2026 10:00 BST Reported to the police",
            "Thu 2 Apr 2026 12:00 BST Disposal not justified: flagged",
            "Thu 2 Apr 2026 12:20 BST Taken (local)",
            "Thu 2 Apr 2026 22:00 BST Due soon: flagged",
            "Fri 3 Apr 2026 10:00 BST The crime was due",
            "Fri 3 Apr 2026 10:00 BST Due soon: resolved, the deadline passed",
            "Fri 3 Apr 2026 10:00 BST Overdue: flagged",
            "Fri 3 Apr 2026 10:10 BST Taken (local)",
            "Fri 3 Apr 2026 16:00 BST Crime C1 recorded, late",
            "Fri 3 Apr 2026 16:05 BST Disposal not justified: resolved, a crime was recorded late",
            "Fri 3 Apr 2026 16:05 BST Overdue: resolved, a crime was recorded late",
        ]
        assert {alert["status"] for alert in desk.alerts().values()} == {"resolved"}
