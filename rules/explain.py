"""Builds the explanation of a status or of an alert from the very facts and conditions that decided it."""

from rules.assessment import Assessment, Owed
from rules.expectations import Expectation
from rules.explanation import Node, in_words, local_words, span
from rules.matters import GROUNDS, MATTERS
from rules.rulebook import CompiledAsk
from rules.situation import Ground

_STATUS = {
    "monitoring": "A crime is expected, and its deadline is some way off",
    "due_soon": "A crime is expected soon, and none is recorded",
    "overdue": "A crime is expected, none is recorded, and the deadline has passed",
    "recorded_in_time": "A crime is recorded, in time",
    "recorded_late": "A crime is recorded, but after the deadline",
    "not_expected": "Nothing calls for a crime to be recorded",
    "exempt": "A crime was expected, and a valid decision or closure says that none is to be recorded",
    "merged": "The log is carried on in another one, which answers for it",
    "transferred": "A crime was expected, and another force has accepted the report",
}


def explain_status(assessment: Assessment) -> Node:
    """Explain a status: for each rule that expects a crime, why it does or does not, then what else was looked at."""
    situation = assessment.situation
    children: list[Node] = []
    if situation.merged_into is not None:
        children.append(Node("Carried on in", True, situation.merged_into, "NSIR 1.5"))
    else:
        children.append(Node("Report received", True, local_words(situation.received_at, situation.profile.zone)))
        for ask, expected in assessment.looked_at:
            children.append(_explain_expecting(ask, expected, assessment))
        children += [
            _explain_alone(expected, assessment) for expected in assessment.moment.expectations if not expected.rule
        ]
        children += [Node(f"Record {ref} does not count", True, why, "CRR26 p7") for ref, why in situation.uncounted]
        children += [_explain_matter(owed, assessment) for owed in assessment.owed if owed.matter is not None]
        children += _listed(assessment)
    return Node(
        _STATUS[assessment.status], True, assessment.basis and in_words(assessment.basis), None, tuple(children)
    )


def explain_owed(owed: Owed, assessment: Assessment) -> Node:
    """Explain one alert: the rule that raises it, and everything that it looked at."""
    if owed.expectation is not None:
        return _explain_expecting(owed.ask, [owed.expectation], assessment)
    return _explain_matter(owed, assessment)


def _explain_expecting(ask: CompiledAsk, expected: list[Expectation], assessment: Assessment) -> Node:
    rule = ask.rule
    children: list[Node] = []
    if ask.ask.when is not None:
        children.append(ask.ask.when.explain(assessment.moment, None))
    if not expected:
        looked_for = (GROUNDS[ask.ask.about].__doc__ or "").rstrip(".")
        children.append(Node(looked_for, False, "none found"))
    for expectation in expected:
        children += _explain_expectation(expectation, assessment, ask.limit_cite)
    return Node(f"{rule.id} applies: {rule.title}", bool(expected), None, rule.paragraphs, tuple(children))


def _explain_alone(expectation: Expectation, assessment: Assessment) -> Node:
    """Explain a crime that nothing asked for, which is judged on the report clock (reading R2)."""
    children = _explain_expectation(expectation, assessment, None)
    return Node("A crime is recorded that neither a code nor the text asked for", True, None, None, tuple(children))


def _explain_expectation(expectation: Expectation, assessment: Assessment, limit_cite: str | None) -> list[Node]:
    zone = assessment.situation.profile.zone
    nodes = [_explain_ground(ground, assessment) for ground in dict.fromkeys(expectation.grounds)]
    clock = "when the report was received" if expectation.clock == "report" else "when the crime was disclosed"
    nodes.append(Node(f"The clock starts {clock}", True, local_words(expectation.starts, zone), "CRR26 p10"))
    limit = span(expectation.first_due_at - expectation.starts)
    nodes.append(Node(f"To be recorded within {limit}, by", True, local_words(expectation.due_at, zone), limit_cite))
    if expectation.moved_by:
        nodes.append(Node("The registrar authorised a later deadline", True, None, "CRR26 p10"))
    if (record := expectation.met_by) is not None:
        text = "Recorded after the deadline" if expectation.met_late else "Recorded in time"
        nodes.append(Node(f"{text}, as {record.ref}", True, local_words(record.recorded_at, zone), "CRR26 p10"))
    else:
        nodes.append(Node("A record that counts is linked to the incident", False, None, "CRR26 p10"))
    if (ending := expectation.ended_by) is not None and expectation.met_by is None:
        nodes.append(Node(f"Ended by a {ending.by}", True, in_words(ending.basis), "CRR26 p9-10"))
    elif expectation.met_by is None:
        nodes.append(Node("A valid decision, closure or transfer ends it", False, None, "CRR26 p9-10"))
    return nodes


def _explain_ground(ground: Ground, assessment: Assessment) -> Node:
    zone = assessment.situation.profile.zone
    lexicon = assessment.situation.lexicon
    if ground.given == "text":
        family = lexicon.families[lexicon.family_of[ground.sign]]
        text = f"The log discloses: {family.title.lower()} ({local_words(ground.at, zone)})"
        return Node(text, True, f"phrase '{ground.sign}'", "NSIR 1.17")
    when = {"opening": "at opening", "change": local_words(ground.at, zone), "closing": "at closing"}[ground.given]
    return Node(f"Crime code given ({when})", True, ground.sign, "CRR26 p10")


def _explain_matter(owed: Owed, assessment: Assessment) -> Node:
    assert owed.matter is not None
    rule, ask, moment = owed.ask.rule, owed.ask.ask, assessment.moment
    children = [Node((MATTERS[ask.about].__doc__ or "").splitlines()[0].rstrip("."), True)]
    if ask.when is not None:
        children.append(ask.when.explain(moment, owed.matter))
    if ask.unless is not None:
        children.append(Node("Unless", False, children=(ask.unless.explain(moment, owed.matter),)))
    zone = assessment.situation.profile.zone
    waited = owed.matter.waits or owed.ask.within is not None
    since = owed.due_at if waited else owed.matter.at
    children.append(Node("Was due by" if waited else "Since", True, local_words(since, zone)))
    return Node(f"{rule.id} is not met: {rule.title}", True, None, rule.paragraphs, tuple(children))


def _listed(assessment: Assessment) -> list[Node]:
    """Return what rules state without raising an alert, as M48 does of a crime that was recorded late."""
    return [Node(f"{ask.rule.id} {ask.rule.title}", True, None, ask.rule.paragraphs) for ask in assessment.listed]
