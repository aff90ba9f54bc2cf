"""The command `list`."""

import sys
from typing import Any

import click
from pydantic import TypeAdapter, ValidationError

from streams.cli.common import AS_JSON, say
from streams.clock import WallClock
from streams.outward.desk.wording import KINDS
from streams.settings import MailAddress, load_settings


class _Address(click.ParamType):
    name = "ADDRESS"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return TypeAdapter(MailAddress).validate_python(value)
        except ValidationError as error:
            self.fail(error.errors()[0]["msg"], param, ctx)


@click.command("list")
@click.option("--force", help="Only this force.")
@click.option("--area", help="Only this area.")
@click.option(
    "--kind", type=click.Choice(list(KINDS)), metavar="KIND", help="Only incidents with this kind of alert, as overdue."
)
@click.option("--group", help="Only this offence group, as rape.")
@click.option("--state", type=click.Choice(["open", "acknowledged"]), help="Only what nobody has taken, or was taken.")
@click.option("--words", default="", help="Only incidents whose number contains this.")
@click.option(
    "--mail-to", type=_Address(), multiple=True, help="Send it there instead of printing it; may be repeated."
)
@AS_JSON
def listing(mail_to: tuple[str, ...], as_json: bool, **asked: Any) -> None:
    """Print what is open, in the order of the supervisors' page, or send it as a mail by RECORDING_SMTP_HOST.

    It reads recording-alerts once and ends; that the list was taken away is written on recording-audit. When it is sent is
    up to the machine's scheduler (deploy/systemd). 1 if the mail server did not take it, or not for everybody.
    """
    from streams.outward import mail  # Kafka's client takes a while to load
    from streams.outward.desk.asked import filters_of
    from streams.outward.desk.listed import read_list

    settings = load_settings()
    if mail_to:
        mail.check(settings)
    listed = read_list(settings, filters_of({name: value or "" for name, value in asked.items()}), WallClock())
    if not mail_to:
        say(listed.as_dict() if as_json else None, iter([listed.text().rstrip()]))
        return
    subject = listed.subject()
    try:
        mail.send(
            settings,
            mail.message(settings.smtp_from or "", mail_to, subject, listed.text(), listed.html(), listed.now),
        )
    except mail.NotMailed as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    say(
        {"subject": subject, "sent_to": list(mail_to)} if as_json else None,
        iter([f"sent to {', '.join(mail_to)}: {subject}"]),
    )
