from datetime import timedelta
from typing import Any

import pytest

from rules.expectations import delayed

from .given import HOUR, Line, after, at, expected, line, opened

DECIDED = {"basis": "contrary_evidence", "reason": "footage", "decided_by": "supervisor"}
DUE = at(24)


def punched(hours: float) -> Line:
    return line(hours, "updated", entries=[{"text": "punched"}])


def test_the_report_clock_runs_from_receipt_and_warns_at_half_the_limit() -> None:
    (asked,) = expected(opened(-2, received_at=after(-2), opened_at=after(0), opening_code="CRIME_THEFT"))

    assert (asked.occasion, asked.clock, asked.starts) == ("report", "report", at(-2))
    assert (asked.warns_at, asked.due_at) == (at(10), at(22))


def test_what_is_disclosed_later_runs_from_its_disclosure() -> None:
    (asked,) = expected(opened(), punched(5), punched(3), rule="M04")

    assert (asked.occasion, asked.clock, asked.starts, asked.due_at) == ("disclosure", "disclosure", at(3), at(27))


def test_an_entry_up_to_the_opening_belongs_to_the_report() -> None:
    entries = [{"at": after(1), "text": "punched"}]

    for hours, clock in ((1, "report"), (0.9, "disclosure")):
        (asked,) = expected(opened(opened_at=after(hours), entries=entries), rule="M04")

        assert asked.clock == clock


def test_a_disclosure_dated_before_the_report_does_not_start_before_it() -> None:
    (asked,) = expected(opened(), line(1, "updated", entries=[{"at": after(-9), "text": "punched"}]), rule="M04")

    assert asked.starts == at(0)


@pytest.mark.parametrize(
    ("decided", "now", "state"),
    [(2, 1, "ended"), (3, 4, "ended"), (2.9, 4, "monitoring"), (48, 49, "ended")],
)
def test_an_ending_covers_what_was_disclosed_up_to_its_instant(decided: float, now: float, state: str) -> None:
    disclosed = 3 if decided != 2 else 1

    (asked,) = expected(opened(), punched(disclosed), line(decided, "decided", **DECIDED), rule="M04", now=now)

    assert asked.state(at(now)) == state


def test_each_ending_closes_an_episode_and_the_next_is_named_after_it() -> None:
    episodes = expected(
        opened(opening_code="PSW_CONCERN", entries=[{"text": "punched"}]),
        line(1, "decided", **DECIDED),
        punched(2),
        line(3, "decided", **DECIDED),
        punched(4),
        rule="M04",
        now=5,
    )

    assert [(asked.occasion, asked.clock, asked.starts, asked.is_open) for asked in episodes] == [
        ("report", "report", at(0), False),
        (f"disclosure {'2026-04-02T10:00:00Z'}", "disclosure", at(2), False),
        (f"disclosure {'2026-04-02T12:00:00Z'}", "disclosure", at(4), True),
    ]


def test_a_decision_withdrawn_opens_it_with_its_original_start_and_deadline() -> None:
    given = [opened(opening_code="CRIME_THEFT"), line(1, "decided", **DECIDED)]

    (ended,) = expected(*given, now=2)
    (again,) = expected(*given, line(30, "withdrawn"), now=31)

    assert ended.ended_by is not None
    assert (again.occasion, again.starts, again.due_at, again.state(at(31))) == ("report", at(0), DUE, "overdue")


def test_a_decision_ends_only_the_rules_it_names() -> None:
    given = [
        opened(opening_code="CRIME_THEFT", entries=[{"text": "punched"}]),
        line(1, "decided", rules=["M02"], **DECIDED),
    ]

    assert [asked.is_open for asked in expected(*given, now=2)] == [False]
    assert [asked.is_open for asked in expected(*given, rule="M04", now=2)] == [True]


@pytest.mark.parametrize(
    ("hours", "state"),
    [(0, "monitoring"), (11.99, "monitoring"), (12, "due_soon"), (24, "due_soon"), (24.001, "overdue")],
)
def test_due_soon_holds_from_its_step_to_the_deadline_and_overdue_after_it(hours: float, state: str) -> None:
    (asked,) = expected(opened(opening_code="CRIME_THEFT"))

    assert asked.state(at(hours)) == state


def test_a_record_exactly_at_the_deadline_is_in_time_and_the_earliest_decides() -> None:
    given = [opened(opening_code="CRIME_THEFT"), line(30, "recorded", crime_ref="C0", recorded_at=after(30))]

    (late,) = expected(*given, now=40)
    (in_time,) = expected(*given, line(31, "recorded", crime_ref="C9", recorded_at=after(24)), now=40)

    assert late.met_late
    assert not in_time.met_late
    assert in_time.met_by is not None
    assert in_time.met_by.ref == "C9"


def test_met_beats_ended() -> None:
    (asked,) = expected(opened(opening_code="CRIME_THEFT"), line(1, "decided", **DECIDED), line(2, "recorded"), now=3)

    assert asked.state(at(3)) == "met"


@pytest.mark.parametrize(
    ("code", "rule", "offence", "meets"),
    [
        ("CRIME_RAPE", "M05", "019/08", True),
        ("CRIME_RAPE", "M05", "N100/1", True),
        ("CRIME_RAPE", "M05", "017/15", False),
        ("CRIME_RAPE", "M02", "N100/2", True),
        ("CRIME_RAPE", "M02", "008/06", True),
        ("CRIME_VIOLENCE", "M02", "N100/1", False),
        ("CRIME_VIOLENCE", "M02", "N300/1", False),
        ("CRIME_VIOLENCE", "M02", "039/00", True),
    ],
)
def test_any_crime_meets_what_names_no_class_and_an_n100_only_rape(
    code: str, rule: str, offence: str, meets: bool
) -> None:
    (asked,) = expected(opened(opening_code=code), line(1, "recorded", offence_code=offence), rule=rule, now=2)

    assert (asked.met_by is not None) is meets


def test_a_rape_is_ended_by_no_decision_closure_or_transfer() -> None:
    given = [
        opened(opening_code="CRIME_RAPE"),
        line(1, "decided", **DECIDED),
        line(2, "closed", closing_codes=["CRI"], reason="directed_not_to_record"),
        line(3, "transferred", accepted_at=after(3)),
    ]

    (rape,) = expected(*given, rule="M05", now=4)
    (code,) = expected(*given, rule="M02", now=4)

    assert rape.is_open
    assert rape.warns_at == at(1)
    assert code.ended_by is not None
    assert code.ended_by.status == "transferred"


def delay(decided: float, until: float, by: str = "force_crime_registrar", note: str = "abroad") -> dict[str, Any]:
    name = f"{decided}"
    return {"decided_at": at(decided), "until": at(until), "decided_by": by, "note": note, "names": [name]}


@pytest.mark.parametrize(
    ("delays", "due"),
    [
        ([delay(1, 48)], 48),
        ([delay(24, 48)], 48),
        ([delay(24.01, 48)], 24),
        ([delay(1, 24)], 24),
        ([delay(1, 12)], 24),
        ([delay(1, 48, by="chief_officer")], 24),
        ([delay(1, 48, note="  ")], 24),
        ([delay(1, 48), delay(40, 72)], 72),
        ([delay(1, 48), delay(49, 72)], 24 + 24),
        ([delay(1, 72), delay(2, 48)], 72),
    ],
)
def test_a_delay_moves_the_deadline_only_as_the_registrar_may(delays: list[dict[str, Any]], due: float) -> None:
    assert delayed(DUE, delays)[0] == at(due)


def test_delays_together_stay_within_the_forces_longest() -> None:
    delays = [delay(1, 48), delay(2, 96)]

    moved, names = delayed(DUE, delays, timedelta(days=1))

    assert (moved, names) == (at(48), ("1",))


def test_after_a_delay_the_steps_keep_their_distance() -> None:
    until = {"until": after(48), "decided_by": "force_crime_registrar", "note": "abroad"}

    (asked,) = expected(opened(opening_code="CRIME_THEFT"), line(1, "delayed", **until), now=2)

    assert (asked.first_due_at, asked.due_at, asked.warns_at) == (at(24), at(48), at(48) - 12 * HOUR)
