"""Mail by SMTP, as the settings say: one message as text and as HTML, with the server's word for it, or one line why not."""

import smtplib
import ssl
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Final

from streams.kafka.security import mail_password
from streams.settings import Settings, WrongSettings

PATIENCE: Final = timedelta(seconds=30)
"""How long a mail server may take for each answer."""


class NotMailed(Exception):
    """The mail server did not take it, or not for everybody; its text is one line that says why."""


def check(settings: Settings) -> None:
    """Do nothing where mail can be sent with these settings; raises WrongSettings."""
    if settings.smtp_host is None:
        raise WrongSettings("RECORDING_SMTP_HOST: expected host:port of the mail server that takes the list")
    if settings.smtp_from is None:
        raise WrongSettings("RECORDING_SMTP_FROM: expected the address that the list comes from")
    if settings.smtp_username:
        mail_password(settings)


def message(sender: str, to: Sequence[str], subject: str, text: str, html: str, at: datetime) -> EmailMessage:
    """Return a mail that says the same as text and as HTML; no machine is to answer it."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, ", ".join(to), subject
    made["Date"], made["Message-ID"] = format_datetime(at), make_msgid(domain=sender.rpartition("@")[2])
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(text)
    made.add_alternative(html, subtype="html")
    return made


def send(settings: Settings, mail: EmailMessage, patience: timedelta = PATIENCE) -> None:
    """Hand a mail over; raises NotMailed, and WrongSettings where the settings are not enough."""
    check(settings)
    server = settings.smtp_host or ""
    host, _, port = server.rpartition(":")
    try:
        with _connected(settings, host, int(port), patience.total_seconds()) as connection:
            if settings.smtp_username:
                connection.login(settings.smtp_username, mail_password(settings))
            refused = connection.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        raise NotMailed(f"{server}: nobody was sent the list: {_refusals(error.recipients)}") from None
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise NotMailed(f"{server}: the mail server did not take the list: {_said(error)}") from None
    if refused:
        raise NotMailed(f"{server}: the others were sent the list: {_refusals(refused)}")


def _connected(settings: Settings, host: str, port: int, seconds: float) -> smtplib.SMTP:
    if settings.smtp_security == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=seconds, context=ssl.create_default_context())
    connection = smtplib.SMTP(host, port, timeout=seconds)
    if settings.smtp_security == "starttls":
        try:
            connection.starttls(context=ssl.create_default_context())
        except (smtplib.SMTPException, OSError):
            connection.close()
            raise
    return connection


def _refusals(refused: dict[str, tuple[int, bytes]]) -> str:
    return "; ".join(f"{to}: {code} {_line(said)}" for to, (code, said) in refused.items())


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_line(error.smtp_error)}"
    if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException):
        return _line(error.strerror or str(error) or type(error).__name__)
    return _line(str(error) or type(error).__name__)


def _line(said: str | bytes) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(text.split()).rstrip(".")
