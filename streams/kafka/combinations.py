"""Which settings of security go together: what Kafka, or a mail server, is told of who connects is wanted whole.

What it would not be told is wanted not at all.
"""

from collections.abc import Iterator, Mapping
from typing import Any

PROTOCOLS = ("plaintext", "ssl", "sasl_plaintext", "sasl_ssl")
PASSWORDS = ("SCRAM-SHA-256", "SCRAM-SHA-512", "PLAIN")
OAUTH = "OAUTHBEARER"
MECHANISMS = (*PASSWORDS, OAUTH)

_TLS = ("ca_file", "certificate_file", "key_file")
_PASSWORD = ("sasl_username", "sasl_password_file")
_TOKEN = ("oauth_client_id", "oauth_client_secret_file", "oauth_token_endpoint")
_FILES = (*_TLS, "sasl_password_file", "oauth_client_secret_file", "smtp_password_file")
_SENT_AS_IT_IS = ("PLAIN", OAUTH)


def disagreements(given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the settings that do not go with the others, each with what was expected; `given` has all by their names."""
    return [*_of_tls(given), *_of_names(given), *_of_mail(given), *_of_files(given)]


def _of_tls(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if given["security"] not in ("ssl", "sasl_ssl"):
        yield from _unused(given, _TLS, "RECORDING_SECURITY ssl or sasl_ssl with it")
    elif given["certificate_file"] is not None and given["key_file"] is None:
        yield "key_file", "the key of RECORDING_CERTIFICATE_FILE"
    elif given["key_file"] is not None and given["certificate_file"] is None:
        yield "certificate_file", "the certificate of RECORDING_KEY_FILE"


def _of_names(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    security, mechanism = given["security"], given["sasl_mechanism"]
    if security not in ("sasl_plaintext", "sasl_ssl"):
        of_names = ("sasl_mechanism", *_PASSWORD, *_TOKEN, "oauth_scope")
        yield from _unused(given, of_names, "RECORDING_SECURITY sasl_ssl or sasl_plaintext with it")
    elif mechanism is None:
        yield "sasl_mechanism", f"one of {', '.join(MECHANISMS)} with RECORDING_SECURITY {security}"
    else:
        if security == "sasl_plaintext" and mechanism in _SENT_AS_IT_IS:
            yield "security", f"sasl_ssl with {mechanism}, which would be sent for everyone to read"
        wanted, other = (_TOKEN, _PASSWORD) if mechanism == OAUTH else (_PASSWORD, (*_TOKEN, "oauth_scope"))
        yield from ((name, f"a value with {mechanism}") for name in wanted if not given[name])
        yield from _unused(given, other, f"none with {mechanism}")


def _of_mail(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    name, password = given["smtp_username"], given["smtp_password_file"]
    if name and password is None:
        yield "smtp_password_file", "the file with the password of RECORDING_SMTP_USERNAME"
    if password is not None and not name:
        yield "smtp_username", "the name whose password is in RECORDING_SMTP_PASSWORD_FILE"
    if name and given["smtp_security"] == "plaintext":
        yield "smtp_security", "starttls or tls with a password, which would be sent for everyone to read"


def _of_files(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from ((name, "a file") for name in _FILES if given[name] is not None and not given[name].is_file())


def _unused(given: Mapping[str, Any], names: tuple[str, ...], said: str) -> Iterator[tuple[str, str]]:
    yield from ((name, said) for name in names if given[name] is not None)
