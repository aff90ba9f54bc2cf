"""What stands in for a mail server and for a pager: they take everything, on loopback, and keep it."""

import json
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any, Self, cast


class _Mail(StreamRequestHandler):
    """One conversation of SMTP."""

    def handle(self) -> None:
        self._say("220 sink")
        for line in self.rfile:
            word = line.split()[0].upper() if line.split() else b""
            if word == b"DATA":
                self._say("354 go on")
                cast("Sinks", self.server.sinks).mails.append(self._message())  # type: ignore[attr-defined]
            self._say("221 bye" if word == b"QUIT" else "250 sink" if word in (b"EHLO", b"HELO") else "250 ok")
            if word == b"QUIT":
                return

    def _message(self) -> EmailMessage:
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return message_from_bytes(b"".join(lines), policy=policy.default)

    def _say(self, said: str) -> None:
        self.wfile.write(f"{said}\r\n".encode())


class _Server(ThreadingTCPServer):
    daemon_threads = True


class Sinks:
    """A mail server and a pager's webhook: what they were sent, in its order."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.pages: list[tuple[str, dict[str, Any]]] = []

    def __enter__(self) -> Self:
        pages = self.pages

        class Page(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                pages.append((self.path.removeprefix("/"), told))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._mail = _Server(("127.0.0.1", 0), _Mail)
        self._mail.sinks = self  # type: ignore[attr-defined]
        self._pager = ThreadingHTTPServer(("127.0.0.1", 0), Page)
        for server in (self._mail, self._pager):
            Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for server in (self._mail, self._pager):
            server.shutdown()
            server.server_close()

    @property
    def smarthost(self) -> str:
        """Where mail is taken."""
        return f"127.0.0.1:{self._mail.server_address[1]}"

    @property
    def pager(self) -> str:
        """The address of the pager."""
        return f"http://127.0.0.1:{self._pager.server_address[1]}"

    def mailed(self, to: str, of: str) -> list[EmailMessage]:
        """Return the mails to somebody at example.org that have a force in their text."""
        return [mail for mail in list(self.mails) if mail["To"] == f"{to}@example.org" and of in text_of(mail, "plain")]

    def paged(self, whom: str, of: str) -> list[dict[str, Any]]:
        """Return what a pager was sent of a force."""
        return [told for to, told in list(self.pages) if to == whom and told["commonLabels"].get("force") == of]


def text_of(mail: EmailMessage, kind: str) -> str:
    """Return the text of a mail, `plain` or `html`."""
    part = mail.get_body((kind,))
    assert part is not None
    return cast(str, part.get_content()).replace("\r\n", "\n")
