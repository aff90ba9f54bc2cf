"""The command `erase`."""

import sys

import click

from rules.instants import format_instant
from streams.cli.common import AS_JSON, say
from streams.clock import WallClock
from streams.settings import load_settings

_OUTSIDE = (
    "what remains is outside its reach: the force's own systems; the source topics, until their own retention;"
    " the decisions and the audit, which are the trail that this was asked for"
)


@click.command()
@click.argument("incident", metavar="FORCE/REF")
@AS_JSON
def erase(incident: str, as_json: bool) -> None:
    """Have the workers forget an incident wherever they keep it; figures stay as they are.

    What was stated of it until now goes from rows, statuses and alerts, also from those of incidents that were merged with
    it, and does not come back when it is read again. 1 if no worker has done it within half a minute.
    """
    force, _, ref = incident.partition("/")
    if not force or not ref:
        raise click.BadParameter("expected the force and the number of the incident, as Derbyshire/POL-20260401-0001")
    from streams.tools.erase import erase as erased  # Kafka's client takes a while to load

    at = WallClock().now()
    done = erased(load_settings(), force, ref, at)
    if done:
        lines = [f"{incident}: what was stated of it until {format_instant(at)} is forgotten", _OUTSIDE]
    else:
        lines = [f"{incident}: asked for, and not done yet: start a worker, which does it first"]
    say({"incident": incident, "until": format_instant(at), "done": done} if as_json else None, iter(lines))
    sys.exit(0 if done else 1)
