"""What a shift hands to the next one: what came in, what was taken, what became of it, and what falls due next."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from streams.outward.desk.board import Board, Case, Filters, ListedAlert, in_order

HOURS: Final = (8, 12, 24)
"""How long a shift may be that somebody looks back on; the longest is how far back anything resolved is kept."""


class Shift(NamedTuple):
    """The last hours of some forces, and the next ones: as many ahead as were looked back."""

    since: datetime
    until: datetime
    raised: Counter[str]
    """How many alerts of each kind were raised, resolved since or not."""
    resolved: Counter[str]
    """How many were resolved, by what became of them; what only turned into another alert is left out."""
    taken_by: Counter[str]
    """Who holds how many of the incidents that are open."""
    late: list[Case]
    """What is breached and nobody has taken, the most pressing first."""
    next_due: list[Case]
    """What falls due before the shift to come is over, the earliest first."""


def shift_of(board: Board, length: timedelta, now: datetime, forces: Collection[str] | None) -> Shift:
    """Sum up a shift that ends now."""
    since, until = now - length, now + length
    cases = [case for case in board.cases(Filters(), forces) if case.incident_ref is not None]
    ended = board.ended(since, forces)
    alerts: list[ListedAlert] = [alert for case in cases for alert in case.alerts] + ended
    return Shift(
        since,
        until,
        Counter(alert.kind for alert in alerts if alert.raised_at >= since),
        Counter(alert.resolution or "" for alert in ended if alert.resolution != "became_overdue"),
        Counter(case.first.acknowledged_by or "" for case in cases if case.state == "acknowledged"),
        in_order([case for case in cases if case.due_at < now and case.state == "open"], now),
        sorted((case for case in cases if now <= case.due_at <= until), key=lambda case: case.due_at),
    )
