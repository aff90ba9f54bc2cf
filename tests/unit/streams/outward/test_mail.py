"""The list as a mail server takes it, or refuses it: then one line says why."""

import re
import socket
from contextlib import closing
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from streams.outward.mail import NotMailed, check, message, send
from streams.settings import Settings, WrongSettings
from tests.kafka.secured import make_certificates
from tests.mailbox import Mailbox, said
from tests.unit.rules.given import at

TO = ("north@police.example", "south@police.example")
SECRET = "quarrington-7"


def mail(*to: str) -> EmailMessage:
    return message(
        "list@police.example", to or TO, "Crime recording, Example: 1 incident", "as text\n", "<p>as HTML\n", at(0)
    )


def settings(box: Mailbox | None = None, **more: Any) -> Settings:
    host = box.host if box is not None else "127.0.0.1:25"
    given = {"smtp_host": host, "smtp_from": "list@police.example", "smtp_security": "plaintext", **more}
    return Settings(**given)


def refusal(given: Settings, *to: str) -> str:
    with pytest.raises(NotMailed) as caught:
        send(given, mail(*to), timedelta(seconds=0.5))
    text = str(caught.value)
    assert "\n" not in text
    return text


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    make_certificates(folder)
    return folder


def test_a_mail_says_the_same_as_text_and_as_html_to_each_of_several() -> None:
    with Mailbox() as box:
        send(settings(box), mail())

    (taken,) = box.mails
    assert (taken["From"], taken["To"]) == ("list@police.example", ", ".join(TO))
    assert taken["Subject"] == "Crime recording, Example: 1 incident"
    assert (taken["Date"], taken["Auto-Submitted"]) == ("Thu, 02 Apr 2026 09:00:00 +0000", "auto-generated")
    assert re.fullmatch(r"<[^@]+@police\.example>", taken["Message-ID"])
    assert taken.get_content_type() == "multipart/alternative"
    assert (said(taken, "plain"), said(taken, "html")) == ("as text\n", "<p>as HTML\n")


def test_over_tls_a_name_is_proved_by_the_password_in_its_file(
    certificates: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates / "ca.pem"))
    (tmp_path / "password").write_text(f"{SECRET}\n")
    name = {"smtp_username": "list", "smtp_password_file": tmp_path / "password"}

    with Mailbox(tls=certificates / "broker.pem", name=("list", SECRET)) as box:
        send(settings(box, smtp_security="starttls", **name), mail())
    with Mailbox(tls=certificates / "broker.pem", name=("list", "another")) as other:
        why = refusal(settings(other, smtp_security="starttls", **name))

    assert (len(box.mails), box.secured, other.mails) == (1, [True], [])
    assert why == f"{other.host}: the mail server did not take the list: 535 5.7.8 Authentication failed"


def test_nothing_is_sent_openly_where_tls_was_asked_for(certificates: Path) -> None:
    with Mailbox() as without, Mailbox(tls=certificates / "broker.pem") as unknown:
        offers_none = refusal(settings(without, smtp_security="starttls"))
        not_trusted = refusal(settings(unknown, smtp_security="starttls"))

    assert offers_none.endswith("did not take the list: STARTTLS extension not supported by server")
    assert "certificate verify failed" in not_trusted
    assert (without.mails, unknown.mails) == ([], [])


def test_who_was_refused_is_named_and_the_others_have_it() -> None:
    with Mailbox(refuses=TO[:1]) as box:
        some = refusal(settings(box))
        none = refusal(settings(box), TO[0])

    assert some == f"{box.host}: the others were sent the list: {TO[0]}: 550 5.1.1 Nobody here by this name"
    assert none == f"{box.host}: nobody was sent the list: {TO[0]}: 550 5.1.1 Nobody here by this name"
    assert len(box.mails) == 1


def test_a_server_that_is_away_busy_or_silent_is_said_to_be() -> None:
    with Mailbox(greeting="421 too busy") as busy, closing(socket.create_server(("127.0.0.1", 0))) as silent:
        away = refusal(settings(smtp_host="127.0.0.1:1"))
        refused = refusal(settings(busy))
        nothing = refusal(settings(smtp_host=f"127.0.0.1:{silent.getsockname()[1]}"))

    assert away == "127.0.0.1:1: the mail server did not take the list: Connection refused"
    assert refused.endswith("did not take the list: 421 too busy")
    assert nothing.endswith("did not take the list: Connection unexpectedly closed: timed out")


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        ({"smtp_host": None}, "RECORDING_SMTP_HOST: expected host:port of the mail server that takes the list"),
        ({"smtp_from": None}, "RECORDING_SMTP_FROM: expected the address that the list comes from"),
    ],
)
def test_without_a_server_or_an_address_of_its_own_nothing_is_tried(missing: dict[str, None], expected: str) -> None:
    with pytest.raises(WrongSettings, match=f"^{re.escape(expected)}$"):
        check(settings(**missing))
