"""With what a worker ends."""

from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import KafkaTimeoutError, TopicAuthorizationFailedError

from streams import worker
from streams.kafka.client import BrokerError
from streams.kafka.state import Frozen, SendRefused


def ended(raised: BaseException, failure: Exception | None = None) -> int:
    def execute() -> None:
        raise raised

    played: Any = SimpleNamespace(execute_from_commandline=execute)
    flush: Any = SimpleNamespace(failure=failure)
    return worker._run(played, flush)


def test_a_worker_that_was_told_to_stop_has_done_its_work(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(SystemExit(0)) == 0
    assert ended(SystemExit()) == 0
    assert capsys.readouterr() == ("", "")


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


def test_a_missing_right_is_a_mistake_that_a_person_can_mend() -> None:
    refused = SendRefused("out", TopicAuthorizationFailedError())

    with pytest.raises(BrokerError, match=r"^out: this worker has no right to write to it; grant it and start"):
        ended(SystemExit(1), refused)
