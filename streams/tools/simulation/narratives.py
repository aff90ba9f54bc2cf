"""What the logs say: invented clauses, roles instead of names, and for each family of crime what discloses it.

Quiet text discloses nothing: crime words stand there only where they are negated in their clause, or in a question.
"""

from collections.abc import Mapping
from random import Random
from typing import NamedTuple


class Family(NamedTuple):
    """How a family of crimes comes into a log: opening codes, other categories where it hides, classes, and its words."""

    codes: tuple[str, ...]
    hides_as: tuple[str, ...]
    offences: tuple[str, ...]
    disclosures: tuple[str, ...] = ()


FAMILIES: Mapping[str, Family] = {
    "violence_with_injury": Family(
        ("CRIME_VIOLENCE", "CRIME_DOMESTIC"),
        ("PSW_DOMESTIC", "ASB_PERSONAL", "PSW_CONCERN", "PSW_LICENSING"),
        ("008/06",),
        (
            "caller states she was punched in the face",
            "victim was kicked outside the shop",
            "caller states he was bitten on the arm",
            "female has a bruise to her cheek from the partner",
            "male was punched and has a bruise",
            "victim kicked several times by two males",
        ),
    ),
    "violence_without_injury": Family(
        ("CRIME_VIOLENCE", "CRIME_DOMESTIC"),
        ("PSW_DOMESTIC", "ASB_PERSONAL", "PSW_CIVIL"),
        ("105/01",),
        (
            "victim pushed by neighbour",
            "caller states she was grabbed by the arm",
            "caller was spat at by a male",
            "victim slapped by partner",
            "he made a threat to kill her",
            "caller threatened with knife by a male in the street",
        ),
    ),
    "stalking_harassment": Family(("CRIME_HARASSMENT",), ("ASB_PERSONAL",), ("195/94", "195/12")),
    "rape": Family(
        ("CRIME_RAPE",),
        ("PSW_CONCERN", "PSW_DOMESTIC"),
        ("019/08",),
        ("caller says she was raped", "patient tells staff that she was raped last week", "caller says he was raped"),
    ),
    "other_sexual": Family(
        ("CRIME_SEXUAL",),
        ("PSW_CONCERN", "ASB_PERSONAL"),
        ("017/15", "020/05"),
        (
            "female was groped on the bus",
            "caller was sexually assaulted at a party",
            "a male touched her bottom in the queue",
        ),
    ),
    "robbery": Family(
        ("CRIME_ROBBERY",),
        ("PSW_SUSPICIOUS", "ASB_PERSONAL"),
        ("034/01",),
        ("caller says two males took my phone by force", "caller was pushed and her bag was stolen"),
    ),
    "burglary": Family(
        ("CRIME_BURGLARY",),
        ("PSW_ALARM", "PSW_SUSPICIOUS"),
        ("028/03", "030/02"),
        ("rear window smashed and jewellery stolen", "laptop stolen from the house overnight"),
    ),
    "vehicle": Family(
        ("CRIME_VEHICLE",),
        ("PSW_SUSPICIOUS", "AD_LOSTFOUND"),
        ("045/10", "048/01"),
        ("car stolen from the drive", "van window smashed and tools stolen"),
    ),
    "theft": Family(
        ("CRIME_THEFT",),
        ("AD_LOSTFOUND", "AD_CONTACT", "PSW_CIVIL"),
        ("039/00", "046/00"),
        ("phone stolen from bag", "caller states a male took my bicycle", "stock stolen from the shop"),
    ),
    "arson_damage": Family(
        ("CRIME_DAMAGE",),
        ("ASB_ENVIRONMENTAL", "ASB_NUISANCE", "PSW_CIVIL"),
        ("058/00", "149/00"),
        ("window smashed", "car scratched along one side", "fresh graffiti on the garage"),
    ),
    "drugs": Family(("CRIME_DRUGS",), (), ("92D",)),
    "weapons": Family(("CRIME_WEAPONS",), (), ("10D",)),
    "public_order": Family(("CRIME_PUBLIC_ORDER",), (), ("125/09", "125/11")),
    "miscellaneous": Family(("CRIME_OTHER",), (), ("802",)),
    "fraud": Family(("CRIME_FRAUD",), (), ()),
}

_CONTEXT = (
    "caller is calm",
    "caller is distressed",
    "caller is at home",
    "caller will wait outside",
    "caller has children with her",
    "line is poor",
    "caller rings from work",
    "description passed to units",
    "caller is with a friend",
)

_ABOUT: Mapping[str, tuple[str, ...]] = {
    "PSW_CONCERN": (
        "neighbour has not been seen for two days",
        "male asleep on a bench",
        "elderly resident has fallen at home",
        "female sounded low on the phone to a friend",
    ),
    "ASB_NUISANCE": (
        "youths playing loud music in the park",
        "fireworks being let off in the street",
        "off-road bikes on the field",
    ),
    "ASB_PERSONAL": ("neighbours arguing over parking again", "ball kept coming over the fence"),
    "ASB_ENVIRONMENTAL": ("rubbish left in the alley", "bins blown over in the car park"),
    "PSW_SUSPICIOUS": ("van parked up with lights off", "torch light seen in a garden", "door to an office found open"),
    "TR_RTC_DMG": ("two cars have collided at the roundabout", "lorry has clipped a parked car, details exchanged"),
    "TR_RTC_INJ": (
        "cyclist has come off after a collision, ambulance on way",
        "car in a ditch, driver is out and shaken",
    ),
    "TR_HIGHWAY": ("traffic lights out at the crossroads", "tree down across one lane", "sheep on the road"),
    "TR_OFFENCE": ("vehicle parked across a dropped kerb", "car with no lights heading into town"),
    "PSW_DOMESTIC": (
        "verbal argument between partners over money",
        "raised voices heard from the flat, both parties spoken to and all in order",
        "father and son arguing over the car",
    ),
    "PSW_ALARM": ("alarm activation at a warehouse", "intruder alarm sounding, keyholder informed"),
    "PSW_ABANDONED": ("call dropped, child heard playing with the phone", "silent call, rang off"),
    "PSW_MISPER": ("teenager not home by the time agreed", "resident has not returned to the care home"),
    "PSW_CIVIL": ("dispute with a builder over a bill", "boundary dispute between neighbours"),
    "PSW_ANIMALS": ("dog loose near the school", "swan on the carriageway"),
    "PSW_HOAX": ("caller laughs and rings off, number known for calls without cause",),
    "PSW_LICENSING": ("bar open after hours",),
    "AD_CONTACT": ("caller asks how to reach a named team", "caller asks about a court date"),
    "AD_LOSTFOUND": ("purse found at the bus station and handed in", "caller has lost a set of keys"),
    "AD_MESSAGE": ("message for the neighbourhood team about a meeting",),
}

_TRAPS = (
    "caller was not assaulted",
    "no injuries",
    "caller confirms the phone was not stolen",
    "victim of the fall was not pushed",
    "window was not smashed",
    "caller says she was never slapped",
)
QUESTIONS = (
    "Q: have you been assaulted?",
    "Q: was anything stolen?",
    "Q: has anybody been punched or kicked?",
    "Q: is there a threat to kill?",
)
_UPDATES = (
    "officers on scene",
    "unit assigned",
    "call passed to the local team",
    "supervisor has read the log",
    "caller rung and told of the delay",
    "officers have spoken to all parties",
    "body worn video on",
)
_WAITING: Mapping[str, tuple[str, ...]] = {
    "diary_appointment": ("diary appointment made with caller", "slow time appointment booked at the station"),
    "awaiting_statement": ("await statement before anything further", "awaiting CCTV, then allocate"),
}


def disclosing(family: str, rng: Random) -> str:
    """Return a line that discloses a crime of a family; of a family without words of its own a plain line."""
    said = FAMILIES[family].disclosures
    line = rng.choice(said) if said else "caller reports an offence and gives details"
    return f"{line}, {rng.choice(_CONTEXT)}" if rng.random() < 0.6 else line


def quiet(about: str, rng: Random) -> str:
    """Return what a log of a category without crime says, now and then with a crime word that discloses nothing."""
    lines = [rng.choice(_ABOUT.get(about, _UPDATES))]
    if rng.random() < 0.5:
        lines.append(rng.choice(_CONTEXT))
    text = ", ".join(lines)
    if rng.random() < 0.15:
        text = f"{text}. {rng.choice(_TRAPS)}"
    return f"{text}\n{rng.choice(QUESTIONS)}\nA: no" if rng.random() < 0.08 else text


def progress(rng: Random) -> str:
    """Return a line on how the matter is being dealt with."""
    return rng.choice(_UPDATES)


def waiting(for_what: str, rng: Random) -> str:
    """Return a line that shows recording being put off."""
    return rng.choice(_WAITING[for_what])
