"""The demo as a person starts it: by its command, in an empty folder, on whatever machine this is."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.cookiejar import CookieJar
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest
from kafka import KafkaConsumer

from tests.eventually import eventually

COMMAND = [sys.executable, "-P", "-c", "from streams.cli import main; main()", "demo"]
PATIENCE = timedelta(seconds=100)
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
  - type: crime.recorded
    id: Crime
    data: {crime_ref: Crime, incident_refs: Log, offence_code: {constant: "049/00"}, recorded_at: Made}
"""
EXPORT = """\
Log,Call,Crime,Made
L1,02/03/2021 09:30,C1,02/03/2021 11:00
L2,02/03/2021 10:15,,
L3,02/03/2021 11:00,C3,05/03/2021 08:00
"""


class Demo:
    """A demo in a folder of its own; killed at the end of its context if it still runs."""

    def __init__(self, folder: Path, *arguments: str, **settings: str) -> None:
        self.home, self.temporary = folder / "home", folder / "temporary"
        for each in (self.home, self.temporary):
            each.mkdir(parents=True)
        self._out = folder / "out.txt"
        environment = {**os.environ, **settings, "TMPDIR": str(self.temporary)}
        self.started = datetime.now(UTC)
        with self._out.open("wb") as out:
            self.process = subprocess.Popen(
                [*COMMAND, *arguments], cwd=self.home, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if kind is not None:
            print(self.said[-3000:])

    @property
    def said(self) -> str:
        return self._out.read_text()

    def says(self, pattern: str) -> str:
        """Wait until the demo has written something, and return it, or its first group."""

        def look() -> str | None:
            found = re.search(pattern, self.said)
            if not found and self.process.poll() is not None:
                raise RuntimeError(f"the demo ended: {self.said[-1500:]}")
            return found and found[found.re.groups and 1]

        return eventually(look, within=PATIENCE) or ""

    @property
    def broker(self) -> str:
        return self.says(r"broker +(127\.0\.0\.1:\d+)\n")

    def interrupted(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)

    def left_on_the_disk(self) -> list[Path]:
        return [*self.home.iterdir(), *self.temporary.iterdir()]


class Page:
    """The supervisors' page, as a browser without scripts uses it."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._cookies = CookieJar()
        self._open = build_opener(HTTPCookieProcessor(self._cookies)).open

    def text(self, path: str) -> str:
        with self._open(f"{self._address}{path}", timeout=10) as answer:
            return str(answer.read().decode())

    def take(self, force: str, ref: str) -> None:
        (key,) = (cookie.value or "" for cookie in self._cookies if cookie.name == "desk")
        form = urlencode({"place": f"{force}/{ref}", "key": key}).encode()
        asked = Request(f"{self._address}/take", form, {"Origin": self._address})
        with self._open(asked, timeout=10) as answer:
            assert answer.read() == b"sent\n"


@contextmanager
def alerts(broker: str) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Give what returns every alert's state that a broker has had so far."""
    options = {"group_id": None, "enable_auto_commit": False, "auto_offset_reset": "earliest"}
    read: list[dict[str, Any]] = []
    with closing(KafkaConsumer("recording-alerts", bootstrap_servers=broker, **options)) as consumer:

        def more() -> list[dict[str, Any]]:
            read.extend(json.loads(record.value) for records in consumer.poll(200).values() for record in records)
            return read

        yield more


def processes(broker: str) -> list[int]:
    """Return the processes that know of a broker: itself, the worker, whoever else."""
    return [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit() and _knows(folder, broker)]


def _knows(process: Path, broker: str) -> bool:
    try:
        if process.joinpath("stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return False
        return any(broker.encode() in process.joinpath(name).read_bytes() for name in ("cmdline", "environ"))
    except OSError:
        return False


def test_deadlines_fall_before_your_eyes_and_then_it_ends_and_leaves_nothing(tmp_path: Path) -> None:
    with Demo(tmp_path, "--for", "45") as demo:
        broker = demo.broker

        with alerts(broker) as read:

            def fell_due_after_the_start() -> list[dict[str, Any]]:
                overdue = [alert for alert in read() if alert["kind"] == "overdue"]
                return [alert for alert in overdue if datetime.fromisoformat(alert["due_at"]) > demo.started]

            alert = eventually(fell_due_after_the_start, within=PATIENCE)[0]

        due, raised = datetime.fromisoformat(alert["due_at"]), datetime.fromisoformat(alert["raised_at"])
        received = datetime.fromisoformat(alert["received_at"])
        assert due <= raised <= datetime.now(UTC)
        assert received < demo.started < due
        assert demo.says(rf"overdue {alert['incident_ref']}, due")
        page = Page(demo.says(r"page +(http\S+)/\n"))
        eventually(lambda: alert["incident_ref"] in page.text("/"))
        page.take("simulated", alert["incident_ref"])
        eventually(lambda: "Taken by local" in page.text(f"/incident/simulated/{alert['incident_ref']}"))
        assert demo.process.wait(PATIENCE.total_seconds()) == 0
        assert re.search(r"its folder is gone; [1-9]\d* deadlines passed without a crime", demo.said)
        assert processes(broker) == []
        assert demo.left_on_the_disk() == []


def test_a_demo_that_is_killed_leaves_nothing_running(tmp_path: Path) -> None:
    with Demo(tmp_path) as demo:
        broker = demo.broker
        demo.says("metrics +http")
        demo.says("page +http")
        assert len(processes(broker)) == 3

        demo.process.kill()

        eventually(lambda: processes(broker) == [])


@pytest.mark.slow
def test_two_at_once_do_not_disturb_each_other_and_ctrl_c_ends_each(tmp_path: Path) -> None:
    with Demo(tmp_path / "one") as one, Demo(tmp_path / "other") as other:
        brokers = [demo.broker for demo in (one, other)]
        for demo in (one, other):
            demo.says("the worker has caught up")
        assert brokers[0] != brokers[1]

        assert one.interrupted() == 0

        assert one.said.splitlines()[-1].startswith("the demo has ended and its folder is gone")
        assert processes(brokers[0]) == []
        assert other.process.poll() is None
        assert len(processes(brokers[1])) == 3
        assert other.interrupted() == 0
        assert processes(brokers[1]) == []
        assert one.left_on_the_disk() == other.left_on_the_disk() == []


def test_a_worker_that_ends_early_is_shown_and_ends_the_demo(tmp_path: Path) -> None:
    with Demo(tmp_path) as demo:
        broker = demo.broker
        demo.says("metrics +http")
        (worker,) = (
            pid for pid in processes(broker) if Path(f"/proc/{pid}/cmdline").read_bytes().endswith(b"\0worker\0")
        )

        os.kill(worker, signal.SIGKILL)

        assert demo.process.wait(PATIENCE.total_seconds()) == 1
        assert "the worker ended with status -9; its last lines:\n  serving http" in demo.said
        assert "Traceback" not in demo.said
        assert processes(broker) == []
        assert demo.left_on_the_disk() == []


def test_an_own_export_is_shown_and_wiped(tmp_path: Path) -> None:
    mapping, export = tmp_path / "mapping.yaml", tmp_path / "export.csv"
    mapping.write_text(MAPPING)
    export.write_text(EXPORT)

    with Demo(tmp_path / "demo", "--feed", str(export), "--mapping", str(mapping)) as demo:
        broker = demo.broker
        demo.says("it stays on loopback, in memory and in .*, which is wiped at the end")
        demo.says("3 rows read, 5 events sent")
        demo.says("0 monitoring, 0 due soon, 1 overdue; recorded 1 in time, 1 late")

        assert demo.interrupted() == 0

        assert processes(broker) == []
        assert demo.left_on_the_disk() == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["export.csv"], "File 'export.csv' does not exist."),
        (["--mapping", __file__], "expected --feed before the files of your own export"),
        (["--for", "0"], "'--for': 0.0 is not in the range x>=1."),
    ],
)
def test_wrong_use_is_one_line(arguments: list[str], said: str, tmp_path: Path) -> None:
    with Demo(tmp_path, *arguments) as demo:
        assert demo.process.wait(PATIENCE.total_seconds()) == 2

        assert said in demo.said
        assert len(demo.said.splitlines()) == 1


@pytest.mark.parametrize(("name", "value"), [("RECORDING_SWEEP", "never"), ("RECORDING_SECURITY", "ssl")])
def test_a_wrong_setting_is_one_line_and_nothing_is_left(tmp_path: Path, name: str, value: str) -> None:
    with Demo(tmp_path, **{name: value}) as demo:
        assert demo.process.wait(PATIENCE.total_seconds()) == 2

        assert demo.said.splitlines()[-1].startswith(f"{name}: expected ")
        assert "Traceback" not in demo.said
        assert demo.left_on_the_disk() == []
