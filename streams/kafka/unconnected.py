"""Why no connection came about: kafka-python tries again until its time is up, and tells only its log what was wrong."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from kafka import errors

from streams.kafka.security import principal
from streams.kafka.tokens import NoToken
from streams.settings import Settings

_CONNECTING = logging.getLogger("kafka.net.manager")
_HANDSHAKE = "Handshake failed: "
_HUNG_UP = "socket disconnected"
_AUTHENTICATION = (
    errors.SaslAuthenticationFailedError,
    errors.UnsupportedSaslMechanismError,
    errors.IllegalSaslStateError,
)


class Failures(logging.Handler):
    """The failures of connecting, as they are logged."""

    def __init__(self) -> None:
        super().__init__()
        self._errors: list[Exception] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the errors that a record is about."""
        self._errors += [arg for arg in record.args or () if isinstance(arg, Exception)]

    def why(self, settings: Settings) -> str:
        """Return in one line what was wrong, as far as it is known; what was said to be wrong counts before a silence."""
        said = [line for error in self._errors if (line := _said(error, settings)) is not None]
        if said:
            return said[0]
        # After a wrong password a broker hangs up, at times before its answer has been read.
        if settings.sasl_mechanism is not None and any(_text(error) == _HUNG_UP for error in self._errors):
            return _refused(settings, "hangs up on it")
        return f"no Kafka broker answers at {settings.broker}: start it, or say in RECORDING_BROKER where it is"


def _said(error: Exception, settings: Settings) -> str | None:
    text = _text(error)
    if isinstance(error, NoToken):
        return text
    if isinstance(error, _AUTHENTICATION):
        return _refused(settings, text.removeprefix(f"{type(error).__name__}: "))
    if text.startswith(_HANDSHAKE):
        return (
            f"{settings.broker}: no TLS with this broker: {text.removeprefix(_HANDSHAKE)}:"
            " expected RECORDING_CA_FILE with the authority of its certificate, and RECORDING_SECURITY as it speaks"
        )
    return None


def _refused(settings: Settings, why: str) -> str:
    return (
        f"{settings.broker}: does not let {principal(settings)} in ({why}): expected the name and its secret as the"
        " broker has them, by a RECORDING_SASL_MECHANISM that it takes"
    )


def _text(error: Exception) -> str:
    return " ".join(str(error.args[0]).split()) if error.args else type(error).__name__


@contextmanager
def listening() -> Iterator[Failures]:
    """Listen for a while to what is logged of connecting."""
    failures = Failures()
    _CONNECTING.addHandler(failures)
    try:
        yield failures
    finally:
        _CONNECTING.removeHandler(failures)
