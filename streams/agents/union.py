"""Unites the rows of a key that a changelog holds, so that a row that a zombie wrote takes nothing away."""

from collections.abc import Collection, Iterable

from rules.statements import Statement, Statements
from streams.agents.redaction import redacted
from streams.agents.rows import read_crime, read_incident, read_offset, unbounded


def unite_incident(before: bytes, after: bytes) -> bytes:
    """Return what is kept of an incident of which one row was written after another.

    That is the later one, unless it had taken in less: a worker wrote it that had lost the incident and did not know yet.
    Then it is the one that had taken in more, with what only the other knows, to be judged anew; so nothing is missing
    either where the inboxes were made anew, and their offsets begin again. What was erased stays erased.
    """
    if read_offset(after) >= read_offset(before):
        return after
    row = read_incident(before)
    statements = _united(row.statements, read_incident(after).statements, row.nameless)
    row.statements = [said for said in statements if row.forgets is None or said.time > row.forgets]
    row.law = ""
    return unbounded(row)


def unite_crime(before: bytes, after: bytes) -> bytes:
    """Return what is kept of a crime of which one row was written after another, as of an incident."""
    if read_offset(after) >= read_offset(before):
        return after
    row, other = read_crime(before), read_crime(after)
    row.statements = _united(row.statements, other.statements, row.nameless)
    row.followers = sorted({*row.followers, *other.followers})
    return unbounded(row)


def _united(one: Iterable[Statement], other: Iterable[Statement], nameless: Collection[bytes]) -> list[Statement]:
    known = Statements()
    for said in (*one, *other):
        known.add(redacted(said, nameless))
    return list(known)
