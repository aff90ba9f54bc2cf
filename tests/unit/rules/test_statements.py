from itertools import permutations
from typing import Any

import msgspec

from rules.events import EVENT
from rules.examples import events_of
from rules.statements import Statement, Statements, statement_of, unknown_fields

from .given import book, line, opened, statements


def kept(said: list[Statement]) -> list[Statement]:
    found = Statements()
    for one in said:
        found.add(one)
    return list(found)


def said_by(source: str, name: str, /, **data: Any) -> Statement:
    event = events_of([{"at": "2026-04-02T09:00:00Z", "id": name, "updated": data}])[0]
    return statement_of(EVENT.validate_python({**event, "source": source}), book().lexicon)


def test_no_text_of_an_entry_survives() -> None:
    text = "Ottilie Quarrington says her cousin punched her at 14 Larch Row"

    said = statements(
        opened(entries=[{"text": text}, {"text": "Ottilie rang back later"}]),
        line(1, "updated", entries=[{"text": text}]),
        line(2, "closed", closing_codes=["CRI"], entries=[{"text": text}]),
        line(3, "reopened", entries=[{"text": text}]),
    )

    packed = b"".join(msgspec.msgpack.encode(one) for one in said)
    assert b"Quarrington" not in packed
    assert b"Larch" not in packed
    assert packed.count(b"punched") == 4


def test_an_entry_without_a_phrase_states_nothing() -> None:
    (said,) = statements(line(1, "updated", entries=[{"text": "officers attending"}]))

    assert said.data == {"entries": []}
    assert not said.says_something


def test_an_entry_is_kept_as_its_time_category_and_marks() -> None:
    (said,) = statements(opened(entries=[{"category": "caller", "text": "victim says she was not punched"}]))

    assert said.data["entries"] == [[said.time, "caller", [["punched", "not", "victim"]]]]


def test_a_field_left_out_is_missing_and_a_null_one_is_there() -> None:
    (said,) = statements(line(1, "updated", area=None))

    assert said.data == {"area": None}
    assert said.says_something


def test_what_was_stated_is_about_an_incident_or_a_crime() -> None:
    log, record = statements(opened(), line(1, "recorded"))

    assert (log.origin, log.ref, log.force) == ("incident", "A", "Example")
    assert (record.origin, record.ref) == ("crime", "C1")
    assert not {"force", "incident_ref"} & log.data.keys()
    assert not {"force", "crime_ref"} & record.data.keys()


def test_statements_stand_by_time_then_source_then_id() -> None:
    (early,) = statements(opened())
    said = [said_by("a", "2"), said_by("a", "10"), said_by("b", "1"), said_by("B", "1")]

    for arrival in permutations([*said, early]):
        order = [(one.source, one.id) for one in kept(list(arrival))]

        assert order == [("B", "1"), ("a", "10"), ("a", "2"), ("b", "1"), ("examples", "e1")]


def test_the_same_statement_again_is_none() -> None:
    found = Statements()

    assert found.add(said_by("a", "1", area="N"))
    assert not found.add(said_by("a", "1", area="N"))
    assert len(found) == 1


def test_the_same_identity_with_other_content_is_another_statement_in_one_order() -> None:
    one, other, third = (said_by("a", "1", area=area) for area in "NSW")

    orders = {tuple(str(said.data) for said in kept(list(said))) for said in permutations([one, other, third, one])}

    assert len(orders) == 1
    assert len(next(iter(orders))) == 3


def test_a_set_knows_its_statements_by_their_content_and_not_by_their_identity_alone() -> None:
    found = Statements()
    for area in "NSW":
        found.add(said_by("a", "1", area=area))
    found.add(said_by("b", "1", area="E"))

    assert all(said_by("a", "1", area=area) in found for area in "NSW")
    assert said_by("a", "1", area="E") not in found
    assert said_by("b", "1", area="N") not in found
    assert said_by("a", "2", area="N") not in found
    assert said_by("c", "1", area="N") not in found


def test_an_empty_set_knows_no_statement() -> None:
    assert said_by("a", "1") not in Statements()


def test_a_statement_is_known_whichever_way_round_its_fields_came() -> None:
    found = Statements()
    found.add(said_by("a", "1", area="N", grade="1"))

    assert said_by("a", "1", grade="1", area="N") in found


def test_unknown_fields_are_counted_at_every_depth() -> None:
    event = events_of(
        [opened(colour="blue", victims=[{"victim_ref": "V1", "hat": 1}], entries=[{"text": "x", "ink": 1}])]
    )[0]

    assert unknown_fields(EVENT.validate_python(event).data) == 3
    assert "colour" not in statement_of(EVENT.validate_python(event), book().lexicon).data
