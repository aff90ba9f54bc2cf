"""The security of the worker's clients: Faust's, and those of aiokafka beside it, which are told the same."""

import asyncio
from typing import Any

from aiokafka.abc import AbstractTokenProvider
from faust.auth import OAuthCredentials, SASLCredentials, SSLCredentials
from faust.transport.drivers.aiokafka import credentials_to_aiokafka_auth
from faust.types.auth import CredentialsT

from streams.kafka.combinations import OAUTH
from streams.kafka.security import password, tls, tokens
from streams.kafka.tokens import Tokens
from streams.settings import Settings


def credentials(settings: Settings) -> CredentialsT | None:
    """Return what Faust is told of security, None where there is none; raises WrongSettings."""
    context = tls(settings)
    if settings.sasl_mechanism == OAUTH:
        return OAuthCredentials(oauth_cb=_Tokens(tokens(settings)), ssl_context=context)
    if settings.sasl_mechanism is not None:
        return SASLCredentials(
            username=settings.sasl_username,
            password=password(settings),
            ssl_context=context,
            mechanism=settings.sasl_mechanism,
        )
    return SSLCredentials(context) if context is not None else None


def for_aiokafka(settings: Settings) -> dict[str, Any]:
    """Return where the broker is and what a client of aiokafka is told of security; raises WrongSettings."""
    return {"bootstrap_servers": settings.broker, **credentials_to_aiokafka_auth(credentials(settings))}


class _Tokens(AbstractTokenProvider):  # type: ignore[misc]
    """Tokens, as aiokafka asks for them: the loop goes on while the endpoint is asked."""

    def __init__(self, source: Tokens) -> None:
        self._source = source

    async def token(self) -> str:
        """Return a token that is still good."""
        return await asyncio.to_thread(self._source.token)
