"""One incident at one instant, for the oracle: its live records, its endings, and what is expected of it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rules.instants import format_instant, parse_instant

from .facts import (
    DETAILS,
    LOG,
    Facts,
    Fields,
    corrected,
    disposal,
    families_of,
    filled,
    instant_in,
    is_crime_code,
)

LONDON = ZoneInfo("Europe/London")
DAY = timedelta(hours=24)
GRACE = timedelta(hours=48)
ORDINARY = ("M02", "M04", "M13", "M15", "M19", "M20", "M25", "M40", "M41")
"""What a decision, a closure or a transfer can end; an expected rape is never ended so."""
RULES = (*ORDINARY, "M05", "M06")
ASSAULTS = {"assault_with_injury", "assault_without_injury"}
DISCLOSED = {*ASSAULTS, "rape", "other_sexual", "threats", "theft", "damage", "stalking", "orders"}
IN_TEXT = {"M04": DISCLOSED, "M13": DISCLOSED, "M15": DISCLOSED, "M19": ASSAULTS}
IN_TEXT |= {"M05": {"rape"}, "M20": {"stalking"}, "M40": {"deaths"}, "M41": {"orders"}}
"""The words on which each rule rests."""
PERSONAL = {*ASSAULTS, "rape", "other_sexual", "threats"}
PERSONAL_CODES = {"CRIME_VIOLENCE", "CRIME_DOMESTIC", "CRIME_RAPE"}
DOMESTIC_WORDS = {*ASSAULTS, "threats", "stalking", "rape", "other_sexual", "damage"}
QUIET_CLOSINGS = {"ASB_PERSONAL", "PSW_CONCERN", "PSW_DOMESTIC"}
CONDUCT_SINCE = "2018-04-01"
N300_SINCE = "2024-04-01"
SENIOR = ("designated_decision_maker", "force_crime_registrar", "chief_officer")
HOMICIDES = (("004", "01"), ("004", "02"), ("004", "10"))
FOR_VICTIM = ("victim", "acting_for_victim", "parent_or_carer", "professional")
CRI_REASONS = ("victim_not_confirmed", "victim_not_traced", "other_force", "directed_not_to_record")


class Ground(NamedTuple):
    """One reason to expect a crime: when it was disclosed, whether on the report clock, whether it is rape."""

    instant: datetime
    report: bool
    rape: bool


class Ending(NamedTuple):
    """What ends expectations at an instant; `rules` are those it ends."""

    instant: datetime
    status: str
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Expectation:
    """What one rule asks for one episode of disclosure, and how it stands."""

    rule: str
    clock: str
    occasion: str
    start: datetime
    due: datetime
    grounds: tuple[Ground, ...]
    recorded_at: datetime | None
    ending: Ending | None

    @property
    def open(self) -> bool:
        return self.recorded_at is None and self.ending is None


def day_of(start: datetime) -> str:
    return start.astimezone(LONDON).date().isoformat()


def limit_of(start: datetime, rule: str = "") -> timedelta:
    if rule == "M40":
        return timedelta(hours=4)
    return 3 * DAY if day_of(start) < "2015-04-01" else DAY


class Case:
    """One incident with all that was merged into it, at one instant."""

    def __init__(self, facts: Facts, ref: str, now: datetime) -> None:
        self.facts, self.ref, self.now = facts, ref, now
        self.merged = facts.survivor(ref) != ref
        self.members = [ref] if self.merged else [m for m in facts.incidents if facts.survivor(m) == ref]
        known = [m for m in self.members if m in facts.known]
        self.start = min(facts.own_start(m) for m in known)
        self.received = min(at for m in known if (at := facts.received(m)))
        self.limit = limit_of(self.start)
        self.live = self._live()
        self.crimes = {crime: at for crime, at in self.live.items() if not self.is_n(crime)}
        self.endings = self._endings()
        # Records of reported rapes (N100) exist since the rules of April 2015, those of deaths (N300) since 2024.
        self.day = day_of(self.start)
        too_new = {"M05", "M06"} if self.limit != DAY else set()
        too_new |= {"M40"} if self.day < N300_SINCE else set()
        self.qualifiers = {q for m in self.members for q in facts.newest(m, "qualifiers") or []}
        self.expectations = [e for rule in RULES if rule not in too_new for e in self._expectations(rule)]
        self.open = [e for e in self.expectations if e.open]

    # Records

    def is_n(self, crime: str) -> bool:
        return self.facts.codes(crime)[-1][0].startswith("N")

    def linked(self) -> list[tuple[str, Fields]]:
        """The initial records that are linked to the incident, mismatched or not, cancelled or not."""
        facts = self.facts
        linked = [c for c in facts.crimes if any(facts.linked_at(c, m) for m in self.members)]
        return [(crime, record) for crime in linked if (record := facts.record(crime))]

    def mismatched(self, record: Fields) -> bool:
        named = {v["victim_ref"] for m in self.members for v in self.facts.newest(m, "victims") or []}
        victims = set(record.get("victim_refs") or [])
        return bool(named and victims and not named & victims)

    def _live(self) -> dict[str, datetime]:
        """When each live record was recorded; a duplicate hands its time over to the record that survives it."""
        live: dict[str, datetime] = {}
        for crime, record in self.linked():
            survivor = crime
            if cancelled := self.facts.cancellation(crime):
                handed = self.facts.handed_to(crime)
                if cancelled["reason"] != "C3" or not handed or not cancelled.get("independent"):
                    continue
                survivor = handed
            surviving = self.facts.record(survivor)
            assert surviving
            if not self.mismatched(record) and not self.mismatched(surviving):
                times = [parse_instant(r["recorded_at"]) for r in (record, surviving)]
                live[survivor] = min(*times, live.get(survivor, times[0]))
        return live

    def cancelled(self) -> list[tuple[str, Fields, set[str]]]:
        """The linked records that a cancellation alone keeps from being live, with the rules it breaks."""
        return [
            (crime, cancelled, self._faults(crime, record, cancelled))
            for crime, record in self.linked()
            if not self.mismatched(record) and (cancelled := self.facts.cancellation(crime))
        ]

    def _faults(self, crime: str, record: Fields, cancelled: Fields) -> set[str]:
        reason, by, at = cancelled["reason"], cancelled["decided_by"], parse_instant(cancelled["cancelled_at"])
        told, avi = instant_in(cancelled, "victim_told_at"), cancelled.get("avi") or {}
        untold = bool(record.get("victim_refs")) and (told is None or told > at)
        grave = any(code[0] in ("001", "019") or code in HOMICIDES for code in self.facts.codes(crime))
        available = instant_in(avi, "available_at")
        new = available is not None and available > parse_instant(record["recorded_at"])
        independent = cancelled.get("independent") is True
        offence = self.facts.codes(crime)[-1]
        minor = offence == ("008", "06") or offence[0] in ("104", "105")
        broken = {
            "M30": reason in ("C1", "C2", "C5") and untold,
            "M31": reason == "C2" and grave and by != "force_crime_registrar",
            "M32": (reason == "C2" and not (filled(avi, "source") and avi.get("verified") is True and new))
            or (reason in ("C2", "C5") and not independent)
            or (reason == "C5" and not minor),
            "M33": reason == "C1" and (untold or not filled(cancelled, "other_force_ref")),
        }
        faults = {rule for rule, is_broken in broken.items() if is_broken}
        other = (
            (reason in ("C2", "C5") and by not in SENIOR)
            or (reason in ("C3", "C4") and not independent)
            or (reason == "C3" and not self.facts.handed_to(crime))
            or (reason == "C4" and not filled(cancelled, "note"))
        )
        return faults or ({"M29"} if other else set())

    # Endings

    def _endings(self) -> list[Ending]:
        endings = [
            Ending(parse_instant(d["decided_at"]), "exempt", asked_by(d))
            for d in self.decisions("decision.not_to_record")
            if self.is_complete_decision(d)
        ]
        endings += [
            Ending(parse_instant(c["closed_at"]), "exempt", ORDINARY)
            for c in self.facts.closures(self.ref)
            if self.is_complete_closure(c)
        ]
        if transfer := self.transfer():
            endings.append(Ending(parse_instant(transfer["accepted_at"]), "transferred", ORDINARY))
        for _, cancelled, faults in self.cancelled():
            if not faults and cancelled["reason"] != "C3":
                kind = "transferred" if cancelled["reason"] == "C1" else "exempt"
                endings.append(Ending(parse_instant(cancelled["cancelled_at"]), kind, RULES))
        if any("X_POLICE_ON_DUTY" in (self.facts.newest(m, "qualifiers") or []) for m in self.members):
            endings.append(Ending(datetime.max.replace(tzinfo=UTC), "exempt", ORDINARY))
        # At one instant the transfer is the newest.
        return sorted(endings, key=lambda e: (e.instant, e.status))

    def decisions(self, kind: str) -> list[Fields]:
        """The decisions of one kind that were not withdrawn."""
        statements = self.facts.about(self.ref, kind)
        decisions = corrected(statements, lambda s: s.data.get("decision_ref") or (s.source, s.id))
        withdrawn = [s.data for s in self.facts.about(self.ref, "decision.withdrawn")]
        return [
            d
            for d in decisions
            if not any(
                parse_instant(w["decided_at"]) >= parse_instant(d["decided_at"])
                and w.get("decision_ref") in (None, d.get("decision_ref"))
                for w in withdrawn
            )
        ]

    def is_complete_decision(self, decision: Fields) -> bool:
        reference = decision.get("reference")
        if not filled(decision, "reason") and not filled(decision, "note"):
            return False
        if decision["basis"] == "other_force":
            return bool(reference) or self.now <= parse_instant(decision["decided_at"]) + GRACE
        if decision["basis"] == "duplicate":
            if not reference or self.facts.is_cycle(reference):
                return False
            master = [reference, *self.facts.chain(reference)][-1]
            return master in self.facts.known and master != self.ref
        return True

    def is_complete_closure(self, closure: Fields) -> bool:
        kind, reason = disposal(closure), closure.get("reason")
        if kind == "CRI":
            if reason == "victim_not_confirmed":
                return self.facts.newest(self.ref, "reporter") not in FOR_VICTIM
            if reason == "victim_not_traced":
                return any("enquiries" in families_of(e) for m in self.members for e in self.facts.entries(m))
            if reason == "other_force":
                return bool(closure.get("reference")) or self.now <= parse_instant(closure["closed_at"]) + GRACE
            return reason in CRI_REASONS
        if kind == "REPORT_FRAUD":
            return "X_CALL_FOR_SERVICE" not in (self.facts.newest(self.ref, "qualifiers") or [])
        return kind == "other" and bool(closure.get("decided_by")) and filled(closure, "reason")

    def transfer(self) -> Fields | None:
        """The newest accepted transfer, unless it was returned at or after it."""
        said = self.facts.about(self.ref, "incident.transferred")
        accepted = corrected(
            (s for s in said if s.data.get("accepted_at")), lambda s: instant_in(s.data, "accepted_at")
        )
        newest = max(accepted, key=lambda t: parse_instant(t["accepted_at"]), default=None)
        returned = [at for s in said if (at := instant_in(s.data, "returned_at"))]
        if newest is None or any(at >= parse_instant(newest["accepted_at"]) for at in returned):
            return None
        return newest

    # Expectations

    def _grounds(self, rule: str) -> list[Ground]:
        grounds = []
        opened = self.facts.earliest(self.ref, "opened_at") or self.facts.received(self.ref)
        assert opened
        standing: dict[str, str] = {}
        for member, said in [(m, s) for m in self.members for s in sorted(self.facts.about(m, *LOG))]:
            given = said.data.get("opening_code")
            repeated = said.type == "incident.updated" and given == standing.get(member)
            standing[member] = given or standing.get(member, "")
            if rule in ("M02", "M05", "M15") and not repeated:
                at, report = self.start, True
                if said.type == "incident.updated":
                    at, report = said.time, False
                elif said.type == "incident.closed":
                    at = parse_instant(said.data["closed_at"])
                codes = said.data.get("closing_codes") or [said.data.get("opening_code") or ""]
                crimes = {code for code in codes if is_crime_code(code)}
                grounds += [Ground(at, report, code == "CRIME_RAPE") for code in crimes]
            for entry in said.data.get("entries") or []:
                at = parse_instant(entry["at"])
                found = families_of(entry) & self._words(rule)
                grounds += [Ground(at, at <= opened, family == "rape") for family in found]
        return [g for g in grounds if g.rape or rule != "M05"]

    def named_at(self, victim: str) -> datetime:
        """When a victim was first named; in a log's opening counts as at the start of that log's own clock."""
        return min(
            self.facts.own_start(m) if said.type == "incident.opened" else said.time
            for m in self.members
            for said in self.facts.about(m, *DETAILS)
            if victim in [v["victim_ref"] for v in said.data.get("victims") or []]
        )

    def _traced(self) -> list[Ground]:
        """When somebody was first named, or confirmed it, after the log was closed because no victim was traced."""
        shut = [c for c in self.facts.closures(self.ref)[-1:] if disposal(c) == "CRI"]
        if not shut or shut[0].get("reason") != "victim_not_traced":
            return []
        confirmations = self.confirmations()
        found = [self.named_at(victim) for victim, confirmed in confirmations.items() if confirmed is not False]
        found += self._first_confirmed()
        later = [at for at in found if at > parse_instant(shut[0]["closed_at"])]
        return [Ground(min(later), False, False)] if later else []

    def _words(self, rule: str) -> set[str]:
        """The families on which a rule rests here: without a flag domestic abuse is told by violent words alone."""
        return DOMESTIC_WORDS if rule == "M13" and not self._flagged() else IN_TEXT.get(rule, set())

    def _given_codes(self) -> set[str]:
        said = [s.data for m in self.members for s in self.facts.about(m, *LOG)]
        return {code for data in said for code in data.get("closing_codes") or [data.get("opening_code")]}

    def _flagged(self) -> bool:
        """Whether the log itself says that it is about domestic abuse."""
        return "Q_DOMESTIC_ABUSE" in self.qualifiers or bool(self._given_codes() & {"CRIME_DOMESTIC", "PSW_DOMESTIC"})

    def _confirmed(self) -> list[Ground]:
        """The earliest word that a victim, who still says so, confirms a rape that was ever an N100/1."""
        counted = [c for c, record in self.linked() if not self.mismatched(record)]
        if not any(("N100", "01") in self.facts.codes(crime) for crime in counted):
            return []
        return [Ground(at, False, True) for at in self._first_confirmed()]

    def _first_confirmed(self) -> list[datetime]:
        """The earliest word that a victim, who still says so, confirms it; nothing if nobody does."""
        said = [s for m in self.members for s in self.facts.about(m, *DETAILS)]
        words = [(s.time, v) for s in said for v in s.data.get("victims") or []]
        still = {victim for victim, confirmed in self.confirmations().items() if confirmed}
        return sorted(time for time, v in words if v["victim_ref"] in still and v.get("confirmed"))[:1]

    def confirmations(self) -> dict[str, bool | None]:
        """The victims whom the newest lists name, with the newest word on whether each confirms it."""
        lists = [[s for s in self.facts.about(m, *DETAILS) if "victims" in s.data][-1:] for m in self.members]
        confirmed: dict[str, bool | None] = {}
        for said in sorted(said for newest in lists for said in newest):
            for victim in said.data["victims"] or []:
                before = confirmed.get(victim["victim_ref"])
                confirmed[victim["victim_ref"]] = victim.get("confirmed", before)
        return confirmed

    def _applies(self, rule: str) -> bool:
        """Whether the circumstances are those in which a rule asks."""
        codes = self._given_codes()
        words: set[str] = set().union(*(families_of(e) for m in self.members for e in self.facts.entries(m)))
        if rule == "M13":
            return self._flagged() or "ex_partner" in words
        if rule == "M15":
            reporter = self.facts.newest(self.ref, "reporter")
            return reporter == "professional" and bool(codes & PERSONAL_CODES or words & PERSONAL)
        if rule == "M19":
            shut = self.facts.closures(self.ref)[-1:]
            return any(self.quietly(closure) for closure in shut)
        return True

    @staticmethod
    def quietly(closure: Fields) -> bool:
        known = [code for code in closure["closing_codes"] if code != "ZZ99"]
        return disposal(closure) == "other" and known[0] in QUIET_CLOSINGS

    def _expectations(self, rule: str) -> list[Expectation]:
        if not self._applies(rule):
            return []
        endings = [e for e in self.endings if rule in e.rules]
        episodes: dict[datetime | None, list[Ground]] = {}
        others = {"M06": self._confirmed, "M25": self._traced}
        for ground in others[rule]() if rule in others else self._grounds(rule):
            cover = min((e.instant for e in endings if e.instant >= ground.instant), default=None)
            episodes.setdefault(cover, []).append(ground)
        expectations = []
        for cover, grounds in episodes.items():
            before = [e.instant for e in endings if e.instant < grounds[0].instant]
            if not before and any(g.report for g in grounds):
                clock, occasion, start = "report", "report", self.start
            else:
                clock, start = "disclosure", min(max(self.start, g.instant) for g in grounds)
                occasion = f"disclosure {format_instant(max(before))}" if before else "disclosure"
            expectations.append(
                Expectation(
                    rule=rule,
                    clock=clock,
                    occasion=occasion,
                    start=start,
                    due=self.delayed(start + self.limit_for(rule))[0],
                    grounds=tuple(grounds),
                    recorded_at=self._met_at(rule, grounds),
                    ending=endings[-1] if cover else None,
                )
            )
        return expectations

    def _met_at(self, rule: str, grounds: list[Ground]) -> datetime | None:
        codes = {crime: self.facts.codes(crime)[-1] for crime in self.live}
        named = {"M05": {"019"}, "M06": {"019"}, "M40": {"001", "N300"}, "M41": {"066"}}
        if self.day >= CONDUCT_SINCE:
            named["M20"] = {"195"}
        meets = {c for c, (name, _) in codes.items() if name in named[rule]} if rule in named else set(self.crimes)
        if all(g.rape for g in grounds):
            meets |= {c for c, (name, sub) in codes.items() if name == "N100" and (rule != "M06" or sub != "01")}
        return min((self.live[c] for c in meets), default=None)

    def delayed(self, due: datetime) -> tuple[datetime, list[Fields]]:
        """The deadline after the registrar's delays, and the delays that moved it."""
        used = []
        for delay in sorted(self.decisions("decision.delay_authorised"), key=lambda d: parse_instant(d["decided_at"])):
            until = parse_instant(delay["until"])
            by_registrar = delay["decided_by"] == "force_crime_registrar" and filled(delay, "note")
            if by_registrar and parse_instant(delay["decided_at"]) <= due < until:
                due = until
                used.append(delay)
        return due, used

    def limit_for(self, rule: str) -> timedelta:
        return limit_of(self.start, rule)

    def warned(self, expectation: Expectation) -> bool:
        limit = self.limit_for(expectation.rule)
        if expectation.rule == "M05":
            return self.now >= expectation.due - limit + timedelta(hours=1)
        return self.now >= expectation.due - limit / 2


def asked_by(decision: Fields) -> tuple[str, ...]:
    """The rules whose expectations a decision can end; a rape's is never ended by a decision."""
    can_end = (*ORDINARY, "M09")
    named = decision.get("rules")
    return tuple(rule for rule in can_end if not named or rule in named)
