"""The grounds on which a crime may be expected: each a function from a situation to what was found, with its one line."""

from collections.abc import Callable

from rules import codes
from rules.reported import Ground
from rules.situation import Situation

LookFor = Callable[[Situation], list[Ground]]
GROUNDS: dict[str, LookFor] = {}


def _ground(look: LookFor) -> LookFor:
    GROUNDS[look.__name__] = look
    return look


@_ground
def crime_codes(situation: Situation) -> list[Ground]:
    """A crime code that the log was given, at opening, on the way or at closing."""
    return situation.crime_codes


@_ground
def disclosures(situation: Situation) -> list[Ground]:
    """A crime that the text of the log discloses."""
    return situation.disclosures


@_ground
def signs_of_crime(situation: Situation) -> list[Ground]:
    """A crime code that the log was given, or a crime that its text discloses."""
    codes_given, disclosed = situation.crime_codes, situation.disclosures
    return [*codes_given, *disclosed] if codes_given and disclosed else codes_given or disclosed


@_ground
def rape_reports(situation: Situation) -> list[Ground]:
    """A report of rape or attempted rape, by code or in the text."""
    return [ground for ground in signs_of_crime(situation) if ground.is_rape]


@_ground
def confirmations(situation: Situation) -> list[Ground]:
    """A victim who confirms a rape that stands recorded as not confirmed, N100/1."""
    if (
        not situation.crimes
        or situation.confirmed_at is None
        or not any(crime.was_unconfirmed_rape for crime in situation.counted_crimes)
    ):
        return []
    return [Ground("confirmed", "rape", situation.confirmed_at, False, True, "confirmed")]


@_ground
def victims_traced(situation: Situation) -> list[Ground]:
    """A victim who was named or confirmed it after the log was closed because no victim was traced."""
    closing = situation.closing
    if closing is None or closing.disposal != "cri" or closing.reason != "victim_not_traced":
        return []
    found = [*situation.counted_victims.values(), *([situation.confirmed_at] if situation.confirmed_at else [])]
    later = [at for at in found if at > closing.at]
    return [Ground("traced", _gravest(situation), min(later), False, False, "traced")] if later else []


@_ground
def deaths(situation: Situation) -> list[Ground]:
    """A death in the text of the log that is not said to be natural."""
    return [sign for sign in situation.signs if sign.family == "deaths"] if situation.signs else []


@_ground
def requests(situation: Situation) -> list[Ground]:
    """A request that a crime be recorded, of which the log has a sign."""
    at = situation.requested_at
    if at is None or not signs_of_crime(situation):
        return []
    return [Ground("requested", _gravest(situation), at, False, False, "requested")]


def _gravest(situation: Situation) -> str:
    return codes.gravest(sign.group for sign in signs_of_crime(situation))
