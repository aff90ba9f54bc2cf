"""The newcomer's path of deploy/README.md, followed word for word in a clone of what is committed."""

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from deploy.source import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.kafka, pytest.mark.prometheus, pytest.mark.alertmanager]
AS_ROOT = "apt-get"


def steps() -> list[str]:
    """Return the commands of the page, but for those that root types once."""
    found = re.findall(r"^```sh\n(.*?)^```", (ROOT / "deploy/README.md").read_text(), re.MULTILINE | re.DOTALL)
    return [step for step in found if not step.startswith(AS_ROOT)]


def test_from_an_empty_folder_to_the_first_alert(tmp_path: Path) -> None:
    subprocess.run(["git", "clone", "-q", ROOT, tmp_path / "here"], check=True)
    script = "\n".join(["set -e", *steps()])
    said = (tmp_path / "said").open("w+")

    path = subprocess.Popen(
        ["bash", "-c", script],
        cwd=tmp_path / "here",
        env={name: value for name, value in os.environ.items() if not name.startswith("RECORDING_")},
        stdout=said,
        stderr=said,
        start_new_session=True,
    )
    try:
        status = path.wait(600)
    finally:
        os.killpg(path.pid, signal.SIGKILL)
    said.seek(0)
    told = said.read()
    said.close()

    assert status == 0, told[-3000:]
    assert "the topics on 127.0.0.1:9092 are as they should be" in told
    assert re.search(r"^1\. SIM-\S+: .*Overdue", told, re.MULTILINE), told[-3000:]
