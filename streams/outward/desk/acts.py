"""What a person may do about an incident: each act becomes events of the contract, and nothing is decided by default.

A form that lacks something is answered with what was expected, by the name of its field.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args
from zoneinfo import ZoneInfo

from rules.crime import RANK
from rules.force import ForceProfile
from rules.instants import format_instant, parse_instant, read_local
from rules.vocabulary import Basis
from streams.outward.desk.board import Case
from streams.outward.desk.people import DECIDES_AS, Role
from streams.outward.desk.wording import DECIDERS

Act = Literal["take", "decide", "delay", "withdraw"]
ACTS: Final[tuple[Act, ...]] = get_args(Act)
SOURCE: Final = "//recording-monitor/desk"
"""The `source` of what is decided on the page."""
_LONGEST = 4_000
_NEEDS_REFERENCE: Final = {
    "duplicate": "the number of the log that carries on",
    "other_force": "the other force's number",
}

Form = Mapping[str, str]
_Said = tuple[str, str, dict[str, Any]]
"""The type of an event, what tells it from others of its form, and what it says."""


class Incomplete(ValueError):
    """A form that cannot be used: by the name of each field, what was expected there."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        self.faults = dict(faults)
        super().__init__("; ".join(f"{field}: {expected}" for field, expected in self.faults.items()))


@dataclass(frozen=True)
class Setting:
    """In what an act is done: which incident, by whom in which role, when, and what stands there."""

    force: str
    incident_ref: str
    by: str
    role: Role
    at: datetime
    profile: ForceProfile
    case: Case | None
    due_at: datetime | None
    once: str
    """What names this form: sent twice, it is the same event, which changes nothing the second time."""


def events_of(act: Act, form: Form, here: Setting) -> list[dict[str, Any]]:
    """Return the events that an act becomes, as CloudEvents; raises Incomplete."""
    if here.role == "viewer":
        raise Incomplete({"act": "expected somebody who may act in this force and area; you may look"})
    make = {"take": _take, "decide": _decide, "delay": _delay, "withdraw": _withdraw}[act]
    about = {"force": here.force, "incident_ref": here.incident_ref}
    return [
        {
            "specversion": "1.0",
            "source": SOURCE,
            "id": f"{here.once}-{which}",
            "time": format_instant(here.at),
            "subject": here.incident_ref,
            "type": type_,
            "data": {**about, **{name: value for name, value in said.items() if value not in ("", None)}},
        }
        for type_, which, said in make(form, here)
    ]


def _take(form: Form, here: Setting) -> Iterable[_Said]:
    """Take every alert of the incident that stands: an incident is one person's, not a part of it.

    Each event is named by its alert: when the form is sent again, others may stand, in another order.
    """
    if here.case is None:
        raise Incomplete({"act": "Nothing is open on this incident any more"})
    holder, over = here.case.first.acknowledged_by, form.get("over") == here.case.first.acknowledged_by
    if here.case.state == "acknowledged" and holder is not None and not over:
        raise Incomplete({"act": f"{'You have' if holder == here.by else f'{holder} has'} taken it already"})
    faults: dict[str, str] = {}
    said = {
        "at": format_instant(here.at),
        "by": here.by,
        "team": _text(form, "team", faults, longest=64),
        "assigned_to": _text(form, "assigned_to", faults, longest=64),
        "note": _text(form, "note", faults),
    }
    _settled(faults)
    return [("alert.acknowledged", alert.alert_id, {"alert_id": alert.alert_id, **said}) for alert in here.case.alerts]


def _decide(form: Form, here: Setting) -> Iterable[_Said]:
    faults: dict[str, str] = {}
    basis = form.get("basis", "")
    if basis not in get_args(Basis):
        faults["basis"] = "Choose on what basis no crime is to be recorded"
    elif (lowest := here.profile.lowest_role.get(basis)) and RANK[DECIDES_AS[here.role]] < RANK[lowest]:  # type: ignore[call-overload]
        faults["basis"] = f"In this force at least {DECIDERS[lowest]} decides on this basis"
    reason = _text(form, "reason", faults)
    if not reason:
        faults.setdefault("reason", "Write the reason: a decision without one ends nothing")
    reference = _text(form, "reference", faults, longest=64)
    if not reference and (expected := _NEEDS_REFERENCE.get(basis)):
        faults.setdefault("reference", f"Give {expected}")
    told = {"yes": True, "no": False}.get(form.get("reporter_told", ""))
    if told is None:
        faults["reporter_told"] = "Say whether the person who reported it was told"
    _settled(faults)
    said: dict[str, Any] = {
        "decided_at": format_instant(here.at),
        "basis": basis,
        "reason": reason,
        "decided_by": DECIDES_AS[here.role],
        "by": here.by,
        "reporter_told": told,
        "reference": reference,
        "decision_ref": here.once,
    }
    return [("decision.not_to_record", "0", said)]


def _delay(form: Form, here: Setting) -> Iterable[_Said]:
    """Ask the registrar for a later deadline; one that the registrar gives counts (reading R13)."""
    faults: dict[str, str] = {}
    until = _until(form.get("until", ""), here.profile.zone)
    if until is None:
        faults["until"] = "Give a day and a time, as 2026-04-03 17:00"
    elif here.due_at is None or here.at > here.due_at:
        faults["until"] = "A deadline that has passed cannot be moved"
    elif until <= here.due_at:
        faults["until"] = "Give a time later than the deadline it moves"
    note = _text(form, "note", faults)
    if not note:
        faults.setdefault("note", "Write why: a delay without a reason moves nothing")
    _settled(faults)
    assert until is not None
    said = {
        "decided_at": format_instant(here.at),
        "until": format_instant(until),
        "decided_by": DECIDES_AS[here.role],
        "by": here.by,
        "note": note,
        "decision_ref": here.once,
    }
    return [("decision.delay_authorised", "0", said)]


def _withdraw(form: Form, here: Setting) -> Iterable[_Said]:
    """Withdraw one decision that is named, or every one up to now (reading R12)."""
    faults: dict[str, str] = {}
    note = _text(form, "note", faults)
    if not note:
        faults.setdefault("note", "Write why it is withdrawn")
    _settled(faults)
    said = {
        "decided_at": format_instant(here.at),
        "decided_by": DECIDES_AS[here.role],
        "by": here.by,
        "note": note,
        "decision_ref": form.get("decision_ref", ""),
    }
    return [("decision.withdrawn", "0", said)]


def _text(form: Form, field: str, faults: dict[str, str], longest: int = _LONGEST) -> str:
    said = form.get(field, "").strip()
    if len(said) > longest:
        faults[field] = f"Write at most {longest:,} characters"
    return said


def _until(written: str, zone: ZoneInfo) -> datetime | None:
    """Read a local time; of an hour that the clocks repeat the first, which is the stricter one."""
    try:
        naive = datetime.fromisoformat(written.strip())
        return None if naive.tzinfo is not None else parse_instant(read_local(naive, zone).earlier)
    except (ValueError, OverflowError):
        return None


def _settled(faults: Mapping[str, str]) -> None:
    if faults:
        raise Incomplete(faults)
