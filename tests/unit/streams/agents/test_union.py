"""Of two rows of a key, what one that knew less leaves of the other."""

from streams.agents.redaction import redact_crime, redact_incident
from streams.agents.rows import CrimeRow, packed, read_crime, read_incident
from streams.agents.union import unite_crime, unite_incident
from tests.unit.rules.given import OPENED_AT, Line, at, line, statements

from .test_rows import CLOSED, THEFT, row_of


def at_offset(offset: int, *given: Line) -> bytes:
    row = row_of(*given)
    row.offset = offset
    return packed(row)


def test_of_two_rows_of_an_incident_the_one_written_later_is_kept() -> None:
    assert unite_incident(at_offset(4, THEFT), at_offset(5, THEFT, CLOSED)) == at_offset(5, THEFT, CLOSED)
    assert unite_incident(at_offset(4, THEFT), at_offset(4, THEFT, CLOSED)) == at_offset(4, THEFT, CLOSED)


def test_a_row_that_had_taken_in_less_takes_nothing_away_and_what_only_it_knows_is_judged() -> None:
    missed, known = line(1, "updated", grade="1"), line(2, "updated", area="S")
    before, zombie = row_of(THEFT, missed, known), row_of(THEFT, missed)
    before.statements.remove(missed_one := before.statements[1])
    before.offset, zombie.offset = 5, 4

    united = read_incident(unite_incident(packed(before), packed(zombie)))

    assert united.statements == [before.statements[0], missed_one, before.statements[1]]
    assert (united.offset, united.law) == (5, "")


def test_a_crime_s_row_that_had_taken_in_less_takes_nothing_away_either() -> None:
    recorded, linked = statements(line(1, "recorded"), line(2, "linked"))
    before, zombie = CrimeRow(5, OPENED_AT, [recorded], ["A"]), CrimeRow(4, OPENED_AT, [linked], ["B"])

    assert unite_crime(packed(zombie), packed(before)) == packed(before)
    assert read_crime(unite_crime(packed(before), packed(zombie))) == CrimeRow(
        5, OPENED_AT, [recorded, linked], ["A", "B"]
    )


def test_what_was_erased_stays_erased_when_a_zombie_writes_it_again() -> None:
    named = line(1, "updated", victims=[{"victim_ref": "V-1", "age": 12}])
    before, zombie = row_of(THEFT, named), row_of(THEFT, named)
    redact_incident(before, "V-1")
    before.statements = [said for said in before.statements if said.time > at(0)]
    before.forgets, before.offset, zombie.offset = at(0), 5, 4

    united = unite_incident(packed(before), packed(zombie))

    assert b"V-1" not in united
    assert read_incident(united).statements == before.statements


def test_a_victim_who_was_erased_stays_out_of_a_crime_when_a_zombie_writes_its_row_again() -> None:
    said = statements(line(1, "recorded", victim_refs=["V-1"]))
    before, zombie = CrimeRow(5, OPENED_AT, list(said), []), CrimeRow(4, OPENED_AT, list(said), [])
    redact_crime(before, "V-1")

    united = unite_crime(packed(before), packed(zombie))

    assert b"V-1" not in united
    assert read_crime(united).statements == before.statements
