"""Histories of a few incidents and crimes of one force, dense in what is hard: merges, ties, repeats, corrections.

`histories` draws lists of CloudEvents with the instant to judge them at. A *settled* history keeps to what the contract
settles to the letter, so that an independent reading of it must agree; an unsettled one may also close a closed log,
decide twice at one instant or say two things under one name at one time, where only the order of arrival must not matter.
All names and narratives are invented.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any, TypeAlias, TypeVar

from hypothesis import strategies as st

from rules.instants import format_instant

Event: TypeAlias = dict[str, Any]
Data: TypeAlias = dict[str, Any]
T = TypeVar("T")

SENTENCES: Mapping[str, set[str]] = {
    "caller states she was punched": {"assault_with_injury"},
    "victim pushed by neighbour": {"assault_without_injury"},
    "caller says she was raped": {"rape"},
    "female was groped on the bus": {"other_sexual"},
    "he made a threat to kill her": {"threats"},
    "phone stolen from bag": {"theft"},
    "window smashed": {"damage"},
    "ex-partner keeps following her": {"stalking", "ex_partner"},
    "breach of restraining order": {"orders"},
    "male found hanged": {"deaths"},
    "area search negative": {"enquiries"},
    "caller was not assaulted": set(),
    "Q: have you been assaulted?": set(),
    "no injuries": set(),
    "officers attending": set(),
}
"""Of which families each sentence of a log holds words."""

FORCE = "northshire"
STEP = timedelta(hours=6)
SECOND = timedelta(seconds=1)
BASES = (datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 3, 27, 18, tzinfo=UTC), datetime(2015, 3, 30, tzinfo=UTC))
"""First instants: a plain week, one in which the clocks change, and one across the change of the limit in 2015."""
UNKNOWN = "I9"
"""A log that nobody opens."""

CRIME_CODES = ("CRIME_VIOLENCE", "CRIME_RAPE", "CRIME_THEFT", "CRIME_RAPE", "CRIME_DOMESTIC")
OTHER_CODES = ("ASB_PERSONAL", "PSW_DOMESTIC", "PSW_CONCERN", "TR_RTC_DMG", "ZZ99")
CLOSINGS: Sequence[list[str]] = (
    ["CRIME_RECORDED"],
    ["CRIME_THEFT"],
    ["CRI"],
    ["CRI"],
    ["REPORT_FRAUD"],
    ["AD_DUPLICATE"],
    ["AD_DUPLICATE"],
    ["ASB_PERSONAL"],
    ["PSW_DOMESTIC"],
    ["PSW_CONCERN", "CRI"],
    ["CRIME_RAPE", "AD_DUPLICATE"],
    ["ZZ99"],
    [],
)
CRI_REASONS = ("victim_not_confirmed", "victim_not_traced", "other_force", "directed_not_to_record", "unwilling", " ")
OFFENCES = ("008/06", "8/6", "105/01", "019/07", "19/16", "039/00", "058/00", "001/01", "195/12", "066/39")
N_CODES = ("N100/1", "100/01", "N100/2", "N300/1")
QUALIFIERS = ("X_CALL_FOR_SERVICE", "Q_DOMESTIC_ABUSE", "Q_DOMESTIC_ABUSE", "X_POLICE_ON_DUTY")
ROLES = ("officer", "supervisor", "designated_decision_maker", "force_crime_registrar", "chief_officer")
BASIS = (
    "contrary_evidence",
    "not_notifiable",
    "no_crime_disclosed",
    "duplicate",
    "duplicate",
    "other_force",
    "other_force",
    "crime_related_incident",
    "principal_crime",
)
REPORTERS = ("victim", "acting_for_victim", "witness", "third_party", "professional", "unknown")
TWINS = ("incident.opened", "incident.updated", "crime.recorded", "decision.not_to_record")


@dataclass(frozen=True)
class History:
    """Events in the order in which they were made up, and the instant to judge them at."""

    events: list[Event]
    until: datetime


class _Writer:
    """Makes up one history by drawing."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any], *, settled: bool) -> None:
        self.draw, self.settled = draw, settled
        self.events: list[Event] = []
        self.base = self.pick((*BASES[:1] * 3, *BASES))
        self.incidents = [f"I{n}" for n in range(1, self.number(1, 4) + 1)]
        self.crimes = [f"C{n}" for n in range(1, self.pick((2, 1, 3, 4, 3, 0)) + 1)]
        self.received: dict[str, datetime] = {}

    def number(self, low: int, high: int) -> int:
        return int(self.draw(st.integers(low, high)))

    def chance(self, percent: int) -> bool:
        return self.number(0, 99) >= 100 - percent

    def pick(self, options: Sequence[T]) -> T:
        return options[self.number(0, len(options) - 1)]

    def some(self, options: Sequence[T], percent: int) -> list[T]:
        return [option for option in options if self.chance(percent)]

    def slot(self, low: int = 0, high: int = 15) -> datetime:
        """An instant of the coarse grid, now and then a second beside it."""
        return self.base + self.number(low, high) * STEP + self.pick((0, 0, 0, 0, 0, 0, 1, -1)) * SECOND

    def later(self, instant: datetime) -> datetime:
        """The same instant or a later one, often by a span that the rules know."""
        return instant + timedelta(hours=self.pick((0, 0, 6, 6, 12, 24, 24, 48))) + self.pick((0, 0, 0, 0, 1)) * SECOND

    def say(self, kind: str, time: datetime, **data: Any) -> None:
        shown = {name: format_instant(v) if isinstance(v, datetime) else v for name, v in data.items()}
        event = {
            "specversion": "1.0",
            "type": kind,
            "source": self.pick(("cad", "rms")),
            "id": f"e{len(self.events)}",
            "time": format_instant(time),
            "subject": str(data.get("crime_ref") or data.get("incident_ref")),
            "data": {"force": FORCE} | shown,
        }
        self.events.append(event)

    def maybe(self, percent: int, **fields: Any) -> Data:
        """Some of the fields."""
        return {name: value for name, value in fields.items() if self.chance(percent)}

    def victims(self) -> list[Data]:
        named = self.some(("V1", "V2", "V3"), 45)
        said: tuple[Data, ...] = ({}, {}, {}, {}, {"confirmed": False}, {"confirmed": True})
        return [{"victim_ref": ref} | self.pick(said) for ref in named]

    def entries(self, first: datetime, last: datetime, percent: int) -> list[Data]:
        return [self.entry(first, last) for _ in range(2) if self.chance(percent)]

    def entry(self, first: datetime, last: datetime) -> Data:
        at = self.pick((first, last, last, max(first, last - STEP)))
        text = self.pick(tuple(SENTENCES))
        if self.chance(10):
            text = "Q: have you been assaulted?\n" + text
        category = {} if self.chance(70) else {"category": self.pick(("caller", "question", "system", "answer"))}
        return {"at": format_instant(at), "text": text} | category

    # Logs

    def incident(self, ref: str) -> None:
        received = self.slot(0, 8)
        opened = received + timedelta(minutes=self.pick((0, 5, 5, 120, -10)))
        said = max(received, opened)
        said = self.later(said) if self.chance(15) else said
        self.received[ref] = received
        if self.chance(5):
            self.say("incident.updated", said, incident_ref=ref, received_at=received, reporter="witness")
            return
        self.say(
            "incident.opened",
            said,
            incident_ref=ref,
            received_at=received,
            opened_at=opened,
            channel="101",
            opening_code=self.pick(CRIME_CODES if self.chance(50) else OTHER_CODES),
            reporter=self.pick(REPORTERS),
            victims=self.victims(),
            entries=self.entries(received, said, 35),
            **self.maybe(25, qualifiers=[self.pick(QUALIFIERS)]),
        )
        for _ in range(self.number(0, 2)):
            self.update(ref, said)
        self.closures(ref, said)
        if self.chance(30):
            into = self.pick((*self.incidents, *self.incidents, UNKNOWN))
            self.say("incident.merged", self.later(said), incident_ref=ref, into=into)
            if self.chance(30):
                reopened = self.later(self.later(said))
                self.say("incident.reopened", reopened, incident_ref=ref, reopened_at=reopened)
        if self.chance(25):
            self.transfers(ref, said)
        for number in range(self.pick((0, 1, 1, 2))):
            self.decision(ref, said + (number * timedelta(minutes=7) if self.settled else timedelta(0)), f"D{number}")
        if self.chance(20):
            self.say("decision.withdrawn", self.later(said), incident_ref=ref, **self._withdrawal(ref, said))
        for number in range(self.pick((0, 0, 1, 2))):
            self.delay(ref, said + number * timedelta(minutes=21), f"D{number + 3}")

    def update(self, ref: str, opened: datetime) -> None:
        time = self.later(opened)
        data: Data = {}
        if self.chance(40):
            data["victims"] = self.victims()
        if self.chance(30):
            data["opening_code"] = self.pick(CRIME_CODES + OTHER_CODES)
        if self.chance(55):
            data["entries"] = [self.entry(opened, time)]
        if self.chance(10):
            data["received_at"] = min(time, self.received[ref] + self.pick((-1, 1)) * STEP)
        if self.chance(20):
            data["received_at_corrected"] = min(time, self.received[ref] + self.pick((-1, 1)) * STEP)
            data |= self.maybe(80, reason="misread", decided_by=self.pick(ROLES))
        self.say("incident.updated", time, incident_ref=ref, **data)

    def closures(self, ref: str, opened: datetime) -> None:
        at = opened
        for _ in range(self.pick((0, 1, 1, 2))):
            at = self.later(at)
            first = len(self.events)
            self.closure(ref, opened, at)
            if self.chance(15):
                again = dict(self.events[first]["data"]) | {
                    "decided_by": "supervisor",
                    "reason": self.pick(CRI_REASONS),
                }
                again = {name: v for name, v in again.items() if name != "force"}
                self.say("incident.closed", self.later(at + STEP), **again)
            if self.chance(50):
                at = self.later(at)
                entries = self.entries(opened, at, 25)
                self.say("incident.reopened", at, incident_ref=ref, reopened_at=at, entries=entries)
                at += STEP
            elif self.settled:
                break

    def closure(self, ref: str, opened: datetime, at: datetime) -> None:
        codes = self.pick(CLOSINGS)
        data: Data = {"closing_codes": codes, "entries": self.entries(opened, at, 25)}
        data |= self.maybe(70, reason=self.pick(CRI_REASONS), decided_by=self.pick(ROLES))
        if self.chance(65):
            data["reference"] = self.pick((*self.incidents, UNKNOWN) if "AD_DUPLICATE" in codes else ("X1", "C1"))
        self.say("incident.closed", at, incident_ref=ref, closed_at=at, **data)

    def transfers(self, ref: str, opened: datetime) -> None:
        if self.chance(30):
            self.say("incident.transferred", self.later(opened), incident_ref=ref, to_force="southshire")
        at = self.later(opened)
        pieces: Data = {"reference": "S1", "victim_told_at": at}
        fields: Data = {"incident_ref": ref, "to_force": "southshire", "accepted_at": at}
        stated = fields | self.maybe(55, **pieces)
        self.say("incident.transferred", at, **stated)
        if self.chance(25):
            stated |= pieces
            self.say("incident.transferred", self.later(at + STEP), **stated)
        if self.chance(40):
            returned = self.later(at)
            self.say("incident.transferred", returned, **stated, returned_at=returned)
            if self.chance(30):
                at = self.later(returned)
                self.say("incident.transferred", at, **fields | {"accepted_at": at} | pieces)

    # Decisions

    def decision(self, ref: str, opened: datetime, name: str) -> None:
        at = self.later(opened)
        basis = self.pick(BASIS)
        data: Data = {"basis": basis, "decided_by": self.pick(ROLES), "decided_at": at, "incident_ref": ref}
        data |= self.maybe(50, decision_ref=name) | self.maybe(50, reason="seen", note="CCTV shows it")
        data |= self.maybe(50, reporter_told=True)
        if basis in ("duplicate", "other_force"):
            data |= self.maybe(60, reference=self.pick((*self.incidents, UNKNOWN)))
        if self.chance(20):
            data["rules"] = self.some(("M02", "M04", "M05", "M09", "M13", "M15", "M20"), 50)
        self.say("decision.not_to_record", self.later(at) if self.chance(20) else at, **data)
        if "decision_ref" in data and self.chance(25):
            self.say("decision.not_to_record", at + 9 * STEP, **data | {"reason": "on reflection"})

    def _withdrawal(self, ref: str, opened: datetime) -> Data:
        return {"decided_at": self.later(opened)} | self.maybe(40, decision_ref=self.pick(("D0", "D1", "D3")))

    def delay(self, ref: str, opened: datetime, name: str) -> None:
        at = self.later(opened)
        by = "force_crime_registrar" if self.chance(70) else self.pick(ROLES)
        note = self.pick(("statement abroad", "statement abroad", "statement abroad", " "))
        until = self.received[ref] + timedelta(hours=self.pick((12, 24, 36, 48, 48, 60, 72, 96)))
        data = {"decided_at": at, "until": until, "decided_by": by, "note": note}
        self.say("decision.delay_authorised", at, incident_ref=ref, **data | self.maybe(40, decision_ref=name))

    # Crimes

    def crime(self, ref: str) -> None:
        incident = self.pick((*self.incidents, *self.incidents, UNKNOWN))
        received = self.received.get(incident, self.slot(0, 8))
        recorded = received + 4 * STEP + self.pick((-1, 0, 0, 1)) * SECOND if self.chance(50) else self.slot()
        said = self.later(recorded) if self.chance(20) else recorded
        is_n = self.chance(15)
        data: Data = {
            "incident_refs": [incident] if self.chance(85) else [],
            "offence_code": self.pick(N_CODES if is_n else OFFENCES),
            "recorded_at": recorded,
            "victim_refs": self.some(("V1", "V2", "V3"), 45),
        }
        if self.chance(10):
            data["initial"] = False
        self.say("crime.recorded", said, crime_ref=ref, **data)
        if self.chance(10):
            supplement = {"incident_refs": [self.pick(self.incidents)], "initial": False, "offence_code": "039/00"}
            self.say("crime.recorded", self.later(said), crime_ref=ref, recorded_at=said, **supplement)
        self.links(ref)
        if self.chance(20):
            codes = OFFENCES if self.settled and not is_n else OFFENCES + N_CODES
            self.say("crime.reclassified", self.later(said), crime_ref=ref, offence_code=self.pick(codes))
        elif self.chance(10):
            is_n = True
            self.say("crime.reclassified", self.later(said), crime_ref=ref, offence_code="N100/1")
        if self.chance(60) and not (self.settled and is_n):
            self.cancellation(ref, recorded)

    def links(self, ref: str) -> None:
        for _ in range(self.pick((0, 0, 1, 1, 2))):
            self.say("crime.linked", self.slot(), crime_ref=ref, incident_ref=self.pick((*self.incidents, UNKNOWN)))
        if self.chance(25):
            self.say("crime.unlinked", self.slot(), crime_ref=ref, incident_ref=self.pick(self.incidents))

    def cancellation(self, ref: str, recorded: datetime) -> None:
        at = self.later(recorded)
        reason = self.pick(("C1", "C2", "C3", "C2", "C4", "C5", "C3"))
        avi = {"source": "CCTV", "available_at": self.pick((recorded, at)), "verified": True}
        pieces: Data = {
            "independent": True,
            "avi": {name: format_instant(v) if isinstance(v, datetime) else v for name, v in avi.items()},
            "victim_told_at": self.pick((at, at, at - STEP, at + SECOND)),
            "other_force_ref": "S7",
            "surviving_crime_ref": self.pick((*self.crimes, "C9")),
            "note": "counted twice",
        }
        data: Data = {"crime_ref": ref, "cancelled_at": at, "reason": reason}
        by = self.pick(ROLES[2:4] if self.chance(70) else ROLES)
        said = max(at, pieces["victim_told_at"])
        self.say(
            "crime.cancelled", said, **data, decided_by=by, **(pieces if self.chance(50) else self.maybe(70, **pieces))
        )
        if self.chance(15):
            full = data | pieces | {"victim_told_at": at, "decided_by": "force_crime_registrar"}
            self.say("crime.cancelled", self.later(said + STEP), **full)
        if self.chance(25):
            time = self.later(at)
            self.say("crime.reinstated", time, crime_ref=ref, **self.maybe(60, reinstated_at=time))

    # The whole

    def write(self) -> History:
        for incident in self.incidents:
            self.incident(incident)
        for crime in self.crimes:
            self.crime(crime)
        for _ in range(self.number(0, 2)):
            self.acknowledgement()
        for event in list(self.events):
            if self.chance(6):
                self.events.append(event)
            elif event["type"] in TWINS and self.chance(8):
                self.events.append(self.twin(event))
        until = self.base + self.number(8, 26) * STEP
        if self.chance(40):
            until = self.received[self.pick(self.incidents)] + self.pick((4, 8, 12)) * STEP
        return History(self.events, until + self.pick((0, 0, 1)) * SECOND)

    def acknowledgement(self) -> None:
        ref, at = self.pick(self.incidents), self.slot()
        rule, kind = self.pick(("M02", "M04", "M05")), self.pick(("overdue", "due_soon"))
        identity = alert_id(FORCE, ref, rule, kind, self.pick(("report", "disclosure")))
        self.say("alert.acknowledged", at, incident_ref=ref, alert_id=identity, at=at, by="desk-3")

    def twin(self, event: Event) -> Event:
        """Say something else under the same source and id; at the same time only where order alone is at stake."""
        time = datetime.fromisoformat(event["time"]) + self.pick((1, 4) if self.settled else (0, 1)) * STEP
        changed: Data = {"note": self.pick(("second thoughts", " "))}
        if event["type"] == "incident.opened":
            changed = {"opening_code": self.pick(CRIME_CODES + OTHER_CODES)}
        elif event["type"] == "incident.updated":
            changed = {"victims": self.victims()}
        elif event["type"] == "crime.recorded":
            changed = {"recorded_at": event["time"]}
        return event | {"time": format_instant(time), "data": event["data"] | changed}


def alert_id(force: str, ref: str, rule: str, kind: str, occasion: str) -> str:
    """Name an alert as reading R8 does."""
    return hashlib.sha256("\n".join([force, ref, rule, kind, occasion]).encode()).hexdigest()[:32]


@st.composite
def histories(draw: st.DrawFn, *, settled: bool = True) -> History:
    """Histories of 1 to 4 incidents and 0 to 4 crimes of one force over four days."""
    return _Writer(draw, settled=settled).write()


@st.composite
def deliveries(draw: st.DrawFn, events: Sequence[Event]) -> list[list[Event]]:
    """The same events in another order, some of them twice, in two files."""
    order = draw(st.permutations(range(len(events))))
    again = draw(st.lists(st.integers(0, len(events) - 1), max_size=6))
    delivered = [events[index] for index in (*order, *again)]
    cut = draw(st.integers(0, len(delivered)))
    return [delivered[:cut], delivered[cut:]]


def features(history: History) -> set[str]:
    """Name what is hard in a history, to count how dense the drawn ones are."""
    events = [e for e in history.events if datetime.fromisoformat(e["time"]) <= history.until]
    types = Counter(e["type"] for e in events)
    texts = Counter(map(repr, events))
    times = Counter(e["time"] for e in {repr(e): e for e in events}.values())
    names: dict[tuple[str, str], set[str]] = {}
    for event in events:
        names.setdefault((event["source"], event["id"]), set()).add(repr(event))
    codes = chain.from_iterable(e["data"].get("closing_codes", ()) for e in events)
    found = {
        "merge": types["incident.merged"] or "AD_DUPLICATE" in codes,
        "tie": any(count > 1 for count in times.values()),
        "repeat": any(count > 1 for count in texts.values()),
        "twin": any(len(said) > 1 for said in names.values()),
        "corrected": any("received_at_corrected" in e["data"] for e in events),
        "late": len(events) < len(history.events),
        **{kind: types[kind] for kind in types},
    }
    return {name for name, holds in found.items() if holds}
