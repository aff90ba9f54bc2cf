"""Desks as processes."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.error import HTTPError
from urllib.request import urlopen

from tests.eventually import eventually
from tests.kafka.cluster import die_with_parent, free_ports


class Served:
    """One desk process on a port of its own; it is gone at the end of its context, whatever happened."""

    def __init__(self, environment: Mapping[str, str], folder: Path, **settings: str) -> None:
        (self.port,) = free_ports(1)
        self.address = f"http://127.0.0.1:{self.port}"
        self._log = folder / f"desk-{self.port}.log"
        more = {f"RECORDING_{name.upper()}": value for name, value in settings.items()}
        self._environment = {**os.environ, "RECORDING_DESK_PORT": str(self.port), **environment, **more}
        self.process = self._started()

    def _command(self) -> list[str]:
        return [str(Path(sys.executable).with_name("recording-monitor")), "desk"]

    def _started(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                self._command(), env=self._environment, stdout=log, stderr=log, preexec_fn=die_with_parent
            )

    def __enter__(self) -> Self:
        eventually(self.ready)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()
        if kind is not None:
            print(self.said[-3000:])

    @property
    def said(self) -> str:
        """Everything that the desk wrote."""
        return self._log.read_text()

    def ready(self) -> bool:
        """Whether the desk says that it has read everything."""
        assert self.process.poll() is None, f"the desk ended: {self.said[-2000:]}"
        try:
            with urlopen(f"{self.address}/ready", timeout=5) as answer:
                return bool(answer.status == 200)
        except HTTPError as error:
            raise AssertionError(error.read().decode()) from None
        except OSError as error:
            raise AssertionError(f"no answer: {error}") from None

    def kill(self) -> None:
        """End the desk at once."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def restart(self) -> None:
        """Start the desk again where it was, and wait until it has read everything."""
        self.process = self._started()
        eventually(self.ready)

    def megabytes(self) -> int:
        """Return how much memory the desk holds."""
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{self.process.pid}/status").read_text())
        return int(found[1]) // 1024 if found else 0

    def seconds(self) -> float:
        """Return how long the desk has kept a core busy."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class ServedByClock(Served):
    """A desk whose clock a test moves."""

    def __init__(self, clock: Path, environment: Mapping[str, str], folder: Path, **settings: str) -> None:
        self._clock = clock
        super().__init__(environment, folder, **settings)

    def _command(self) -> list[str]:
        return [sys.executable, "-m", "tests.integration.desk.desk_main", str(self._clock)]
