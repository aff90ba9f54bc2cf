"""The command line as a process of its own, against a broker."""

import os
import signal
import subprocess
import sys
from typing import NamedTuple

from tests.kafka.cluster import die_with_parent

_COMMAND = [sys.executable, "-c", "from streams.cli import main; main()"]


class Ran(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str


def _as_from_a_terminal() -> None:
    """End with the tests, and let Ctrl-C be heard: who runs in the background inherits that it is ignored."""
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def start(*arguments: object, broker: str, **variables: str) -> "subprocess.Popen[str]":
    """Start a command; `variables` are its environment's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RECORDING_")}
    return subprocess.Popen(
        [*_COMMAND, *map(str, arguments)],
        env={**kept, **variables, "RECORDING_BROKER": broker},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_as_from_a_terminal,
    )


def run(*arguments: object, broker: str, given: str = "", **variables: str) -> Ran:
    """Run a command to its end, within a minute."""
    with start(*arguments, broker=broker, **variables) as process:
        out, err = process.communicate(given, timeout=60)
    assert "Traceback" not in err
    return Ran(process.returncode, out, err)
