"""Home Office offences and classes: how they are written, in which group they count, whom they wrong, and when they held."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from rules.codes.tables import national

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

RecordKind = Literal["crime", "n100", "n200", "n300"]
Basis = Literal["victim", "state", "mixed"]

_NUMBERED = re.compile(r"(N?)([0-9]{1,3})/([0-9]{1,3})([A-Z]?)")
_N_CODES: Mapping[str, RecordKind] = {"100": "n100", "200": "n200", "300": "n300"}
_GROUP_OF_REPORTED = {"n100": "rape", "n200": "violence_without_injury", "n300": "homicide"}
_GROUP_OF_OFFENCE = {
    code: group for group, codes in reversed(list(national("offences.yaml")["groups"].items())) for code in codes
}


class Offence(NamedTuple):
    """What the tables say of an offence, a class, or a number; both days are local days of the report, and included.

    `class_` is the name itself for a number that stands for several classes. `source` is a key of the table's sources.
    """

    name: str
    class_: str
    group: str
    sub_group: str
    basis: Basis
    first: date
    last: date
    source: str


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


def _offences() -> dict[str, Offence]:
    table = national("classes.yaml")
    found: dict[str, Offence] = {}
    for written, row in (table["classes"] | table["numbers"]).items():
        name = offence_code(written)
        found[name] = Offence(name, name, row["group"], row["sub_group"], row["basis"], *_origin(row, table))
    for name, row in table["offences"].items():
        known = found[row["class"]]
        group = _GROUP_OF_OFFENCE.get(name, known.group)
        found[name] = Offence(name, known.name, group, known.sub_group, row["basis"], *_origin(row, table))
    for name, row in table["reported_incidents"].items():
        group = _GROUP_OF_REPORTED[record_kind(name)]
        found[name] = Offence(name, name, group, "Reported incident", "victim", *_origin(row, table))
    return found


def _origin(row: Mapping[str, Any], table: Mapping[str, Any]) -> tuple[date, date, str]:
    """Return the first and the last day of a row of a table, and its source."""
    return row.get("from", date.min), row.get("until", date.max), row.get("source", table["source"])


OFFENCES: Mapping[str, Offence] = _offences()
"""Classes, numbers that stand for several, and single offences, by name."""
OFFENCE_SETS: Mapping[str, frozenset[str]] = {
    name: frozenset(members) for name, members in national("classes.yaml")["sets"].items()
}
"""The sets of offences of which rules speak."""


@lru_cache(4096)
def offence_group(code: str) -> str | None:
    """Return the group in which a Home Office code or class counts, None if the tables do not know it."""
    kind = record_kind(code)
    if kind != "crime":
        return _GROUP_OF_REPORTED[kind]
    group = _GROUP_OF_OFFENCE.get(code) or _GROUP_OF_OFFENCE.get(offence_number(code))
    return group or (known.group if (known := offence(code)) is not None else None)


@lru_cache(4096)
def offence(code: str) -> Offence | None:
    """Return what the tables say of a code: of the offence itself, else of its number or class; None if nothing."""
    number = offence_number(code)
    return OFFENCES.get(code) or OFFENCES.get(number) or OFFENCES.get(number.lstrip("0"))


def is_current(code: str, day: date) -> bool:
    """Whether a code was in use for reports of a local day; one that the tables do not know may be."""
    known = offence(code)
    return known is None or known.first <= day <= known.last


def is_state_based(code: str) -> bool:
    """Whether the state alone is wronged by an offence (NOL26: S); no where the tables do not know, or say both."""
    known = offence(code)
    return known is not None and known.basis == "state"


@lru_cache(4096)
def in_set(name: str, code: str) -> bool:
    """Whether a set of `OFFENCE_SETS` names a code whole, or by its number."""
    members = OFFENCE_SETS[name]
    return code in members or offence_number(code) in members
