"""How much may hang together: beyond it an event is refused, so that no history takes memory or time without an end.

Each number is far above what an honest feed sends. What many statements about one incident may amount to is bounded by
the size of its row.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from rules.codes import CodeMap
from rules.group import neighbours
from rules.statements import Statement

MAX_GROUP = 200
"""How many logs may be joined by merges, this one among them, and to how many logs one crime may ever be linked.

Each of them is told what is new, so one event may cause as many messages. A big fire brings a hundred calls.
"""

MAX_LED_TO = 20
"""To how many logs one log may ever lead, and in how many steps, there or back; how many records may survive one crime.

All along the way each is told of all the others: 200 logs in one chain would take minutes for one event. A log that is
merged, taken out and merged anew a few times is ordinary; twenty masters are a fault of the feed.
"""

MAX_CRIMES = 500
"""How many crimes may ever be linked to one log, with everything merged into it: each is looked at for every rule."""


class TooMany(Exception):
    """More hangs together than may; what was stated last is refused."""


def check_incident(ref: str, statements: Iterable[Statement], code_map: CodeMap) -> None:
    """Look at what is known of an incident and of others that bear on it; raises TooMany."""
    ahead: defaultdict[str, set[str]] = defaultdict(set)
    behind: defaultdict[str, set[str]] = defaultdict(set)
    crimes: set[str] = set()
    for said in statements:
        if said.origin == "crime":
            crimes.add(said.ref)
            continue
        for other in neighbours(said, code_map).incidents:
            ahead[said.ref].add(other)
            behind[other].add(said.ref)
    if len(ahead.keys() | behind.keys()) > MAX_GROUP:
        raise TooMany
    if max(map(len, ahead.values()), default=0) > MAX_LED_TO or len(crimes) > MAX_CRIMES:
        raise TooMany
    if max(_steps(ref, ahead), _steps(ref, behind)) > MAX_LED_TO:
        raise TooMany


def check_crime(incidents: Collection[str], survivors: Collection[str]) -> None:
    """Look at the incidents that are told of a crime, and at its survivors; raises TooMany."""
    if len(incidents) > MAX_GROUP or len(survivors) > MAX_LED_TO:
        raise TooMany


def _steps(ref: str, edges: Mapping[str, set[str]]) -> int:
    """Return how many steps lead from a log to the farthest."""
    reached, outer, steps = {ref}, {ref}, -1
    while outer:
        outer = {other for one in outer for other in edges.get(one, ())} - reached
        reached |= outer
        steps += 1
    return steps
