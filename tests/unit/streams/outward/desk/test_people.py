"""Who comes in, and what they may do: by the proxy's word alone, or as the one local user."""

from pathlib import Path

import pytest

from rules.yaml_source import FileFaults
from streams.outward.desk.people import Door, Grant, Groups, NotKnown, Person, door, networks
from streams.settings import Settings, WrongSettings, load_settings

NORTH = Grant(role="supervisor", forces=frozenset({"Example"}), areas=frozenset({"north"}))
WATCHES = Grant(role="viewer", forces=frozenset({"Other"}))
GROUPS = Groups(groups={"north": (NORTH,), "watchers": (WATCHES,)})
SAID = {"X-Forwarded-User": "S-7", "X-Forwarded-Groups": "north, something-else"}


def through_proxy() -> Door:
    return Door("10.0.0.0/24, ::1", GROUPS, "supervisor")


def test_without_a_proxy_there_is_one_local_user_and_what_somebody_says_of_themselves_counts_for_nothing() -> None:
    person = Door("", None, "viewer").person("127.0.0.1", SAID)

    assert (person.ref, person.highest_role(), person.forces) == ("local", "viewer", None)


@pytest.mark.parametrize("peer", ["10.0.0.5", "192.168.1.1", None])
def test_without_a_proxy_nobody_comes_from_another_machine(peer: str | None) -> None:
    with pytest.raises(NotKnown, match="on its own machine alone"):
        Door("", None, "supervisor").person(peer, SAID)


@pytest.mark.parametrize("peer", ["10.0.0.5", "::1"])
def test_a_trusted_proxy_says_who_somebody_is_and_of_which_groups(peer: str) -> None:
    person = through_proxy().person(peer, SAID)

    assert person == Person("S-7", (NORTH,))


@pytest.mark.parametrize("peer", ["127.0.0.1", "10.0.1.5", None])
def test_headers_from_an_address_that_is_not_trusted_get_nowhere(peer: str | None) -> None:
    with pytest.raises(NotKnown, match="by way of its proxy alone"):
        through_proxy().person(peer, SAID)


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({}, "did not say who you are"),
        ({"X-Forwarded-User": " "}, "did not say who you are"),
        ({"X-Forwarded-User": "S" * 129}, "did not say who you are"),
        ({"X-Forwarded-User": "S-7"}, "none of your groups"),
        ({"X-Forwarded-User": "S-7", "X-Forwarded-Groups": "North"}, "none of your groups"),
    ],
)
def test_who_is_not_named_or_in_no_group_is_not_let_in(headers: dict[str, str], why: str) -> None:
    with pytest.raises(NotKnown, match=why):
        through_proxy().person("10.0.0.5", headers)


def test_a_person_sees_their_forces_and_acts_in_their_areas() -> None:
    person = Person("S-7", (NORTH, WATCHES))

    assert person.forces == frozenset({"Example", "Other"})
    assert person.areas == frozenset({"north"})
    assert [person.sees(force) for force in ("Example", "Other", "Third")] == [True, True, False]
    assert person.role_in("Example", "north") == "supervisor"
    assert person.role_in("Example", "south") == "viewer"
    assert person.role_in("Other", "north") == "viewer"
    assert (person.highest_role("Example"), person.highest_role("Other")) == ("supervisor", "viewer")


def test_an_incident_without_an_area_is_everybodys_of_its_force() -> None:
    assert Person("S-7", (NORTH,)).role_in("Example", None) == "supervisor"


def test_of_two_grants_the_higher_counts() -> None:
    registrar = Grant(role="registrar", forces=frozenset({"Example"}))

    assert Person("R-1", (NORTH, registrar)).role_in("Example", "north") == "registrar"
    assert Person("R-1", (registrar, NORTH)).role_in("Example", "south") == "registrar"


def test_the_file_of_people_is_read_and_its_faults_are_named_with_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "people.yaml"
    file.write_text("groups:\n  north:\n    - {role: supervisor, forces: [Example], areas: [north]}\n")
    settings = Settings(trusted_proxies="10.0.0.5", desk_people=file)

    assert door(settings).person("10.0.0.5", SAID).ref == "S-7"

    file.write_text("groups:\n  north:\n    - {role: chief}\n")
    with pytest.raises(
        FileFaults, match=r"people.yaml:3: groups.north.0.role: .*'viewer', 'supervisor' or 'registrar'"
    ):
        door(settings)


def test_addresses_and_networks_are_read_and_anything_else_is_a_wrong_setting() -> None:
    assert [str(each) for each in networks("10.0.0.5, 10.1.0.0/16,")] == ["10.0.0.5/32", "10.1.0.0/16"]
    with pytest.raises(WrongSettings, match="RECORDING_TRUSTED_PROXIES: expected addresses"):
        load_settings(trusted_proxies="proxy.example")


def test_the_example_file_of_people_can_be_used_as_it_is() -> None:
    settings = Settings(trusted_proxies="10.0.0.5", desk_people=Path("deploy/desk/people.yaml"))

    person = door(settings).person("10.0.0.5", {**SAID, "X-Forwarded-Groups": "control-room-north"})

    assert (person.role_in("Example-Shire", "North"), person.role_in("Example-Shire", "Vale")) == (
        "supervisor",
        "viewer",
    )
