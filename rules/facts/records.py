"""Facts about crime records: what counts, of what class, how many, and how one was cancelled."""

from typing import get_args

from rules.codes import OFFENCE_GROUPS, OFFENCE_SETS, in_set
from rules.counting import crimes_owed
from rules.crime import CancellationFault
from rules.expectations import Expectation
from rules.facts.registry import Matter, Moment, fact
from rules.vocabulary import CancellationReason


@fact(cite="CRR26 p10")
def crime_counts(moment: Moment, matter: Matter | None) -> bool:
    """A recorded crime counts for this incident."""
    return bool(moment.situation.live_crimes)


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


@fact(cite="CRR26 p12")
def crimes_missing(moment: Moment, matter: Matter | None) -> int:
    """How many fewer crimes count than are owed."""
    situation = moment.situation
    return crimes_owed(situation) - len(situation.live_crimes)


@fact(cite="CRR26 p10")
def recorded_late(moment: Moment, matter: Matter | None) -> bool:
    """The crime was recorded after the deadline."""
    assert matter is not None
    expectation: Expectation = matter.about
    return expectation.met_late


@fact(cite="NOL26", among=OFFENCE_GROUPS)
def groups_recorded(moment: Moment, matter: Matter | None) -> frozenset[str]:
    """Offence groups of the crimes that count."""
    return frozenset(record.group for record in moment.situation.live_crimes)


@fact(cite="CRR26 p64")
def rape_or_n100_3_recorded(moment: Moment, matter: Matter | None) -> bool:
    """A rape or an N100/3 is recorded here."""
    live = moment.situation.live
    return any(record.code == "N100/3" or (record.kind == "crime" and record.group == "rape") for record in live)


@fact(cite="NOL26", among=OFFENCE_GROUPS)
def record_group(moment: Moment, matter: Matter | None) -> str:
    """The offence group of the record."""
    assert matter is not None
    return str(matter.about.group)


@fact(cite="NOL26", among=OFFENCE_SETS)
def record_is_of(moment: Moment, matter: Matter | None) -> frozenset[str]:
    """What the record's class belongs to."""
    assert matter is not None
    return frozenset(name for name in OFFENCE_SETS if in_set(name, matter.about.code))
