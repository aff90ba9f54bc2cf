"""What ends an expectation without a crime, and what a disposal that ends nothing lacks (readings R3, R4, R15, R20)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from rules import codes
from rules.vocabulary import Role

Fault = Literal[
    "reason",
    "decision_maker",
    "reporter",
    "enquiry",
    "reference",
    "live_master",
    "call_for_service",
    "test_flag",
    "role",
]
"""What a disposal lacks; `reporter`: not confirmed, though who reported is always regarded as acting for the victim;
`role`: who decided may not, by the force's own file."""
Disposal = Literal["crime", "cri", "report_fraud", "duplicate", "other", "unmapped", "none"]

_RANKED: tuple[tuple[Disposal, str], ...] = (
    ("cri", "CRI"),
    ("report_fraud", "REPORT_FRAUD"),
    ("duplicate", "AD_DUPLICATE"),
)
CRI_REASONS = ("victim_not_confirmed", "victim_not_traced", "other_force", "directed_not_to_record")
ROLES: tuple[Role, ...] = get_args(Role)
NOBODY: Mapping[Any, Role] = {}
"""Of no basis is it said who must at least decide it: anybody may."""
SPEAKS_FOR_THE_VICTIM = ("victim", "acting_for_victim", "parent_or_carer", "professional")


@dataclass(frozen=True, slots=True)
class Ending:
    """A disposal that ends what was disclosed up to its instant; `until` bounds one that still lacks its reference."""

    at: datetime
    status: Literal["exempt", "transferred"]
    basis: str
    by: Literal["decision", "closure", "transfer", "cancellation", "marker"]
    rules: frozenset[str] | None = None
    until: datetime | None = None

    def in_force(self, now: datetime) -> bool:
        """Whether it ends anything at an instant."""
        return self.until is None or now <= self.until


@dataclass(frozen=True, slots=True)
class Closing:
    """How a standing closure disposes of the log: the kind of its disposal, what that lacks, and its ending if any."""

    at: datetime
    disposal: Disposal
    key: str
    lacks: Fault | None
    ending: Ending | None
    reference: str | None
    reason: str = ""

    def complete(self, now: datetime) -> bool:
        """Whether the disposal has what it needs at an instant."""
        return self.ending is not None and self.ending.in_force(now)


def disposal_of(keys: list[str | None]) -> tuple[Disposal, str]:
    """Return which of several closing keys disposes of the log, and the key itself (reading R20)."""
    known = [key for key in keys if key is not None]
    for key in known:
        if codes.is_crime(key):
            return "crime", key
    for disposal, named in _RANKED:
        if named in known:
            return disposal, named
    return ("other", known[0]) if known else ("unmapped", "") if keys else ("none", "")


def judge_closure(
    closure: Mapping[str, Any],
    keys: list[str | None],
    reporter: str | None,
    enquiry_recorded: Callable[[], bool],
    call_for_service: Callable[[], bool],
    test_flag: Callable[[], bool],
    reference_within: timedelta,
    lowest_role: Mapping[Any, Role] = NOBODY,
) -> Closing:
    """Judge a standing closure: whether its disposal has what the rules require of it, and what it ends."""
    at, reference = closure["closed_at"], closure.get("reference")
    reason = (closure.get("reason") or "").strip()
    disposal, key = disposal_of(keys)
    lacks: Fault | None = None
    basis, until = "not_notifiable", None
    match disposal:
        case "cri":
            basis = "other_force" if reason == "other_force" else "crime_related_incident"
            if reason not in CRI_REASONS:
                lacks = "reason"
            elif reason == "victim_not_confirmed" and reporter in SPEAKS_FOR_THE_VICTIM:
                lacks = "reporter"
            elif reason == "victim_not_traced" and not enquiry_recorded():
                lacks = "enquiry"
            elif reason == "other_force" and not reference:
                lacks, until = "reference", at + reference_within
        case "report_fraud":
            basis, lacks = "report_fraud", "call_for_service" if call_for_service() else None
        case "other" if key == "AD_TEST":  # the source's own flag speaks here, not a person's reason (E45)
            lacks = None if test_flag() else "test_flag"
        case "other":
            lacks = "reason" if not reason else None if closure.get("decided_by") else "decision_maker"
        case "duplicate":
            return Closing(at, disposal, key, None if reference else "reference", None, reference, reason)
        case "crime" | "unmapped" | "none":
            return Closing(at, disposal, key, None, None, reference, reason)
    if lacks is None and key != "AD_TEST" and not may_decide(closure.get("decided_by"), basis, lowest_role):
        lacks = "role"
    ends = lacks is None or until is not None
    ending = Ending(at, "exempt", basis, "closure", until=until) if ends else None
    return Closing(at, disposal, key, lacks, ending, reference, reason)


def judge_decision(
    decision: Mapping[str, Any],
    master_lives: bool,
    reference_within: timedelta,
    lowest_role: Mapping[Any, Role] = NOBODY,
) -> tuple[Ending | None, Fault | None]:
    """Judge a decision not to record: what it ends, and what it lacks; the duplicate of no live log ends nothing."""
    at, basis, until = decision["decided_at"], decision["basis"], None
    lacks: Fault | None = None
    if not ((decision.get("reason") or "").strip() or (decision.get("note") or "").strip()):
        lacks = "reason"
    elif not may_decide(decision.get("decided_by"), basis, lowest_role):
        lacks = "role"
    elif basis == "duplicate" and not master_lives:
        lacks = "live_master"
    elif basis == "other_force" and not decision.get("reference"):
        lacks, until = "reference", at + reference_within
    if lacks is not None and until is None:
        return None, lacks
    named = decision.get("rules")
    return Ending(at, "exempt", basis, "decision", frozenset(named) if named else None, until), lacks


def may_decide(role: Role | None, basis: str, lowest_role: Mapping[Any, Role]) -> bool:
    """Whether a role may dispose of an incident on a basis: any may, unless the force says which is the lowest."""
    lowest = lowest_role.get(basis)
    return lowest is None or (role is not None and ROLES.index(role) >= ROLES.index(lowest))
