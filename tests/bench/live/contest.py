"""Who takes part beside the live worker, and how each is started; Quix Streams gets an environment of its own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.bench.live.ground import tell
from tests.kafka.cluster import die_with_parent

ROOT = Path(__file__).parents[3]
QUIX = ROOT / ".bench" / "quix"
LOCKED = ROOT / "requirements" / "quix.txt"
RIVALS = Path(__file__).with_name("rivals")


class Rival(NamedTuple):
    """A program at the same work: what it is called, the topic that it writes, and how it is started."""

    name: str
    writes: str
    command: tuple[str, ...]

    @contextmanager
    def running(self, broker: str, group: str, source: str, folder: Path) -> Iterator[None]:
        """Run it as a consumer group of its own; it is ended with the context."""
        with (folder / f"{group}.log").open("wb") as log:
            arguments = [*self.command, broker, group, source, self.writes]
            process = subprocess.Popen(arguments, stdout=log, stderr=log, preexec_fn=die_with_parent)
            try:
                yield
            finally:
                process.kill()
                process.wait()


def rivals() -> Iterator[Rival]:
    """Yield those who can take part on this machine."""
    module = (sys.executable, "-m")
    yield Rival("bare Faust agent", "bench-faust", (*module, "tests.bench.live.rivals.faust_agent"))
    yield Rival("bare client loop", "bench-client", (*module, "tests.bench.live.rivals.client_loop"))
    if (python := _quix()) is not None:
        yield Rival("Quix Streams 3.28.1", "bench-quix", (str(python), str(RIVALS / "quix_app.py")))


def _quix() -> Path | None:
    """Return the Python of an environment with Quix Streams, made if it is not there; None if it cannot be made."""
    python, done = QUIX / "bin" / "python", QUIX / "installed"
    if done.exists() and done.read_bytes() == LOCKED.read_bytes():
        return python
    tell("making an environment for Quix Streams in .bench/quix")
    install = [
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        "-r",
        LOCKED,
    ]
    for command in ([sys.executable, "-m", "venv", "--clear", QUIX], install):
        ran = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
        if ran.returncode:
            why = (ran.stderr or ran.stdout).strip().splitlines() or ["no reason was given"]
            tell(f"Quix Streams does not take part, its environment cannot be made: {why[-1]}")
            return None
    done.write_bytes(LOCKED.read_bytes())
    return python
