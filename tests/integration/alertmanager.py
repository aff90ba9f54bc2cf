"""A stand-in for Alertmanager that keeps what it is told; it may come late."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self

from tests.kafka.cluster import free_ports


class Alertmanager:
    """Listens from the beginning of its context on; its `address` is known before."""

    def __init__(self) -> None:
        (self._port,) = free_ports(1)
        self.address = f"http://127.0.0.1:{self._port}"
        self.alerts: dict[tuple[tuple[str, str], ...], dict[str, Any]] = {}

    def __enter__(self) -> Self:
        alerts = self.alerts

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                for alert in json.loads(self.rfile.read(int(self.headers["Content-Length"]))):
                    alerts[tuple(sorted(alert["labels"].items()))] = alert
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), Handler)
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def named(self, name: str) -> list[dict[str, Any]]:
        """Return the newest state of every alert of a name."""
        return [alert for alert in list(self.alerts.values()) if alert["labels"]["alertname"] == name]
