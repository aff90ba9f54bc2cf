"""Which settings of security go together, as a person sets them."""

from pathlib import Path

import pytest

from streams.settings import Settings, WrongSettings, load_settings

GOOD = {
    "ssl": {"security": "ssl"},
    "certificate": {"security": "ssl", "ca_file": "FILE", "certificate_file": "FILE", "key_file": "FILE"},
    "password": {
        "security": "sasl_ssl",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_username": "worker",
        "sasl_password_file": "FILE",
    },
    "scram in the open": {
        "security": "sasl_plaintext",
        "sasl_mechanism": "SCRAM-SHA-256",
        "sasl_username": "worker",
        "sasl_password_file": "FILE",
    },
    "mail": {"security": "plaintext", "smtp_username": "list", "smtp_password_file": "FILE"},
    "token": {
        "security": "sasl_ssl",
        "sasl_mechanism": "OAUTHBEARER",
        "oauth_client_id": "worker",
        "oauth_client_secret_file": "FILE",
        "oauth_token_endpoint": "https://identity.example/token",
        "oauth_scope": "kafka",
    },
}


@pytest.fixture
def file(tmp_path: Path) -> str:
    made = tmp_path / "file"
    made.write_text("x")
    return str(made)


def load(file: str, name: str, **changed: str | None) -> Settings:
    return load_settings(**{key: file if value == "FILE" else value for key, value in (GOOD[name] | changed).items()})


@pytest.mark.parametrize("name", GOOD)
def test_what_goes_together_is_taken(file: str, name: str) -> None:
    assert load(file, name).security == GOOD[name]["security"]


@pytest.mark.parametrize(
    ("name", "changed", "said"),
    [
        ("ssl", {"security": "tls"}, "SECURITY: expected one of plaintext, ssl, sasl_plaintext, sasl_ssl"),
        (
            "password",
            {"sasl_mechanism": "GSSAPI"},
            "SASL_MECHANISM: expected one of SCRAM-SHA-256, SCRAM-SHA-512, PLAIN, ",
        ),
        ("password", {"sasl_mechanism": None}, "SASL_MECHANISM: expected one of SCRAM-SHA-256, SCRAM-SHA-512, PLAIN, "),
        ("password", {"sasl_username": ""}, "SASL_USERNAME: expected a value with SCRAM-SHA-512"),
        ("password", {"sasl_password_file": None}, "SASL_PASSWORD_FILE: expected a value with SCRAM-SHA-512"),
        ("password", {"oauth_client_id": "worker"}, "OAUTH_CLIENT_ID: expected none with SCRAM-SHA-512"),
        ("password", {"sasl_password_file": "/nowhere"}, "SASL_PASSWORD_FILE: expected a file"),
        (
            "scram in the open",
            {"sasl_mechanism": "PLAIN"},
            "SECURITY: expected sasl_ssl with PLAIN, which would be sent",
        ),
        ("token", {"security": "sasl_plaintext"}, "SECURITY: expected sasl_ssl with OAUTHBEARER, which would be sent"),
        ("token", {"oauth_client_secret_file": None}, "OAUTH_CLIENT_SECRET_FILE: expected a value with OAUTHBEARER"),
        ("token", {"oauth_token_endpoint": None}, "OAUTH_TOKEN_ENDPOINT: expected a value with OAUTHBEARER"),
        ("token", {"oauth_token_endpoint": "http://identity.example/token"}, "OAUTH_TOKEN_ENDPOINT: expected https://"),
        (
            "token",
            {"oauth_token_endpoint": "https://me:secret@identity.example"},
            "OAUTH_TOKEN_ENDPOINT: expected https://",
        ),
        ("token", {"sasl_username": "worker"}, "SASL_USERNAME: expected none with OAUTHBEARER"),
        ("mail", {"smtp_password_file": None}, "SMTP_PASSWORD_FILE: expected the file with the password of"),
        ("mail", {"smtp_username": None}, "SMTP_USERNAME: expected the name whose password is in"),
        ("mail", {"smtp_security": "plaintext"}, "SMTP_SECURITY: expected starttls or tls with a password"),
        ("mail", {"smtp_password_file": "/nowhere"}, "SMTP_PASSWORD_FILE: expected a file"),
        ("mail", {"smtp_host": "mail.example"}, "SMTP_HOST: expected host:port"),
        (
            "mail",
            {"smtp_from": "The list <list@police.example>"},
            "SMTP_FROM: expected an address without a name, as duty@police.example",
        ),
        ("certificate", {"key_file": None}, "KEY_FILE: expected the key of RECORDING_CERTIFICATE_FILE"),
        ("certificate", {"certificate_file": None}, "CERTIFICATE_FILE: expected the certificate of RECORDING_KEY_FILE"),
        ("ssl", {"ca_file": "/nowhere"}, "CA_FILE: expected a file"),
        ("ssl", {"sasl_username": "worker"}, "SASL_USERNAME: expected RECORDING_SECURITY sasl_ssl or sasl_plaintext"),
        (
            "ssl",
            {"security": "plaintext", "ca_file": "FILE"},
            "CA_FILE: expected RECORDING_SECURITY ssl or sasl_ssl with it",
        ),
    ],
)
def test_what_does_not_is_named_with_what_was_expected(
    file: str, name: str, changed: dict[str, str | None], said: str
) -> None:
    with pytest.raises(WrongSettings) as wrong:
        load(file, name, **changed)

    assert str(wrong.value).startswith(f"RECORDING_{said}")
    assert len(str(wrong.value).splitlines()) == 1


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(WrongSettings) as wrong:
        load_settings(security="sasl_ssl", sasl_mechanism="PLAIN")

    assert str(wrong.value) == (
        "RECORDING_SASL_USERNAME: expected a value with PLAIN; RECORDING_SASL_PASSWORD_FILE: expected a value with PLAIN"
    )


def test_what_was_given_is_never_shown(file: str) -> None:
    with pytest.raises(WrongSettings) as wrong:
        load(file, "token", oauth_token_endpoint="https://me:hunter2@identity.example", security="hunter2")

    assert "hunter2" not in str(wrong.value)
