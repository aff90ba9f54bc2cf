"""What a desk is made of, and what its pages ask of it."""

from dataclasses import dataclass, field

from rules.force import ForceProfile
from streams.clock import Clock
from streams.outward.desk.answers import refusal
from streams.outward.desk.board import Board, Case, Filters, Place, in_order
from streams.outward.desk.follower import Follower
from streams.outward.desk.live import Changes
from streams.outward.desk.outbox import Outbox
from streams.outward.desk.pages import Pages
from streams.outward.desk.people import Person
from streams.settings import Forces


@dataclass
class Desk:
    """One desk: what it knows, what it sends, and how it shows it."""

    forces: Forces
    board: Board
    follower: Follower
    outbox: Outbox
    pages: Pages
    clock: Clock
    changes: Changes = field(default_factory=Changes)
    caught_up: bool = False
    """Whether all that was published when it started has been taken in."""

    def changed(self, place: Place) -> None:
        """Take in that something about a place is another than before."""
        self.pages.forget(self.board, place)
        self.changes.changed(place)

    def cases(self, person: Person, filters: Filters) -> list[Case]:
        """Return what somebody wants to see of what they may see, in their order."""
        return in_order(self.board.cases(filters, person.forces), self.clock.now(), person.areas)

    def profile(self, force: str) -> ForceProfile:
        """Return the profile of a force."""
        return self.forces.profile(force)

    def seen(self, person: Person, force: str, ref: str) -> tuple[str, str]:
        """Return an incident's place where somebody may see it; of others it is not said whether there are any."""
        if not person.sees(force) or not self.follower.knows(force, ref):
            raise refusal(404, "No such incident", "There is none of this number in a force whose incidents you see.")
        return force, ref
