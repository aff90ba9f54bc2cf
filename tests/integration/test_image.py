"""What deploy/docker/Dockerfile puts into the image is enough to run: its own steps, taken on this machine."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.source import ROOT

pytestmark = pytest.mark.slow


def steps(here: Path) -> list[str]:
    """Return what is run in the first stage, with its folders moved to this machine."""
    written = (ROOT / "deploy/docker/Dockerfile").read_text().replace("\\\n", " ")
    first = written.partition("\nFROM ${PYTHON}\n")[0]
    run = re.findall(r"^RUN (.+)$", first, re.MULTILINE)
    return [re.sub(r"(?<!\S)/(build|opt)/", rf"{here}/\1/", step) for step in run]


def test_the_image_runs_with_what_its_steps_put_into_it(tmp_path: Path) -> None:
    build = tmp_path / "build"
    build.mkdir()
    for name in ("requirements", "rules", "streams"):
        shutil.copytree(ROOT / name, build / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, build)
    environment = {**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.base_prefix + "/bin/python3.11")

    for step in steps(tmp_path):
        done = subprocess.run(
            ["bash", "-c", step], cwd=build, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-2000:]
    ours = tmp_path / "opt/recording-monitor/bin/recording-monitor"
    away = {"PATH": "/usr/bin:/bin", "RECORDING_BROKER": "127.0.0.1:1"}
    checked = subprocess.run([ours, "rules", "check"], env=away, capture_output=True, text=True, check=False)
    worker, desk = (
        subprocess.run([ours, name], env=away, capture_output=True, text=True, check=False)
        for name in ("worker", "desk")
    )

    assert checked.returncode == 0, checked.stderr
    assert [ran.stderr for ran in (worker, desk)] == [
        "no Kafka broker answers at 127.0.0.1:1: start it, or say in RECORDING_BROKER where it is\n"
    ] * 2
