"""What kafka-python is told of security, and which files are of no use."""

import ssl
from pathlib import Path
from typing import Any

import pytest

from streams.kafka.security import for_kafka_python, password, principal, tls
from streams.settings import Settings, WrongSettings
from tests.kafka.secured import make_certificates
from tests.kafka.tokens import TokenEndpoint


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    make_certificates(folder)
    return folder


def by_password(file: Path, **more: Any) -> Settings:
    given = {"security": "sasl_ssl", "sasl_mechanism": "PLAIN", "sasl_username": "worker", "sasl_password_file": file}
    return Settings(**{**given, **more})


def test_without_security_nothing_is_secured() -> None:
    assert for_kafka_python(Settings()) == {"security_protocol": "PLAINTEXT", "ssl_context": None}


def test_a_password_is_read_from_its_file_without_the_line_end(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(" with blanks \r\n")

    told = for_kafka_python(by_password(file))

    assert (told["security_protocol"], told["sasl_mechanism"]) == ("SASL_SSL", "PLAIN")
    assert (told["sasl_plain_username"], told["sasl_plain_password"]) == ("worker", " with blanks ")
    assert isinstance(told["ssl_context"], ssl.SSLContext)


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe"])
def test_a_file_with_no_password_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "password"
    file.write_bytes(content)

    with pytest.raises(WrongSettings, match=r"^RECORDING_SASL_PASSWORD_FILE: expected a file with one secret"):
        password(by_password(file))


def test_tls_trusts_the_authority_that_is_named_alone_and_looks_at_the_broker_s_name(certificates: Path) -> None:
    context = tls(Settings(security="ssl", ca_file=certificates / "ca.pem"))

    assert context is not None
    assert [each["subject"] for each in context.get_ca_certs()] == [((("commonName", "ca of the tests"),),)]
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_a_certificate_and_its_key_are_taken(certificates: Path) -> None:
    files: dict[str, Any] = {"certificate_file": certificates / "broker.crt", "key_file": certificates / "broker.key"}

    assert tls(Settings(security="ssl", **files)) is not None


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"ca_file": "broker.key"}, "RECORDING_CA_FILE: expected certificates, PEM"),
        ({"certificate_file": "broker.crt", "key_file": "ca.key"}, "RECORDING_CERTIFICATE_FILE, RECORDING_KEY_FILE: "),
        (
            {"certificate_file": "broker.key", "key_file": "broker.key"},
            "RECORDING_CERTIFICATE_FILE, RECORDING_KEY_FILE: ",
        ),
    ],
)
def test_a_file_that_is_of_no_use_is_named(certificates: Path, files: dict[str, str], said: str) -> None:
    given: dict[str, Any] = {name: certificates / file for name, file in files.items()}

    with pytest.raises(WrongSettings) as wrong:
        tls(Settings(security="ssl", **given))

    assert str(wrong.value).startswith(said)


def test_the_provider_of_tokens_gives_what_the_endpoint_gave(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2\n")

    with TokenEndpoint({"worker": "hunter2"}) as endpoint:
        told = for_kafka_python(by_token(tmp_path / "secret", endpoint.address))

        assert told["sasl_mechanism"] == "OAUTHBEARER"
        assert told["sasl_oauth_token_provider"].token().count(".") == 2
        assert "hunter2" not in repr(told)


def by_token(secret: Path, endpoint: str) -> Settings:
    return Settings(
        security="sasl_ssl",
        sasl_mechanism="OAUTHBEARER",
        oauth_client_id="worker",
        oauth_client_secret_file=secret,
        oauth_token_endpoint=endpoint,
    )


def test_whose_rights_count_is_told_by_the_name_that_is_set(tmp_path: Path) -> None:
    named = {
        "User:ANONYMOUS, who connects to a:1 without a name": Settings(broker="a:1"),
        "User:worker": by_password(tmp_path),
        "the client worker of RECORDING_OAUTH_TOKEN_ENDPOINT": by_token(tmp_path, "https://a.example"),
        "the name in RECORDING_CERTIFICATE_FILE": Settings(
            security="ssl", certificate_file=tmp_path, key_file=tmp_path
        ),
    }

    assert {principal(settings) for settings in named.values()} == set(named)
