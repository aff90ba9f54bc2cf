"""Builds the explanation of a status or of an alert from the very facts and conditions that decided it."""

from rules.assessment import Assessment, Owed
from rules.conditions import NEGATION
from rules.expectations import Expectation
from rules.explanation import Node, in_words, local_words, span
from rules.grounds import GROUNDS
from rules.matters import MATTERS
from rules.reported import Ground
from rules.rulebook import CompiledAsk

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

_HEARD = {
    "confirmed": ("A victim confirms it", "CRR26 p63"),
    "requested": ("It is asked that a crime be recorded", "CRR26 p12"),
    "traced": ("A victim was found after the closure", "CRR26 p7"),
}
"""What is said of a ground that is neither a code nor a phrase, with its paragraph."""


def explain_status(assessment: Assessment) -> Node:
    """Explain a status: for each rule that expects a crime, why it does or does not, then what else was looked at."""
    situation = assessment.situation
    children: list[Node] = []
    if situation.merged_into is not None:
        children.append(Node("Carried on in", True, situation.merged_into, "NSIR 1.5"))
    else:
        children.append(Node("Report received", True, local_words(situation.received_at, situation.profile.zone)))
        children += _found(assessment)
        children += _expected_together(assessment)
        children += _not_applying(assessment)
        children += _not_found(assessment)
        children += [Node(f"Record {ref} does not count", True, why, "CRR26 p7") for ref, why in situation.uncounted]
        children += _unmet(assessment)
        children += _listed(assessment)
        children += [
            Node(f"{rule.id} is not judged, for the feeds do not give what it needs", False, ", ".join(rule.needs))
            for rule in assessment.asked.unsupplied
        ]
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
    if ask.ask.unless is not None:
        children.append(Node("Unless", False, children=(ask.ask.unless.explain(assessment.moment, None),)))
    for expectation in expected:
        children += [_explain_ground(ground, assessment) for ground in dict.fromkeys(expectation.grounds)]
        children += _explain_terms(expectation, assessment, ask.limit_cite)
    return Node(f"{rule.id} applies: {rule.title}", True, None, rule.paragraphs, tuple(children))


def _found(assessment: Assessment) -> list[Node]:
    """Return every sign of a crime on which a rule rests, each once."""
    grounds = (ground for expectation in assessment.moment.expectations for ground in expectation.grounds)
    return [_explain_ground(ground, assessment) for ground in dict.fromkeys(grounds)]


def _expected_together(assessment: Assessment) -> list[Node]:
    """Return what the rules expect: those together that ask for the same by the same time, and what answers them."""
    together: dict[tuple[object, ...], list[tuple[CompiledAsk | None, Expectation]]] = {}
    asked = [(ask, one) for ask, expected in assessment.looked_at for one in expected]
    alone = [(None, one) for one in assessment.moment.expectations if not one.rule]
    for ask, one in (*asked, *alone):
        met = None if one.met_by is None else one.met_by.ref
        same = one.clock, one.starts, one.first_due_at, one.due_at, met, one.ended_by, one.moved_by
        together.setdefault(same, []).append((ask, one))
    nodes = []
    for asking in together.values():
        rules = {ask.rule.id: ask.rule for ask, _ in asking if ask is not None}
        lines = [Node(f"{rule.id} {rule.title}", True, None, rule.paragraphs) for rule in rules.values()]
        cite = next((ask.limit_cite for ask, _ in asking if ask is not None and ask.limit_cite), None)
        text = "A crime is expected" if rules else "A crime is recorded that neither a code nor the text asked for"
        nodes.append(Node(text, True, None, None, (*lines, *_explain_terms(asking[0][1], assessment, cite))))
    return nodes


def _not_applying(assessment: Assessment) -> list[Node]:
    """Return, for each rule that found a sign and does not ask for a crime all the same, the fact that decided it."""
    applying = {ask.rule.id for ask, expected in assessment.looked_at if expected}
    nodes: dict[str, Node] = {}
    for ask, _ in assessment.looked_at:
        if ask.rule.id in applying or (ask.of and ask.of.isdisjoint(assessment.situation.families_disclosed)):
            continue
        when, unless = ask.ask.when, ask.ask.unless
        tree = when.explain(assessment.moment, None) if when is not None else None
        if tree is not None and not tree.holds:
            leaf = _deciding(tree)
        elif unless is not None:
            leaf = _deciding(unless.explain(assessment.moment, None))
        else:
            continue
        text = f"{ask.rule.id} {ask.rule.title}: does not apply. {leaf.text}"
        nodes.setdefault(ask.rule.id, Node(text, False, leaf.value or ("yes" if leaf.holds else "no"), leaf.cite))
    return list(nodes.values())


def _deciding(tree: Node) -> Node:
    """Return the fact by which a condition came out as it did: the first that comes out so itself."""
    if tree.text == NEGATION:
        return _deciding(tree.children[0])
    for child in tree.children:
        if child.holds == tree.holds:
            return _deciding(child)
    return tree


def _not_found(assessment: Assessment) -> list[Node]:
    """Return what the rules look for and this incident has no sign of, in a line each."""
    found = {ask.ask.about for ask, _ in assessment.looked_at} | {"signs_of_crime"}  # which are two others together
    return [
        Node((GROUNDS[about].__doc__ or "").rstrip("."), False, "none found")
        for about, _ in assessment.asked.expecting
        if about not in found
    ]


def _unmet(assessment: Assessment) -> list[Node]:
    """Return what else is owed, whose alerts explain it in full."""
    rules = {owed.rule: owed.ask.rule for owed in assessment.owed if owed.matter is not None}
    return [Node(f"{rule.id} is not met: {rule.title}", True, None, rule.paragraphs) for rule in rules.values()]


def _explain_terms(expectation: Expectation, assessment: Assessment, limit_cite: str | None) -> list[Node]:
    zone = assessment.situation.profile.zone
    clock = "when the report was received" if expectation.clock == "report" else "when the crime was disclosed"
    nodes = [Node(f"The clock starts {clock}", True, local_words(expectation.starts, zone), "CRR26 p10")]
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
        cite = "CRR26 p17" if ending.by == "marker" else "CRR26 p9-10"
        nodes.append(Node(f"Ended by a {ending.by}", True, in_words(ending.basis), cite))
    elif expectation.met_by is None:
        nodes.append(Node("A valid decision, closure or transfer ends it", False, None, "CRR26 p9-10"))
    return nodes


def _explain_ground(ground: Ground, assessment: Assessment) -> Node:
    zone = assessment.situation.profile.zone
    lexicon = assessment.situation.lexicon
    if ground.given == "text":
        family = lexicon.families[ground.family]
        text = f"The log discloses: {family.title.lower()} ({local_words(ground.at, zone)})"
        return Node(text, True, f"phrase '{ground.sign}'", "NSIR 1.17")
    if (heard := _HEARD.get(ground.given)) is not None:
        return Node(heard[0], True, local_words(ground.at, zone), heard[1])
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
