"""What was reported in one incident and everything merged into it: its codes, what its text holds, who was named.

This part of a situation rests on the logs alone; records, closures and decisions come with `rules.situation`.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from rules import codes
from rules.disclosure import Lexicon, Mark
from rules.group import Group
from rules.incident import GivenAt, Incident
from rules.instants import local_day
from rules.lazy import lazy

UNREAD = frozenset({"question", "system"})
"""Entry categories that disclose nothing: scripted questions, and lines that no person wrote."""


NONE: frozenset[str] = frozenset()


class Ground(NamedTuple):
    """One reason to expect a crime: what it is, when it was disclosed, and whether the report itself disclosed it.

    `family` is that of a phrase, and empty for every other sign.
    """

    sign: str
    group: str
    at: datetime
    at_report: bool
    is_rape: bool
    given: Literal["text", "confirmed", "requested", "traced"] | GivenAt
    family: str = ""


class Reported:
    """What the logs of an incident say, seen by the lexicon and by the codes of the day of the report."""

    def __init__(self, group: Group, ref: str, lexicon: Lexicon, number: Callable[[str, date], timedelta]) -> None:
        self.group = group
        self.ref = ref
        self.profile = group.profile
        self.lexicon = lexicon
        self._number = number
        self.incident: Incident = group.incident(ref)
        self.member_refs = group.members(ref)
        self.members = [self.incident, *(group.incident(member) for member in self.member_refs[1:])]
        self.starts = min(start for member in self.members if (start := member.starts) is not None)
        self.received_at = min(at for member in self.members if (at := member.received_at) is not None)
        self.day = local_day(self.starts, self.profile.zone)

    def number(self, name: str) -> timedelta:
        """Return a number of the book as it was on the day of the report."""
        return self._number(name, self.day)

    @lazy
    def given_codes(self) -> list[tuple[str | None, Ground | None]]:
        """Every code that the logs were given, as its key (None: unmapped), with the ground that a crime code is."""
        given: list[tuple[str | None, Ground | None]] = []
        for member in self.members:
            for raw, at, when in member.codes:
                key = self.profile.code_map.key(raw, self.day)
                ground = None
                if key is not None and codes.is_crime(key):
                    disclosed = self.starts if at is None else at
                    ground = Ground(
                        key, codes.CRIME_FAMILIES[key], disclosed, when != "change", key == "CRIME_RAPE", when
                    )
                given.append((key, ground))
        return given

    @lazy
    def crime_codes(self) -> list[Ground]:
        """The grounds that crime codes are."""
        return [ground for _, ground in self.given_codes if ground is not None]

    @lazy
    def downgrade(self) -> tuple[datetime, bool] | None:
        """When this log's crime code was changed to one that is none and stands, and whether a reason was ever entered."""
        was_crime, changed, reason = False, None, False
        for raw, at, given in self.incident.codes:
            key = self.profile.code_map.key(raw, self.day)
            if key is None or given == "closing":
                continue
            if codes.is_crime(key):
                was_crime, changed, reason = True, None, False
            elif was_crime:
                changed, reason = changed or at, reason or raw in self.incident.explained_codes
        return None if changed is None else (changed, reason)

    @property
    def unmapped(self) -> set[str]:
        """The codes of this log that nothing maps, as the feed sent them."""
        return {raw for raw, _, _ in self.incident.codes if self.profile.code_map.key(raw, self.day) is None}

    @lazy
    def signs(self) -> list[Ground]:
        """What the logs' text holds, crime or not: a ground for each phrase that its clause does not take back."""
        signs: list[Ground] = []
        opened = self.incident.opened_at or self.incident.received_at or self.received_at
        families, family_of = self.lexicon.families, self.lexicon.family_of
        for member in self.members:
            for entry in member.entries:
                if entry.category in UNREAD:
                    continue
                for mark in entry.marks:
                    family = families.get(family_of.get(mark[0], "")) if stands(mark) else None
                    if family is not None:
                        name, at = family.family, entry.at
                        signs.append(
                            Ground(mark[0], family.offence_group, at, at <= opened, name == "rape", "text", name)
                        )
        return signs

    @lazy
    def disclosures(self) -> list[Ground]:
        """What the logs' text discloses: the phrases of families that were notifiable crimes on the day of the report."""
        families, day = self.lexicon.families, self.day
        return self.signs and [sign for sign in self.signs if families[sign.family].discloses_on(day)]

    @lazy
    def families_disclosed(self) -> frozenset[str]:
        """The families of what the logs' text discloses."""
        return frozenset(sign.family for sign in self.disclosures) if self.disclosures else NONE

    @lazy
    def keys_given(self) -> frozenset[str]:
        """The keys of all codes that the logs were given."""
        return frozenset(key for key, _ in self.given_codes if key is not None)

    @lazy
    def families_named(self) -> frozenset[str]:
        """The families of all phrases in the text, those included that disclose no crime."""
        return frozenset(sign.family for sign in self.signs) if self.signs else NONE

    def named_since(self, family: str, since: datetime) -> bool:
        """Whether a phrase of a family stands in an entry of an instant or later."""
        return any(sign.family == family and sign.at >= since for sign in self.signs)

    @lazy
    def qualifiers(self) -> frozenset[str]:
        """The qualifiers of all the logs, mapped where the force's map knows them."""
        given = [raw for member in self.members for raw in member.fields.get("qualifiers") or ()]
        return frozenset(self.profile.code_map.key(raw, self.day) or raw for raw in given) if given else NONE

    @lazy
    def requested_at(self) -> datetime | None:
        """When somebody first asked for the crime to be recorded: as the feed says, else as the text does at a school."""
        asked = [at for member in self.members if (at := member.fields.get("recording_requested_at")) is not None]
        if not asked and self.at_school:
            asked = [sign.at for sign in self.signs if sign.family == "request_to_record"]
        return min(asked, default=None)

    @lazy
    def at_school(self) -> bool:
        """Whether the incident is said to have happened at a school, or to be dealt with by one."""
        return "X_SCHOOL" in self.qualifiers or "school_dealing" in self.families_named


def stands(mark: Mark) -> bool:
    """Whether a mark discloses: a negation takes it back, a suspect's or bystander's denial does not (DOMAIN 6.3)."""
    _, negation, speaker = mark
    if negation == "denied":
        return speaker != "victim"
    return not negation or speaker in ("suspect", "bystander")
