"""Debian's Alertmanager as a process, with the deployed configuration: only addresses and waiting times are the test's."""

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import yaml

from tests.alertmanager import DEPLOYED, program
from tests.alertmanager.sinks import Sinks
from tests.eventually import eventually
from tests.kafka.cluster import die_with_parent, free_ports

_AT_ONCE = {"group_wait": "1s", "group_interval": "1s", "repeat_interval": "1h"}


class RealAlertmanager:
    """An Alertmanager on a port of loopback; what it keeps outlives its process for as long as the context."""

    def __init__(self, folder: Path, sinks: Sinks) -> None:
        (port,) = free_ports(1)
        self.address = f"http://127.0.0.1:{port}"
        self._folder = folder
        shutil.copytree(DEPLOYED, folder / "configuration")
        file = folder / "configuration" / "alertmanager.yaml"
        file.write_text(yaml.safe_dump(_here(yaml.safe_load(file.read_text("utf-8")), sinks)), "utf-8")
        self._command = [
            program("prometheus-alertmanager", "alertmanager"),
            f"--config.file={file}",
            f"--storage.path={folder / 'kept'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--cluster.listen-address=",
            "--log.level=warn",
        ]

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the process, and wait until it is ready."""
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log, preexec_fn=die_with_parent)
        eventually(self._ready)

    def stop(self) -> None:
        """Stop the process as its service would, so that it writes down silences and what was notified."""
        self._process.terminate()
        self._process.wait(30)

    def alerts(self, **labels: str) -> list[dict[str, Any]]:
        """Return the alerts that it holds whose labels have some values, by their labels `alertname` and `incident`."""
        query = urlencode([("filter", f'{name}="{value}"') for name, value in labels.items()])
        found = self._ask(f"/api/v2/alerts?{query}")
        return sorted(found, key=lambda alert: (alert["labels"]["alertname"], alert["labels"].get("incident", "")))

    def states(self, **labels: str) -> list[str]:
        """Return the state of each such alert: `active`, or `suppressed` by a silence or another alert."""
        return [alert["status"]["state"] for alert in self.alerts(**labels)]

    def silence(self, of: Mapping[str, str], since: str, until: str) -> None:
        """Silence the alerts that have some labels."""
        matchers = [{"name": name, "value": value, "isRegex": False, "isEqual": True} for name, value in of.items()]
        told = {"matchers": matchers, "startsAt": since, "endsAt": until, "createdBy": "a test", "comment": "a test"}
        self._ask("/api/v2/silences", told)

    def _ready(self) -> bool:
        assert self._process.poll() is None, (self._folder / "log").read_text()
        try:
            with urlopen(f"{self.address}/-/ready", timeout=5):
                return True
        except OSError as error:
            raise AssertionError(str(error)) from None

    def _ask(self, path: str, told: object = None) -> Any:
        body = None if told is None else json.dumps(told).encode()
        request = Request(f"{self.address}{path}", body, {"Content-Type": "application/json"})
        with urlopen(request, timeout=5) as answer:
            return json.load(answer)


def _here(deployed: dict[str, Any], sinks: Sinks) -> dict[str, Any]:
    """Return the deployed configuration with its receivers on loopback, without secrets, and nothing that waits long."""
    secret = ("smtp_auth_username", "smtp_auth_password_file")
    mail = {name: value for name, value in deployed["global"].items() if name not in secret}
    for receiver in deployed["receivers"]:
        for hook in receiver.get("webhook_configs", ()):
            hook["url"] = re.sub(r"https://[a-z]+\.example\.org", sinks.pager, hook["url"])
            del hook["http_config"]
    for route in (deployed["route"], *deployed["route"]["routes"]):
        route.update(_AT_ONCE)
    return {**deployed, "global": {**mail, "smtp_smarthost": sinks.smarthost, "smtp_require_tls": False}}
