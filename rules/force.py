"""What a force's own file contributes to a decision: its zone, codes, areas, dates and addresses."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache, cached_property
from itertools import combinations
from typing import Annotated, Any, Literal, NamedTuple
from urllib.parse import quote
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from rules.codes import KEYS, CodeMap
from rules.events import TOPICS
from rules.instants import zone_named
from rules.vocabulary import Basis, ContractPart, Force, RaisedKind, Role


def _known_zone(name: str) -> str:
    zone_named(name)
    return name


def _known_key(key: str) -> str:
    if key not in KEYS and not key.startswith(("Q_", "X_")):
        raise ValueError(f"{key}: expected a key of the contract, or a qualifier (Q_) or a marker (X_)")
    return key


def _known_name(name: str) -> str:
    if name not in _names():
        raise ValueError(f"{name}: expected a field or an event type of the contract")
    return name


@cache
def _names() -> frozenset[str]:
    """The fields and the event types of the contract."""
    parts: list[type[ContractPart]] = [ContractPart]
    for part in parts:
        parts += part.__subclasses__()
    types = {type_ for of_topic in TOPICS.values() for type_ in of_topic}
    return frozenset(types | {name for part in parts for name in part.model_fields})


class Period(BaseModel):
    """Days from `from` to `until`, both included; without `until` it goes on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first: date = Field(alias="from")
    last: date | None = Field(default=None, alias="until")

    def holds(self, day: date) -> bool:
        """Whether a day lies in the period."""
        return self.first <= day and (self.last is None or day <= self.last)

    def overlaps(self, other: "Period") -> bool:
        """Whether some day lies in both."""
        return self.holds(max(self.first, other.first)) and other.holds(max(self.first, other.first))


class DatedCodes(Period):
    """The meaning of a force's codes for reports of the days of a period (E46)."""

    codes: Mapping[str, Annotated[str, AfterValidator(_known_key)]] = Field(alias="map")


class Gap(NamedTuple):
    """Days, both included, on which a code means nothing between two periods in which it means something."""

    code: str
    first: date
    last: date
    place: int
    """Where the period after it stands among the force's periods."""


class Links(BaseModel):
    """Addresses of the force's own systems, with `{incident_ref}` or `{crime_ref}` where the number goes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    log: str | None = None
    crime: str | None = None

    def addresses(self, incident_ref: str, crime_refs: Sequence[str]) -> dict[str, Any]:
        """Return where the log and the crimes of an incident are to be seen, references escaped for an address."""
        found: dict[str, Any] = {}
        if self.log is not None:
            found["log"] = self.log.replace("{incident_ref}", quote(incident_ref, safe=""))
        if self.crime is not None and crime_refs:
            found["crimes"] = [self.crime.replace("{crime_ref}", quote(ref, safe="")) for ref in crime_refs]
        return found


class Feed(BaseModel):
    """What is known of a feed's own habits."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    silent_after: Annotated[timedelta, Field(gt=timedelta(0))]
    """For how long it may be silent, or behind, before its silence says nothing any more (reading R21)."""


class ForceProfile(BaseModel):
    """One force as its file `deploy/forces/<force>/force.yaml` describes it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    force: Force
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "Europe/London"
    codes: tuple[DatedCodes, ...] = ()
    areas: tuple[str, ...] = ()
    enforcement_date: date | None = None
    not_supplied: tuple[Annotated[str, AfterValidator(_known_name)], ...] = ()
    """Fields and event types that the feeds of this force cannot give (A13)."""
    known_codes: tuple[str, ...] = ()
    """Every code that the control room has, so that the check can name those that map to nothing."""
    registrar_vacant: tuple[Period, ...] = ()
    lowest_role: Mapping[Basis, Role] = {}
    """Who must at least decide not to record on a basis, or close a log on it; of a basis not named here, anybody."""
    max_exception_days: Annotated[int, Field(ge=1, le=366)] | None = None
    links: Links = Links()
    sources: Mapping[Literal["incident-log", "crime-records", "recording-decisions"], tuple[str, ...]] = {}
    """The only `source`s from which each feed takes events of this force; any, where a feed is not named."""
    shadow: tuple[Literal[RaisedKind, "due_soon"], ...] = ()
    """The kinds of alert for which paging is off: they stand in the list, marked, and are counted."""
    feeds: Mapping[Literal["incident-log", "crime-records", "recording-decisions"], Feed] = {}

    @field_validator("codes")
    @classmethod
    def _one_meaning_a_day(cls, codes: tuple[DatedCodes, ...]) -> tuple[DatedCodes, ...]:
        for one, other in combinations(codes, 2):
            if one.overlaps(other) and (
                twice := sorted(c for c, key in one.codes.items() if other.codes.get(c, key) != key)
            ):
                begun = f"those from {min(one.first, other.first)} and from {max(one.first, other.first)}"
                raise ValueError(
                    f"expected one meaning a day; periods that overlap differ on {', '.join(twice)}: {begun}"
                )
        return codes

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone in which the force's days are counted (reading R18)."""
        return zone_named(self.time_zone)

    @cached_property
    def code_map(self) -> CodeMap:
        """The force's codes over the contract's keys."""
        return CodeMap((dated.first, dated.last, dated.codes) for dated in self.codes)

    @property
    def gaps(self) -> list[Gap]:
        """The days on which a code of the map means nothing although it did before and does again."""
        found: list[Gap] = []
        known_until: dict[str, date] = {}
        for place, dated in sorted(enumerate(self.codes), key=lambda period: period[1].first):
            for code in dated.codes:
                until = known_until.get(code, date.max)
                if dated.first > until and dated.first - until > timedelta(days=1):
                    found.append(Gap(code, until + timedelta(days=1), dated.first - timedelta(days=1), place))
                last = dated.last or date.max
                known_until[code] = max(known_until.get(code, last), last)
        return found

    @property
    def max_exception(self) -> timedelta | None:
        """How far the registrar may move a deadline in all; None where the force sets no bound (reading R13)."""
        return None if self.max_exception_days is None else timedelta(days=self.max_exception_days)

    def registrar_in_post(self, day: date) -> bool:
        """Whether the force had a registrar on the College's register that day (reading R26)."""
        return not any(period.holds(day) for period in self.registrar_vacant)
