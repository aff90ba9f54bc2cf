"""A second opinion on a whole history: every status and every open alert, by brute force, from the contract alone.

`judge` looks at all that was said by an instant and answers for that instant. It keeps nothing and folds nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeAlias

from rules.instants import format_instant, parse_instant

from .case import GRACE, RULES, Case, Expectation, asked_by, limit_of
from .facts import Event, Facts, disposal, families_of, statements_of
from .histories import alert_id

Status: TypeAlias = dict[str, Any]

JUDGED_QUALITY = frozenset(
    {"received_after_opened", "received_at_corrected", "crime_mismatch", "merge_cycle", "merged_into_unknown"}
)
"""The values of `data_quality` that the oracle judges."""


JUDGED_RULES = frozenset(
    {*RULES, "M03", "M09", "M24", "M26", "M28", "M29", "M30", "M31", "M32", "M33", "M34", "M36", "M37"}
)
"""The rules whose alerts the oracle judges."""


class Alert(NamedTuple):
    """What an open alert is recognised by."""

    alert_id: str
    rule: str
    kind: str


@dataclass
class Judgement:
    """The statuses by force and incident, and the alerts that are open or acknowledged."""

    statuses: dict[tuple[str, str], Status] = field(default_factory=dict)
    alerts: set[Alert] = field(default_factory=set)


def judge(events: Iterable[Event], until: datetime) -> Judgement:
    """Judge a history at an instant by all events up to then."""
    judgement = Judgement()
    for force, statements in statements_of(events, until).items():
        facts = Facts(statements)
        for ref in facts.known:
            opinion = Opinion(facts, force, ref, until)
            judgement.statuses[force, ref] = opinion.status()
            judgement.alerts |= opinion.alerts
    return judgement


class Opinion(Case):
    """The status of one incident and its open alerts."""

    def __init__(self, facts: Facts, force: str, ref: str, now: datetime) -> None:
        super().__init__(facts, ref, now)
        self.force = force
        self.alerts: set[Alert] = set()

    def status(self) -> Status:
        """Return the status in the shape of the contract, and raise the alerts."""
        status = {"status": "merged", "received_at": self.received, "merged_into": self.facts.survivor(self.ref)}
        rules: set[str] = set()
        if not self.merged:
            self._raise_alerts()
            status = {"status": self._verdict(), "received_at": self.received} | self._figures()
            rules = {e.rule for e in self.expectations} | {alert.rule for alert in self.alerts}
        lists = {"crime_refs": sorted(self.live), "rules": sorted(rules), "data_quality": sorted(self._quality())}
        return {name: format_instant(v) if isinstance(v, datetime) else v for name, v in status.items()} | lists

    def _verdict(self) -> str:
        met = [e for e in self.expectations if e.recorded_at]
        ended = [e.ending for e in self.expectations if e.ending and not e.recorded_at]
        if self.open:
            overdue = any(self.now > e.due for e in self.open)
            return "overdue" if overdue else "due_soon" if any(map(self.warned, self.open)) else "monitoring"
        if met:
            return "recorded_late" if any(e.recorded_at > e.due for e in met if e.recorded_at) else "recorded_in_time"
        if ended:
            return max(ended, key=lambda e: (e.instant, e.status)).status
        if self.crimes:
            return "recorded_late" if min(self.crimes.values()) > self.start + self.limit else "recorded_in_time"
        return "not_expected"

    def _figures(self) -> Status:
        """The clock and the deadline of the expectation that speaks for the status, and the delay of its record."""
        by_due = sorted(self.expectations, key=lambda e: (e.due, e.rule, e.start, e.clock != "report"))
        met = [(e, e.recorded_at) for e in by_due if e.recorded_at]
        if self.open:
            chosen = next(e for e in by_due if e.open)
        elif met:
            chosen = min(
                met, key=lambda pair: (pair[0].due - pair[1], pair[0].rule, pair[0].start, pair[0].clock != "report")
            )[0]
        elif by_due:
            chosen = by_due[0]
        elif self.crimes:
            start, at = self.start, min(self.crimes.values())
            chosen = Expectation("", "report", "", start, start + self.limit, (), at, None)
        else:
            return {}
        figures: Status = {"clock": chosen.clock, "due_at": chosen.due}
        if chosen.recorded_at:
            delay = max(chosen.recorded_at - chosen.start, timedelta(0))
            figures |= {"recorded_at": chosen.recorded_at, "delay_seconds": delay.total_seconds()}
        return figures

    def _quality(self) -> set[str]:
        facts, known = self.facts, [m for m in self.members if m in self.facts.known]
        end = facts.chain(self.ref)[-1:]
        judged = {
            "received_after_opened": any(facts.own_start(m) != facts.received(m) for m in known),
            "received_at_corrected": any(facts.correction(m) for m in known),
            "crime_mismatch": any(
                self.mismatched(record) for crime, record in self.linked() if not facts.cancellation(crime)
            ),
            "merge_cycle": facts.is_cycle(self.ref),
            "merged_into_unknown": bool(end) and not facts.is_cycle(self.ref) and end[0] not in facts.known,
        }
        return {value for value, holds in judged.items() if holds}

    # Alerts

    def _raise(self, rule: str, kind: str, occasion: str) -> None:
        self.alerts.add(Alert(alert_id(self.force, self.ref, rule, kind, occasion), rule, kind))

    def _raise_alerts(self) -> None:
        for expectation in self.open:
            if self.now > expectation.due:
                self._raise(expectation.rule, "overdue", expectation.occasion)
            elif self.warned(expectation):
                self._raise(expectation.rule, "due_soon", expectation.occasion)
        self._closed_without_crime()
        self._duplicate_of_nothing()
        self._faulty_decisions()
        self._too_few_crimes()
        self._improper_cancellations()
        transfer = self.transfer()
        if transfer and not (transfer.get("reference") and transfer.get("victim_told_at")):
            accepted = parse_instant(transfer["accepted_at"])
            if self.now > accepted + GRACE:
                self._raise("M33", "unjustified_disposal", f"transferred {format_instant(accepted)}")

    def _closed_without_crime(self) -> None:
        for closure in self.facts.closures(self.ref):
            kind = disposal(closure)
            if not self.open or kind == "AD_DUPLICATE":
                continue
            faulty = kind in ("CRI", "REPORT_FRAUD", "other") and not self.is_complete_closure(closure)
            waits = kind == "CRIME_RECORDED" and closure.get("reference")
            if not waits or self.now > min(e.due for e in self.open):
                occasion = f"closed {format_instant(parse_instant(closure['closed_at']))}"
                rule = self._rule_of(kind, closure.get("reason")) if faulty else "M03"
                self._raise(rule, "unjustified_disposal" if faulty else "closed_without_crime", occasion)

    @staticmethod
    def _rule_of(kind: str | None, reason: str | None) -> str:
        """The rule that a closure breaks which lacks something."""
        if kind == "CRI":
            return {"victim_not_traced": "M25", "other_force": "M26"}.get(reason or "", "M24")
        return "M28" if kind == "REPORT_FRAUD" else "M03"

    def _duplicate_of_nothing(self) -> None:
        facts, merge = self.facts, self.facts.merge(self.ref)
        bare = [parse_instant(c["closed_at"]) for c in facts.closures(self.ref) if disposal(c) == "AD_DUPLICATE"]
        instants = [merge.instant] if merge else bare
        starts = [facts.own_start(ref) for ref in facts.chain(self.ref) if ref in facts.known]
        earliest = min([self.start, *starts])
        if not self.crimes and self.now > earliest + limit_of(earliest):
            for instant in instants:
                self._raise("M34", "unjustified_disposal", f"closed {format_instant(instant)}")

    def _faulty_decisions(self) -> None:
        for decision in self.decisions("decision.not_to_record"):
            at, rules = parse_instant(decision["decided_at"]), asked_by(decision)
            ends = any(e.rule in rules and any(g.instant <= at for g in e.grounds) for e in self.open)
            told = decision.get("reporter_told") or decision.get("reporter_told_at")
            untold = self.is_complete_decision(decision) and not told and not self.crimes and self.now > at + GRACE / 2
            if untold or (ends and not self.is_complete_decision(decision)):
                self._raise("M37", "unjustified_disposal", f"decided {format_instant(at)}")
        moving = [delay for e in self.expectations for delay in self.delayed(e.start + self.limit_for(e.rule))[1]]
        for delay in self.decisions("decision.delay_authorised"):
            at = parse_instant(delay["decided_at"])
            missed = any(e.start <= at and self.now > e.due for e in self.open)
            if missed and delay not in moving:
                self._raise("M36", "unjustified_disposal", f"decided {format_instant(at)}")

    def _too_few_crimes(self) -> None:
        victims = {victim for victim, confirmed in self.confirmations().items() if confirmed is not False}
        words = set().union(*(families_of(e) for m in self.members for e in self.facts.entries(m)))
        beside = sum(self.facts.codes(crime)[-1][0] == "066" for crime in self.crimes) if "orders" in words else 0
        if not victims or not 0 < len(self.crimes) < len(victims) + beside:
            return
        named = max(self.named_at(victim) for victim in victims)
        due = max(min((e.due for e in self.expectations), default=self.start + self.limit), named + self.limit)
        decided = any("M09" in e.rules and e.instant >= named for e in self.endings)
        if self.now > due and not decided:
            self._raise("M09", "too_few_crimes", "count")

    def _improper_cancellations(self) -> None:
        for crime, cancelled, faults in self.cancelled():
            occasion = f"{crime} {format_instant(parse_instant(cancelled['cancelled_at']))}"
            for rule in faults if not self.crimes else ():
                if rule == "M29" or self.facts.owner(crime) == self.ref:
                    self._raise(rule, "improper_cancellation", occasion)
