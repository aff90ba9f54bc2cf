"""What a person is told of a connection that did not come about."""

import logging

import pytest
from kafka import errors

from streams.kafka.tokens import NoToken
from streams.kafka.unconnected import listening
from streams.settings import Settings

SETTINGS = Settings(broker="a:1", security="sasl_ssl", sasl_mechanism="PLAIN", sasl_username="worker")
CONNECTING = logging.getLogger("kafka.net.manager")
HUNG_UP = errors.KafkaConnectionError("socket disconnected")
WRONG = errors.SaslAuthenticationFailedError("SaslAuthenticationFailedError: invalid\ncredentials")
NO_TLS = errors.KafkaConnectionError("Handshake failed: [SSL] unknown")
SILENT = errors.KafkaTimeoutError("Timeout during ApiVersions check")
NOT_THERE = "no Kafka broker answers at a:1: start it, or say in RECORDING_BROKER where it is"


@pytest.mark.parametrize(
    ("happened", "said"),
    [
        ([], NOT_THERE),
        ([SILENT], NOT_THERE),
        ([HUNG_UP, WRONG, SILENT], "a:1: does not let User:worker in (invalid credentials): expected the name and its"),
        ([SILENT, HUNG_UP], "a:1: does not let User:worker in (hangs up on it): expected the name and its secret"),
        ([NO_TLS, HUNG_UP], "a:1: no TLS with this broker: [SSL] unknown: expected RECORDING_CA_FILE"),
        ([NoToken("RECORDING_OAUTH_TOKEN_ENDPOINT: is out"), HUNG_UP], "RECORDING_OAUTH_TOKEN_ENDPOINT: is out"),
    ],
)
def test_what_was_refused_for_a_reason_is_said_before_a_silence(happened: list[Exception], said: str) -> None:
    with listening() as failures:
        for error in happened:
            CONNECTING.warning("Bootstrap connection to %s failed: %s", "bootstrap-0", error)

    assert failures.why(SETTINGS).startswith(said)


def test_a_broker_that_hangs_up_on_who_has_no_name_is_one_that_does_not_answer() -> None:
    with listening() as failures:
        CONNECTING.warning("failed: %s", HUNG_UP)

    assert failures.why(Settings(broker="a:1")) == NOT_THERE


def test_nothing_is_heard_afterwards() -> None:
    with listening() as failures:
        pass
    CONNECTING.warning("failed: %s", WRONG)

    assert failures.why(SETTINGS) == NOT_THERE
