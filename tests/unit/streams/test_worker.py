"""In which order a worker begins, what it logs, and with what it ends."""

from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import GroupAuthorizationFailedError, KafkaTimeoutError, TopicAuthorizationFailedError

from streams import worker
from streams.kafka.client import BrokerError
from streams.kafka.failures import Frozen, SendRefused
from streams.outward.server import WrongAddress
from streams.settings import Settings


def ended(raised: BaseException | None, failure: Exception | None = None, crash: BaseException | None = None) -> int:
    def execute() -> None:
        if raised is not None:
            raise raised

    played: Any = SimpleNamespace(execute_from_commandline=execute)
    flush: Any = SimpleNamespace(failure=failure, app=SimpleNamespace(crash_reason=crash))
    return worker._run(played, flush, Settings())


def test_a_worker_that_was_told_to_stop_has_done_its_work(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(SystemExit(0)) == 0
    assert ended(SystemExit()) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("raised", [SystemExit(1), None])
def test_an_end_that_nobody_asked_for_is_no_success(raised: BaseException | None) -> None:
    assert ended(raised) == 1


@pytest.mark.parametrize(
    ("raised", "failure"),
    [
        (SystemExit(1), SendRefused("out", KafkaTimeoutError())),
        (SystemExit(0), SendRefused("out", KafkaTimeoutError())),
        (Frozen("it stood still"), SendRefused("out", KafkaTimeoutError())),
        (SendRefused("out", KafkaTimeoutError()), None),
    ],
)
def test_what_ended_it_is_said_in_one_line(
    capsys: pytest.CaptureFixture[str], raised: BaseException, failure: Exception | None
) -> None:
    assert ended(raised, failure) == 1
    assert capsys.readouterr().err == (
        "the worker ended, and has to be started again: SendRefused: out: KafkaTimeoutError\n"
    )


def test_what_faust_alone_knows_of_its_end_is_said_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(SystemExit(1), crash=ZeroDivisionError("by zero")) == 1
    assert capsys.readouterr().err == ("the worker ended, and has to be started again: ZeroDivisionError: by zero\n")


def test_a_missing_right_is_a_mistake_that_a_person_can_mend() -> None:
    refused = SendRefused("out", TopicAuthorizationFailedError())

    with pytest.raises(BrokerError, match=r"^out: this worker has no right to write to it; grant it and start"):
        ended(SystemExit(1), refused)


@pytest.mark.parametrize("error", [TopicAuthorizationFailedError("in"), GroupAuthorizationFailedError("group")])
def test_a_right_that_was_taken_away_is_named_by_who_looks_at_the_rights(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def need(_: Settings, role: str) -> None:
        raise BrokerError(f"a right of the {role} is missing")

    monkeypatch.setattr(worker, "need", need)

    with pytest.raises(BrokerError, match=r"^a right of the worker is missing$"):
        ended(SystemExit(1), crash=error)


def test_a_right_that_is_back_already_lets_the_worker_be_started_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(worker, "need", lambda *_: None)

    assert ended(SystemExit(1), crash=TopicAuthorizationFailedError("in")) == 1
    assert "has to be started again: TopicAuthorizationFailedError" in capsys.readouterr().err


class PlayedServer:
    """A server that listens at once, or whose port another process has."""

    def __init__(self, said: list[str], host: str, port: int) -> None:
        self.said = said
        self.host = host
        self.port = port

    async def start(self) -> None:
        if self.port == 1:
            raise WrongAddress("RECORDING_PORT: 1 needs rights that this user lacks")
        self.said.append("serves")
        self.port = 9000


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a worker did as it began, with no broker and no Faust; its topics differ in one thing."""
    said: list[str] = []

    class PlayedWorker:
        def __init__(self, *_: Any, **__: Any) -> None:
            self.loop = SimpleNamespace(run_until_complete=finish)

        def execute_from_commandline(self) -> None:
            said.append("works")
            raise SystemExit(0)

    def finish(work: Any) -> None:
        with pytest.raises(StopIteration):
            work.send(None)

    def ensure(_: Settings) -> list[str]:
        said.append("ensures topics")
        return ["incident-log: expected 12 partitions, found 3"]

    monkeypatch.setattr(worker, "ensure", ensure)
    monkeypatch.setattr(worker, "need", lambda _, role: said.append(f"has the rights of a {role}"))
    monkeypatch.setattr(worker, "log_to_stderr", lambda quiet: None)
    monkeypatch.setattr(worker, "Server", lambda host, port, *_: PlayedServer(said, host, port))
    monkeypatch.setattr("streams.worker.faust.Worker", PlayedWorker)
    return said


def test_it_has_its_topics_and_its_port_before_it_works(begun: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert worker.run_worker(settings=Settings(port=0)) == 0

    assert begun == ["ensures topics", "has the rights of a worker", "serves", "works"]
    assert capsys.readouterr().err.splitlines() == [
        "incident-log: expected 12 partitions, found 3",
        "serving http://127.0.0.1:9000/metrics, http://127.0.0.1:9000/live, http://127.0.0.1:9000/ready",
    ]


def test_a_port_that_cannot_be_had_is_a_mistake_that_is_told_before_it_works(begun: list[str]) -> None:
    with pytest.raises(WrongAddress):
        worker.run_worker(settings=Settings(port=1))

    assert begun == ["ensures topics", "has the rights of a worker"]
