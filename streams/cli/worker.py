"""The command `worker`."""

import sys

import click

from streams.worker import run_worker


@click.command()
def worker() -> None:
    """Watch a force's feeds on RECORDING_BROKER, decide, publish, and serve /metrics; any number may run side by side."""
    sys.exit(run_worker())
