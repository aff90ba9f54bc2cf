"""The command `desk`."""

import sys

import click


@click.command()
def desk() -> None:
    """Serve the supervisors' page from what the workers publish on RECORDING_BROKER; any number may run side by side."""
    from streams.outward.desk.run import run_desk  # Kafka's client takes a while to load, which no other command needs

    sys.exit(run_desk())
