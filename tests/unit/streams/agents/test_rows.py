from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from rules.alerts import Paging
from rules.standing import Standing, Watch
from streams.agents.rows import (
    MAX_ROW,
    NOWHERE,
    PATIENCE,
    Asked,
    Body,
    CrimeRow,
    IncidentRow,
    TooLarge,
    digest,
    incident_row,
    packed,
    read_crime,
    read_incident,
    read_said,
    read_summary,
)
from streams.outward.gauges import Held
from tests.unit.rules.given import OPENED_AT, PLAIN, Line, after, at, book, line, opened, statements

THEFT = opened(opening_code="CRIME_THEFT", area="N")
CLOSED = line(1, "closed", closing_codes=["CRIME_THEFT"])
SILENT = Paging(read_to=OPENED_AT)


def standing_of(*given: Line, until: float, paging: Paging | None = None) -> tuple[Standing, Watch]:
    watch = Watch(PLAIN, book(), paging)
    watch.observe(statements(*given), at(1))
    watch.advance(at(until))
    return watch.standings["A"], watch


def row_of(
    *given: Line,
    until: float = 30,
    paging: Paging | None = None,
    asked: Asked | None = None,
    withheld_until: datetime | None = None,
) -> IncidentRow:
    standing, watch = standing_of(*given, until=until, paging=paging)
    return incident_row(
        force=PLAIN.force,
        law=book().hash,
        statements=watch.group.statements(),
        mute=[b"second78", b"first678"],
        standing=standing,
        judged_at=at(until),
        explained=b"12345678",
        asked=asked or {},
        withheld_until=withheld_until,
    )


def test_an_incident_comes_out_of_its_row_as_it_went_in() -> None:
    row = row_of(THEFT, CLOSED, asked={("incident", "B"): at(1), ("crime", "C1"): None})

    read = read_incident(packed(row))

    assert packed(read) == packed(row)
    assert (read.facts, read.statements, read.judged_at) == (row.facts, row.statements, at(30))
    assert dict(read.asked) == {("incident", "B"): at(1), ("crime", "C1"): None}
    assert read.mute == [b"first678", b"second78"]


def test_what_was_last_said_is_the_same_after_a_row() -> None:
    standing, _ = standing_of(THEFT, CLOSED, until=30)

    read = read_incident(packed(row_of(THEFT, CLOSED))).standing()

    assert {name: alert.as_dict() for name, alert in read.alerts.items()} == {
        name: alert.as_dict() for name, alert in standing.alerts.items()
    }
    assert [alert.history for alert in read.alerts.values()] == [alert.history for alert in standing.alerts.values()]
    assert (read.facts, read.updated_at, read.turn) == (standing.facts, standing.updated_at, standing.turn)


def test_a_crime_comes_out_of_its_row_as_it_went_in() -> None:
    row = CrimeRow(NOWHERE, OPENED_AT, statements(line(1, "recorded")), ["A", "B"])

    assert read_crime(packed(row)) == row


def test_the_summary_is_the_head_of_the_row() -> None:
    row = row_of(THEFT, CLOSED, until=12)

    head = read_summary(packed(row))

    assert msgspec.to_builtins(head) == msgspec.to_builtins(row)[: len(head.__struct_fields__)]
    assert (head.due, head.status, head.group, head.area) == (row.due, "due_soon", "theft", "N")


def test_what_was_said_is_read_of_a_row_without_the_rest() -> None:
    row = row_of(THEFT, CLOSED)
    row.offset = 7

    said = read_said(packed(row))

    assert said.__struct_fields__ == row.__struct_fields__[: len(said.__struct_fields__)]
    assert (said.status, said.group, said.offset) == (row.status, row.group, 7)
    assert [(each.alert_id, each.kind, each.rule, each.severity, each.status) for each in said.alerts] == [
        (name, alert.kind, alert.rule, alert.severity, alert.status) for name, alert in row.standing().alerts.items()
    ]
    assert said.alerts


def test_the_gauges_are_told_what_is_owed_and_since_when() -> None:
    row = read_summary(packed(row_of(THEFT, CLOSED)))

    assert row.held == Held(
        "Example", "N", "overdue", "theft", at(24), (("closed_without_crime", "high"), ("overdue", "high"))
    )


def test_before_anything_is_overdue_the_gauges_are_told_the_deadline_that_is_to_come() -> None:
    row = row_of(THEFT, until=1)

    assert (row.status, row.deadline) == ("monitoring", at(24))


def test_an_incident_that_waits_for_nothing_has_no_deadline() -> None:
    assert row_of(opened(opening_code="TR_RTC"), until=1).deadline is None


def test_an_alert_that_is_resolved_is_owed_no_more() -> None:
    row = row_of(THEFT, line(1, "recorded"))

    assert (row.status, row.deadline, row.open_alerts) == ("recorded_in_time", None, [])


def test_an_incident_is_due_at_its_next_turn() -> None:
    assert row_of(THEFT, until=1).due == at(12)
    assert row_of(THEFT, until=12).due == at(24) + timedelta(microseconds=1)
    assert row_of(THEFT, until=30).due is None


def test_an_incident_that_waits_for_another_is_due_when_its_patience_ends() -> None:
    asked: Asked = {("incident", "B"): at(3), ("incident", "C"): at(2), ("crime", "C1"): None}

    assert row_of(THEFT, until=1, asked=asked).due == at(2) + PATIENCE
    assert row_of(THEFT, until=1, asked={("crime", "C1"): None}).due == at(12)


@pytest.mark.parametrize(
    ("paging", "withheld_until", "review"),
    [
        (Paging(), None, None),
        (SILENT, None, at(25)),
        (SILENT, at(30), at(30)),
        (Paging(catching_up=True), at(30), at(30)),
        (Paging(catching_up=True), None, None),
    ],
)
def test_what_was_withheld_is_to_be_looked_at_again(
    paging: Paging, withheld_until: datetime | None, review: datetime | None
) -> None:
    twofold = opened(opening_code="CRIME_THEFT", entries=[{"at": after(1), "text": "punched"}])

    row = row_of(twofold, paging=paging, withheld_until=withheld_until)

    assert sorted(alert.due_at for alert in row.standing().alerts.values() if alert.stands) == [at(24), at(25)]
    assert row.review == review


def test_what_was_paged_all_of_it_is_not_looked_at_again() -> None:
    assert row_of(THEFT, withheld_until=at(30)).review is None


def test_of_the_deadlines_only_that_of_what_is_overdue_counts() -> None:
    row = row_of(THEFT, line(1, "decided", basis="not_notifiable", decided_by="officer"))

    assert sorted(kind for kind, _ in row.open_alerts) == ["overdue", "unjustified_disposal"]
    assert row.deadline == at(24)


def test_the_body_of_an_alert_stays_packed_from_row_to_row() -> None:
    standing = read_incident(packed(row_of(THEFT))).standing()
    sealed = {name: replace(alert, body=Body(b"never opened")) for name, alert in standing.alerts.items()}
    standing.alerts = dict(sealed)

    row = incident_row("Example", "", [], [], standing, at(31), b"", {}, None)

    read = read_incident(packed(row)).standing().alerts.values()
    assert [alert.body.packed for alert in read if isinstance(alert.body, Body)] == [b"never opened"] * len(sealed)


def test_a_packed_body_reads_as_what_was_said() -> None:
    (said,) = (alert for alert in standing_of(THEFT, until=30)[0].alerts.values() if alert.stands)
    (read,) = (alert for alert in read_incident(packed(row_of(THEFT))).standing().alerts.values() if alert.stands)

    assert dict(read.body) == dict(said.body)
    assert len(read.body) == len(said.body)
    assert read.body["summary"] == said.body["summary"]


def test_a_row_is_no_larger_than_fits_into_one_record() -> None:
    empty = len(packed(CrimeRow(NOWHERE, OPENED_AT, [], ["x" * 70_000]))) - 70_000
    fits = CrimeRow(NOWHERE, OPENED_AT, [], ["x" * (MAX_ROW - empty)])

    assert len(packed(fits)) == MAX_ROW == 262_144
    with pytest.raises(TooLarge):
        packed(CrimeRow(NOWHERE, OPENED_AT, [], [*fits.followers, ""]))


def test_that_a_row_is_too_large_says_nothing_of_what_is_in_it() -> None:
    with pytest.raises(TooLarge) as raised:
        packed(CrimeRow(NOWHERE, OPENED_AT, [], ["Quarrington" * 30_000]))

    assert str(raised.value) == "its row would have more than 262144 bytes"


@pytest.mark.parametrize("other", [{"b": 1, "a": 3}, {"a": 2}, {}, None, [["a", 2], ["b", 1]]])
def test_a_digest_tells_one_thing_from_another_in_whatever_order_it_was_built(other: Any) -> None:
    said = {"a": 2, "b": 1}

    assert digest(said) == digest({"b": 1, "a": 2})
    assert len(digest(said)) == 8
    assert digest(said) != digest(other)
