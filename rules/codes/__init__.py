"""Codes: what a force's own codes and the Home Office's mean here, and how grave they are."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from importlib import resources

from rules.codes.offences import (
    GRAVITY,
    OFFENCE_GROUPS,
    OFFENCE_SETS,
    OFFENCES,
    Offence,
    RecordKind,
    gravest,
    in_set,
    is_current,
    is_state_based,
    offence,
    offence_code,
    offence_group,
    offence_number,
    record_kind,
)
from rules.codes.tables import national
from rules.disclosure import Cues, Family, Lexicon

__all__ = [
    "CLOSING_ONLY",
    "CRIME_FAMILIES",
    "GRAVITY",
    "KEYS",
    "NICL",
    "OFFENCES",
    "OFFENCE_GROUPS",
    "OFFENCE_SETS",
    "CodeMap",
    "Offence",
    "RecordKind",
    "gravest",
    "in_set",
    "is_crime",
    "is_current",
    "is_state_based",
    "national",
    "national_lexicon",
    "offence",
    "offence_code",
    "offence_group",
    "offence_number",
    "record_kind",
]

CLOSING_ONLY = frozenset({"CRIME_RECORDED", "CRI", "REPORT_FRAUD"})

NICL: Mapping[str, str] = national("nicl.yaml")["names"]
CRIME_FAMILIES: Mapping[str, str] = national("crime_families.yaml")["groups"]
KEYS = frozenset(NICL) | frozenset(CRIME_FAMILIES) | CLOSING_ONLY
"""Every key that a code can mean; the keys themselves are accepted as codes."""


def is_crime(key: str) -> bool:
    """Whether a key says that the log is about a crime, at opening or at closing."""
    return key in CRIME_FAMILIES


class CodeMap:
    """A force's own codes with the days on which each meaning holds, over the contract's keys."""

    def __init__(self, dated: Iterable[tuple[date, date | None, Mapping[str, str]]] = ()) -> None:
        self._dated = [(first, last or date.max, meanings) for first, last, meanings in dated]

    def key(self, raw: str, day: date) -> str | None:
        """Return the key that a code means for a report of that local day, None if nothing maps it."""
        for first, last, meanings in self._dated:
            if first <= day <= last and raw in meanings:
                return meanings[raw]
        return raw if raw in KEYS else None

    def can_mean(self, raw: str, key: str) -> bool:
        """Whether a code means a key on any day."""
        return raw == key or any(meanings.get(raw) == key for _, _, meanings in self._dated)


@cache
def national_lexicon() -> Lexicon:
    """Return the lexicon of every family and cue that ships with the project."""
    folder = resources.files("rules.codes").joinpath("national", "lexicon")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    families = [Family.model_validate(national(f"lexicon/{name}")) for name in names]
    return Lexicon(families, Cues.model_validate(national("cues.yaml")))
