"""How every client of Kafka is secured: TLS, and the name it connects by, from the settings; secrets are read from files.

What is made here is never printed: a secret is in it.
"""

import ssl
from pathlib import Path
from typing import Any

from kafka.net.sasl.oauth import AbstractTokenProvider

from streams.kafka.combinations import OAUTH
from streams.kafka.tokens import Tokens
from streams.settings import Settings, WrongSettings


def for_kafka_python(settings: Settings) -> dict[str, Any]:
    """Return what a client of kafka-python is told of security; raises WrongSettings for a file that is of no use."""
    told: dict[str, Any] = {"security_protocol": settings.security.upper(), "ssl_context": tls(settings)}
    if settings.sasl_mechanism is None:
        return told
    told["sasl_mechanism"] = settings.sasl_mechanism
    if settings.sasl_mechanism == OAUTH:
        return told | {"sasl_oauth_token_provider": _Tokens(tokens(settings))}
    return told | {"sasl_plain_username": settings.sasl_username, "sasl_plain_password": password(settings)}


def tls(settings: Settings) -> ssl.SSLContext | None:
    """Return how TLS is spoken, None where it is not; raises WrongSettings for a file that is of no use."""
    if settings.security not in ("ssl", "sasl_ssl"):
        return None
    try:
        context = ssl.create_default_context(cafile=settings.ca_file)
    except (OSError, ValueError):
        raise WrongSettings("RECORDING_CA_FILE: expected certificates, PEM") from None
    if settings.certificate_file is not None:
        try:
            # With an empty passphrase nobody is asked for one at the terminal.
            context.load_cert_chain(settings.certificate_file, settings.key_file, password="")
        except (OSError, ValueError):
            raise WrongSettings(
                "RECORDING_CERTIFICATE_FILE, RECORDING_KEY_FILE: expected a certificate and its key, PEM without a passphrase"
            ) from None
    return context


def password(settings: Settings) -> str:
    """Return the password of the name; raises WrongSettings where its file holds none."""
    return _secret(settings.sasl_password_file, "RECORDING_SASL_PASSWORD_FILE")


def mail_password(settings: Settings) -> str:
    """Return the password at the mail server; raises WrongSettings where its file holds none."""
    return _secret(settings.smtp_password_file, "RECORDING_SMTP_PASSWORD_FILE")


def tokens(settings: Settings) -> Tokens:
    """Return where a client gets its tokens from; raises WrongSettings where the file of the secret holds none."""
    secret = _secret(settings.oauth_client_secret_file, "RECORDING_OAUTH_CLIENT_SECRET_FILE")
    return Tokens(settings.oauth_token_endpoint or "", settings.oauth_client_id or "", secret, settings.oauth_scope)


def principal(settings: Settings) -> str:
    """Say, for a person, whose rights count at the broker."""
    if settings.sasl_mechanism == OAUTH:
        return f"the client {settings.oauth_client_id} of RECORDING_OAUTH_TOKEN_ENDPOINT"
    if settings.sasl_mechanism is not None:
        return f"User:{settings.sasl_username}"
    if settings.certificate_file is not None:
        return "the name in RECORDING_CERTIFICATE_FILE"
    # Of a connection without a name, a broker with rights knows only that it has none.
    return f"User:ANONYMOUS, who connects to {settings.broker} without a name"


def _secret(file: Path | None, name: str) -> str:
    try:
        secret = file.read_text("utf-8").rstrip("\r\n") if file is not None else ""
    except (OSError, UnicodeError):
        secret = ""
    if not secret:
        raise WrongSettings(f"{name}: expected a file with one secret that may be read")
    return secret


class _Tokens(AbstractTokenProvider):  # type: ignore[misc]
    """Tokens, as kafka-python asks for them."""

    def __init__(self, source: Tokens) -> None:
        super().__init__()
        self._source = source

    def token(self) -> str:
        """Return a token that is still good."""
        return self._source.token()
