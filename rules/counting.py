"""How many crimes an incident owes: one a victim, and what the counting rules add to that (CRR26 p12-14, p55-57, p89-90)."""

from datetime import date

from rules import codes
from rules.situation import Situation

CONDUCT = frozenset({"harassment", "stalking", "coercive_control"})
"""The families of conduct crimes, which since the change of May 2023 are the principal crime and absorb the others."""
_COUNTING = codes.national("counting.yaml")
_CONDUCT_IN_ADDITION: tuple[date, date] = (
    _COUNTING["conduct_in_addition"]["from"],
    _COUNTING["conduct_in_addition"]["until"],
)


def crimes_owed(situation: Situation) -> int:
    """Return how many crimes an incident owes.

    One for each victim named who does not say that there was none, and one where nobody is named. In addition: where
    the breach of an order is disclosed, every state-based crime that was recorded; a conduct crime, for reports of the
    years when it was counted beside the most serious other crime; modern slavery beside any other crime. That the
    breach is recorded at all is for M41 to ask, even where the state is named as its victim (reading R19).
    """
    families, victims = situation.families_disclosed, situation.counted_victims
    of_state: int = sum(situation.victims[ref].get("kind") == "state" for ref in victims)
    beside = of_state
    if "orders" in families:
        beside = sum(codes.is_state_based(record.code) for record in situation.live_crimes)
    owed = len(victims) - of_state or (0 if beside else 1)
    if families:
        first, last = _CONDUCT_IN_ADDITION
        others = families - CONDUCT - {"orders", "weapons", "drugs", "communications"}
        if families & CONDUCT and others and first <= situation.day <= last:
            owed += 1
        if "slavery" in families and others - {"slavery"}:
            owed += 1
    return owed + beside
