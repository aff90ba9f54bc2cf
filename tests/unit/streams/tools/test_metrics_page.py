"""The page of metrics tells the truth of today, and what a worker exports stays bounded however many forces there are."""

from functools import cache
from pathlib import Path

import pytest
from prometheus_client.core import Metric

from rules.codes import OFFENCE_GROUPS
from rules.force import ForceProfile
from rules.rulebook import Rulebook
from streams.settings import Settings
from streams.tools.metrics_page import SIZES, every_series, metrics_page, series
from tests.unit.rules.given import book

PUBLISHED = Path(__file__).parents[4] / "deploy" / "metrics.md"
MOST = 70_000
"""How many series a worker may come to that owns all of England and Wales, 43 forces of 30 areas each."""


@cache
def families(forces: int, areas: int) -> list[Metric]:
    named = tuple(f"area-{number}" for number in range(areas))
    return every_series(
        [ForceProfile(force=f"force-{each}", areas=named) for each in range(forces)], _book(), Settings()
    )


@cache
def _book() -> Rulebook:
    return book()


def test_the_published_page_is_what_the_command_writes_today() -> None:
    assert PUBLISHED.read_text() == metrics_page(Settings(), _book()), "recording-monitor metrics > deploy/metrics.md"


def test_every_metric_is_on_the_page_with_what_it_says() -> None:
    page = metrics_page(Settings(), _book())

    for family in families(1, 1):
        assert f"| `{family.name}" in page
        assert family.documentation in page


def test_no_metric_is_left_without_a_series_and_none_names_an_incident() -> None:
    for family in families(2, 2):
        assert family.samples, family.name
        labels = {label for sample in family.samples for label in sample.labels}
        assert not labels & {"incident", "incident_ref", "crime_ref", "alert_id"}


@pytest.mark.parametrize(("name", "by_area"), [("recording_alerts_open", True), ("recording_delay_seconds", False)])
def test_what_grows_with_areas_is_only_what_is_said_of_an_area(name: str, by_area: bool) -> None:
    few, many = (series(families(1, areas))[name] for areas in (1, 30))

    assert (many > few) is by_area


def test_all_of_england_and_wales_is_bounded_and_grows_by_the_force_alone() -> None:
    one, two, all_of_them = (series(families(forces, 30)).total() for forces in (1, 2, 43))

    assert all_of_them <= MOST
    assert all_of_them == one + 42 * (two - one)
    assert len(OFFENCE_GROUPS) <= 25


def test_no_label_has_more_values_than_a_dashboard_can_bear() -> None:
    for family in families(43, 30):
        values: dict[str, set[str]] = {}
        for sample in family.samples:
            for label, value in sample.labels.items():
                values.setdefault(label, set()).add(value)
        assert all(len(found) <= 60 for found in values.values()), family.name


def test_the_sizes_on_the_page_are_those_that_are_spoken_of() -> None:
    assert list(SIZES.values()) == [(1, 6), (43, 30)]
