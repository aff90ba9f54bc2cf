"""What a victim is owed once their crime is recorded: the duties of the Victims' Code, and their equality data.

A duty starts with the report, ends with a working day, and is raised at the incident whose link to the crime comes first.
Nobody is told of it before the crime is recorded. What a force's feeds cannot give it is not asked for (`needs`).
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from rules import codes
from rules.crime import Crime
from rules.facts.registry import Matter, Moment
from rules.matters.registry import matter
from rules.situation import Situation
from rules.working_days import end_of_working_day

ADULT = 18
ENHANCED_QUALIFIERS = frozenset(
    {
        "Q_DOMESTIC_ABUSE",
        "Q_HONOUR_BASED",
        "Q_PREJUDICE_DISABILITY",
        "Q_PREJUDICE_RACIAL",
        "Q_PREJUDICE_RELIGION",
        "Q_PREJUDICE_SEXUAL_ORIENTATION",
        "Q_PREJUDICE_TRANSGENDER",
        "X_REPEAT_VICTIM",
    }
)
ENHANCED_GROUPS = frozenset({"rape", "other_sexual"})
CHARACTERISTICS = ("ethnicity", "sex", "age")
"""What is asked of every victim; `refused` is an answer, `unknown` and `not_asked` are none."""


class Owed(NamedTuple):
    """One victim of one crime, seen for what they are owed."""

    situation: Situation
    crime: Crime
    ref: str
    victim: dict[str, Any]

    @property
    def is_young(self) -> bool:
        """Whether the victim is known to be under 18."""
        age = self.victim.get("age")
        return age is not None and age < ADULT

    @property
    def has_enhanced_rights(self) -> bool:
        """Whether the feeds say what gives a victim enhanced rights: age, vulnerability, the crime, or that it goes on."""
        of_victim = self.is_young or bool(self.victim.get("vulnerable"))
        of_class = self.crime.group in ENHANCED_GROUPS or codes.in_set("slavery", self.crime.code)
        return of_victim or of_class or not ENHANCED_QUALIFIERS.isdisjoint(self.situation.qualifiers)

    def contacted(self, kind: str) -> bool:
        """Whether a contact of a kind was made, or declined."""
        return (self.ref, kind) in self.crime.contacts


class Duty(NamedTuple):
    """A duty: the parameter that says in how many working days, whom it is owed to, and what does it.

    A contact of the kind does it, made or declined, and so does what the victim's own data say.
    """

    within: str
    contact: str | None = None
    is_owed: Callable[[Owed], bool] = lambda owed: True
    is_stated: Callable[[Owed], bool] = lambda owed: False

    def is_done(self, owed: Owed) -> bool:
        """Whether it is done, or was declined."""
        return self.is_stated(owed) or (self.contact is not None and owed.contacted(self.contact))

    def is_declined(self, owed: Owed) -> bool:
        """Whether nothing but the victim's no ended it."""
        return not self.is_stated(owed) and bool(owed.crime.contacts.get((owed.ref, self.contact or "")))


def _equality_known(owed: Owed) -> bool:
    stated = owed.victim.get("equality") or {}
    return all(stated.get(name) in ("recorded", "refused") for name in CHARACTERISTICS)


DUTIES: dict[str, Duty] = {
    "equality": Duty("equality_within", is_stated=_equality_known),
    "young_victim_support": Duty("enhanced_within", "young_victim_support_offered", is_owed=lambda owed: owed.is_young),
    "enhanced_rights": Duty(
        "enhanced_within",
        "referral_offered",
        is_owed=lambda owed: owed.has_enhanced_rights and not owed.is_young,
        is_stated=lambda owed: owed.victim.get("enhanced") is True,
    ),
    "written_confirmation": Duty("confirmation_within", "written_confirmation"),
    "needs_assessment": Duty("confirmation_within", "needs_assessment"),
    "referral_offered": Duty("referral_within", "referral_offered"),
}


class Undone(NamedTuple):
    """A duty that is not done, and to whom it is owed."""

    duty: str
    owed: Owed


@matter(needs="crimes")
def victim_duties(moment: Moment) -> list[Matter]:
    """What is owed to a victim of a recorded crime, and is not done by the end of its last working day."""
    situation = moment.situation
    start, zone = situation.received_at, situation.profile.zone
    return [
        Matter(
            f"{owed.crime.ref} {owed.ref} {name}", start, _due(situation, duty, start, zone), Undone(name, owed), True
        )
        for owed in _each_owed(situation)
        for name, duty in DUTIES.items()
        if duty.is_owed(owed) and not duty.is_done(owed)
    ]


def _due(situation: Situation, duty: Duty, start: datetime, zone: Any) -> datetime:
    return end_of_working_day(start, situation.number(duty.within).days, zone)


def _each_owed(situation: Situation) -> Iterator[Owed]:
    for record in situation.live_crimes:
        if situation.is_home_of(record.ref):
            crime = situation.group.crime(record.ref)
            for ref in sorted(crime.victims or situation.counted_victims):
                victim = situation.victim(ref)
                if victim.get("kind") not in ("organisation", "state"):
                    yield Owed(situation, crime, ref, victim)


def why_done(situation: Situation, occasion: str) -> str:
    """Return why a duty that an alert was about is owed no longer.

    `done` or `declined`; `corrected` where the victim is owed other things still; else `no_longer_expected`.
    """
    for owed in _each_owed(situation):
        prefix = f"{owed.crime.ref} {owed.ref} "
        if occasion.startswith(prefix) and (duty := DUTIES.get(occasion.removeprefix(prefix))) is not None:
            if not duty.is_done(owed):
                return "corrected"
            return "declined" if duty.is_declined(owed) else "done"
    return "no_longer_expected"
