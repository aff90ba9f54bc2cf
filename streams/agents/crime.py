"""What becomes of one crime record: its row, and which incidents are told of it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from rules.codes import CodeMap
from rules.limits import check_crime
from rules.relay import audience_of_crime
from rules.statements import Statement, Statements
from streams.agents.rows import NOWHERE, CrimeRow
from streams.agents.watermarks import NEVER


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a crime: its row, what it tells which incidents, and which other crimes those follow too."""

    row: CrimeRow
    told: dict[str, list[Statement]]
    followed: dict[str, list[str]]
    new: int


def keep(
    row: CrimeRow | None,
    statements: Iterable[Statement],
    followers: Collection[str],
    code_map: CodeMap,
    *,
    again: bool = False,
) -> Kept:
    """Take in what was stated of a crime, or that incidents follow it, and return what follows from that.

    An incident that was not told before is told everything, one that was what is new; who begins to follow is answered,
    if only with nothing. What is taken in `again` may have reached nobody: then all are told everything.
    """
    known = Statements()
    for said in row.statements if row is not None else ():
        known.add(said)
    before, _ = audience_of_crime(known, code_map)
    following = set(row.followers) if row is not None else set()
    before = set() if again else before | following
    new = [said for said in statements if known.add(said)]
    following |= set(followers)
    linked, survivors = audience_of_crime(known, code_map)
    audience = linked | following
    check_crime(audience, survivors)
    told = {incident: new if incident in before else list(known) for incident in sorted(audience)}
    known_before = () if again else (said for said in known if said not in new)
    _, named_before = audience_of_crime(known_before, code_map)
    followed = {
        crime: sorted(audience if crime not in named_before else audience - before) for crime in sorted(survivors)
    }
    return Kept(
        row=CrimeRow(NOWHERE, NEVER, list(known), sorted(following)),
        told={incident: said for incident, said in told.items() if said or incident in followers},
        followed={crime: incidents for crime, incidents in followed.items() if incidents},
        new=len(new),
    )
