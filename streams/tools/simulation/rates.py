"""The rates of the simulated force, read from the data file that names the source of each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import accumulate
from math import exp, floor
from random import Random
from typing import Any, Generic, TypeVar

import yaml

T = TypeVar("T")


class Choice(Generic[T]):
    """Things with weights, one of which is drawn."""

    def __init__(self, weights: Mapping[T, float]) -> None:
        self.options = list(weights)
        self._cumulative = list(accumulate(weights.values()))
        self.shares = {option: weight / self._cumulative[-1] for option, weight in weights.items()}

    def draw(self, rng: Random) -> T:
        """Return one of the options."""
        return rng.choices(self.options, cum_weights=self._cumulative)[0]

    def among(self, suitable: Iterable[T]) -> "Choice[T]":
        """Return the choice among some of the options, in the same proportions."""
        wanted = set(suitable)
        return Choice({option: share for option, share in self.shares.items() if option in wanted})


@dataclass(frozen=True)
class Rates:
    """How many logs come, when, through which channel, and what becomes of the crimes among them."""

    with_crime: float
    a_day: float
    second_log: float
    families: Choice[str]
    """Families of crimes as they are reported: what was recorded, divided by the share that is recorded."""
    recorded: Mapping[str, float]
    """The share of a family's crimes that is recorded, of those that should be."""
    excused: Mapping[str, float]
    within_a_day: float
    median_hours: float
    sigma: float
    hours: tuple[float, ...]
    channels: Choice[str]
    minutes_to_open: Mapping[str, float]
    reporters: Choice[str]
    no_crime: Choice[str]
    uncared: float
    """The share of victims for whom what they are owed is not done, and of those who are not asked."""
    ways: Mapping[str, Choice[str]]
    """The ways a report with a crime can go, by what becomes of it: in_time, late, excused, unrecorded."""

    def hours_to_record(self, rng: Random) -> float:
        """Draw the hours from a report to its record."""
        return self.median_hours * exp(self.sigma * rng.gauss(0, 1))

    def hour_at(self, place: float) -> float:
        """Return the hour, counted from the first midnight, by which so many days' worth of reports have come in."""
        day = floor(place)
        wanted, hour = (place - day) * sum(self.hours), 0
        while hour < len(self.hours) - 1 and wanted >= self.hours[hour]:
            wanted -= self.hours[hour]
            hour += 1
        return day * 24 + hour + wanted / self.hours[hour]

    def place_of(self, hour: float) -> float:
        """Return how many days' worth of reports have come in by an hour of the first day."""
        whole = int(hour)
        return (sum(self.hours[:whole]) + self.hours[whole] * (hour - whole)) / sum(self.hours)


def _rest_of(recorded: Mapping[str, int], violence: Iterable[str], of_all: float, of_violence: float) -> float:
    """Return the recording rate of what is no violence, given that of all and that of violence."""
    total, violent = sum(recorded.values()), sum(recorded[family] for family in violence)
    return (total - violent) / (total / of_all - violent / of_violence)


@cache
def load_rates() -> Rates:
    """Read the data file."""
    data: dict[str, Any] = yaml.load(resources.files(__package__).joinpath("rates.yaml").read_bytes(), yaml.CSafeLoader)
    families: dict[str, dict[str, Any]] = data["recorded_crime"]["families"]
    by_police = {name: row["recorded"] for name, row in families.items() if name != "fraud"}
    violence = [name for name, row in families.items() if row.get("violence")]
    of_all, of_violence = data["recording_rate"]["all"], data["recording_rate"]["violence"]
    rest = _rest_of(by_police, violence, of_all, of_violence)
    recorded = {name: of_violence if name in violence else rest for name in families}
    return Rates(
        with_crime=data["logs"]["with_crime"],
        a_day=data["logs"]["a_day"],
        second_log=data["logs"]["second_log"],
        families=Choice({name: row["recorded"] / recorded[name] for name, row in families.items()}),
        recorded=recorded,
        excused={name: row.get("excused", data["logs"]["excused"]) for name, row in families.items()},
        within_a_day=data["within_a_day"]["share"],
        median_hours=data["delay"]["median_hours"],
        sigma=data["delay"]["sigma"],
        hours=tuple(data["hours"]["weights"]),
        channels=Choice(data["channels"]["shares"]),
        minutes_to_open=data["channels"]["minutes_to_open"],
        reporters=Choice(data["reporters"]["shares"]),
        no_crime=Choice(data["no_crime"]["shares"]),
        uncared=data["victim_care"]["undone"],
        ways={pool: Choice(weights) for pool, weights in data["ways"].items() if pool != "source"},
    )
