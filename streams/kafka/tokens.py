"""Tokens by client credentials (RFC 6749, 4.4), for OAUTHBEARER: asked for once, and kept until shortly before they end."""

import base64
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from threading import Lock
from typing import Any

_PATIENCE_SECONDS = 10.0
_SPARE = 0.2
"""The part of a token's life that is left to it unused, so that none ends on its way."""
_USUAL_LIFE_SECONDS = 300.0


class NoToken(ConnectionError):
    """The token endpoint gave no token; its text is one line that says why, with no secret in it.

    To a client it is as if the broker could not be reached: one that runs tries again.
    """


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Goes nowhere else with the secret."""

    def redirect_request(self, *_: Any) -> None:
        """Follow none."""


class Tokens:
    """A client's tokens; several threads may ask. `monotonic` counts the seconds of their lives."""

    def __init__(
        self,
        endpoint: str,
        client: str,
        secret: str,
        scope: str | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._endpoint = endpoint
        self._client = client
        self._secret = secret
        self._scope = scope
        self._monotonic = monotonic
        self._lock = Lock()
        self._token = ""
        self._good_until = 0.0
        self._open = urllib.request.build_opener(_NoRedirects).open

    def token(self) -> str:
        """Return a token that is still good; raises NoToken."""
        with self._lock:
            if not self._token or self._monotonic() >= self._good_until:
                asked = self._monotonic()
                self._token, life = self._ask()
                self._good_until = asked + life * (1 - _SPARE)
            return self._token

    def _ask(self) -> tuple[str, float]:
        wanted = {"grant_type": "client_credentials"} | ({"scope": self._scope} if self._scope else {})
        pair = ":".join(urllib.parse.quote_plus(part) for part in (self._client, self._secret))
        request = urllib.request.Request(  # noqa: S310, the settings let https through, and http on this machine
            self._endpoint,
            urllib.parse.urlencode(wanted).encode(),
            {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}", "Accept": "application/json"},
        )
        try:
            with self._open(request, timeout=_PATIENCE_SECONDS) as answer:
                told = json.load(answer)
            return str(told["access_token"]), float(told.get("expires_in", _USUAL_LIFE_SECONDS))
        except urllib.error.HTTPError as refused:
            refused.close()
            raise NoToken(self._said(f"refused the client {self._client} with status {refused.code}")) from None
        except OSError as error:
            raise NoToken(self._said(f"does not answer ({getattr(error, 'reason', None) or error})")) from None
        except (ValueError, TypeError, KeyError):
            raise NoToken(self._said("answered with no token")) from None

    def _said(self, why: str) -> str:
        return f"RECORDING_OAUTH_TOKEN_ENDPOINT: {self._endpoint} {why}"
