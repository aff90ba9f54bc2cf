"""What rules are about beside the crimes that they expect: closures, decisions, records and times that may call for an alert."""

from rules.codes import is_current
from rules.facts.registry import Matter, Moment
from rules.facts.reports import IMPOSSIBLE_TIMES
from rules.instants import format_instant
from rules.matters.registry import matter


@matter(needs="closure")
def closure(moment: Moment) -> list[Matter]:
    """The closure of the log, where it stands and the log is carried on in no other."""
    closing = moment.situation.closing
    if closing is None:
        return []
    due_at = moment.earliest_due or closing.at
    return [Matter(f"closed {format_instant(closing.at)}", closing.at, due_at, closing)]


@matter(needs="several_codes")
def downgrade(moment: Moment) -> list[Matter]:
    """A crime code of the log that was changed, while it was open, to a code that is no crime."""
    changed = moment.situation.downgrade
    return (
        [] if changed is None else [Matter(f"changed {format_instant(changed[0])}", changed[0], changed[0], changed[1])]
    )


@matter(needs="closure_or_merge")
def duplicate(moment: Moment) -> list[Matter]:
    """A log that is carried on in another one that is not there."""
    fault = moment.situation.merge_fault
    if fault is None:
        return []
    what, since, starts = fault
    return [Matter(f"closed {format_instant(since)}", starts, starts, what)]


@matter(needs="decisions")
def decisions(moment: Moment) -> list[Matter]:
    """A decision not to record that ends nothing, though a crime disclosed before it is expected."""
    found = []
    for decision, ending, lacks in moment.situation.decisions:
        at, named = decision["decided_at"], decision.get("rules")
        meant = [expected for expected in moment.open if expected.decidable and (not named or expected.rule in named)]
        in_force = ending is not None and ending.in_force(moment.now)
        if not in_force and any(ground.at <= at for expected in meant for ground in expected.grounds):
            found.append(Matter(f"decided {format_instant(at)}", at, at, lacks))
    return found


@matter(needs="decisions")
def untold_decisions(moment: Moment) -> list[Matter]:
    """A decision not to record that stands in place of a crime, and of which who reported it was not told."""
    if moment.situation.live_crimes:
        return []
    return [
        Matter(
            f"decided {format_instant(decision['decided_at'])}", decision["decided_at"], decision["decided_at"], None
        )
        for decision, ending, _ in moment.situation.decisions
        if ending is not None and ending.in_force(moment.now)
        if not (decision.get("reporter_told") or decision.get("reporter_told_at"))
    ]


@matter(needs="delays")
def delay_requests(moment: Moment) -> list[Matter]:
    """A delay that was asked for and counts for nothing, once the deadline that it would have moved has passed."""
    requests = []
    moving = {name for expected in moment.expectations for name in expected.moved_by}
    for delay in moment.situation.incident.delays:
        due = [expected.due_at for expected in moment.open if expected.starts <= delay["decided_at"]]
        if due and not moving.intersection(delay["names"]):
            occasion = f"decided {format_instant(delay['decided_at'])}"
            requests.append(Matter(occasion, delay["decided_at"], min(due), delay, waits=True))
    return requests


@matter(needs="transfer")
def transfer(moment: Moment) -> list[Matter]:
    """A transfer to another force that was accepted."""
    accepted = moment.situation.incident.transfer
    if accepted is None:
        return []
    at = accepted["accepted_at"]
    return [Matter(f"transferred {format_instant(at)}", at, at, accepted)]


@matter(needs="crimes")
def cancellations(moment: Moment) -> list[Matter]:
    """A record of the incident that was cancelled."""
    return [
        Matter(f"{record.crime.ref} {format_instant(record.at)}", record.at, record.at, record)
        for record in moment.situation.cancelled
    ]


@matter(needs="crimes")
def victims(moment: Moment) -> list[Matter]:
    """The victims that the log names, each of whom calls for a crime."""
    situation = moment.situation
    if not (named := situation.counted_victims) or not situation.live_crimes:
        return []
    newest = max(named.values())
    own_due = min((expected.due_at for expected in moment.expectations), default=None)
    return [Matter("count", newest, newest, named, waits=True, not_before=own_due)]


@matter(needs="crimes")
def recordings(moment: Moment) -> list[Matter]:
    """A crime that was recorded."""
    return [
        Matter(expected.occasion, expected.starts, expected.due_at, expected)
        for expected in moment.expectations
        if expected.met_by is not None
    ]


@matter(needs="crimes")
def mismatches(moment: Moment) -> list[Matter]:
    """A linked record whose victims are not those of the log."""
    situation = moment.situation
    return [Matter(f"crime_mismatch {ref}", situation.starts, situation.starts, ref) for ref in situation.mismatched]


@matter(needs="quality")
def impossible_times(moment: Moment) -> list[Matter]:
    """Two times of the incident that cannot both be right."""
    at = moment.situation.starts
    return [Matter(value, at, at, value) for value in IMPOSSIBLE_TIMES if value in moment.quality]


@matter(needs="closure")
def impaired_victim(moment: Moment) -> list[Matter]:
    """A victim who was drunk or impaired, in a log that is closed; from when they were fit."""
    situation = moment.situation
    if situation.closing is None:
        return []
    if not ("X_VICTIM_IMPAIRED" in situation.qualifiers or "impaired" in situation.families_named):
        return []
    stated = [at for victim in situation.victims.values() if (at := victim.get("fit_at")) is not None]
    fit_at = max(stated, default=situation.starts + situation.number("fit_after"))
    return [Matter(f"closed {format_instant(situation.closing.at)}", fit_at, fit_at, situation.closing)]


@matter(needs="crimes")
def record_classes(moment: Moment) -> list[Matter]:
    """A crime that is recorded, with its class."""
    return [
        Matter(f"{record.ref} {record.code}", record.recorded_at, record.recorded_at, record)
        for record in moment.situation.live_crimes
        if moment.situation.is_home_of(record.ref)
    ]


@matter(needs="crimes")
def outdated_records(moment: Moment) -> list[Matter]:
    """A record whose class was not in force on the day of the report."""
    situation = moment.situation
    return [
        Matter(f"class_not_current {record.ref}", record.recorded_at, record.recorded_at, record)
        for record in situation.live
        if not is_current(record.code, situation.day) and situation.is_home_of(record.ref)
    ]
