"""Codes: what a force's own codes and the Home Office's mean here, and how grave they are."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Literal

import yaml

from rules.disclosure import Cues, Family, Lexicon

OFFENCE_GROUPS = (
    "homicide",
    "rape",
    "other_sexual",
    "violence_with_injury",
    "driving_death_injury",
    "violence_without_injury",
    "stalking_harassment",
    "robbery",
    "burglary",
    "arson_damage",
    "vehicle",
    "theft",
    "weapons",
    "public_order",
    "drugs",
    "miscellaneous",
    "fraud",
    "none",
)
"""The contract's closed list, gravest first."""
GRAVITY = {group: place for place, group in enumerate(OFFENCE_GROUPS)}

CLOSING_ONLY = frozenset({"CRIME_RECORDED", "CRI", "REPORT_FRAUD"})
RecordKind = Literal["crime", "n100", "n200", "n300"]

_NUMBERED = re.compile(r"(N?)([0-9]{1,3})/([0-9]{1,3})([A-Z]?)")
_N_CODES: Mapping[str, RecordKind] = {"100": "n100", "200": "n200", "300": "n300"}


def national(name: str) -> Any:
    """Read one of the national tables by its file name."""
    return yaml.load(resources.files("rules.codes").joinpath("national", name).read_bytes(), yaml.CSafeLoader)


NICL: Mapping[str, str] = national("nicl.yaml")["names"]
CRIME_FAMILIES: Mapping[str, str] = national("crime_families.yaml")["groups"]
KEYS = frozenset(NICL) | frozenset(CRIME_FAMILIES) | CLOSING_ONLY
"""Every key that a code can mean; the keys themselves are accepted as codes."""

_GROUP_OF_OFFENCE = {
    code: group for group, codes in reversed(list(national("offences.yaml")["groups"].items())) for code in codes
}


def is_crime(key: str) -> bool:
    """Whether a key says that the log is about a crime, at opening or at closing."""
    return key in CRIME_FAMILIES


def gravest(groups: Iterable[str]) -> str:
    """Return the gravest of some offence groups, `none` if there are none."""
    return min(groups, key=GRAVITY.__getitem__, default="none")


@lru_cache(4096)
def offence_code(raw: str) -> str:
    """Write a Home Office code in one way: `8/6` as `008/06`, `100/03` and `N100/3` as `N100/3` (reading R30)."""
    match = _NUMBERED.fullmatch(raw.strip().upper())
    if match is None:
        return raw.strip().upper()
    letter, number, sub, suffix = match.groups()
    if letter or number in _N_CODES:
        return f"N{number}/{int(sub)}"
    return f"{int(number):03}/{int(sub):02}{suffix}"


def record_kind(code: str) -> RecordKind:
    """Tell a crime from a reported incident (N100 rape, N200 slavery, N300 death), of a code as `offence_code` writes it."""
    return _N_CODES.get(code[1:4], "crime") if code.startswith("N") else "crime"


def offence_number(code: str) -> str:
    """Return the number before the stroke of a Home Office code: `008` of `008/06`."""
    return code.partition("/")[0]


@lru_cache(4096)
def offence_group(code: str) -> str | None:
    """Return the group in which a Home Office code or class counts, None if the tables do not know it."""
    kind = record_kind(code)
    if kind != "crime":
        return {"n100": "rape", "n200": "violence_without_injury", "n300": "homicide"}[kind]
    return _GROUP_OF_OFFENCE.get(code) or _GROUP_OF_OFFENCE.get(offence_number(code))


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
