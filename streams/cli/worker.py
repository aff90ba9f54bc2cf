"""The command `worker`."""

import sys

import click


@click.command()
def worker() -> None:
    """Watch a force's feeds on RECORDING_BROKER, decide, publish, and serve /metrics; any number may run side by side."""
    from streams.worker import run_worker  # Faust takes a while to load, which no other command needs

    sys.exit(run_worker())
