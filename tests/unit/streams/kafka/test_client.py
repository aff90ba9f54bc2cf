"""What a person is told when Kafka is not there."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from kafka import errors

from streams.kafka import client
from streams.kafka.client import BrokerError, administration, consumption, error_of, production, said
from streams.settings import Settings

Connecting = Callable[[Settings], AbstractContextManager[Any]]


class PlayedClient:
    """A client that reaches no broker, or one that goes away."""

    there = False

    def __init__(self, **options: object) -> None:
        assert options["bootstrap_servers"] == ["127.0.0.1:1"]
        if not self.there:
            raise errors.KafkaTimeoutError("Unable to bootstrap")
        self.closed = False

    def close(self, **_: object) -> None:
        self.closed = True


SETTINGS = Settings(broker="127.0.0.1:1")


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> type[PlayedClient]:
    monkeypatch.setattr(PlayedClient, "there", False)
    monkeypatch.setattr(client, "KafkaAdminClient", PlayedClient)
    monkeypatch.setattr(client, "KafkaConsumer", PlayedClient)
    monkeypatch.setattr(client, "_Producer", PlayedClient)
    return PlayedClient


@pytest.mark.parametrize("connecting", [administration, consumption, production])
def test_a_broker_that_is_not_there_is_one_line_that_names_its_setting(
    connecting: Connecting, played: type[PlayedClient]
) -> None:
    with pytest.raises(BrokerError) as raised, connecting(SETTINGS):
        pass

    assert str(raised.value) == (
        "no Kafka broker answers at 127.0.0.1:1: start it, or say in RECORDING_BROKER where it is"
    )


@pytest.mark.parametrize("connecting", [administration, consumption, production])
@pytest.mark.parametrize(
    ("error", "line"),
    [
        (errors.KafkaTimeoutError("5 s"), r"the Kafka broker at 127.0.0.1:1 no longer answers \(5 s\)"),
        (errors.ClusterAuthorizationFailedError("request"), r".* a right is missing for User:ANONYMOUS, who connects"),
        (errors.PolicyViolationError("request"), r"127.0.0.1:1: Request parameters do not satisfy"),
    ],
)
def test_what_fails_later_is_one_line_too_and_the_connection_is_closed(
    connecting: Connecting, played: type[PlayedClient], monkeypatch: pytest.MonkeyPatch, error: Exception, line: str
) -> None:
    monkeypatch.setattr(played, "there", True)

    with pytest.raises(BrokerError, match=line), connecting(SETTINGS) as connected:
        raise error

    assert connected.closed


def test_an_error_says_what_the_protocol_says_of_it_and_not_the_request() -> None:
    refused = errors.PolicyViolationError("Request 'CreateTopicsRequest(…)' failed")

    assert said(refused) == "Request parameters do not satisfy the configured policy"
    assert said(errors.KafkaTimeoutError("after\n10 s.")) == "after 10 s"
    assert said(errors.KafkaTimeoutError()) == "KafkaTimeoutError"


def test_code_zero_is_no_error() -> None:
    assert error_of(0) is None
    assert error_of(3) is client.NoSuchTopic
