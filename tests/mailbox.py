"""A mail server on loopback that keeps what it takes, asks for a name where it has one, and refuses whom it is told to."""

import base64
import ssl
from collections.abc import Collection
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any, Self


class _Conversation(StreamRequestHandler):
    box: "Mailbox"
    timeout = 30

    def handle(self) -> None:
        secured = False
        self._say(self.box.greeting)
        while words := self.rfile.readline().decode().split(maxsplit=1):
            command, rest = words[0].upper(), words[1].strip() if len(words) > 1 else ""
            match command:
                case "EHLO" | "HELO":
                    self._say("250-box", *(["250-STARTTLS"] if self.box.tls and not secured else []), "250 AUTH PLAIN")
                case "STARTTLS":
                    self._say("220 go on")
                    self._secure()
                    secured = True
                case "AUTH":
                    given = base64.b64decode(rest.partition(" ")[2]).decode().split("\0")[1:]
                    self._say("235 welcome" if tuple(given) == self.box.name else "535 5.7.8 Authentication failed.")
                case "RCPT" if any(f"<{each}>" in rest for each in self.box.refuses):
                    self._say("550 5.1.1 Nobody here\tby this name.")
                case "DATA":
                    self._say("354 go on")
                    self.box.mails.append(self._message())
                    self.box.secured.append(secured)
                    self._say("250 taken")
                case "QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("250 ok")

    def finish(self) -> None:
        super().finish()
        self.connection.close()

    def _secure(self) -> None:
        assert self.box.tls is not None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.box.tls)
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)

    def _message(self) -> EmailMessage:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return message_from_bytes(b"".join(lines), policy=policy.default)

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


class _Server(ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that hung up."""


class Mailbox:
    """The server, for as long as its context lasts; `mails` is what it took, `secured` whether each came over TLS."""

    def __init__(
        self,
        *,
        refuses: Collection[str] = (),
        tls: Path | None = None,
        name: tuple[str, str] | None = None,
        greeting: str = "220 box",
    ) -> None:
        """Prepare it: `tls` is a file with a certificate and its key, `name` who may come and by which password."""
        self.refuses, self.tls, self.name, self.greeting = refuses, tls, name, greeting
        self.mails: list[EmailMessage] = []
        self.secured: list[bool] = []

    def __enter__(self) -> Self:
        handler = type("Handler", (_Conversation,), {"box": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def host(self) -> str:
        """Where it takes mail, as `host:port`."""
        return f"127.0.0.1:{self._server.server_address[1]}"


def said(mail: EmailMessage, kind: str) -> str:
    """Return what a mail says as `plain` or as `html`."""
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")
