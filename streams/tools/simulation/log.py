"""A log while it is being written: what each party to it states, and what the rules must make of that.

What is true is known before it is written: each method that states something also notes what it makes the rules expect,
so that the truth owes nothing to the code that is to find it. All times are whole seconds in UTC.
"""

from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from rules.instants import format_instant
from streams.tools.simulation.narratives import FAMILIES, disclosing, progress, quiet
from streams.tools.simulation.rates import Rates

Event = dict[str, Any]
"""A CloudEvent in structured form, ready for JSON."""
Truth = dict[str, Any]
"""What should be found about one log at the end, ready for JSON."""

SOURCE = "https://simulated.invalid/"
LIMIT = timedelta(hours=24)
SECOND = timedelta(seconds=1)
ADULT = 18
ASKED = ("ethnicity", "sex", "age")
CARE = ("written_confirmation", "needs_assessment", "referral_offered")
AREAS = ("north", "south", "city", "valley")


RULES_TOLD = frozenset(
    {
        "M02",
        "M03",
        "M04",
        "M05",
        "M09",
        "M12",
        "M24",
        "M25",
        "M28",
        "M29",
        "M30",
        "M31",
        "M32",
        "M33",
        "M34",
        "M36",
        "M37",
    }
)
"""The rules of which a truth tells every alert that must stand; what others add to a log is not told."""


class Stated(NamedTuple):
    """An event and when it happened in the system that states it."""

    at: datetime
    event: Event


class Log:
    """One log of a report: `family` is that of the crime it tells of, None where it tells of none."""

    def __init__(self, force: str, ref: str, received: datetime, family: str | None, rates: Rates, rng: Random) -> None:
        self.force, self.ref, self.family, self.rates, self.rng = force, ref, family, rates, rng
        self.received = received
        self.channel = rates.channels.draw(rng)
        self.opened = received + timedelta(seconds=int(rates.minutes_to_open[self.channel] * 60 * rng.random() ** 3))
        self.reporter = rates.reporters.draw(rng)
        self.victims = [f"{ref}/V1"]
        self.ages: dict[str, int] = {}
        self.disclosed = received
        self.dues: dict[str, datetime] = {}
        self.stated: list[Stated] = []
        self.crimes = 0
        self.truth: Truth = {}
        self.second: Log | None = None

    # What is stated -------------------------------------------------------------------------------------------------

    def say(self, system: str, kind: str, at: datetime, subject: str, data: dict[str, Any]) -> None:
        """State one event of one of the force's systems: control-room, records or decisions."""
        shown = {name: format_instant(v) if isinstance(v, datetime) else v for name, v in data.items() if v is not None}
        event = {
            "specversion": "1.0",
            "type": kind,
            "source": SOURCE + system,
            "id": f"{self.ref}/{len(self.stated) + 1}",
            "time": format_instant(at),
            "subject": subject,
            "data": {"force": self.force, **shown},
        }
        self.stated.append(Stated(at, event))

    def log(self, kind: str, at: datetime, **data: Any) -> None:
        """State something about this log, from the control room."""
        self.say("control-room", kind, at, self.ref, {"incident_ref": self.ref, **data})

    def crime(self, kind: str, at: datetime, crime_ref: str, **data: Any) -> None:
        """State something about a crime record, from the records system."""
        self.say("records", kind, at, crime_ref, {"crime_ref": crime_ref, **data})

    def decide(self, kind: str, at: datetime, **data: Any) -> None:
        """State a decision about this log."""
        self.say("decisions", kind, at, self.ref, {"incident_ref": self.ref, "decided_at": at, **data})

    # When -----------------------------------------------------------------------------------------------------------

    def later(self, than: datetime, low: float, high: float) -> datetime:
        """Return an instant between two numbers of hours later than another."""
        return than + timedelta(seconds=round(self.rng.uniform(low, high) * 3600))

    def soon_enough(self, due: datetime | None = None) -> datetime:
        """Return when the crime is recorded if it is recorded in time: now and then exactly at the deadline."""
        due = due or min(self.due, self.received + LIMIT)
        if self.rng.random() < 0.01:
            return due
        at = self.disclosed + timedelta(seconds=round(self.rates.hours_to_record(self.rng) * 3600))
        return max(min(at, due - self.rng.randrange(1, 3600) * SECOND), self.disclosed + SECOND)

    @property
    def due(self) -> datetime:
        """The earliest deadline of what is expected."""
        return min(self.dues.values(), default=self.received + LIMIT)

    def expect(self, rule: str, since: datetime) -> None:
        """Note that a rule expects a crime within the limit; of two starts the earlier counts."""
        self.dues[rule] = min(since + LIMIT, self.dues.get(rule, since + LIMIT))

    # The log's own life ---------------------------------------------------------------------------------------------

    def open(self, code: str, text: str, victims: int = 0, **more: Any) -> None:
        """Open the log under a code with the caller's words."""
        self.victims = [f"{self.ref}/V{number}" for number in range(1, victims + 1)]
        at = self.received + (self.opened - self.received) * self.rng.random()
        entries = [self.entry(at.replace(microsecond=0), "caller", text)]
        self.ages = {victim: self.rng.randrange(12, 85) for victim in self.victims}
        known = {"equality": dict.fromkeys(ASKED, "recorded")} if self.rng.random() > self.rates.uncared else {}
        named = [{"victim_ref": victim, "age": age, **known} for victim, age in self.ages.items()]
        self.log(
            "incident.opened",
            self.opened,
            received_at=self.received,
            opened_at=self.opened,
            channel=self.channel,
            opening_code=code,
            grade=self.rng.choice(("immediate", "priority", "scheduled")),
            area=self.rng.choice(AREAS),
            reporter=self.reporter,
            victims=named or None,
            entries=entries,
            **more,
        )

    def entry(self, at: datetime, category: str, text: str) -> dict[str, Any]:
        """Return an entry of the log."""
        return {"at": format_instant(at), "category": category, "text": text}

    def disclose(self, by: str | None = None, victims: int = 1) -> None:
        """Open the log of a report with a crime: told by the opening `code`, the caller's `text`, or the `officer` later."""
        assert self.family is not None
        family = FAMILIES[self.family]
        by = by or self._tells(bool(family.disclosures))
        domestic = "PSW_DOMESTIC" in family.hides_as and self.rng.random() < 0.35
        more = {"qualifiers": ["Q_DOMESTIC_ABUSE"]} if domestic else {}
        if by == "code":
            code = "CRIME_DOMESTIC" if domestic and "CRIME_DOMESTIC" in family.codes else family.codes[0]
            self.open(code, disclosing(self.family, self.rng), victims, **more)
            self.expect("M02", self.received)
        else:
            hidden = "PSW_DOMESTIC" if domestic else self.rng.choice(family.hides_as or ("AD_CONTACT",))
            text = disclosing(self.family, self.rng) if by == "text" else quiet(hidden, self.rng)
            self.open(hidden, text, victims, **more)
        if by == "officer":
            self.tell(self.later(self.opened, 0.5, 6))
        else:
            self._told(self.received)

    def _tells(self, in_words: bool) -> str:
        return self.rng.choices(("code", "text", "officer"), (60, 30, 10))[0] if in_words else "code"

    def _told(self, since: datetime) -> None:
        assert self.family is not None
        self.disclosed = since
        if FAMILIES[self.family].disclosures:
            self.expect("M04", since)
        if self.family == "rape":
            self.expect("M05", since)

    def tell(self, at: datetime) -> None:
        """Disclose the crime in an officer's entry of its own, which starts the disclosure clock."""
        assert self.family is not None
        self.note(at, disclosing(self.family, self.rng), "officer")
        self._told(at)

    def note(self, at: datetime, text: str | None = None, category: str = "remark") -> None:
        """Add an entry, by default one on how the matter is being dealt with."""
        self.log("incident.updated", at, entries=[self.entry(at, category, text or progress(self.rng))])

    def close(self, at: datetime, *codes: str, **more: Any) -> None:
        """Close the log; a crime code at closing expects a crime from the report on."""
        if any(code.startswith("CRIME_") for code in codes):
            self.expect("M02", self.received)
        self.log("incident.closed", at, closed_at=at, closing_codes=list(codes), **more)

    def close_as_recorded(self, crime_ref: str, since: datetime) -> None:
        """Close the log under the number of its record."""
        self.close(self.later(since, 0.1, 5), "CRIME_RECORDED", reference=crime_ref, decided_by="supervisor")

    # Its crime records ----------------------------------------------------------------------------------------------

    def record(self, at: datetime, linked: bool = True, offence: str | None = None, **more: Any) -> str:
        """Record a crime of the family and return its reference; by default linked to this log, with its first victim."""
        assert self.family is not None
        self.crimes += 1
        crime_ref = f"{self.ref.replace('SIM', 'SIMC', 1)}-{self.crimes}"
        data = {"incident_refs": [self.ref] if linked else [], "victim_refs": self.victims[:1], **more}
        code = offence or self.rng.choice(FAMILIES[self.family].offences)
        self.crime("crime.recorded", max(at, self.received), crime_ref, offence_code=code, recorded_at=at, **data)
        if more.get("initial", True) and not code.startswith("N"):
            self.care(crime_ref, max(at, self.opened), data["victim_refs"])
        return crime_ref

    def care(self, crime_ref: str, since: datetime, victims: list[str]) -> None:
        """Have what the victims of a record are owed done at once: confirmed, needs assessed, support offered.

        Now and then nobody does it.
        """
        at = self.later(since, 0.1, 12)
        for victim in victims if self.rng.random() > self.rates.uncared else ():
            young = self.ages.get(victim, 0) < ADULT
            for kind in (*CARE, "young_victim_support_offered") if young else CARE:
                told = {"crime_ref": crime_ref, "victim_ref": victim, "at": at, "kind": kind}
                if self.rng.random() < 0.3:
                    told["declined"] = True
                self.say("records", "victim.contacted", at, crime_ref, told)

    def record_in_time(self) -> tuple[str, datetime]:
        """Record the crime in time; return its reference and the instant."""
        at = self.soon_enough()
        return self.record(at), at

    def cancel(
        self, crime_ref: str, recorded: datetime, reason: str, *, told_after: bool = False, **pieces: Any
    ) -> None:
        """Cancel a record 6 to 48 hours after it was made, with all its reason requires but for what `pieces` say instead.

        A victim who has to be told is told before; with `told_after` afterwards, and the records system states it then.
        """
        at = self.later(recorded, 6, 48)
        told = self.later(at, 0.2, 3) if told_after else self.later(at, -5, -0.2)
        avi = {
            "source": "CCTV of the street",
            "available_at": format_instant(self.later(recorded, 0.5, 5)),
            "verified": True,
        }
        proper: dict[str, Any] = {
            "decided_by": "force_crime_registrar" if self.family == "rape" else "designated_decision_maker",
            "independent": True,
            "victim_told_at": told if reason in ("C1", "C2", "C5") else None,
            "avi": avi if reason == "C2" else None,
            "other_force_ref": "OTHER-4711" if reason == "C1" else None,
            "note": "entered twice by mistake, checked against the first entry" if reason == "C4" else None,
        }
        stated = {"cancelled_at": at, "reason": reason, **proper, **pieces}
        self.crime("crime.cancelled", max(at, told), crime_ref, **stated)

    def follow(self, received: datetime) -> "Log":
        """Return the second log of the same event, which names no victim of its own."""
        self.second = Log(self.force, f"{self.ref}-2", received, self.family, self.rates, self.rng)
        return self.second

    # What must be found ---------------------------------------------------------------------------------------------

    def found(self, status: str, *alerts: tuple[str, str]) -> None:
        """Note the truth: the status, and alerts beside those of the expectations, which stand only while overdue."""
        standing = [(rule, "overdue") for rule in self.dues] if status == "overdue" else []
        due = None if status in ("merged", "not_expected") else format_instant(self.due)
        self.truth = {
            "force": self.force,
            "incident_ref": self.ref,
            "received_at": format_instant(self.received),
            "family": self.family,
            "crime_expected": bool(self.dues),
            "status": status,
            "due_at": due,
            "alerts": [{"rule": rule, "kind": kind} for rule, kind in sorted({*standing, *alerts})],
        }
