"""Who looks at the list, and what they may do there: a role in forces and areas, by the groups a proxy vouches for.

There is one way in. Where proxies are trusted, they say who somebody is; where none is, there is one local user, and nobody
comes from another machine.
"""

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, StringConstraints

from rules.vocabulary import Force
from rules.vocabulary import Role as Decider
from rules.yaml_source import read_model
from streams.settings import Settings

Role = Literal["viewer", "supervisor", "registrar"]
ROLES: Final[tuple[Role, ...]] = ("viewer", "supervisor", "registrar")
"""From the least to the most that somebody may do."""
DECIDES_AS: Final[Mapping[Role, Decider]] = {"supervisor": "supervisor", "registrar": "force_crime_registrar"}

USER_HEADER: Final = "X-Forwarded-User"
GROUPS_HEADER: Final = "X-Forwarded-Groups"
"""What a proxy says of somebody, after OpenID Connect: a staff reference, and groups with commas between."""
LOCAL: Final = "local"
"""How the one local user is known."""
_LONGEST = 128


class Grant(BaseModel):
    """A role that somebody has: in which forces, and to act in which of their areas; None is all of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Role
    forces: frozenset[Force] | None = None
    areas: frozenset[Annotated[str, StringConstraints(min_length=1)]] | None = None

    def holds_in(self, force: str) -> bool:
        """Whether it is about a force."""
        return self.forces is None or force in self.forces


class Groups(BaseModel):
    """The file of people: what each group that a proxy names grants."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    groups: Mapping[str, tuple[Grant, ...]]


class Person(NamedTuple):
    """Somebody who looks: a staff reference, and what they were granted."""

    ref: str
    grants: tuple[Grant, ...]

    @property
    def forces(self) -> frozenset[str] | None:
        """The forces whose incidents they see; None: every one."""
        if any(grant.forces is None for grant in self.grants):
            return None
        return frozenset(force for grant in self.grants for force in grant.forces or ())

    @property
    def areas(self) -> frozenset[str]:
        """The areas that are theirs: what happened there comes first."""
        return frozenset(area for grant in self.grants for area in grant.areas or ())

    def sees(self, force: str) -> bool:
        """Whether they see a force's incidents."""
        return any(grant.holds_in(force) for grant in self.grants)

    def role_in(self, force: str, area: str | None) -> Role:
        """Return what they may do about an incident: outside their areas they look on.

        An incident without an area is everybody's of its force, for nobody else would see to it.
        """
        held = (
            grant.role
            for grant in self.grants
            if grant.holds_in(force) and (grant.areas is None or area is None or area in grant.areas)
        )
        return max(held, key=ROLES.index, default="viewer")

    def highest_role(self, force: str | None = None) -> Role:
        """Return the most that they may do in a force, or in any."""
        held = (grant.role for grant in self.grants if force is None or grant.holds_in(force))
        return max(held, key=ROLES.index, default="viewer")


class NotKnown(Exception):
    """Nobody to whom anything is shown; its text says why, in one line for them."""


class Door:
    """Says who comes in."""

    def __init__(self, trusted: str, groups: Groups | None, local_role: Role) -> None:
        self._trusted = networks(trusted)
        self._groups = groups
        self._local = Person(LOCAL, (Grant(role=local_role),))

    @property
    def behind_proxy(self) -> bool:
        """Whether people come by way of a proxy that says who they are."""
        return bool(self._trusted)

    def person(self, peer: str | None, headers: Mapping[str, str]) -> Person:
        """Return who somebody is, by the address from which they come and what is said of them; raises NotKnown.

        What somebody says of themselves counts for nothing: headers are read from a trusted proxy alone.
        """
        address = ip_address(peer.partition("%")[0]) if peer else None
        if not self._trusted:
            if address is None or not address.is_loopback:
                raise NotKnown("this page has no proxy that says who you are, and is open on its own machine alone")
            return self._local
        if address is None or not any(address in network for network in self._trusted):
            raise NotKnown("this page is reached by way of its proxy alone")
        ref = headers.get(USER_HEADER, "").strip()
        if not ref or len(ref) > _LONGEST or not ref.isprintable():
            raise NotKnown("the proxy did not say who you are")
        named = {name.strip() for name in headers.get(GROUPS_HEADER, "").split(",")}
        groups = self._groups.groups if self._groups is not None else {}
        grants = tuple(grant for name in sorted(named & groups.keys()) for grant in groups[name])
        if not grants:
            raise NotKnown("none of your groups may see this page")
        return Person(ref, grants)


def networks(written: str) -> list[IPv4Network | IPv6Network]:
    """Read addresses and networks with commas between; raises ValueError."""
    return [ip_network(each.strip()) for each in written.split(",") if each.strip()]


def door(settings: Settings) -> Door:
    """Return the door as the settings have it; raises FileFaults for the file of people."""
    groups = None
    if settings.desk_people is not None:
        groups = read_model(Groups, _content(settings.desk_people), settings.desk_people.name)
    return Door(settings.trusted_proxies, groups, settings.desk_role)


def _content(path: Path) -> bytes:
    return path.read_bytes()
