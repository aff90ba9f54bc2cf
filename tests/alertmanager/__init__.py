"""A real Alertmanager with the configuration of `deploy/alertmanager`, what its receivers are told, and how that reads."""

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]
DEPLOYED = ROOT / "deploy" / "alertmanager"


def program(*names: str) -> str:
    """Return the path of a program of Alertmanager, under the first of its names that is there."""
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise FileNotFoundError(f"{names[0]} is not there: make machine installs it")
    return found
