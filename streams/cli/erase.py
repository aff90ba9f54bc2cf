"""The command `erase`."""

import sys
from typing import Any

import click

from rules.instants import format_instant
from streams.cli.common import AS_JSON, progress_bar, say
from streams.clock import WallClock
from streams.settings import load_settings

_OUTSIDE = (
    "what remains is outside its reach: the force's own systems; the source topics, until their own retention;"
    " the decisions and the audit, which are the trail that this was asked for"
)


_NOT_YET = "asked for, and not done yet: start a worker, which does it first"


@click.command()
@click.argument("what", metavar="FORCE/REF")
@click.option("--victim", is_flag=True, help="REF is how the force refers to a victim, and not an incident's number.")
@AS_JSON
def erase(what: str, victim: bool, as_json: bool) -> None:
    """Have the workers forget an incident, or a victim, wherever they keep it; figures stay as they are.

    What was stated of an incident until now goes from rows, statuses and alerts, also from those of incidents that were
    merged with it, and does not come back when it is read again. Where a victim was known stands a name that says nothing,
    also in what comes later. 1 if no worker has done it within half a minute.
    """
    force, _, ref = what.partition("/")
    if not force or not ref:
        raise click.BadParameter("expected the force and the reference, as Derbyshire/POL-20260401-0001")
    done, told, lines = (_victim if victim else _incident)(force, ref)
    say({**told, "done": done} if as_json else None, iter([*lines, _OUTSIDE] if done else lines))
    sys.exit(0 if done else 1)


def _incident(force: str, ref: str) -> tuple[bool, dict[str, Any], list[str]]:
    from streams.tools.erase import erase_incident  # Kafka's client takes a while to load

    at = WallClock().now()
    done = erase_incident(load_settings(), force, ref, at)
    line = f"what was stated of it until {format_instant(at)} is forgotten" if done else _NOT_YET
    return done, {"incident": f"{force}/{ref}", "until": format_instant(at)}, [f"{force}/{ref}: {line}"]


def _victim(force: str, ref: str) -> tuple[bool, dict[str, Any], list[str]]:
    from streams.tools.erase import erase_victim

    with progress_bar() as bar:
        reading = bar.add_task("reading", total=None)
        erased = erase_victim(
            load_settings(), force, ref, lambda done, total: bar.update(reading, completed=done, total=total)
        )
    known = f"{_many(erased.incidents, 'incident')} and {_many(erased.crimes, 'crime')}"
    if not erased.incidents + erased.crimes:
        line = "no incident or crime knows this victim"
    else:
        line = f"forgotten in {known}" if erased.done else f"known in {known}; {_NOT_YET}"
    told = {"victim": f"{force}/{ref}", "incidents": erased.incidents, "crimes": erased.crimes}
    return erased.done, told, [f"{force}/{ref}: {line}"]


def _many(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
