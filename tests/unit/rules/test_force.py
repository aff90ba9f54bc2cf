from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from rules.force import ForceProfile, Gap


def profile(**said: Any) -> ForceProfile:
    return ForceProfile.model_validate({"force": "northshire", **said})


def test_a_force_without_a_file_counts_its_days_in_london_and_maps_nothing() -> None:
    plain = profile()

    assert plain.zone.key == "Europe/London"
    assert plain.max_exception is None
    assert plain.code_map.key("CR02", date(2026, 4, 1)) is None


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ({"time_zone": "Europe/Nowhere"}, "time_zone"),
        ({"codes": [{"from": "2026-01-01", "map": {"CR02": "CRIME_TEA"}}]}, "codes"),
        ({"codes": [{"map": {"CR02": "CRIME_THEFT"}}]}, "from"),
        ({"max_exception_days": 0}, "max_exception_days"),
        ({"force": "north shire"}, "force"),
        ({"motto": "x"}, "motto"),
    ],
)
def test_what_a_forces_file_may_not_say_is_refused_by_name(said: dict[str, Any], place: str) -> None:
    with pytest.raises(ValidationError, match=place):
        profile(**said)


def test_codes_map_to_keys_qualifiers_and_markers() -> None:
    codes = {"CR02": "CRIME_THEFT", "DV": "Q_DOMESTIC_ABUSE", "TST": "X_TEST"}

    mapped = profile(codes=[{"from": "2026-01-01", "until": "2026-12-31", "map": codes}]).code_map

    assert {raw: mapped.key(raw, date(2026, 12, 31)) for raw in codes} == codes
    assert mapped.key("CR02", date(2027, 1, 1)) is None


def test_the_registrar_is_in_post_outside_the_vacant_days_both_included() -> None:
    vacant = profile(registrar_vacant=[{"from": "2026-04-01", "until": "2026-04-30"}])

    days = [date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 30), date(2026, 5, 1)]

    assert [vacant.registrar_in_post(day) for day in days] == [True, False, False, True]


def test_a_vacancy_without_an_end_goes_on() -> None:
    vacant = profile(registrar_vacant=[{"from": "2026-04-01"}])

    assert not vacant.registrar_in_post(date(2099, 1, 1))


def test_links_escape_what_they_hold_and_stand_only_where_the_force_gives_them() -> None:
    linked = profile(links={"log": "https://log.example/{incident_ref}", "crime": "https://rms.example/{crime_ref}"})

    found = linked.links.addresses("A/1 ?x=#", ["C 1"])

    assert found == {"log": "https://log.example/A%2F1%20%3Fx%3D%23", "crimes": ["https://rms.example/C%201"]}
    assert "crimes" not in linked.links.addresses("A", [])
    assert profile().links.addresses("A", ["C1"]) == {}


def test_days_of_exception_are_a_span() -> None:
    assert profile(max_exception_days=7).max_exception == timedelta(days=7)


def test_a_code_has_one_meaning_a_day() -> None:
    spring = {"from": "2026-03-01", "until": "2026-05-31", "map": {"X1": "CRIME_THEFT", "X2": "CRIME_DAMAGE"}}
    summer = {"from": "2026-06-01", "map": {"X1": "CRIME_VEHICLE"}}
    overlapping = {"from": "2026-05-31", "map": {"X1": "CRIME_VEHICLE", "X2": "CRIME_DAMAGE"}}

    assert ForceProfile.model_validate({"force": "Kent", "codes": [spring, summer]}).codes[1].codes == summer["map"]
    with pytest.raises(ValidationError, match=r"differ on X1: those from 2026-03-01 and from 2026-05-31"):
        ForceProfile.model_validate({"force": "Kent", "codes": [overlapping, spring]})


@pytest.mark.parametrize("name", ["equality", "victim.contacted", "avi", "victim_told_at"])
def test_what_is_not_supplied_is_a_field_or_an_event_type_of_the_contract(name: str) -> None:
    assert ForceProfile(force="Kent", not_supplied=(name,)).not_supplied == (name,)
    with pytest.raises(ValidationError, match="expected a field or an event type of the contract"):
        ForceProfile(force="Kent", not_supplied=(f"{name}s",))


def test_a_gap_is_where_a_code_means_nothing_between_two_periods() -> None:
    periods = [
        {"from": "2026-06-02", "map": {"X1": "CRIME_VEHICLE", "X2": "CRIME_THEFT", "X3": "CRIME_DAMAGE"}},
        {"from": "2026-01-01", "until": "2026-03-31", "map": {"X1": "CRIME_THEFT", "X2": "CRIME_THEFT"}},
        {"from": "2026-02-01", "until": "2026-02-28", "map": {"X1": "CRIME_THEFT"}},
        {"from": "2026-04-01", "until": "2026-06-01", "map": {"X2": "CRIME_THEFT"}},
    ]

    assert profile(codes=periods).gaps == [Gap("X1", date(2026, 4, 1), date(2026, 6, 1), 0)]


def test_a_code_that_never_ended_has_no_gap() -> None:
    periods = [
        {"from": "2026-01-01", "map": {"X1": "CRIME_THEFT"}},
        {"from": "2026-06-01", "map": {"X1": "CRIME_THEFT"}},
    ]

    assert profile(codes=periods).gaps == []
    assert profile(codes=periods[:1]).gaps == []
