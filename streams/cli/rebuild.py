"""The command `rebuild`."""

import click

from streams.cli.common import AS_JSON, say
from streams.settings import load_settings


@click.command()
@click.option(
    "--from-empty", is_flag=True, help="Delete what the workers hold too, and build it from the sources alone."
)
@click.option("--yes", is_flag=True, help="Do not ask before anything is deleted.")
@AS_JSON
def rebuild(from_empty: bool, yes: bool, as_json: bool) -> None:
    """Have the next start of the workers read again all that the three source topics still hold.

    Stop the workers first. What is known already stays as it is: only what was lost comes back. With --from-empty nothing
    is known any more but what the source topics still hold. Nobody is paged again for what was read before.
    """
    from streams.tools.rebuild import rebuild as rebuilt  # Kafka's client takes a while to load

    def sure(names: list[str]) -> None:
        if not yes:
            click.confirm(
                f"This deletes {', '.join(names)}, and with them all that the source topics no longer hold. Go on?",
                abort=True,
                err=True,
            )

    result = rebuilt(load_settings(), from_empty=from_empty, sure=sure)
    lines = [f"made anew   {name}" for name in result.remade]
    lines.append(f"{result.events} events of the source topics lie before the workers: start them")
    say(result._asdict() if as_json else None, iter(lines))
