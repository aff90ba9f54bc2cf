from collections.abc import Iterable

import msgspec
import pytest

from rules.codes import CodeMap
from rules.group import Group
from rules.relay import audience_of_crime, outline, told_by_incident, unanswered
from rules.statements import Statement

from .given import PLAIN, Line, after, line, opened, statements

TEXT = "Ottilie Quarrington, Larch Row, punched"


def merged(hours: float, ref: str, into: str) -> Line:
    return line(hours, "merged", incident_ref=ref, into=into)


def knowing(said: Iterable[Statement]) -> Group:
    group = Group(PLAIN)
    for statement in said:
        group.observe(statement)
    return group


def told(*known: Line, ref: str, new: Iterable[Statement] | None = None) -> dict[str, list[tuple[str, str]]]:
    """What an incident that knows this tells which others: of whom, and what, when all or some of it is new."""
    said = statements(*known)
    found = told_by_incident(knowing(said), ref, said if new is None else new)
    return {other: [(one.ref, one.type) for one in facts] for other, facts in found.items()}


def last(*known: Line) -> list[Statement]:
    return statements(*known)[-1:]


# Of what there is an outline


def test_an_outline_says_when_a_report_came_and_nothing_else_of_it() -> None:
    (said,) = statements(
        opened(
            opening_code="CRIME_RAPE",
            area="N",
            victims=[{"victim_ref": "V1", "age": 9}],
            entries=[{"text": TEXT}],
        )
    )

    known = outline(said)

    assert known is not None
    assert known.data.keys() == {"received_at", "opened_at"}
    assert known.identity == said.identity


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (line(1, "updated", received_at=after(-1), area="N"), {"received_at"}),
        (
            line(1, "updated", received_at_corrected=after(-1), reason="misread", decided_by="supervisor", grade="1"),
            {"received_at_corrected", "reason", "decided_by"},
        ),
        (
            line(1, "closed", closing_codes=["AD_DUPLICATE"], reference="B", reason=TEXT, entries=[{"text": TEXT}]),
            {"closed_at", "closing_codes", "reference"},
        ),
        (line(1, "reopened", entries=[{"text": TEXT}]), {"reopened_at"}),
        (merged(1, "A", "B"), {"into"}),
        (
            line(1, "decided", basis="duplicate", decided_by="officer", reference="B", note=TEXT, reason=TEXT),
            {"decided_at", "basis", "reference"},
        ),
    ],
)
def test_an_outline_says_where_merges_lead_and_holds_neither_entry_nor_victim(given: Line, names: set[str]) -> None:
    (said,) = statements(given)

    known = outline(said)

    assert known is not None
    assert known.data.keys() == names
    assert b"Quarrington" not in msgspec.msgpack.encode(known)


@pytest.mark.parametrize(
    "given",
    [
        line(1, "updated", area="N", victims=[{"victim_ref": "V1"}], entries=[{"text": TEXT}]),
        line(1, "decided", basis="not_notifiable", decided_by="officer", reference="B"),
        line(1, "delayed", until=after(48), decided_by="force_crime_registrar", note="abroad"),
        line(1, "transferred", accepted_at=after(1)),
        line(1, "recorded"),
    ],
)
def test_of_what_bears_on_no_merge_there_is_no_outline(given: Line) -> None:
    (said,) = statements(given)

    assert outline(said) is None


# What an incident tells


def test_an_incident_that_nothing_is_merged_with_tells_nobody() -> None:
    assert told(opened(), line(1, "recorded"), ref="A") == {}


def test_forward_goes_all_that_is_known() -> None:
    said = told(opened(), line(0.5, "recorded"), merged(1, "A", "B"), ref="A")

    assert said == {"B": [("A", "incident.opened"), ("A", "incident.merged"), ("C1", "crime.recorded")]}


def test_backward_goes_the_outline_alone() -> None:
    known = [opened(), merged(1, "A", "B"), opened(incident_ref="B", area="N"), line(0.5, "recorded")]

    said = told_by_incident(knowing(statements(*known)), "B", statements(*known))

    assert [(one.ref, one.type, sorted(one.data)) for one in said["A"]] == [
        ("B", "incident.opened", ["opened_at", "received_at"])
    ]


def test_once_merged_only_what_is_new_is_passed_on() -> None:
    known = [opened(), merged(1, "A", "B"), line(2, "updated", area="N")]

    assert told(*known, ref="A", new=last(*known)) == {"B": [("A", "incident.updated")]}


def test_what_says_nothing_is_not_passed_on() -> None:
    known = [opened(), merged(1, "A", "B"), line(2, "updated", entries=[{"text": "officers attending"}])]

    assert told(*known, ref="A", new=last(*known)) == {}


def test_nobody_is_told_what_it_stated_itself() -> None:
    known = [opened(), merged(1, "A", "B"), opened(incident_ref="B"), merged(2, "B", "A")]

    said = told(*known, ref="A")

    assert {ref for ref, _ in said["B"]} == {"A"}


def test_a_log_that_was_only_decided_to_be_a_duplicate_tells_its_outline_forward() -> None:
    known = [
        opened(area="N"),
        line(0.5, "updated", area="S"),
        merged(0.5, "Z", "A"),
        line(1, "decided", basis="duplicate", decided_by="officer", reference="B"),
    ]

    assert told(*known, ref="A")["B"] == [("A", "incident.opened"), ("A", "decision.not_to_record")]


def test_where_merges_lead_is_told_back_along_the_chain_and_what_else_leads_there_is_not() -> None:
    known = [merged(1, "A", "B"), merged(1, "Z", "B"), opened(incident_ref="B"), merged(1, "B", "C"),
             opened(incident_ref="C")]  # fmt: skip

    said = told(*known, ref="B")

    assert said["A"] == [("B", "incident.opened"), ("B", "incident.merged"), ("C", "incident.opened")]
    assert said["Z"] == said["A"]


def test_who_asks_is_answered_though_there_is_nothing_to_tell() -> None:
    known = [merged(1, "A", "B")]

    assert told(*known, ref="B") == {"A": []}


def test_who_asked_before_and_says_something_else_is_not_answered_again() -> None:
    known = [opened(), merged(1, "A", "B"), line(2, "updated", area="N")]

    assert told(*known, ref="B", new=last(*known)) == {}


def test_a_log_that_is_merged_into_itself_tells_itself_nothing() -> None:
    assert told(opened(), merged(1, "A", "A"), ref="A") == {}


def until_silent(*given: Line, limit: int = 200) -> tuple[dict[str, Group], int]:
    """Have every log hear what is stated of it, then what they tell one another, until nobody has more to say."""
    groups: dict[str, Group] = {}
    waiting = [(said.ref, [said]) for said in statements(*given)]
    heard = 0
    while waiting:
        ref, said = waiting.pop(0)
        heard += 1
        assert heard < limit, "they talk without an end"
        group = groups.setdefault(ref, Group(PLAIN))
        new = [one for one in said if group.observe(one)]
        waiting += list(told_by_incident(group, ref, new).items())
    return groups, heard


@pytest.mark.parametrize(
    "given",
    [
        [opened(), opened(incident_ref="B"), merged(1, "A", "B"), merged(2, "B", "A")],
        [merged(1, "A", "B"), merged(2, "B", "C"), merged(3, "C", "A"), opened(), opened(incident_ref="C")],
        [opened(), merged(1, "A", "A")],
    ],
)
def test_a_cycle_of_merges_falls_silent(given: list[Line]) -> None:
    groups, _ = until_silent(*given)

    assert {ref: groups[ref].chain(ref).fault for ref in groups} == dict.fromkeys(groups, "cycle")


def test_every_log_of_a_chain_learns_where_it_ends_in_whatever_order_they_hear() -> None:
    given = [opened(), opened(incident_ref="B"), opened(incident_ref="C"), merged(1, "A", "B"), merged(2, "B", "C")]

    for order in (given, given[::-1], given[2:] + given[:2]):
        groups, _ = until_silent(*order)

        assert {ref: groups[ref].chain(ref).end for ref in "ABC"} == dict.fromkeys("ABC", "C")
        assert groups["C"].members("C") == ("C", "A", "B")


# Whom an incident asks


def unknown(*given: Line, ref: str = "A") -> set[tuple[str, str]]:
    return set(unanswered(statements(*given), ref, CodeMap()))


def test_a_log_asks_the_one_that_it_is_merged_into_as_long_as_nothing_of_it_is_known() -> None:
    assert unknown(opened(), merged(1, "A", "B")) == {("incident", "B")}
    assert unknown(opened(), merged(1, "A", "B"), line(2, "updated", incident_ref="B", area="N")) == set()


def test_what_other_logs_lead_to_is_for_them_to_ask() -> None:
    assert unknown(opened(), merged(1, "A", "B"), opened(incident_ref="B"), merged(2, "B", "C")) == set()


def test_a_log_that_is_merged_into_itself_asks_nobody() -> None:
    assert unknown(merged(1, "A", "A")) == set()


def cancelled(hours: float, ref: str, survivor: str) -> Line:
    return line(hours, "cancelled", crime_ref=ref, reason="C3", decided_by="officer", surviving_crime_ref=survivor)


def test_the_survivors_of_a_linked_crime_are_asked_along_their_whole_chain() -> None:
    known = [line(1, "recorded"), cancelled(2, "C1", "C2")]

    assert unknown(*known) == {("crime", "C2")}
    assert unknown(*known, cancelled(3, "C2", "C3")) == {("crime", "C3")}


def test_the_survivor_of_a_crime_that_is_linked_to_another_log_is_not_asked() -> None:
    assert unknown(line(1, "recorded", incident_refs=["B"]), cancelled(2, "C1", "C2")) == set()


# Whom a crime tells


def test_a_crime_tells_every_incident_it_was_ever_linked_to_and_names_its_survivors() -> None:
    said = statements(
        line(1, "recorded", incident_refs=["A", "B"]),
        line(2, "linked", incident_ref="C"),
        line(3, "unlinked", incident_ref="A"),
        cancelled(4, "C1", "C2"),
        line(5, "reinstated"),
        cancelled(6, "C1", "C3"),
    )

    assert audience_of_crime(said, CodeMap()) == ({"A", "B", "C"}, {"C2", "C3"})


def test_a_crime_without_an_incident_tells_nobody() -> None:
    assert audience_of_crime(statements(line(1, "recorded", incident_refs=[])), CodeMap()) == (set(), set())
