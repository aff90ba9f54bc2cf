"""Reads the national tables that ship with the project."""

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import yaml

_NATIONAL = resources.files("rules.codes").joinpath("national")


@cache
def national(name: str) -> Any:
    """Read one of the national tables by its file name; what it returns is read by all and changed by none."""
    return yaml.load(_NATIONAL.joinpath(name).read_bytes(), yaml.CSafeLoader)


@cache
def tables_hash() -> str:
    """Return sixteen hexadecimal digits that are others as soon as any table, phrase, form or cue is another one."""
    digest = hashlib.sha256()
    for name, content in sorted(_contents(_NATIONAL, "")):
        digest.update(name.encode() + b"\0" + content)
    return digest.hexdigest()[:16]


def _contents(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _contents(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".yaml"):
            yield prefix + entry.name, entry.read_bytes()
