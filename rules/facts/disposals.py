"""Facts about what answers an expectation without a crime: closures, decisions, transfers, and what they lack."""

from typing import get_args

from rules.codes import KEYS
from rules.disposals import Disposal, Fault
from rules.facts.registry import Matter, Moment, fact


@fact(cite="CRR26 p10")
def crime_expected_and_unanswered(moment: Moment, matter: Matter | None) -> bool:
    """A crime is expected, and neither a record nor a valid disposal answers it."""
    return bool(moment.open)


@fact(cite="CRR26 p10")
def deadline_passed(moment: Moment, matter: Matter | None) -> bool:
    """The earliest deadline for recording has passed."""
    due_at = moment.earliest_due
    return due_at is not None and moment.now > due_at


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


@fact(cite="CRR26 p9-10", among=("none", *get_args(Fault)))
def closing_lacks(moment: Moment, matter: Matter | None) -> str:
    """What the closure lacks."""
    assert matter is not None
    return str(matter.about.lacks or "none")


@fact(cite="CRR26 p10")
def decided_not_to_record(moment: Moment, matter: Matter | None) -> bool:
    """A decision not to record stands, with what it needs."""
    return any(ending.by == "decision" and ending.in_force(moment.now) for ending in moment.situation.endings)


@fact(cite="CRR26 p10")
def closing_names_a_record(moment: Moment, matter: Matter | None) -> bool:
    """The closure names the number of a record."""
    assert matter is not None
    return matter.about.reference is not None


@fact(cite="CRR26 p10", among=("none", *get_args(Fault)))
def decision_lacks(moment: Moment, matter: Matter | None) -> str:
    """What the decision not to record lacks."""
    assert matter is not None
    return str(matter.about or "none")


@fact(cite="NSIR 1.5", among=("master_unknown", "master_cycle", "no_reference"))
def master_fault(moment: Moment, matter: Matter | None) -> str:
    """What is wrong with the log that carries this one on."""
    assert matter is not None
    return str(matter.about)


@fact(cite="CRR26 p25", among=("reference", "victim told"))
def transfer_lacks(moment: Moment, matter: Matter | None) -> frozenset[str]:
    """What the transfer to another force lacks."""
    assert matter is not None
    transfer = matter.about
    lacks = {"reference": not transfer.get("reference"), "victim told": transfer.get("victim_told_at") is None}
    return frozenset(what for what, missing in lacks.items() if missing)


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


@fact(cite="NSIR 1.17", among=("not_closed", "unmapped", *sorted(KEYS)))
def closed_as(moment: Moment, matter: Matter | None) -> str:
    """What the log is closed as."""
    closing = moment.situation.closing
    return "not_closed" if closing is None else closing.key or "unmapped"


@fact(cite="CRR26 p9-10")
def closing_reason(moment: Moment, matter: Matter | None) -> str:
    """The reason for which the log was closed."""
    closing = moment.situation.closing
    return "" if closing is None else closing.reason


@fact(cite="CRR26 p55")
def registrar_decided(moment: Moment, matter: Matter | None) -> bool:
    """The force crime registrar has decided on it."""
    return any(
        ending is not None and ending.in_force(moment.now) and decision["decided_by"] == "force_crime_registrar"
        for decision, ending, _ in moment.situation.decisions
    )
