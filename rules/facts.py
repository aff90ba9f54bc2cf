"""The named facts from which rules are written: small functions, each with its one line of text and its paragraph.

A rule file may only combine these. The text of an explanation is the first line of a fact's docstring, so it is written
for the supervisor who reads it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, get_args

from rules.codes import CRIME_FAMILIES, national_lexicon
from rules.crime import CancellationFault
from rules.disposals import Disposal
from rules.disposals import Fault as DisposalFault
from rules.expectations import Expectation
from rules.situation import Situation
from rules.vocabulary import CancellationReason


@dataclass(slots=True)
class Moment:
    """A situation at an instant, with the expectations that stand in it then."""

    situation: Situation
    now: datetime
    expectations: list[Expectation] = field(default_factory=list)
    quality: tuple[str, ...] = ()

    @property
    def open(self) -> list[Expectation]:
        """The expectations that neither a record nor a disposal answers."""
        return [expectation for expectation in self.expectations if expectation.is_open]

    @property
    def earliest_due(self) -> datetime | None:
        """The earliest deadline of an open expectation."""
        return min((expectation.due_at for expectation in self.open), default=None)


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing that a rule is about: its name for the alert's identity, its instant, and the deadline it shows.

    With `waits` the rule speaks only once that deadline has passed, and never before `not_before`.
    """

    occasion: str
    at: datetime
    due_at: datetime
    about: Any
    waits: bool = False
    not_before: datetime | None = None


IMPOSSIBLE_TIMES = ("occurred_after_report", "recorded_before_report", "received_after_opened")
"""The `data_quality` values that say that two times of an incident cannot both be right (E14, E15, E26)."""

Look = Callable[[Moment, Matter | None], Any]


class Fact(NamedTuple):
    """A named fact: how to look at it, its text, the paragraph that it rests on, and the closed list of its values if any."""

    name: str
    look: Look
    text: str
    cite: str | None
    among: frozenset[str] | None = None


FACTS: dict[str, Fact] = {}


def fact(cite: str | None = None, among: Iterable[str] | None = None) -> Callable[[Look], Look]:
    """Register a function as a named fact; its first docstring line is its text in every explanation."""

    def register(look: Look) -> Look:
        text = (look.__doc__ or "").strip().splitlines()[0].rstrip(".")
        FACTS[look.__name__] = Fact(look.__name__, look, text, cite, None if among is None else frozenset(among))
        return look

    return register


@fact(cite="CRR26 p10", among=CRIME_FAMILIES)
def crime_families_given(moment: Moment, matter: Matter | None) -> frozenset[str]:
    """Crime codes that the log was given."""
    return frozenset(ground.sign for _, ground in moment.situation.given_codes if ground is not None)


@fact(cite="NSIR 1.17", among=national_lexicon().families)
def families_disclosed(moment: Moment, matter: Matter | None) -> frozenset[str]:
    """Kinds of crime that the text of the log discloses."""
    situation = moment.situation
    return frozenset(situation.lexicon.family_of[ground.sign] for ground in situation.disclosures)


@fact(cite="NSIR ch 2.5")
def qualifiers_given(moment: Moment, matter: Matter | None) -> frozenset[str]:
    """Qualifiers of the log."""
    return moment.situation.qualifiers


@fact(cite="CRR26 p10")
def crime_expected_and_unanswered(moment: Moment, matter: Matter | None) -> bool:
    """A crime is expected, and neither a record nor a valid disposal answers it."""
    return bool(moment.open)


@fact(cite="CRR26 p10")
def deadline_passed(moment: Moment, matter: Matter | None) -> bool:
    """The earliest deadline for recording has passed."""
    due_at = moment.earliest_due
    return due_at is not None and moment.now > due_at


@fact(cite="CRR26 p10")
def crime_counts(moment: Moment, matter: Matter | None) -> bool:
    """A recorded crime counts for this incident."""
    return bool(moment.situation.live_crimes)


@fact(cite="NSIR 1.17", among=get_args(Disposal))
def closing_disposal(moment: Moment, matter: Matter | None) -> str:
    """How the log was closed."""
    assert matter is not None
    return str(matter.about.disposal)


@fact(cite="NSIR 1.17")
def closing_key(moment: Moment, matter: Matter | None) -> str:
    """The code that disposes of the log."""
    assert matter is not None
    return str(matter.about.key)


@fact(cite="CRR26 p10")
def closing_complete(moment: Moment, matter: Matter | None) -> bool:
    """The closure has the reason, decision maker or reference that it needs."""
    assert matter is not None
    return bool(matter.about.complete(moment.now))


@fact(cite="CRR26 p9-10", among=("none", *get_args(DisposalFault)))
def closing_lacks(moment: Moment, matter: Matter | None) -> str:
    """What the closure lacks."""
    assert matter is not None
    return str(matter.about.lacks or "none")


@fact(cite="NSIR 1.17")
def change_has_reason(moment: Moment, matter: Matter | None) -> bool:
    """A reason was entered with the change."""
    assert matter is not None
    return bool(matter.about)


@fact(cite="CRR26 p7")
def confirmed_without_support(moment: Moment, matter: Matter | None) -> bool:
    """A victim confirms the crime and does not support an investigation."""
    return any(
        victim.get("confirmed") is True and victim.get("supports") is False
        for victim in moment.situation.victims.values()
    )


@fact(cite="CRR26 p10")
def decided_not_to_record(moment: Moment, matter: Matter | None) -> bool:
    """A decision not to record stands, with what it needs."""
    return any(ending.by == "decision" and ending.in_force(moment.now) for ending in moment.situation.endings)


@fact(cite="CRR26 p10")
def closing_names_a_record(moment: Moment, matter: Matter | None) -> bool:
    """The closure names the number of a record."""
    assert matter is not None
    return matter.about.reference is not None


@fact(cite="CRR26 p10", among=("none", *get_args(DisposalFault)))
def decision_lacks(moment: Moment, matter: Matter | None) -> str:
    """What the decision not to record lacks."""
    assert matter is not None
    return str(matter.about or "none")


@fact(cite="NSIR 1.5", among=("master_unknown", "master_cycle", "no_reference"))
def master_fault(moment: Moment, matter: Matter | None) -> str:
    """What is wrong with the log that carries this one on."""
    assert matter is not None
    return str(matter.about)


@fact(cite="CRR26 p25-26", among=get_args(CancellationReason))
def cancellation_reason(moment: Moment, matter: Matter | None) -> str:
    """The reason under which the record was cancelled."""
    assert matter is not None
    return str(matter.about.crime.cancellation["reason"])


@fact(cite="CRR26 p25-26", among=get_args(CancellationFault))
def cancellation_lacks(moment: Moment, matter: Matter | None) -> frozenset[str]:
    """What the cancellation lacks of what its reason requires."""
    assert matter is not None
    lacks: frozenset[str] = matter.about.lacks
    return lacks


@fact(cite="CRR26 p25")
def ever_rape_or_homicide(moment: Moment, matter: Matter | None) -> bool:
    """The record was at some time a rape or a homicide."""
    return matter is not None and bool(matter.about.crime.was_rape_or_homicide)


@fact()
def told_of_here(moment: Moment, matter: Matter | None) -> bool:
    """Of the incidents that the record is linked to, this one comes first."""
    assert matter is not None
    return bool(matter.about.at_home)


@fact(cite="CRR26 p25", among=("reference", "victim told"))
def transfer_lacks(moment: Moment, matter: Matter | None) -> frozenset[str]:
    """What the transfer to another force lacks."""
    assert matter is not None
    transfer = matter.about
    lacks = {"reference": not transfer.get("reference"), "victim told": transfer.get("victim_told_at") is None}
    return frozenset(what for what, missing in lacks.items() if missing)


@fact(among=IMPOSSIBLE_TIMES)
def time_fault(moment: Moment, matter: Matter | None) -> str:
    """What cannot be right about the times."""
    assert matter is not None
    return str(matter.about)


@fact(cite="CRR26 p12")
def crimes_missing(moment: Moment, matter: Matter | None) -> int:
    """How many fewer crimes count than victims are named."""
    situation = moment.situation
    return len(situation.counted_victims) - len(situation.live_crimes)


@fact(cite="CRR26 p12-14")
def fewer_crimes_decided(moment: Moment, matter: Matter | None) -> bool:
    """A decision that stands says that fewer crimes are right."""
    assert matter is not None
    return any(
        ending.by == "decision"
        and ending.in_force(moment.now)
        and ending.at >= matter.at
        and (ending.rules is None or "M09" in ending.rules)
        for ending in moment.situation.endings
    )


@fact(cite="CRR26 p10")
def recorded_late(moment: Moment, matter: Matter | None) -> bool:
    """The crime was recorded after the deadline."""
    assert matter is not None
    expectation: Expectation = matter.about
    return expectation.met_late
