"""`feed` against a real broker: what arrives where and under which key, and how it ends when it cannot go on."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kafka.admin import ACLOperation

from rules.events import TOPICS
from streams.kafka.envelope import decode
from streams.kafka.topics import create
from streams.settings import Settings
from tests.eventually import eventually
from tests.integration.command import run, start
from tests.kafka.cluster import Cluster, Record, free_ports
from tests.kafka.rights import denied

pytestmark = pytest.mark.kafka
PROJECT = Path(__file__).resolve().parents[2]
MAPPING = PROJECT / "deploy" / "forces" / "dallas" / "mapping.yaml"
DATA = Path(os.environ.get("RECORDING_DATA", PROJECT.parent / "shared" / "data"))
DALLAS = DATA / "dallas_2016_2017" / "incidents.csv"
STRUCTURED = [("content-type", b"application/cloudevents+json")]
INPUTS = tuple(TOPICS)


@pytest.fixture
def broker(cluster: Cluster) -> Iterator[str]:
    """The address of a broker whose topics have just been made."""
    create(Settings(broker=cluster.bootstrap, partitions=3))
    yield cluster.bootstrap
    with cluster.admin() as admin:
        admin.delete_topics([*INPUTS, "dead-letters"])
    eventually(lambda: not set(INPUTS) & set(_names(cluster)))


def _names(cluster: Cluster) -> list[str]:
    with cluster.admin() as admin:
        return list(admin.list_topics())


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """The first days of a force that does not exist."""
    ran = run("simulate", "--incidents", 300, "--start", "2026-04-01T00:00:00Z", broker="127.0.0.1:1")
    file = tmp_path / "history.jsonl"
    file.write_text(ran.out, encoding="utf-8")
    return file


def _held(cluster: Cluster) -> dict[str, list[Record]]:
    return {topic: cluster.read_all(topic) for topic in INPUTS}


def _key(topic: str, value: bytes) -> bytes:
    data = json.loads(value)["data"]
    return f"{data['force']}/{data['crime_ref' if topic == 'crime-records' else 'incident_ref']}".encode()


def test_a_whole_history_is_in_the_topics_under_the_contract_s_keys(
    cluster: Cluster, broker: str, history: Path
) -> None:
    ran = run("feed", history, "--json", broker=broker)

    held = _held(cluster)
    assert ran.status == 0
    assert json.loads(ran.out)["sent"] == {topic: len(records) for topic, records in held.items()}
    assert sorted(record.value or b"" for records in held.values() for record in records) == sorted(
        history.read_bytes().splitlines()
    )
    for topic, records in held.items():
        for record in records:
            assert record.value is not None
            assert record.headers == STRUCTURED
            assert record.key == _key(topic, record.value)
            assert decode(record.value, record.headers).type in TOPICS[topic]
    assert cluster.read_all("dead-letters") == []


def test_the_events_of_one_key_keep_their_order(cluster: Cluster, broker: str, history: Path) -> None:
    run("feed", history, broker=broker)

    expected: dict[bytes, list[bytes]] = {}
    for line in history.read_bytes().splitlines():
        if json.loads(line)["type"] in TOPICS["incident-log"]:
            expected.setdefault(_key("incident-log", line), []).append(line)
    found: dict[bytes | None, list[bytes | None]] = {}
    for record in cluster.read_all("incident-log"):
        found.setdefault(record.key, []).append(record.value)
    assert found == expected


@pytest.mark.skipif(not DALLAS.exists(), reason="the Dallas export is not beside this checkout")
def test_an_export_arrives_as_events(cluster: Cluster, broker: str) -> None:
    ran = run("feed", DALLAS, "--mapping", MAPPING, broker=broker)

    held = _held(cluster)
    assert ran.status == 0
    assert {topic: len(records) for topic, records in held.items()} == {
        "incident-log": 543,
        "crime-records": 483,
        "recording-decisions": 0,
    }
    assert all(record.key == _key(topic, record.value or b"") for topic in held for record in held[topic])


def test_rows_that_cannot_be_mapped_are_dead_letters_with_themselves_as_the_value(
    cluster: Cluster, broker: str, tmp_path: Path
) -> None:
    export = tmp_path / "export.csv"
    mapping = tmp_path / "mapping.yaml"
    export.write_text("Log,Call\nL1,2026-04-01T09:30:00Z\nL2,soon\nL3\n")
    mapping.write_text(
        "force: Sample\nsource: //sample.example/control\nevents:\n"
        "  - {type: incident.reopened, id: Log, data: {incident_ref: Log, reopened_at: Call}}\n"
    )

    ran = run("feed", export, "--mapping", mapping, "--rejected", tmp_path / "rejected", broker=broker)

    assert ran.status == 1
    assert "2 to dead-letters" in ran.out
    letters = sorted(cluster.read_all("dead-letters"), key=lambda letter: dict(letter.headers)["offset"])
    assert [(letter.key, letter.value) for letter in letters] == [
        (None, b'{"Log": "L2", "Call": "soon"}'),
        (None, b"L3"),
    ]
    said = [{name: content.decode() for name, content in letter.headers} for letter in letters]
    assert [header.pop("received")[-1] for header in said] == ["Z", "Z"]
    where = {"error_type": "invalid_data", "topic": "file:export.csv", "partition": "0"}
    reason = "incident.reopened: data.reopened_at: none of the time formats reads it (column 'Call')"
    assert said == [
        {**where, "error": reason, "offset": "3"},
        {**where, "error": "expected 2 cells, as in the header", "offset": "4"},
    ]
    rejected = [json.loads(line) for line in (tmp_path / "rejected").read_text().splitlines()]
    assert [line["line"] for line in rejected] == [3, 4]


def test_standard_input_is_a_feed_too(cluster: Cluster, broker: str, history: Path) -> None:
    ran = run("feed", "-", broker=broker, given=history.read_text().splitlines()[0] + "\n{\n")

    assert ran.status == 1
    assert len(cluster.read_all("incident-log")) == 1
    (letter,) = cluster.read_all("dead-letters")
    assert dict(letter.headers)["topic"] == b"file:-"


def test_topics_that_are_missing_are_one_line_before_anything_is_sent(
    cluster: Cluster, broker: str, history: Path
) -> None:
    with cluster.admin() as admin:
        admin.delete_topics(["dead-letters"])
    eventually(lambda: "dead-letters" not in _names(cluster))

    ran = run("feed", history, broker=broker)

    create(Settings(broker=broker, partitions=3))
    assert ran.status == 2
    assert ran.err == f"dead-letters: not on {broker}: `recording-monitor topics create` makes them\n"
    assert cluster.read_all("incident-log") == []


def test_a_right_that_is_missing_is_one_line_that_says_how_many_are_safe(
    cluster: Cluster, broker: str, history: Path
) -> None:
    with denied(cluster, ACLOperation.WRITE, "crime-records"):
        ran = run("feed", history, broker=broker)

    assert ran.status == 2
    assert ran.err.startswith("crime-records: the right Write on this topic is missing for User:ANONYMOUS")
    assert len(ran.err.splitlines()) == 1
    held = sum(len(records) for records in _held(cluster).values())
    assert _acknowledged(ran.err) <= held


def test_a_person_who_stops_it_is_told_how_many_were_sent_and_may_send_all_again(
    cluster: Cluster, broker: str, history: Path
) -> None:
    with start("feed", history, "--rate", "50", broker=broker) as process:
        eventually(lambda: cluster.read_all("incident-log"))
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)

    assert process.returncode == 130
    assert err.startswith("stopped: ")
    assert len(err.splitlines()) == 1
    assert _acknowledged(err) == sum(len(records) for records in _held(cluster).values()) > 0


def test_a_broker_that_goes_away_is_one_line_that_says_how_many_are_safe(history: Path) -> None:
    with Cluster() as going:
        create(Settings(broker=going.bootstrap, partitions=1))
        with start("feed", history, "--rate", "50", broker=going.bootstrap) as process:
            eventually(lambda: going.read_all("incident-log"))
            going.kill(0)
            _, err = process.communicate(timeout=120)

    assert process.returncode == 2
    assert f"the Kafka broker at {going.bootstrap} no longer acknowledges what is sent" in err
    assert len(err.splitlines()) == 1
    assert _acknowledged(err) > 0


def test_a_broker_that_is_not_there_is_one_line(history: Path) -> None:
    (port,) = free_ports(1)

    ran = run("feed", history, broker=f"127.0.0.1:{port}")

    assert (ran.status, ran.out) == (2, "")
    assert ran.err == f"no Kafka broker answers at 127.0.0.1:{port}: start it, or say in RECORDING_BROKER where it is\n"


def _acknowledged(said: Any) -> int:
    """Return how many events a line says were acknowledged."""
    return int(said.partition(" events were acknowledged")[0].split()[-1])
