from datetime import UTC, datetime, timedelta
from typing import Any

from rules.force import ForceProfile
from streams.settings import Forces
from streams.tools.summary import LISTED, Summary

FORCES = Forces({"north": ForceProfile(force="north")})


def status(ref: str = "A", delay: float | None = 3600, **said: Any) -> dict[str, Any]:
    recorded = {"delay_seconds": delay, "recorded_at": "2026-04-02T10:00:00Z"} if delay is not None else {}
    return {
        "force": "north",
        "incident_ref": ref,
        "status": "recorded_in_time",
        "received_at": "2026-04-02T09:00:00Z",
        **recorded,
        **said,
    }


def of(*delays: float) -> Summary:
    summary = Summary()
    for delay in delays:
        summary.count_status(status(delay=delay), FORCES)
    return summary


def test_summaries_of_parts_add_up() -> None:
    one, other = of(60, 7200), of(60)
    other.events["used"] = 3
    other.count_status(status(delay=None, status="overdue"), FORCES)

    one.add(other)

    assert one.statuses == {"recorded_in_time": 3, "overdue": 1}
    assert one.delays == {60: 2, 7200: 1}
    assert one.events == {"used": 3}


def test_shares_and_medians_count_recorded_incidents() -> None:
    summary = of(3600, 7200, 24 * 3600, 24 * 3600 + 1, 9 * 24 * 3600)

    assert summary.delay_at(0.5) == timedelta(hours=24)
    assert summary.delay_at(1) == timedelta(days=7)
    assert summary.share_within(timedelta(hours=24)) == 3 / 5
    assert Summary().delay_at(0.5) is None
    assert Summary().share_within(timedelta(hours=24)) is None


def test_a_fraction_of_a_second_beyond_a_limit_is_not_within_it() -> None:
    assert of(24 * 3600 + 0.5).share_within(timedelta(hours=24)) == 0


def test_times_a_calendar_year_apart_are_named() -> None:
    summary = Summary()
    summary.count_status(status("A", delay=31_536_000, recorded_at="2027-04-02T08:00:00Z"), FORCES)
    summary.count_status(status("B", delay=31_536_000, recorded_at="2027-04-03T08:00:00Z"), FORCES)

    assert list(summary.years_apart) == ["north/A: 1"]
    assert any("north/A" in line and "typed wrongly" in line for line in summary.lines())


def test_it_is_written_for_a_program_and_for_a_person() -> None:
    summary = of(1800)
    summary.until = datetime(2026, 4, 3, tzinfo=UTC)
    summary.events.update(used=1_234, repeat=2)
    summary.rejected["invalid_data"] = 1
    summary.unmapped["ZZ9"] = 4

    said, lines = summary.as_dict(), "\n".join(summary.lines())

    assert said["until"] == "2026-04-03T00:00:00Z"
    assert (said["events"], said["median_delay_seconds"], said["share_within_24_hours"]) == (
        {"repeat": 2, "used": 1234},
        1800.0,
        1.0,
    )
    assert "1,234 used" in lines
    assert "1 invalid_data" in lines
    assert "4 ZZ9" in lines
    assert "median 0.50 h" in lines
    assert "100.0% within 24 hours" in lines


def test_a_long_list_is_cut_and_its_count_is_whole() -> None:
    summary = Summary()
    summary.differences["overdue would be exempt"] = LISTED + 5
    summary.changed.update(f"north/{n:03}: overdue would be exempt" for n in range(LISTED + 5))

    lines = list(summary.lines())

    assert sum("north/" in line for line in lines) == LISTED
    assert f"{LISTED + 5} overdue would be exempt" in "\n".join(lines)
