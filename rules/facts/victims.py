"""Facts about what a victim is owed."""

from rules.facts.registry import Matter, Moment, fact

DUTIES = (
    "equality",
    "young_victim_support",
    "enhanced_rights",
    "written_confirmation",
    "needs_assessment",
    "referral_offered",
)


@fact(cite="VCOP21 Right 4", among=DUTIES)
def duty(moment: Moment, matter: Matter | None) -> str:
    """What is owed to the victim."""
    assert matter is not None
    return str(matter.about.duty)


@fact(cite="VCOP21 Right 4")
def enhanced_rights(moment: Moment, matter: Matter | None) -> bool:
    """The victim has enhanced rights."""
    assert matter is not None
    return bool(matter.about.owed.has_enhanced_rights)
