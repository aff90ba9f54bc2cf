"""Debian's Prometheus as a process, with the deployed configuration: only addresses and waiting times are the test's."""

import json
import shutil
import subprocess
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

import yaml

from deploy.source import ROOT
from tests.eventually import eventually
from tests.kafka.cluster import die_with_parent, free_ports

DEPLOYED = ROOT / "deploy" / "prometheus"
_OFTEN = "1s"


class RealPrometheus:
    """A Prometheus on a port of loopback, with what is in its folder of blocks; it asks `workers`, and tells Alertmanager."""

    def __init__(self, folder: Path, *, workers: Iterable[str] = (), alertmanager: str | None = None) -> None:
        (self._port,) = free_ports(1)
        self.address = f"http://127.0.0.1:{self._port}"
        self._folder = folder
        self.blocks = folder / "blocks"
        self._targets = {
            "recording-monitor": list(workers),
            "prometheus": [f"127.0.0.1:{self._port}"],
            "alertmanager": [] if alertmanager is None else [alertmanager],
        }

    def __enter__(self) -> Self:
        configuration = self._folder / "configuration"
        shutil.copytree(DEPLOYED, configuration, dirs_exist_ok=True)
        file = configuration / "prometheus.yaml"
        file.write_text(yaml.safe_dump(self._here(yaml.safe_load(file.read_text("utf-8")))), "utf-8")
        for rules in (configuration / "rules").glob("*.yaml"):
            rules.write_text(yaml.safe_dump(_at_once(yaml.safe_load(rules.read_text("utf-8")))), "utf-8")
        command = [
            "prometheus",
            f"--config.file={file}",
            f"--storage.tsdb.path={self.blocks}",
            "--storage.tsdb.retention.time=60d",
            f"--web.listen-address=127.0.0.1:{self._port}",
            # Alertmanager may be found a moment after the first alert: that is told again soon, and not in a minute.
            f"--rules.alert.resend-delay={_OFTEN}",
            "--log.level=warn",
        ]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, preexec_fn=die_with_parent)
        eventually(self._ready)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(30)

    def query(self, expression: str) -> list[dict[str, Any]]:
        """Return what an expression is now, a result for each of its series."""
        return self._result("query", query=expression)

    def over(self, expression: str, since: datetime, until: datetime, step: timedelta) -> list[dict[str, Any]]:
        """Return what an expression was, step by step."""
        span = {"start": since.timestamp(), "end": until.timestamp(), "step": step.total_seconds()}
        return self._result("query_range", query=expression, **span)

    def standing(self) -> set[str]:
        """Return the names of the alerts that fire."""
        found = self._get("alerts")["alerts"]
        return {alert["labels"]["alertname"] for alert in found if alert["state"] == "firing"}

    def faults(self) -> list[str]:
        """Return the rules that could not be evaluated, each with why."""
        rules = [rule for group in self._get("rules")["groups"] for rule in group["rules"]]
        return [f"{rule['name']}: {rule['lastError']}" for rule in rules if rule.get("lastError")]

    def _result(self, what: str, **asked: object) -> list[dict[str, Any]]:
        result: list[dict[str, Any]] = self._get(what, **asked)["result"]
        return result

    def _get(self, what: str, **asked: object) -> dict[str, Any]:
        try:
            with urlopen(f"{self.address}/api/v1/{what}?{urlencode(asked)}", timeout=30) as answer:
                told = json.load(answer)
        except HTTPError as refused:
            with refused:
                told = json.load(refused)
        assert told["status"] == "success", f"{asked}: {told}"
        data: dict[str, Any] = told["data"]
        return data

    def _ready(self) -> bool:
        assert self._process.poll() is None, (self._folder / "log").read_text()
        try:
            with urlopen(f"{self.address}/-/ready", timeout=5):
                return True
        except HTTPError as refused:
            refused.close()
            raise AssertionError(str(refused)) from None
        except OSError as error:
            raise AssertionError(str(error)) from None

    def _here(self, deployed: dict[str, Any]) -> dict[str, Any]:
        """Return the deployed configuration with its targets on loopback, and nothing that waits long."""
        deployed["global"] = {"scrape_interval": _OFTEN, "evaluation_interval": _OFTEN}
        for job in deployed["scrape_configs"]:
            job.pop("dns_sd_configs", None)
            job["static_configs"] = [{"targets": self._targets[job["job_name"]]}]
        told = {"static_configs": [{"targets": self._targets["alertmanager"]}]}
        return {**deployed, "alerting": {"alertmanagers": [told]}}


def _at_once(rules: dict[str, Any]) -> dict[str, Any]:
    """Return rules that are evaluated often, and that do not wait for long."""
    for group in rules["groups"]:
        group["interval"] = _OFTEN
        for rule in group["rules"]:
            if "for" in rule:
                rule["for"] = _OFTEN
    return rules


def blocks_of(samples: Path, folder: Path) -> None:
    """Make blocks of samples in OpenMetrics, whose file goes: it is large."""
    # In one block: by default the file is read once for each two hours of it.
    _promtool("tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=240h", samples, folder)
    samples.unlink()


def record_past(prometheus: RealPrometheus, since: datetime, until: datetime, step: timedelta, folder: Path) -> None:
    """Make blocks of what the first recording rules would have recorded."""
    span = [f"--start={since.timestamp():.0f}", f"--end={until.timestamp():.0f}", f"--eval-interval={step.seconds}s"]
    where = [f"--url={prometheus.address}", f"--output-dir={folder}"]
    _promtool("tsdb", "create-blocks-from", "rules", *span, *where, DEPLOYED / "rules" / "recorded.yaml")


def _promtool(*arguments: str | Path) -> None:
    done = subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
