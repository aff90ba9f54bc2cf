"""The command `reconcile`."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from streams.cli.common import AS_JSON, progress_bar, say
from streams.settings import load_settings

if TYPE_CHECKING:
    from streams.tools.reconcile import Reconciled


@click.command()
@click.option(
    "--metrics", "urls", multiple=True, metavar="URL", help="The /metrics of a worker; once for each of them."
)
@AS_JSON
def reconcile(urls: tuple[str, ...], as_json: bool) -> None:
    """Say whether the workers' rows, what they published and, with --metrics, their gauges agree; 1 if they do not.

    Workers may go on meanwhile: what is only on its way is no difference. Counters begin anew with each worker, and are not
    compared.
    """
    from streams.tools.reconcile import (
        reconcile as reconciled,
    )  # Faust takes a while to load, which no other command needs

    with progress_bar() as bar:
        reading = bar.add_task("reading", total=None)
        result = reconciled(load_settings(), urls, lambda done, total: bar.update(reading, completed=done, total=total))
    say(result.as_dict() if as_json else None, _lines(result))
    if result.undecided:
        click.echo(
            f"{result.undecided} incidents differ for now and are not counted: what was last handled for them is not"
            " committed; if no worker is running, start one, else repeat this later",
            err=True,
        )
    if result.gauges == "undecided":
        click.echo("the gauges could not be compared: partitions, or too much else, moved; repeat this later", err=True)
    sys.exit(1 if result.differences else 0)


def _lines(result: "Reconciled") -> Iterator[str]:
    for force, account in result.accounts.items():
        yield f"{force}: {account}"
    yield from map(str, result.differences)
    if not result.differences:
        agree = (
            "the rows, what was published and the gauges"
            if result.gauges == "agree"
            else "the rows and what was published"
        )
        so_far = ", as far as could be decided" if result.undecided or result.gauges == "undecided" else ""
        yield f"{agree} agree{so_far}"
