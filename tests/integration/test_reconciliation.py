"""Reconciliation on Apache Kafka: silent while all is well, also while events flow; each planted fault is found and named."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from urllib.request import urlopen

import msgspec
import pytest

from streams.agents.messages import partition_of
from streams.agents.rows import read_incident
from streams.settings import Settings
from streams.tools.reconcile import Reconciled, reconcile
from tests.eventually import eventually
from tests.integration.command import run
from tests.integration.histories import simulated
from tests.integration.workers import Desk, Worker
from tests.kafka.cluster import Cluster, Record

pytestmark = pytest.mark.kafka
START = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)
NEVER_SENT = b"simulated/NEVER-SENT"


@dataclass
class Running:
    """One worker that has handled a simulated history, and goes on."""

    desk: Desk
    worker: Worker
    settings: Settings

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.worker.port}/metrics"

    def reconcile(self, *urls: str) -> Reconciled:
        return reconcile(self.settings, urls)

    def newest(self, topic: str, wanted: Callable[[Record], bool]) -> Record:
        """Return the newest record of a topic of the first key that has one that is wanted."""
        newest = {record.key: record for record in self.desk.cluster.read_all(topic)}
        return next(record for record in newest.values() if record.value is not None and wanted(record))

    @contextmanager
    def planted(self, topic: str, was: Record, value: bytes | None, key: bytes | None = None) -> Iterator[None]:
        """Write another value where one stands, or under another key, and then what stood there before."""
        name, before = (was.key, was.value) if key is None else (key, None)
        self.desk.produce(topic, [Record(name, value, partition=was.partition)])
        yield
        self.desk.produce(topic, [Record(name, before, partition=was.partition)])


@pytest.fixture(scope="module")
def running(kafka: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with Desk(kafka, tmp_path_factory.mktemp("books"), "books") as desk, desk.worker() as worker:
        settings = Settings(
            broker=kafka.bootstrap,
            application=desk.application,
            partitions=4,
            commit=desk.environment["RECORDING_COMMIT"],
        )
        eventually(worker.ready)
        desk.send(simulated(40, 1, START))
        eventually(lambda: not desk.underway())
        yield Running(desk, worker, settings)


def _open_alert(record: Record) -> bool:
    return bool(json.loads(record.value or b"")["status"] == "open")


def _lost_alert(running: Running) -> AbstractContextManager[None]:
    alert = running.newest("recording-alerts", _open_alert)
    return running.planted("recording-alerts", alert, None)


def _doubled_alert(running: Running) -> AbstractContextManager[None]:
    alert = running.newest("recording-alerts", _open_alert)
    doubled = json.dumps(json.loads(alert.value or b"") | {"alert_id": "f" * 32}).encode()
    return running.planted("recording-alerts", alert, doubled, key=b"f" * 32)


def _alert_that_no_row_knows(running: Running) -> AbstractContextManager[None]:
    alert = running.newest("recording-alerts", _open_alert)
    unknown = json.dumps(json.loads(alert.value or b"") | {"alert_id": "e" * 32, "incident_ref": "NOBODY"}).encode()
    return running.planted("recording-alerts", alert, unknown, key=b"e" * 32)


def _status_never_sent(running: Running, caused_at: int = 0) -> AbstractContextManager[None]:
    rows = f"{running.desk.application}-incidents-changelog"
    home = partition_of(NEVER_SENT, 4)
    known = running.newest(
        rows, lambda record: record.partition == home and not read_incident(record.value or b"").alerts
    )
    row = msgspec.structs.replace(read_incident(known.value or b""), status="monitoring", offset=caused_at)
    return running.planted(rows, known, msgspec.msgpack.encode(row), key=NEVER_SENT)


def _other_status(running: Running) -> AbstractContextManager[None]:
    status = running.newest("recording-status", lambda _: True)
    return running.planted("recording-status", status, b'{"status":"transferred"}')


def _row_left_behind(running: Running) -> AbstractContextManager[None]:
    status = running.newest("recording-status", lambda _: True)
    return running.planted("recording-status", status, None)


def test_a_good_run_has_no_difference_and_its_sums_add_up(running: Running) -> None:
    result = running.reconcile(running.url)

    assert result.differences == []
    assert result.undecided == 0
    assert result.gauges == "agree"
    account = result.accounts["simulated"]
    assert account.opened == sum(account.statuses.values()) == len(running.desk.by_incident()) > 30
    assert account.raised == account.open + account.resolved == len(running.desk.alerts()) > 5


@pytest.mark.parametrize(
    ("plant", "name", "by"),
    [
        (_lost_alert, "alert_lost", -1),
        (_doubled_alert, "alert_doubled", 1),
        (_alert_that_no_row_knows, "alert_without_row", 1),
        (_status_never_sent, "status_never_sent", -1),
        (_other_status, "status_differs", -1),
        (_row_left_behind, "row_left_behind", 1),
    ],
)
def test_a_planted_fault_is_found_and_named(
    running: Running, plant: Callable[[Running], AbstractContextManager[None]], name: str, by: int
) -> None:
    with plant(running):
        (difference,) = running.reconcile().differences

    assert (difference.force, difference.name) == ("simulated", name)
    assert difference.found - difference.expected == by
    assert len(difference.examples) == 1
    assert running.reconcile().differences == []


def test_what_follows_from_a_message_that_is_not_committed_is_on_its_way_and_no_difference(running: Running) -> None:
    with _status_never_sent(running, caused_at=1_000_000_000):
        result = running.reconcile()

    assert (result.differences, result.undecided) == ([], 1)


def test_a_gauge_that_drifted_is_found_and_named(running: Running) -> None:
    with _served(running.url, lambda text: _one_more(text, "recording_alerts_open{")) as url:
        result = running.reconcile(url)

    (difference,) = result.differences
    assert result.gauges == "differ"
    assert difference.name == "gauge_drifted"
    assert difference.counted.startswith("recording_alerts_open{kind=")
    assert difference.found - difference.expected == 1


def test_the_command_says_one_line_a_difference_and_its_exit_status_tells(running: Running) -> None:
    def command(*arguments: str) -> tuple[int, list[str], str]:
        ran = run(
            "reconcile", *arguments, broker=running.settings.broker, RECORDING_APPLICATION=running.desk.application
        )
        return ran.status, ran.out.splitlines(), ran.err

    well, said, warned = command("--metrics", running.url)
    with _lost_alert(running):
        faulty, lines, _ = command()
        _, told, _ = command("--json")

    assert well == 0
    assert warned == ""
    assert said[-1] == "the rows, what was published and the gauges agree"
    assert faulty == 1
    (line,) = (line for line in lines if ": expected " in line)
    assert line.startswith("simulated: alert_lost: raised alerts that are on recording-alerts: expected ")
    (difference,) = json.loads("\n".join(told))["differences"]
    assert difference["expected"] - difference["found"] == 1


def test_no_difference_is_seen_while_events_flow(running: Running) -> None:
    events = simulated(100, 2, START)
    enough = threading.Event()

    def send() -> None:
        for at in cycle(range(0, len(events), 20)):
            running.desk.send(events[at : at + 20])
            if enough.wait(0.05):
                return

    sending = threading.Thread(target=send)
    sending.start()
    seen = [running.reconcile(*urls).differences for urls in ((), (), (running.url,))]
    flowed = running.desk.underway()
    enough.set()
    sending.join()

    assert seen == [[], [], []]
    assert flowed
    eventually(lambda: not running.desk.underway())
    assert running.reconcile(running.url).gauges == "agree"


def _one_more(text: str, series: str) -> str:
    """Return metrics of which the first sample of a series counts one more."""
    lines = text.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith(series))
    name, _, value = lines[at].rpartition(" ")
    return "\n".join([*lines[:at], f"{name} {float(value) + 1}", *lines[at + 1 :], ""])


@contextmanager
def _served(url: str, doctored: Callable[[str], str]) -> Iterator[str]:
    """Serve what stands at a worker's address, its metrics doctored."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with urlopen(url.removesuffix("/metrics") + self.path, timeout=10) as answer:
                text = answer.read().decode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write((doctored(text) if self.path == "/metrics" else text).encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/metrics"
        server.shutdown()
