"""A network of its own for a worker: one wire to the brokers, which a test can cut."""

import os
import subprocess
import time
from pathlib import Path
from typing import Self

from tests.eventually import eventually
from tests.kafka.cluster import die_with_parent


class Wire:
    """A network namespace with one wire to it, as a context.

    The namespace has no name: it lives as long as the process that holds it, which ends with this one whatever happens,
    and the kernel then removes it and the wire.
    """

    def __init__(self) -> None:
        own = os.getpid()
        low = own % 64 * 4
        net = f"10.203.{own // 64 % 256}"
        self.here, self.there = f"{net}.{low + 1}", f"{net}.{low + 2}"
        self._name = f"wire{own}"
        self._holder: subprocess.Popen[bytes]

    def __enter__(self) -> Self:
        self._holder = subprocess.Popen(["unshare", "--net", "sleep", "infinity"], preexec_fn=die_with_parent)
        try:
            eventually(lambda: self._network(self._holder.pid) != self._network(os.getpid()))
            far = ("peer", "name", "wire", "netns", str(self._holder.pid))
            self._run("ip", "link", "add", self._name, "type", "veth", *far)
            self._run("ip", "address", "add", f"{self.here}/30", "dev", self._name)
            self._run("ip", "link", "set", self._name, "up")
            self._run(*self.within, "ip", "address", "add", f"{self.there}/30", "dev", "wire")
            self._run(*self.within, "ip", "link", "set", "wire", "up")
            self._run(*self.within, "ip", "link", "set", "lo", "up")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        subprocess.run(["ip", "link", "delete", self._name], check=False, capture_output=True)
        self._holder.kill()
        self._holder.wait()

    @property
    def within(self) -> tuple[str, ...]:
        """What runs a command within the namespace, put before it."""
        return "nsenter", f"--net=/proc/{self._holder.pid}/ns/net"

    def cut_for(self, seconds: float) -> None:
        """Let nothing through for so long; who is connected is not told."""
        self._run("ip", "link", "set", self._name, "down")
        try:
            time.sleep(seconds)
        finally:
            self._run("ip", "link", "set", self._name, "up")

    @staticmethod
    def _run(*command: str) -> None:
        subprocess.run(command, check=True)

    @staticmethod
    def _network(process: int) -> str:
        return str(Path(f"/proc/{process}/ns/net").readlink())
