"""Records that are cancelled: as their reason allows, or with one thing missing that it requires."""

from datetime import datetime
from typing import Any

from rules.instants import format_instant
from streams.tools.simulation.log import Log
from streams.tools.simulation.ways import NOT_RAPE, way

SELF_DEFENCE = frozenset({"violence_with_injury"})
NO_SELF_DEFENCE = frozenset({"theft", "arson_damage", "burglary", "vehicle"})
RAPE = frozenset({"rape"})


def record_and_close(log: Log) -> tuple[str, datetime]:
    """Record the crime in time and close the log under it; return the reference and the instant."""
    log.disclose()
    crime_ref, at = log.record_in_time()
    log.close_as_recorded(crime_ref, max(at, log.opened))
    return crime_ref, at


def cancelled(log: Log, status: str, reason: str, **pieces: Any) -> None:
    """Record the crime, and cancel it as its reason allows but for what `pieces` say instead."""
    crime_ref, at = record_and_close(log)
    log.cancel(crime_ref, max(at, log.opened), reason, **pieces)
    log.found(status)


def improper(log: Log, rule: str, reason: str, **pieces: Any) -> None:
    """The same with a fault that a rule names: the crime is expected again, and the log is closed without one."""
    crime_ref, at = record_and_close(log)
    log.cancel(crime_ref, max(at, log.opened), reason, **pieces)
    log.found("overdue", (rule, "improper_cancellation"), ("M03", "closed_without_crime"))


@way(fault=False)
def reinstated(log: Log) -> None:
    """A record is cancelled with no word why, and reinstated."""
    crime_ref, at = record_and_close(log)
    log.cancel(crime_ref, max(at, log.opened), "C4", note=None)
    again = log.later(log.stated[-1].at, 0.5, 10)
    log.crime("crime.reinstated", again, crime_ref, reinstated_at=again)
    log.found("recorded_in_time")


@way(fault=False)
def cancelled_transferred(log: Log) -> None:
    """C1: another force has recorded it, and the victim knows its number."""
    cancelled(log, "transferred", "C1")


@way(fault=False)
def cancelled_on_information(log: Log) -> None:
    """C2: additional verifiable information shows that no crime happened."""
    cancelled(log, "exempt", "C2")


@way(fault=False)
def cancelled_duplicate(log: Log) -> None:
    """C3: the same crime is recorded under another number, and that record lives."""
    crime_ref, at = record_and_close(log)
    survivor = log.record(log.later(at, 0.1, 2), linked=False)
    log.cancel(crime_ref, max(at, log.opened), "C3", surviving_crime_ref=survivor)
    log.found("recorded_in_time")


@way(fault=False)
def cancelled_in_error(log: Log) -> None:
    """C4: it was recorded by a documented mistake."""
    cancelled(log, "exempt", "C4")


@way(fault=False, families=SELF_DEFENCE)
def cancelled_self_defence(log: Log) -> None:
    """C5: actual bodily harm in self-defence."""
    cancelled(log, "exempt", "C5")


@way(fault=True)
def c1_without_reference(log: Log) -> None:
    """C1 without the number of the force that is said to record it."""
    improper(log, "M33", "C1", other_force_ref=None)


@way(fault=True)
def c2_victim_told_after(log: Log) -> None:
    """C2 of which the victim is told only when it is done."""
    improper(log, "M30", "C2", told_after=True)


@way(fault=True, families=RAPE)
def c2_rape_by_officer(log: Log) -> None:
    """C2 of a rape that an officer decides and not the registrar."""
    improper(log, "M31", "C2", decided_by="officer")


@way(fault=True)
def c2_information_older(log: Log) -> None:
    """C2 on information that was there when the crime was recorded."""
    crime_ref, at = record_and_close(log)
    older = {"source": "CCTV of the shop", "available_at": format_instant(log.later(at, -1, 0)), "verified": True}
    log.cancel(crime_ref, max(at, log.opened), "C2", avi=older)
    log.found("overdue", ("M32", "improper_cancellation"), ("M03", "closed_without_crime"))


@way(fault=True, families=NOT_RAPE)
def c2_decided_too_low(log: Log) -> None:
    """C2 that a supervisor decides and no designated decision maker."""
    improper(log, "M29", "C2", decided_by="supervisor")


@way(fault=True)
def c3_without_survivor(log: Log) -> None:
    """C3 that names no record that lives."""
    improper(log, "M29", "C3")


@way(fault=True)
def c4_without_note(log: Log) -> None:
    """C4 of a mistake that nobody documented."""
    improper(log, "M29", "C4", note=None)


@way(fault=True, families=NO_SELF_DEFENCE)
def c5_of_another_class(log: Log) -> None:
    """C5 of a crime that cannot be self-defence."""
    improper(log, "M32", "C5")
