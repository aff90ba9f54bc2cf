"""The command `metrics`."""

import click

from rules.book_files import load_rulebook
from streams.settings import load_settings
from streams.tools.metrics_page import metrics_page


@click.command()
def metrics() -> None:
    """Write the page of metrics: what each says, its labels, and how many series a worker may come to; nobody is asked."""
    settings = load_settings()
    click.echo(metrics_page(settings, load_rulebook(settings.rulebook)), nl=False)
