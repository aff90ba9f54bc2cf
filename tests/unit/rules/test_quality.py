import pytest

from .given import Line, after, assessed, line, opened

THEFT = opened(opening_code="CRIME_THEFT")
CORRECTION = {"reason": "typed wrongly", "decided_by": "supervisor"}
MINUTE = {"received_at": "minute_precision"}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ([THEFT], []),
        ([opened(opened_at=after(1))], []),
        ([opened(opened_at=after(1.001))], ["opened_late"]),
        ([opened(opened_at=after(-0.001))], ["received_after_opened"]),
        ([opened(), line(1, "updated", received_at_corrected=after(0), **CORRECTION)], ["received_at_corrected"]),
        ([opened(occurred_at=after(0.001))], ["occurred_after_report"]),
        ([opened(occurred_at=after(0))], []),
        ([THEFT, line(1, "recorded", recorded_at=after(-24))], []),
        ([THEFT, line(1, "recorded", recorded_at=after(-24.001))], ["recorded_before_report"]),
        ([opened(opening_code="ZZ9")], ["unmapped_code"]),
        ([THEFT, line(1, "closed", closing_codes=["ZZ9"])], ["unmapped_code"]),
        ([THEFT, line(1, "recorded", offence_code="999/9")], ["unmapped_code"]),
        ([opened(quality={"received_at": "ambiguous_local_time"})], ["ambiguous_local_time"]),
        ([THEFT, line(1, "recorded", quality={"recorded_at": "ambiguous_local_time"})], ["ambiguous_local_time"]),
        ([THEFT, line(1, "merged", into="Z")], ["merged_into_unknown"]),
        ([THEFT, line(1, "merged", into="A")], ["merge_cycle"]),
        ([opened(victims=[{"victim_ref": "V1"}]), line(1, "recorded", victim_refs=["V9"])], ["crime_mismatch"]),
        ([opened(opening_code="ZZ9", opened_at=after(2))], ["opened_late", "unmapped_code"]),
    ],
)
def test_what_cannot_be_right_is_named(given: list[Line], found: list[str]) -> None:
    assert list(assessed(*given, now=30).quality) == found


@pytest.mark.parametrize(
    ("hours", "exact", "found"),
    [
        (24 - 60 / 3600, False, True),
        (24 + 60 / 3600, False, True),
        (24, False, True),
        (24 - 61 / 3600, False, False),
        (24 + 61 / 3600, False, False),
        (24, True, False),
    ],
)
def test_a_minute_either_way_of_the_deadline_is_a_boundary_only_for_times_of_minutes(
    hours: float, exact: bool, found: bool
) -> None:
    report = opened(opening_code="CRIME_THEFT", quality={} if exact else MINUTE)

    quality = assessed(report, line(30, "recorded", recorded_at=after(hours)), now=31).quality

    assert ("boundary_minute" in quality) is found


def test_a_record_of_minute_precision_sets_the_boundary_too() -> None:
    record = line(30, "recorded", recorded_at=after(24), quality={"recorded_at": "minute_precision"})

    assert "boundary_minute" in assessed(THEFT, record, now=31).quality


def test_a_mismatch_undone_is_named_no_longer() -> None:
    given = [opened(victims=[{"victim_ref": "V1"}]), line(1, "recorded", victim_refs=["V9"]), line(2, "unlinked")]

    assert assessed(*given, now=3).quality == ()
