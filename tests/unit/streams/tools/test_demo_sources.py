import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from streams.kafka.envelope import decode
from streams.settings import Settings
from streams.tools.demo.board import Board
from streams.tools.demo.sources import OwnExport, SimulatedForce
from streams.tools.feeder import FeedError
from streams.tools.mapping import read_mapping
from streams.tools.sender import Headers, Sender

PRESENT = datetime.fromisoformat("2026-11-23T01:40:00+00:00")
MAPPING = """\
force: Sample-Force
source: //sample.example/control
time_formats: ["%d/%m/%Y %H:%M"]
events:
  - type: incident.opened
    id: Log
    data:
      incident_ref: Log
      received_at: Call
      opened_at: Call
      channel: {constant: "101"}
      opening_code: {constant: CRIME_THEFT}
      reporter: {constant: victim}
"""


@dataclass
class Clock:
    at: datetime

    def now(self) -> datetime:
        return self.at


class Answered:
    is_done = True

    def get(self, timeout: float | None = None) -> object:
        return None


@dataclass
class Topics:
    """A producer that keeps what it is given."""

    sent: list[tuple[str, bytes, bytes]] = field(default_factory=list)

    def send(self, topic: str, value: bytes | None, key: bytes | None, headers: Headers) -> Answered:
        self.sent.append((topic, key or b"", value or b""))
        return Answered()


@dataclass
class Told:
    """A screen that keeps what it is told."""

    phases: list[str] = field(default_factory=list)

    def place(self, what: str, where: str) -> None: ...

    def phase(self, said: str) -> None:
        self.phases.append(said)

    def progress(self, said: str) -> None: ...

    def show(self, board: Board, now: datetime) -> None: ...

    def close(self) -> None: ...


def test_the_simulated_force_sends_all_that_lies_behind_at_once() -> None:
    topics, clock = Topics(), Clock(PRESENT)

    said = SimulatedForce(clock, PRESENT).send_history(Sender(topics, Settings()), Told())

    times = [decode(value).time for _, _, value in topics.sent]
    assert min(times) < PRESENT - timedelta(hours=47)
    assert PRESENT - timedelta(minutes=5) < max(times) <= PRESENT
    assert said.startswith(f"{len(topics.sent):,} events of two days")


def test_what_comes_later_is_sent_when_its_time_has_come() -> None:
    topics, clock = Topics(), Clock(PRESENT)
    force, sender = SimulatedForce(clock, PRESENT), Sender(topics, Settings())
    force.send_history(sender, Told())
    before = len(topics.sent)

    force.send_due(sender)
    assert len(topics.sent) == before

    clock.at += timedelta(minutes=2)
    force.send_due(sender)
    later = [decode(value).time for _, _, value in topics.sent[before:]]
    assert later
    assert max(later) <= clock.at


def test_events_go_to_the_topics_of_the_contract_under_its_keys() -> None:
    topics = Topics()

    SimulatedForce(Clock(PRESENT), PRESENT).send_history(Sender(topics, Settings()), Told())

    assert {topic for topic, _, _ in topics.sent} == {"incident-log", "crime-records", "recording-decisions"}
    for topic, key, value in topics.sent[:500]:
        data = json.loads(value)["data"]
        ref = data["crime_ref" if topic == "crime-records" else "incident_ref"]
        assert key == f"simulated/{ref}".encode()


def test_an_own_export_is_sent_through_its_mapping_and_says_what_became_of_it(tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_text(MAPPING)
    (tmp_path / "export.csv").write_text("Log,Call\nL1,20/11/2026 09:30\nL2,20/11/2026 25:30\n")
    topics, told = Topics(), Told()
    export = OwnExport(
        Clock(PRESENT), (str(tmp_path / "export.csv"),), read_mapping(tmp_path / "mapping.yaml"), tmp_path / "own"
    )

    said = export.send_history(Sender(topics, Settings()), told)

    assert [(topic, key) for topic, key, _ in topics.sent[:1]] == [("incident-log", b"Sample-Force/L1")]
    assert [topic for topic, _, _ in topics.sent[1:]] == ["dead-letters"]
    assert said.startswith("2 rows read, 1 events sent, 1 rejected; 1 invalid_data: ")
    assert "wiped at the end" in told.phases[0]


@pytest.mark.parametrize(
    ("mapped", "export", "said"),
    [
        (
            False,
            "Log,Call\nL1,20/11/2026 09:30\n",
            "2 rejected; 2 not_json: .*; expected JSON lines of events, or a --mapping",
        ),
        (
            True,
            "Log,Call\nL1,20/11/2026 25:30\n",
            "1 rejected; 1 invalid_data: .*; expected rows that suit the mapping",
        ),
        (False, "", "0 rows read, 0 events sent, 0 rejected; expected JSON lines"),
    ],
)
def test_an_own_export_of_which_nothing_became_an_event_is_refused(
    mapped: bool, export: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "mapping.yaml").write_text(MAPPING)
    (tmp_path / "export.csv").write_text(export)
    mapping = read_mapping(tmp_path / "mapping.yaml") if mapped else None
    source = OwnExport(Clock(PRESENT), (str(tmp_path / "export.csv"),), mapping, tmp_path)

    with pytest.raises(FeedError, match=f"nothing to show: .*{said}") as refused:
        source.send_history(Sender(Topics(), Settings()), Told())

    assert "\n" not in str(refused.value)
