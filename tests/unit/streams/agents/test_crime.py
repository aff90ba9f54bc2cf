from rules.codes import CodeMap
from rules.statements import Statement
from streams.agents.crime import Kept, keep
from streams.agents.rows import NOWHERE, CrimeRow
from streams.agents.watermarks import NEVER
from tests.unit.rules.given import Line, line, statements

RECORDED = line(1, "recorded", incident_refs=["A"])
LINKED = line(2, "linked", incident_ref="B")
CANCELLED = line(3, "cancelled", reason="C3", decided_by="officer", surviving_crime_ref="C2")


def kept(row: CrimeRow | None, *given: Line, followers: tuple[str, ...] = (), again: bool = False) -> Kept:
    return keep(row, statements(*given), followers, CodeMap(), again=again)


def types(said: dict[str, list[Statement]]) -> dict[str, list[str]]:
    return {incident: [statement.type for statement in told] for incident, told in said.items()}


def test_a_new_record_is_kept_and_told_to_the_incidents_that_it_names() -> None:
    first = kept(None, line(1, "recorded", incident_refs=["A", "B"]))

    assert types(first.told) == {"A": ["crime.recorded"], "B": ["crime.recorded"]}
    assert [said.type for said in first.row.statements] == ["crime.recorded"]
    assert (first.new, first.followed, first.row.followers) == (1, {}, [])


def test_a_record_that_names_no_incident_tells_nobody() -> None:
    assert kept(None, line(1, "recorded", incident_refs=[])).told == {}


def test_who_knows_a_record_is_told_what_is_new_and_who_does_not_everything() -> None:
    row = kept(None, RECORDED).row

    told = types(kept(row, LINKED).told)

    assert told == {"A": ["crime.linked"], "B": ["crime.recorded", "crime.linked"]}


def test_who_was_ever_linked_is_told_though_the_link_was_taken_away() -> None:
    row = kept(kept(None, RECORDED).row, line(2, "unlinked", incident_ref="A")).row

    told = types(kept(row, line(4, "reclassified", offence_code="104/25")).told)

    assert told == {"A": ["crime.reclassified"]}


def test_a_repeat_is_not_new_and_is_told_to_nobody() -> None:
    row = kept(None, RECORDED).row

    again = kept(row, RECORDED)

    assert (again.new, again.told, again.row) == (0, {}, row)


def test_what_is_taken_in_again_is_told_to_all_and_followed_for_all() -> None:
    row = kept(kept(None, RECORDED, CANCELLED).row, followers=("F",)).row

    again = kept(row, RECORDED, CANCELLED, again=True)

    assert again.new == 0
    assert types(again.told) == {ref: ["crime.recorded", "crime.cancelled"] for ref in ("A", "F")}
    assert again.followed == {"C2": ["A", "F"]}


def test_what_comes_in_another_order_gives_the_same_row() -> None:
    onward, backward = kept(None, RECORDED), kept(None, LINKED)

    assert kept(onward.row, LINKED).row == kept(backward.row, RECORDED).row


def test_who_begins_to_follow_is_told_everything_from_then_on() -> None:
    first = kept(kept(None, RECORDED).row, followers=("Z",))
    then = kept(first.row, LINKED)

    assert types(first.told) == {"Z": ["crime.recorded"]}
    assert first.row.followers == ["Z"]
    assert types(then.told) == {
        "A": ["crime.linked"],
        "B": ["crime.recorded", "crime.linked"],
        "Z": ["crime.linked"],
    }


def test_who_follows_a_record_that_nobody_made_is_answered_with_nothing() -> None:
    answer = kept(None, followers=("A",))

    assert answer.told == {"A": []}
    assert answer.row == CrimeRow(NOWHERE, NEVER, [], ["A"])


def test_who_asks_twice_is_answered_twice() -> None:
    row = kept(None, RECORDED, followers=("Z",)).row

    assert kept(row, followers=("Z",)).told == {"Z": []}


def test_a_record_that_is_named_as_survivor_is_followed_for_all_that_know_the_cancelled_one() -> None:
    row = kept(None, RECORDED, followers=("Z",)).row

    named = kept(row, CANCELLED)

    assert named.followed == {"C2": ["A", "Z"]}


def test_once_a_survivor_is_named_it_is_followed_for_newcomers_alone() -> None:
    row = kept(None, RECORDED, CANCELLED).row

    assert kept(row, line(4, "reinstated")).followed == {}
    assert kept(row, LINKED).followed == {"C2": ["B"]}
    assert kept(row, followers=("Z",)).followed == {"C2": ["Z"]}
