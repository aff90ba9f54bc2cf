from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from rules.book_files import load_rulebook
from rules.events import EVENT
from rules.examples import events_of
from rules.statements import statement_of
from streams.settings import Forces
from streams.tools.explain import Explained, explain_from
from streams.tools.spool import Spool

BOOK = load_rulebook()
GIVEN: list[dict[str, Any]] = [
    {"at": "2026-04-02T09:00:00Z", "opened": {"opening_code": "CRIME_THEFT", "area": "Quarrington"}},
    {"at": "2026-04-02T09:30:00Z", "opened": {"incident_ref": "B"}},
    {
        "at": "2026-04-02T10:00:00Z",
        "closed": {
            "closing_codes": ["CRI"],
            "reason": "Ottilie Quarrington rang",
            "entries": [{"text": "Quarrington punched"}],
        },
    },
    {"at": "2026-04-04T10:00:00Z", "recorded": {"offence_code": "039/00"}},
    {"at": "2026-04-05T10:00:00Z", "unlinked": {}},
]
END = datetime(2026, 4, 6, tzinfo=UTC)


@pytest.fixture
def parts(tmp_path: Path) -> list[Path]:
    with Spool(tmp_path, Forces({})) as spool:
        for event in events_of(GIVEN):
            spool.add(statement_of(EVENT.validate_python(event), BOOK.lexicon))
        return spool.parts()


def explained(parts: list[Path], until: datetime = END) -> Explained:
    found = explain_from(parts, "Example", "A", until, Forces({}), BOOK)
    assert found is not None
    return found


def test_a_time_line_holds_the_incident_and_its_crimes_alone(parts: list[Path]) -> None:
    found = explained(parts)

    assert [(at.isoformat()[8:16], what.split(":")[0]) for at, what in found.time_line] == [
        ("02T09:00", "log opened"),
        ("02T10:00", "log closed"),
        ("04T10:00", "crime recorded"),
        ("05T10:00", "crime unlinked"),
    ]


def test_it_shows_codes_and_numbers_and_never_what_somebody_wrote(parts: list[Path]) -> None:
    text = "\n".join(explained(parts).lines())

    assert "CRIME_THEFT" in text
    assert "039/00" in text
    assert "Ottilie" not in text
    assert "Why" in text
    assert "Example/A: overdue" in text


def test_it_is_told_as_of_an_instant(parts: list[Path]) -> None:
    early = explained(parts, datetime(2026, 4, 2, 9, 45, tzinfo=UTC))

    assert early.status["status"] == "monitoring"
    assert len(early.time_line) == 1
    assert "No alert was raised" in list(early.lines())


def test_a_program_gets_the_status_the_alerts_and_the_time_line(parts: list[Path]) -> None:
    said = explained(parts).as_dict()

    assert said["time_line"][0]["at"] == "2026-04-02T09:00:00Z"
    assert said["status"]["status"] == "overdue"
    standing = [alert["status"] != "resolved" for alert in said["alerts"]]
    assert standing == sorted(standing, reverse=True)
    assert {alert["kind"] for alert in said["alerts"]} >= {"overdue", "unjustified_disposal"}


@pytest.mark.parametrize(("force", "ref"), [("Example", "Z"), ("Elsewhere", "A"), ("Example", "C1")])
def test_what_nobody_received_is_not_explained(parts: list[Path], force: str, ref: str) -> None:
    assert explain_from(parts, force, ref, END, Forces({}), BOOK) is None
