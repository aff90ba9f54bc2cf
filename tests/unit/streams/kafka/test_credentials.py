"""Faust and the clients beside it are told the same of security."""

import asyncio
import ssl
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer
from faust.auth import OAuthCredentials, SASLCredentials, SSLCredentials

from streams.app import faust_app
from streams.kafka.credentials import credentials, for_aiokafka
from streams.settings import Settings
from tests.kafka.tokens import TokenEndpoint


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "secret"
    file.write_text("hunter2\n")
    return file


def by_password(secret: Path, security: str = "sasl_ssl") -> Settings:
    return Settings(
        security=security, sasl_mechanism="SCRAM-SHA-256", sasl_username="worker", sasl_password_file=secret
    )


def test_without_security_nothing_is_secured(tmp_path: Path) -> None:
    settings = Settings(broker="a:1,b:2")

    assert credentials(settings) is None
    assert for_aiokafka(settings) == {"bootstrap_servers": "a:1,b:2", "security_protocol": "PLAINTEXT"}


def test_tls_alone_is_told_to_both() -> None:
    settings = Settings(security="ssl")

    assert isinstance(credentials(settings), SSLCredentials)
    told = for_aiokafka(settings)
    assert told["security_protocol"] == "SSL"
    assert isinstance(told["ssl_context"], ssl.SSLContext)


@pytest.mark.parametrize(("security", "protocol"), [("sasl_ssl", "SASL_SSL"), ("sasl_plaintext", "SASL_PLAINTEXT")])
def test_a_name_and_its_password_are_told_to_both(secret: Path, security: str, protocol: str) -> None:
    settings = by_password(secret, security)
    made, told = credentials(settings), for_aiokafka(settings)

    assert isinstance(made, SASLCredentials)
    assert "hunter2" not in repr(made)
    assert told["security_protocol"] == made.protocol.value == protocol
    assert told["sasl_mechanism"] == "SCRAM-SHA-256"
    assert (told["sasl_plain_username"], told["sasl_plain_password"]) == ("worker", "hunter2")


def test_the_application_has_them(secret: Path, tmp_path: Path) -> None:
    made = faust_app(by_password(secret), str(tmp_path)).conf.broker_credentials

    assert isinstance(made, SASLCredentials)
    assert (made.username, made.password) == ("worker", "hunter2")


def test_a_client_of_aiokafka_takes_the_provider_of_tokens_and_gets_one(secret: Path) -> None:
    async def connect() -> str:
        consumer = AIOKafkaConsumer(**for_aiokafka(settings))
        await consumer.stop()
        made = credentials(settings)
        assert isinstance(made, OAuthCredentials)
        return str(await made.oauth_cb.token())

    with TokenEndpoint({"worker": "hunter2"}) as endpoint:
        settings = Settings(
            security="sasl_ssl",
            sasl_mechanism="OAUTHBEARER",
            oauth_client_id="worker",
            oauth_client_secret_file=secret,
            oauth_token_endpoint=endpoint.address,
        )

        assert asyncio.run(connect()).count(".") == 2
