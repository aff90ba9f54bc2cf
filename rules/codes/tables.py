"""Reads the national tables that ship with the project."""

from functools import cache
from importlib import resources
from typing import Any

import yaml


@cache
def national(name: str) -> Any:
    """Read one of the national tables by its file name; what it returns is read by all and changed by none."""
    return yaml.load(resources.files("rules.codes").joinpath("national", name).read_bytes(), yaml.CSafeLoader)
