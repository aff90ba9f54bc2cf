"""The right ways in which a crime is recorded in time, whatever else happens to its log and its record."""

from streams.tools.simulation.log import Log
from streams.tools.simulation.narratives import FAMILIES, quiet
from streams.tools.simulation.ways import IN_WORDS, way

SEVERAL_CLASSES = frozenset(name for name, family in FAMILIES.items() if len(family.offences) > 1)


def finish(log: Log, crime_ref: str) -> None:
    """Close the log under its record, or leave it open."""
    at = next(one.at for one in reversed(log.stated) if one.event["type"] != "victim.contacted")
    if log.rng.random() < 0.8:
        log.close_as_recorded(crime_ref, at)


@way(fault=False)
def recorded_in_time(log: Log) -> None:
    """The crime is recorded within the limit."""
    log.disclose()
    if log.rng.random() < 0.5:
        log.note(log.later(log.disclosed, 0.1, 5))
    crime_ref, _ = log.record_in_time()
    finish(log, crime_ref)
    log.found("recorded_in_time")


@way(fault=False)
def recorded_before_the_log(log: Log) -> None:
    """An officer records the crime before the log of it is opened."""
    log.channel = "officer"
    crime_ref = log.record(log.later(log.received, -1, 0))
    log.disclose("code")
    finish(log, crime_ref)
    log.found("recorded_in_time")


@way(fault=False)
def linked_later(log: Log) -> None:
    """The record names no log at first and is linked afterwards."""
    log.disclose()
    at = log.soon_enough()
    crime_ref = log.record(at, linked=False)
    log.crime("crime.linked", log.later(at, 0.1, 10), crime_ref, incident_ref=log.ref)
    finish(log, crime_ref)
    log.found("recorded_in_time")


@way(fault=False)
def link_corrected(log: Log) -> None:
    """The record is linked to a log that does not exist, and then to the right one."""
    log.disclose()
    at = log.soon_enough()
    wrong = f"{log.ref}-MISTYPED"
    crime_ref = log.record(at, incident_refs=[wrong])
    corrected = log.later(at, 0.5, 10)
    log.crime("crime.unlinked", corrected, crime_ref, incident_ref=wrong)
    log.crime("crime.linked", corrected, crime_ref, incident_ref=log.ref)
    finish(log, crime_ref)
    log.found("recorded_in_time")


@way(fault=False)
def followed_by_a_supplement(log: Log) -> None:
    """A supplement to the record follows, which is no second crime."""
    log.disclose()
    crime_ref, at = log.record_in_time()
    log.record(log.later(at, 1, 20), initial=False)
    finish(log, crime_ref)
    log.found("recorded_in_time")


@way(fault=False, families=SEVERAL_CLASSES)
def reclassified(log: Log) -> None:
    """The record gets another class of its family."""
    log.disclose()
    first, other = log.rng.sample(FAMILIES[str(log.family)].offences, 2)
    at = log.soon_enough()
    crime_ref = log.record(at, offence=first)
    decider = "designated_decision_maker"
    log.crime("crime.reclassified", log.later(at, 1, 20), crime_ref, offence_code=other, decided_by=decider)
    finish(log, crime_ref)
    log.found("recorded_in_time")


@way(fault=False, families=IN_WORDS)
def disclosed_days_later(log: Log) -> None:
    """The crime is first disclosed to an officer a day or two later, and recorded within the limit from then."""
    assert log.family is not None
    hidden = log.rng.choice(FAMILIES[log.family].hides_as)
    log.open(hidden, quiet(hidden, log.rng), victims=1)
    log.tell(log.later(log.opened, 20, 40))
    log.record(log.soon_enough(log.due))
    log.found("recorded_in_time")


@way(fault=False)
def two_victims_two_crimes(log: Log) -> None:
    """Two victims are named, and a crime is recorded for each."""
    log.disclose(victims=2)
    crime_ref, at = log.record_in_time()
    log.record(at, victim_refs=log.victims[1:])
    finish(log, crime_ref)
    log.found("recorded_in_time")


@way(fault=False)
def fewer_crimes_explained(log: Log) -> None:
    """Two victims are named, one crime is right, and a decision says why."""
    log.disclose(victims=2)
    crime_ref, at = log.record_in_time()
    decided = {"basis": "principal_crime", "reason": "one household, one crime", "rules": ["M09"]}
    log.decide("decision.not_to_record", log.later(at, 0.2, 8), decided_by="designated_decision_maker", **decided)
    finish(log, crime_ref)
    log.found("recorded_in_time")


@way(fault=False)
def duplicate_of_recorded(log: Log) -> None:
    """A second log of the same event is merged into the one whose crime is recorded."""
    by = "code" if log.rng.random() < 0.6 or log.family not in IN_WORDS else "text"
    log.disclose(by)
    crime_ref, _ = log.record_in_time()
    finish(log, crime_ref)
    log.found("recorded_in_time")
    second = log.follow(log.later(log.received, 0.02, 0.8))
    second.disclose(by, victims=0)
    merge(second, log.ref)
    second.found("merged")


def merge(log: Log, into: str) -> None:
    """Carry a log on in another one: by a merge, or by a closure as its duplicate."""
    at = log.later(log.opened, 0.1, 4)
    if log.rng.random() < 0.5:
        log.log("incident.merged", at, into=into)
    else:
        log.close(at, "AD_DUPLICATE", reference=into, decided_by="supervisor")


@way(fault=False)
def delayed_by_registrar(log: Log) -> None:
    """The registrar authorises a later deadline, and the crime is recorded by then."""
    log.disclose()
    until = log.later(log.received, 38, 60)
    note = "victim in surgery, facts cannot be confirmed before; review daily"
    granted = {"until": until, "decided_by": "force_crime_registrar", "note": note}
    log.decide("decision.delay_authorised", log.later(log.disclosed, 1, 10), **granted)
    crime_ref = log.record(log.later(until, -13, 0))
    finish(log, crime_ref)
    log.dues = dict.fromkeys(log.dues, until)
    log.found("recorded_in_time")


@way(fault=False)
def reopened_and_recorded(log: Log) -> None:
    """The log is closed without a crime, a supervisor reopens it, and the crime is recorded in time."""
    log.disclose()
    closed = log.later(max(log.disclosed, log.opened), 0.2, 1)
    log.close(closed, log.rng.choice(("ASB_PERSONAL", "PSW_DOMESTIC", "PSW_CONCERN")))
    reopened = log.later(closed, 0.5, 4)
    text = "log reviewed, reopened for a crime to be recorded"
    log.log("incident.reopened", reopened, reopened_at=reopened, entries=[log.entry(reopened, "supervisor", text)])
    at = log.later(reopened, 0.1, 4)
    finish(log, log.record(at))
    log.found("recorded_in_time")


@way(fault=False)
def decision_withdrawn(log: Log) -> None:
    """A decision not to record is withdrawn, and the crime is recorded in time."""
    log.disclose()
    at = log.later(max(log.disclosed, log.opened), 0.5, 3)
    log.decide(
        "decision.not_to_record",
        at,
        basis="no_crime_disclosed",
        reason="caller was thought to speak of another day",
        decided_by="supervisor",
    )
    withdrawn = log.later(at, 0.5, 4)
    log.decide("decision.withdrawn", withdrawn, decided_by="designated_decision_maker")
    finish(log, log.record(log.later(withdrawn, 0.1, 4)))
    log.found("recorded_in_time")


@way(fault=False)
def transfer_returned(log: Log) -> None:
    """Another force accepts the report and hands it back, and the crime is recorded here in time."""
    log.disclose()
    accepted = log.later(max(log.disclosed, log.opened), 0.2, 2)
    other = {"to_force": "neighbouring-force", "reference": "OTHER-4712"}
    log.log("incident.transferred", accepted, accepted_at=accepted, victim_told_at=accepted, **other)
    returned = log.later(accepted, 0.5, 4)
    log.log("incident.transferred", returned, returned_at=returned, **other)
    finish(log, log.record(log.later(returned, 0.1, 4)))
    log.found("recorded_in_time")


@way(fault=False, families=frozenset({"rape"}))
def n100_recorded(log: Log) -> None:
    """A rape that the victim has not confirmed is recorded as N100/1 at the time of the report."""
    log.disclose()
    log.record(log.soon_enough(), offence="N100/1")
    log.found("recorded_in_time")
