"""The index of the runbooks: each alert with how grave it is, for whom, and what it says."""

import re
from collections.abc import Iterator
from typing import Final

from deploy.source.prometheus import GROUPS

FOLDER: Final = "deploy/runbooks"
OTHERS: Final = {
    "upgrade-and-rollback": "another version, and back",
    "backup-and-restore": "what has to be kept, and how it comes back",
    "rulebook-roll-out": "a new rulebook: check it, see what it changes, switch",
}
"""What is done on purpose, and no alert leads to."""


def files() -> dict[str, str]:
    """Return the text of the index, by its path."""
    return {f"{FOLDER}/README.md": "\n".join(_lines()) + "\n"}


def _lines() -> Iterator[str]:
    yield from (
        "# Runbooks",
        "",
        "Written by `python -m deploy.source`; the runbooks themselves are written by hand.",
        "",
    )
    yield from ("| alert | how grave | for | says | once it has held for |", "| --- | --- | --- | --- | --- |")
    for group in GROUPS:
        for alert in group.alerts:
            cells = (
                f"[{alert.name}]({alert.name}.md)",
                alert.severity,
                alert.team,
                _plain(alert.summary),
                alert.lasting or "",
            )
            yield f"| {' | '.join(cells)} |"
    yield from ("", "| on purpose | |", "| --- | --- |")
    yield from (f"| [{name}]({name}.md) | {says} |" for name, says in OTHERS.items())


def _plain(text: str) -> str:
    return re.sub(r"\{\{ \$value[^}]*\}\}", "…", re.sub(r"\{\{ \$labels\.(\w+) \}\}", r"*\1*", text))
