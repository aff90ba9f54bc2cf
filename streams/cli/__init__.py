"""The command line `recording-monitor`: exit status 0 done, 1 the work found faults, 2 wrong use."""

import os
import sys

import click

from rules.yaml_source import FileFaults
from streams.cli.alert import alert
from streams.cli.demo import demo
from streams.cli.desk import desk
from streams.cli.erase import erase
from streams.cli.feeding import feed, simulate
from streams.cli.history import explain, replay
from streams.cli.lexicon import lexicon
from streams.cli.listing import listing
from streams.cli.metrics import metrics
from streams.cli.rebuild import rebuild
from streams.cli.reconcile import reconcile
from streams.cli.rulebook import rules
from streams.cli.topics import topics
from streams.cli.worker import worker
from streams.kafka.client import BrokerError
from streams.settings import WrongSettings
from streams.tools.feeder import FeedError, FeedStopped
from streams.tools.mapping import MappingError
from streams.tools.replay import FarAhead


@click.group("recording-monitor", context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="recording-monitor")
def cli() -> None:
    """Which reports to the police should have become recorded crimes, by when, and whether they did."""


for command in (
    alert,
    demo,
    desk,
    erase,
    explain,
    feed,
    lexicon,
    listing,
    metrics,
    rebuild,
    reconcile,
    replay,
    rules,
    simulate,
    topics,
    worker,
):
    cli.add_command(command)


def main() -> None:
    """Run the command line; a person's mistake ends in one clear line, never in a traceback."""
    try:
        sys.exit(_status())
    except KeyboardInterrupt:
        sys.exit(130)


def _status() -> int:
    """Run a command and return its exit status, having said what ended it."""
    try:
        return int(cli(prog_name="recording-monitor", standalone_mode=False) or 0)
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        command = context.command_path if context is not None else "recording-monitor"
        return _mistaken(f"{command}: {error.format_message()}", error.exit_code)
    except (FileFaults, WrongSettings, FarAhead, FeedError, MappingError, BrokerError) as error:
        return _mistaken(str(error), 2)
    except FeedStopped as stopped:
        return _mistaken(str(stopped), 130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        return _mistaken(f"{error.filename or 'reading or writing'}: {error.strerror}", 2)
    except (KeyboardInterrupt, click.Abort):
        return _mistaken("stopped", 130)


def _mistaken(said: str, status: int) -> int:
    click.echo(said, err=True)
    return status
