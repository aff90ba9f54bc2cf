"""The right ways in which no crime is recorded here: a decision, a disposal or a transfer with all that it needs."""

from streams.tools.simulation.log import Log
from streams.tools.simulation.ways import NOT_RAPE, way

COMPLETE = {"reason": "facts checked with the caller, no notifiable crime", "decided_by": "supervisor"}
"""What a closure under a code that is no crime needs."""


@way(fault=False, families=NOT_RAPE)
def decided_not_to_record(log: Log) -> None:
    """Somebody decides with a reason that no crime is to be recorded, and the log is closed."""
    log.disclose()
    at = log.later(max(log.disclosed, log.opened), 0.3, 10)
    log.decide(
        "decision.not_to_record",
        at,
        basis=log.rng.choice(("contrary_evidence", "not_notifiable", "no_crime_disclosed")),
        reason="facts checked with the caller and an independent witness",
        decided_by=log.rng.choice(("supervisor", "designated_decision_maker")),
        reporter_told=True,
    )
    if log.rng.random() < 0.8:
        log.close(log.later(at, 0.1, 4), log.rng.choice(("ASB_PERSONAL", "PSW_CIVIL", "PSW_CONCERN")), **COMPLETE)
    log.found("exempt")


@way(fault=False, families=NOT_RAPE)
def closed_as_not_notifiable(log: Log) -> None:
    """The log is closed under a category that is no crime, with a reason and a decision maker."""
    log.disclose()
    at = log.later(max(log.disclosed, log.opened), 0.3, 10)
    log.close(at, log.rng.choice(("ASB_PERSONAL", "PSW_CIVIL", "PSW_CONCERN")), **COMPLETE)
    log.found("exempt")


def close_as_related(log: Log, reason: str | None, **more: str) -> None:
    """Close the log as a crime related incident."""
    at = log.later(max(log.disclosed, log.opened), 1, 12)
    log.close(at, "CRI", reason=reason, decided_by="supervisor", **more)


@way(fault=False, families=NOT_RAPE)
def victim_not_confirmed(log: Log) -> None:
    """A third party reported it and the victim does not confirm: a crime related incident."""
    log.reporter = log.rng.choice(("third_party", "witness"))
    log.disclose(victims=0)
    close_as_related(log, "victim_not_confirmed")
    log.found("exempt")


@way(fault=False, families=NOT_RAPE)
def victim_not_traced(log: Log) -> None:
    """No victim can be found after a recorded enquiry: a crime related incident."""
    log.reporter = log.rng.choice(("third_party", "witness", "unknown"))
    log.disclose(victims=0)
    log.note(log.later(max(log.disclosed, log.opened), 0.2, 0.9), "area search negative", "officer")
    close_as_related(log, "victim_not_traced")
    log.found("exempt")


@way(fault=False, families=NOT_RAPE)
def directed_not_to_record(log: Log) -> None:
    """The rules direct that it is no crime, as on school premises: a crime related incident."""
    log.disclose()
    close_as_related(log, "directed_not_to_record")
    log.found("exempt")


@way(fault=False, families=NOT_RAPE)
def other_force_records(log: Log) -> None:
    """Another force records it, and its number is there: a crime related incident."""
    log.disclose()
    close_as_related(log, "other_force", reference="OTHER-4713")
    log.found("exempt")


@way(fault=False, families=NOT_RAPE)
def transferred(log: Log) -> None:
    """Another force accepts the report, its number is there and the victim knows."""
    log.disclose()
    at = log.later(max(log.disclosed, log.opened), 0.5, 8)
    other = {"to_force": "neighbouring-force", "reference": "OTHER-4714"}
    log.log("incident.transferred", at, accepted_at=at, victim_told_at=at, **other)
    log.found("transferred")


@way(fault=False, families=frozenset({"fraud"}))
def passed_to_report_fraud(log: Log) -> None:
    """A fraud without a call for service is passed to the national body."""
    log.disclose()
    log.close(log.later(log.opened, 0.2, 6), "REPORT_FRAUD", decided_by="supervisor")
    log.found("exempt")
