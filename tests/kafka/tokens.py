"""A token endpoint on loopback: it gives clients that know their secret a token that a broker of the tests takes unsigned."""

import base64
import json
import time
import urllib.parse
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self

_LIFE_SECONDS = 300


class TokenEndpoint:
    """An endpoint for `clients` by their secrets; use it as a context. `asked` has the form of each request."""

    def __init__(self, clients: Mapping[str, str]) -> None:
        self.answer: tuple[int, bytes] | None = None
        self.asked: list[dict[str, str]] = []
        self._clients = clients
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = self.rfile.read(int(self.headers["Content-Length"])).decode()
                endpoint.asked.append(dict(urllib.parse.parse_qsl(form)))
                status, body = endpoint.answer or endpoint._answer_to(self.headers["Authorization"])
                self.send_response(status)
                self.send_header("Location", f"{endpoint.address}/elsewhere")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Write nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}/token"

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer_to(self, authorization: str) -> tuple[int, bytes]:
        pair = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        client, secret = (urllib.parse.unquote_plus(part) for part in pair.split(":"))
        if self._clients.get(client) != secret:
            return 401, b'{"error": "invalid_client"}'
        now = int(time.time())
        token = f"{_part({'alg': 'none'})}.{_part({'sub': client, 'iat': now, 'exp': now + _LIFE_SECONDS})}."
        return 200, json.dumps({"access_token": token, "expires_in": _LIFE_SECONDS}).encode()


def _part(content: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
