"""Facts about what was reported: codes, words of the log, qualifiers, who reported, who is named."""

from typing import get_args

from rules.codes import CRIME_FAMILIES, KEYS, national, national_lexicon
from rules.facts.registry import Matter, Moment, fact
from rules.vocabulary import Relation, Reporter

QUALIFIERS = frozenset(national("qualifiers.yaml")["names"])
IMPOSSIBLE_TIMES = ("occurred_after_report", "recorded_before_report", "received_after_opened")
"""The `data_quality` values that say that two times of an incident cannot both be right (E14, E15, E26)."""


@fact(cite="CRR26 p10", among=CRIME_FAMILIES)
def crime_families_given(moment: Moment, matter: Matter | None) -> frozenset[str]:
    """Crime codes that the log was given."""
    return frozenset(ground.sign for ground in moment.situation.crime_codes)


@fact(cite="NSIR 1.17", among=national_lexicon().families)
def families_disclosed(moment: Moment, matter: Matter | None) -> frozenset[str]:
    """Kinds of crime that the text of the log discloses."""
    return moment.situation.families_disclosed


@fact(cite="NSIR ch 2.5", among=QUALIFIERS)
def qualifiers_given(moment: Moment, matter: Matter | None) -> frozenset[str]:
    """Qualifiers of the log."""
    return moment.situation.qualifiers & QUALIFIERS  # a force's own further ones are free text, and are shown nowhere


@fact(cite="CRR26 p7")
def confirmed_without_support(moment: Moment, matter: Matter | None) -> bool:
    """A victim confirms the crime and does not support an investigation."""
    return any(
        victim.get("confirmed") is True and victim.get("supports") is False
        for victim in moment.situation.victims.values()
    )


@fact(cite="NSIR 1.17")
def change_has_reason(moment: Moment, matter: Matter | None) -> bool:
    """A reason was entered with the change."""
    assert matter is not None
    return bool(matter.about)


@fact(among=IMPOSSIBLE_TIMES)
def time_fault(moment: Moment, matter: Matter | None) -> str:
    """What cannot be right about the times."""
    assert matter is not None
    return str(matter.about)


@fact(cite="NSIR 1.17", among=national_lexicon().families)
def families_named(moment: Moment, matter: Matter | None) -> frozenset[str]:
    """Kinds of words that stand in the text of the log."""
    return moment.situation.families_named


@fact(cite="NSIR 1.17", among=KEYS)
def codes_given(moment: Moment, matter: Matter | None) -> frozenset[str]:
    """Codes that the log was given."""
    return moment.situation.keys_given


@fact(cite="CRR26 p8", among=get_args(Reporter))
def reporter(moment: Moment, matter: Matter | None) -> str:
    """Who reported it."""
    return str(moment.situation.incident.fields.get("reporter") or "unknown")


@fact(cite="CRR26 p28", among=get_args(Relation))
def relations(moment: Moment, matter: Matter | None) -> frozenset[str]:
    """What the suspect is to the victims."""
    return frozenset(relation for victim in moment.situation.victims.values() if (relation := victim.get("relation")))


@fact(cite="CRR26 p28")
def every_victim_under_16(moment: Moment, matter: Matter | None) -> bool:
    """Every victim is known to be under 16."""
    ages = [victim.get("age") for victim in moment.situation.victims.values()]
    return bool(ages) and all(age is not None and age < 16 for age in ages)


@fact(cite="CRR26 p8")
def victim_at_risk(moment: Moment, matter: Matter | None) -> bool:
    """A victim is a child or an adult at risk."""
    situation = moment.situation
    if not situation.qualifiers.isdisjoint(("Q_VULNERABLE_CHILD", "Q_VULNERABLE_ADULT")):
        return True
    victims = situation.victims.values()
    return any(victim.get("vulnerable") or ((age := victim.get("age")) is not None and age < 18) for victim in victims)


@fact(cite="NSIR 1.17")
def discloses_crime(moment: Moment, matter: Matter | None) -> bool:
    """The text of the log discloses a crime."""
    return bool(moment.situation.disclosures)


@fact(cite="CRR26 p12")
def victims_named(moment: Moment, matter: Matter | None) -> int:
    """How many victims the log names."""
    return len(moment.situation.counted_victims)


@fact(cite="CRR26 p15")
def occurred_elsewhere(moment: Moment, matter: Matter | None) -> bool:
    """It happened in another force's area or outside England and Wales."""
    situation = moment.situation
    return situation.incident.fields.get("occurred_in") not in (None, situation.profile.force)


@fact(cite="CRR26 p63")
def rape_reported(moment: Moment, matter: Matter | None) -> bool:
    """A rape or attempted rape is reported."""
    situation = moment.situation
    return any(ground.is_rape for ground in (*situation.crime_codes, *situation.disclosures))


@fact(cite="CRR26 p12")
def at_school(moment: Moment, matter: Matter | None) -> bool:
    """It is said to have happened at a school or to be dealt with by one."""
    return moment.situation.at_school


@fact(cite="CRR26 p12")
def recording_requested(moment: Moment, matter: Matter | None) -> bool:
    """The school, the child, a parent or the victim asks that it be recorded."""
    return moment.situation.requested_at is not None


@fact(cite="CRR26 p9")
def followed_up(moment: Moment, matter: Matter | None) -> bool:
    """Somebody got back to the victim once they were fit."""
    assert matter is not None
    situation = moment.situation
    confirmed = situation.confirmed_at
    return situation.named_since("enquiries", matter.at) or (confirmed is not None and confirmed >= matter.at)
