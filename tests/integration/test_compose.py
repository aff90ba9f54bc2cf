"""The services of docker-compose.yml, run as they stand there, on this machine: only addresses and paths are the test's."""

import base64
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
import yaml

from deploy.source import ROOT
from tests.eventually import eventually
from tests.integration.workers import Desk
from tests.kafka.cluster import Cluster, die_with_parent, free_ports

pytestmark = pytest.mark.kafka
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
PATH = f"{Path(sys.executable).parent}:{os.environ['PATH']}:/usr/sbin"


class Services:
    """What runs of docker-compose.yml, against a cluster; everything is gone at the end of the context."""

    def __init__(self, kafka: Cluster, folder: Path) -> None:
        self.worker, self.desk, self.proxy, self.well = free_ports(4)
        self._folder = folder
        self._here = {
            "kafka:9092": kafka.bootstrap,
            "/etc/recording-monitor/forces": str(ROOT / "deploy/forces"),
            "/etc/recording-monitor/people.yaml": str(ROOT / "deploy/desk/people.yaml"),
            "0.0.0.0": "127.0.0.1",
            "172.29.94.0/28": "127.0.0.1/32",
            "http://alertmanager:9093": "http://127.0.0.1:9",
        }
        self._ports = {"RECORDING_PORT": str(self.worker), "RECORDING_DESK_PORT": str(self.desk)}
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self, name: str) -> subprocess.Popen[bytes]:
        """Start a service by its own command and settings."""
        service = COMPOSE["services"][name]
        settings = {key: self._here.get(value, value) for key, value in service["environment"].items()}
        environment = {**os.environ, "PATH": PATH, "TMPDIR": str(self._folder), **self._ports, **settings}
        command = [*service.get("entrypoint", ["recording-monitor"]), *service["command"]]
        return self._started(command, name, environment)

    def start_proxy(self, name: str, password: str) -> None:
        """Start the proxy by its own file, with one person who may come in."""
        openssl = ["openssl", "passwd", "-6", password]
        shadow = subprocess.run(openssl, capture_output=True, text=True, check=True).stdout.strip()
        (self._folder / "people").write_text(f"{name}:{shadow}\n")
        written = (ROOT / "deploy/docker/proxy.conf").read_text()
        for there, here in {
            "/tmp/": f"{self._folder}/",
            "http://desk:9465": f"http://127.0.0.1:{self.desk}",
            "listen 9465": f"listen 127.0.0.1:{self.proxy}",
            "127.0.0.1:9466": f"127.0.0.1:{self.well}",
            "/run/secrets/people": str(self._folder / "people"),
            "worker_processes 1;": "worker_processes 1; user root;",
        }.items():
            assert there in written
            written = written.replace(there, here)
        (self._folder / "proxy.conf").write_text(written)
        command = ["nginx", "-c", str(self._folder / "proxy.conf"), "-g", "daemon off;"]
        self._started(command, "proxy", {**os.environ, "PATH": PATH})

    def said(self, name: str) -> str:
        """Return what a service wrote."""
        return (self._folder / f"{name}.log").read_text()

    def _started(self, command: list[str], name: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
        with (self._folder / f"{name}.log").open("wb") as log:
            self._running.append(
                # In a group of its own: what a shell has started ends with it.
                subprocess.Popen(
                    command,
                    env=environment,
                    stdout=log,
                    stderr=log,
                    preexec_fn=die_with_parent,
                    start_new_session=True,
                )
            )
        return self._running[-1]

    def stop(self) -> None:
        """End what runs."""
        for process in reversed(self._running):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in self._running:
            process.wait(30)


@contextmanager
def services(kafka: Cluster, folder: Path) -> Iterator[Services]:
    started = Services(kafka, folder)
    try:
        yield started
    finally:
        started.stop()


def answer(url: str, *, person: str = "", **headers: str) -> tuple[int, str]:
    """Return what is answered, to somebody who signs in or to nobody."""
    signed = {"Authorization": f"Basic {base64.b64encode(person.encode()).decode()}"} if person else {}
    try:
        with urlopen(Request(url, headers={**signed, **headers}), timeout=10) as answered:
            return answered.status, answered.read().decode()
    except HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()
    except OSError as error:
        return 0, str(error)


def test_the_services_of_the_demo_run_as_they_stand_in_the_file(kafka: Cluster, tmp_path: Path) -> None:
    Desk(kafka, tmp_path, "compose")._drop_topics()
    with services(kafka, tmp_path) as compose:
        assert compose.start("topics").wait(60) == 0, compose.said("topics")
        for name in ("worker", "desk", "demo-feed"):
            compose.start(name)
        compose.start_proxy("duty-1", "for-this-test-alone")
        page = f"http://127.0.0.1:{compose.proxy}/"

        eventually(lambda: answer(f"http://127.0.0.1:{compose.worker}/ready")[0] == 200)
        eventually(lambda: answer(page, person="duty-1:for-this-test-alone")[0] == 200)
        shown = eventually(lambda: _with_incidents(answer(page, person="duty-1:for-this-test-alone")[1]))
        nobody = answer(page)
        wrong = answer(page, person="duty-1:another")
        forged = answer(page, person="duty-1:for-this-test-alone", **{"X-Forwarded-User": "registrar-9"})

        assert "duty-1" in shown
        assert (nobody[0], wrong[0]) == (401, 401)
        assert forged[0] == 200
        assert "registrar-9" not in forged[1]
        assert answer(f"http://127.0.0.1:{compose.well}/")[0] == 204


def _with_incidents(page: str) -> str:
    assert "SIM-" in page, page[:500]
    return page
