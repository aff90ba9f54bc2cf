import pytest

from streams.tools.mapping import Rejected, map_rows

from .sample import HEAD, OPENED, RECORDED, MappingOf, crime, error_of, events_of, fields, log, rows_of


class TestTimes:
    def test_a_receipt_in_the_repeated_hour_is_read_early_and_marked(self, mapping_of: MappingOf) -> None:
        mapping = mapping_of(OPENED)

        (event,) = events_of(mapping, log(Call="25/10/2026 01:30:00"))

        assert event["data"]["received_at"] == event["time"] == "2026-10-25T00:30:00Z"
        assert event["data"]["quality"] == {
            "received_at": "ambiguous_local_time",
            "opened_at": "ambiguous_local_time",
        }

    def test_a_recording_in_the_repeated_hour_is_read_late_and_marked(self, mapping_of: MappingOf) -> None:
        (event,) = events_of(mapping_of(RECORDED), crime(Made="25/10/2026 01:30:00"))

        assert event["data"]["recorded_at"] == event["time"] == "2026-10-25T01:30:00Z"
        assert event["data"]["quality"] == {"recorded_at": "ambiguous_local_time"}

    def test_a_time_column_follows_the_reading_of_what_happened(self, mapping_of: MappingOf) -> None:
        (event,) = events_of(mapping_of(RECORDED, "    time: Made\n"), crime(Made="25/10/2026 01:30:00"))

        assert event["time"] == event["data"]["recorded_at"]

    def test_an_entry_in_the_repeated_hour_is_read_early_and_a_contact_late(self, mapping_of: MappingOf) -> None:
        entry = mapping_of(OPENED, fields("entries: [{at: Noted, text: Message}]"))
        contact = mapping_of("""\
  - type: victim.contacted
    id: [Crime, Noted]
    data: {crime_ref: Crime, victim_ref: Victim, at: Noted, kind: {constant: update}}
""")
        noted = {"Noted": "25/10/2026 01:30:00", "Message": "the alarm rang twice", "Victim": "V1"}

        (opened,) = events_of(entry, log() | noted)
        (contacted,) = events_of(contact, crime() | noted)

        assert opened["data"]["entries"][0]["at"] == "2026-10-25T00:30:00Z"
        assert opened["data"]["quality"] == {"entries": "ambiguous_local_time"}
        assert contacted["data"]["at"] == "2026-10-25T01:30:00Z"

    def test_a_time_that_the_clocks_skipped_is_rejected_with_its_row(self, mapping_of: MappingOf) -> None:
        row = log(Call="29/03/2026 01:30:00")

        (result,) = map_rows(rows_of(row), mapping_of(OPENED))

        assert result == Rejected(
            "export.csv",
            2,
            "incident.opened: data.received_at: this local time does not exist: the clocks skipped it (column 'Call')",
            "invalid_data",
            row,
        )

    def test_a_format_without_seconds_is_noted_where_seconds_count(self, mapping_of: MappingOf) -> None:
        mapping = mapping_of(OPENED, RECORDED)

        opened, recorded = events_of(mapping, log(Call="01/04/2026 09:30") | crime(Made="01/04/2026 10:00"))

        assert opened["data"]["quality"] == {"received_at": "minute_precision"}
        assert recorded["data"]["quality"] == {"recorded_at": "minute_precision"}

    def test_ambiguity_outweighs_minute_precision(self, mapping_of: MappingOf) -> None:
        (event,) = events_of(mapping_of(RECORDED), crime(Made="25/10/2026 01:30"))

        assert event["data"]["quality"] == {"recorded_at": "ambiguous_local_time"}

    @pytest.mark.parametrize(
        ("form", "cell", "instant", "marked"),
        [
            ("iso", "2026-04-01T09:30:00", "2026-04-01T08:30:00Z", False),
            ("iso", "2026-04-01 09:30:00.5", "2026-04-01T08:30:00.500000Z", False),
            ("iso", "2026-04-01T09:30", "2026-04-01T08:30:00Z", True),
            ("iso", "2026-10-25T01:30:00+00:00", "2026-10-25T01:30:00Z", False),
            ("epoch_s", "1775032200", "2026-04-01T08:30:00Z", False),
            ("epoch_ms", "1775032200250", "2026-04-01T08:30:00.250000Z", False),
            ("'%m/%d/%y %I:%M %p'", "4/1/26 9:30 PM", "2026-04-01T20:30:00Z", True),
        ],
    )
    def test_exports_write_time_in_many_ways(
        self, mapping_of: MappingOf, form: str, cell: str, instant: str, marked: bool
    ) -> None:
        mapping = mapping_of(OPENED, head=f"force: S\nsource: s\ntime_formats: [{form}]\n")

        (event,) = events_of(mapping, log(Call=cell))

        assert event["data"]["received_at"] == instant
        assert ("quality" in event["data"]) == marked

    @pytest.mark.parametrize("cell", ["yesterday", "2026-04-01", "01/04/2026", "01/04/26 25:00", "nan", "inf", "1e300"])
    def test_a_time_that_no_format_reads_is_rejected_and_not_quoted(self, mapping_of: MappingOf, cell: str) -> None:
        mapping = mapping_of(OPENED, head=HEAD.replace("[", "[iso, epoch_s, "))

        error = error_of(mapping, log(Call=cell))

        assert error == "incident.opened: data.received_at: none of the time formats reads it (column 'Call')"

    def test_a_year_that_cannot_be_is_rejected(self, mapping_of: MappingOf) -> None:
        assert "expected a time between 1990 and 2100" in error_of(mapping_of(OPENED), log(Call="01/04/0026 09:30"))
        assert "expected a time between 1990 and 2100" in error_of(mapping_of(OPENED), log(Call="01/01/0001 00:00"))

    def test_local_times_are_those_of_the_export_s_zone(self, mapping_of: MappingOf) -> None:
        mapping = mapping_of(OPENED, head=HEAD + "time_zone: America/Chicago\n")

        (event,) = events_of(mapping, log(Call="25/10/2026 01:30:00"))

        assert event["time"] == "2026-10-25T06:30:00Z"
