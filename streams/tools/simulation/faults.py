"""The faults: the ways in which forces were found to lose a crime, or to record it late or too few times."""

from streams.tools.simulation.excused import COMPLETE, close_as_related
from streams.tools.simulation.log import LIMIT, SECOND, Log
from streams.tools.simulation.narratives import FAMILIES, quiet, waiting
from streams.tools.simulation.right_ways import finish, merge
from streams.tools.simulation.ways import IN_WORDS, NOT_RAPE, way

UNJUSTIFIED = ("M03", "unjustified_disposal")
CLOSED = ("M03", "closed_without_crime")
ELSEWHERE = ("ASB_PERSONAL", "PSW_DOMESTIC", "AD_CONTACT")


def recorded_late(log: Log, cause: str) -> None:
    """Put recording off with words that show why, and record after the deadline: now and then one second after it."""
    log.disclose()
    log.note(log.later(max(log.disclosed, log.opened), 0.2, 3), waiting(cause, log.rng))
    due = max(log.due, log.received + LIMIT)
    at = log.due + SECOND if log.rng.random() < 0.03 else log.later(due, 0.1, 36)
    finish(log, log.record(at))
    log.found("recorded_late")


@way(fault=True)
def diary_appointment(log: Log) -> None:
    """Recording waits for an appointment in the diary."""
    recorded_late(log, "diary_appointment")


@way(fault=True)
def awaiting_statement(log: Log) -> None:
    """Recording waits for a statement or for CCTV."""
    recorded_late(log, "awaiting_statement")


@way(fault=True)
def too_few_crimes(log: Log) -> None:
    """Two or three victims are named and one crime is recorded."""
    log.disclose(victims=log.rng.choice((2, 2, 3)))
    crime_ref, _ = log.record_in_time()
    finish(log, crime_ref)
    log.found("recorded_in_time", ("M09", "too_few_crimes"))


@way(fault=True, families=IN_WORDS)
def disclosed_closed_without_crime(log: Log) -> None:
    """The text discloses a crime, and the log is closed as anti-social behaviour, domestic or the like with no reason."""
    log.disclose(log.rng.choice(("text", "text", "officer")))
    at = log.later(max(log.disclosed, log.opened), 0.5, 8)
    log.close(at, log.rng.choice(FAMILIES[str(log.family)].hides_as))
    log.found("overdue", UNJUSTIFIED)


@way(fault=True, families=IN_WORDS)
def disclosed_after_closure(log: Log) -> None:
    """The crime is disclosed when the log is properly closed already, and nobody opens it again."""
    hidden = log.rng.choice(FAMILIES[str(log.family)].hides_as)
    log.open(hidden, quiet(hidden, log.rng), victims=1)
    closed = log.later(log.opened, 0.3, 3)
    log.close(closed, hidden, **COMPLETE)
    log.tell(log.later(closed, 0.5, 10))
    log.found("overdue", CLOSED)


@way(fault=True)
def crime_code_closed_without_reason(log: Log) -> None:
    """Opened as a crime and closed as something else, with no reason."""
    log.disclose("code")
    log.close(log.later(log.opened, 0.5, 10), log.rng.choice(ELSEWHERE))
    log.found("overdue", UNJUSTIFIED)


@way(fault=True)
def crime_code_never_recorded(log: Log) -> None:
    """Opened as a crime, and nothing is ever recorded, whatever the closure says."""
    log.disclose("code")
    code, reference = log.rng.choice(
        ((None, None), ("CRIME_RECORDED", None), ("CRIME_RECORDED", "SIMC-NONE"), ("CRIME_OTHER", None))
    )
    if code is None:
        log.note(log.later(log.opened, 0.5, 10))
        log.found("overdue")
    else:
        log.close(log.later(log.opened, 0.5, 10), code, reference=reference, decided_by="officer")
        log.found("overdue", CLOSED)


@way(fault=True, families=frozenset({"rape"}))
def rape_without_crime_or_n100(log: Log) -> None:
    """A rape is reported and becomes neither a crime nor N100: left open, closed, or decided away."""
    log.disclose()
    at = log.later(max(log.disclosed, log.opened), 0.5, 8)
    match log.rng.randrange(3):
        case 0:
            log.note(at)
            log.found("overdue")
        case 1:
            log.close(at, "PSW_CONCERN")
            log.found("overdue", UNJUSTIFIED)
        case _:
            decided = {"basis": "contrary_evidence", "reason": "account not consistent", "decided_by": "supervisor"}
            log.decide("decision.not_to_record", at, **decided)
            log.dues = {"M05": log.dues["M05"]}
            log.found("overdue")


@way(fault=True)
def victim_does_not_support(log: Log) -> None:
    """The victim confirms the crime but supports no investigation, and for that the log is closed without a crime."""
    log.disclose()
    at = log.later(max(log.disclosed, log.opened), 0.5, 6)
    log.log("incident.updated", at, victims=[{"victim_ref": log.victims[0], "confirmed": True, "supports": False}])
    log.close(log.later(at, 0.1, 2), log.rng.choice(ELSEWHERE), reason="victim does not support")
    log.found("overdue", UNJUSTIFIED, ("M12", "unjustified_disposal"))


@way(fault=True)
def professional_not_recorded(log: Log) -> None:
    """A professional, who always acts for the victim, reports it, and it is closed as not confirmed by the victim."""
    log.reporter, log.channel = "professional", "partner_agency"
    log.disclose()
    close_as_related(log, "victim_not_confirmed")
    log.found("overdue", ("M24", "unjustified_disposal"))


@way(fault=True)
def cri_without_reason(log: Log) -> None:
    """Closed as a crime related incident with none of the reasons that there are."""
    log.disclose()
    close_as_related(log, log.rng.choice((None, "no lines of enquiry")))
    log.found("overdue", ("M24", "unjustified_disposal"))


@way(fault=True)
def cri_without_enquiry(log: Log) -> None:
    """Closed as a crime related incident because no victim was found, for whom nobody looked."""
    log.reporter = "third_party"
    log.disclose(victims=0)
    close_as_related(log, "victim_not_traced")
    log.found("overdue", ("M25", "unjustified_disposal"))


@way(fault=True)
def duplicate_of_unknown(log: Log) -> None:
    """Carried on in a log that does not exist."""
    log.disclose()
    merge(log, f"{log.ref}-MISTYPED")
    log.found("overdue", ("M34", "unjustified_disposal"))


@way(fault=True)
def duplicate_without_reference(log: Log) -> None:
    """Closed as the duplicate of no log that is named."""
    log.disclose()
    log.close(log.later(max(log.disclosed, log.opened), 0.2, 6), "AD_DUPLICATE", decided_by="officer")
    log.found("overdue", ("M34", "unjustified_disposal"))


@way(fault=True)
def duplicate_cycle(log: Log) -> None:
    """Two logs of one event, each closed as the duplicate of the other."""
    by = "code" if log.family not in IN_WORDS else log.rng.choice(("code", "text"))
    second = log.follow(log.later(log.received, 0.02, 0.8))
    for one, other in ((log, second), (second, log)):
        one.disclose(by, victims=0)
        merge(one, other.ref)
        one.found("overdue", ("M34", "unjustified_disposal"))


@way(fault=True)
def decision_without_reason(log: Log) -> None:
    """Somebody decides that no crime is to be recorded and does not say why."""
    log.disclose()
    at = log.later(max(log.disclosed, log.opened), 0.5, 8)
    log.decide("decision.not_to_record", at, basis="no_crime_disclosed", decided_by="supervisor")
    log.found("overdue", ("M37", "unjustified_disposal"))


@way(fault=True, families=NOT_RAPE)
def decision_without_reference(log: Log) -> None:
    """Another force is said to record it, and its number never comes."""
    log.disclose()
    at = log.later(max(log.disclosed, log.opened), 0.5, 8)
    said = {"basis": "other_force", "reason": "happened in the next county", "decided_by": "supervisor"}
    log.decide("decision.not_to_record", at, **said)
    log.found("overdue", ("M37", "unjustified_disposal"))


@way(fault=True)
def delay_not_by_registrar(log: Log) -> None:
    """A later deadline is asked for by somebody who cannot grant it, and no crime is recorded."""
    log.disclose()
    asked = {"until": log.later(log.received, 38, 60), "note": "officer off duty until then"}
    decider = log.rng.choice(("officer", "supervisor", "designated_decision_maker"))
    log.decide("decision.delay_authorised", log.later(log.disclosed, 1, 10), decided_by=decider, **asked)
    log.found("overdue", ("M36", "unjustified_disposal"))


@way(fault=True, families=NOT_RAPE)
def transfer_without_reference(log: Log) -> None:
    """Another force accepts the report, and its number never comes."""
    log.disclose()
    at = log.later(max(log.disclosed, log.opened), 0.5, 8)
    log.log("incident.transferred", at, to_force="neighbouring-force", accepted_at=at, victim_told_at=at)
    log.found("transferred", ("M33", "unjustified_disposal"))


@way(fault=True)
def transfer_not_accepted(log: Log) -> None:
    """The report is passed to another force, which never accepts it."""
    log.disclose()
    log.log("incident.transferred", log.later(log.opened, 0.5, 8), to_force="neighbouring-force")
    log.found("overdue")


@way(fault=True)
def supplement_only(log: Log) -> None:
    """Only a supplement is linked to the log, and no crime of its own is recorded."""
    log.disclose()
    at = max(log.soon_enough(), log.opened)
    log.close_as_recorded(log.record(at, initial=False), at)
    log.found("overdue", CLOSED)


@way(fault=True)
def crime_of_another_victim(log: Log) -> None:
    """The record that is linked to the log belongs to another victim."""
    log.disclose()
    at = max(log.soon_enough(), log.opened)
    log.close_as_recorded(log.record(at, victim_refs=[f"{log.ref}/V9"]), at)
    log.found("overdue", CLOSED)
