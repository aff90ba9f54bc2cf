from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from streams.tools import mapping as mapping_module
from streams.tools.mapping import (
    ExportMapping,
    Mapped,
    MappingError,
    Rejected,
    Row,
    Unused,
    map_rows,
    read_mapping,
)

HEAD = """\
force: Sample-Force
source: //sample.example/control
time_formats: ["%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M"]
"""
OPENED = """\
  - type: incident.opened
    id: Log
    data:
      incident_ref: Log
      received_at: Call
      opened_at: Call
      channel: {column: Source, lookup: {TEL: "101"}, default: other}
      opening_code: Code
      reporter: {constant: unknown}
"""
RECORDED = """\
  - type: crime.recorded
    id: Crime
    data: {crime_ref: Crime, incident_refs: Log, offence_code: Class, recorded_at: Made}
"""
GROUPED = OPENED.replace("id: Log", "once_per: Log")


MappingOf = Callable[..., ExportMapping]


@pytest.fixture
def mapping_of(tmp_path: Path) -> MappingOf:
    def read(*events: str, head: str = HEAD) -> ExportMapping:
        path = tmp_path / "mapping.yaml"
        path.write_text(head + "events:\n" + "".join(events))
        return read_mapping(path)

    return read


def rows_of(*cells: dict[str, str]) -> Iterator[Row]:
    return (Row("export.csv", line, row) for line, row in enumerate(cells, start=2))


def log(**cells: str) -> dict[str, str]:
    return {"Log": "L1", "Call": "01/04/2026 09:30:00", "Code": "PSW_ALARM"} | cells


def crime(**cells: str) -> dict[str, str]:
    return {"Log": "L1", "Crime": "C1", "Class": "008/06", "Made": "01/04/2026 10:00:00"} | cells


def fields(text: str) -> str:
    return indent(dedent(text), " " * 6)


def events_of(mapping: ExportMapping, *cells: dict[str, str]) -> list[dict[str, Any]]:
    events = []
    for result in map_rows(rows_of(*cells), mapping):
        assert isinstance(result, Mapped)
        events.append(result.event)
    return events


def error_of(mapping: ExportMapping, *cells: dict[str, str]) -> str:
    (result,) = map_rows(rows_of(*cells), mapping)
    assert isinstance(result, Rejected)
    assert "\n" not in result.error
    return result.error


class TestAnEvent:
    def test_a_row_becomes_a_structured_event_with_its_envelope(self, mapping_of: MappingOf) -> None:
        mapping = mapping_of(OPENED)

        (event,) = events_of(mapping, log(Source="TEL"))

        assert event == {
            "specversion": "1.0",
            "type": "incident.opened",
            "source": "//sample.example/control",
            "id": "incident.opened/L1",
            "subject": "L1",
            "time": "2026-04-01T08:30:00Z",
            "data": {
                "force": "Sample-Force",
                "incident_ref": "L1",
                "received_at": "2026-04-01T08:30:00Z",
                "opened_at": "2026-04-01T08:30:00Z",
                "channel": "101",
                "opening_code": "PSW_ALARM",
                "reporter": "unknown",
            },
        }

    def test_an_empty_cell_leaves_the_field_out(self, mapping_of: MappingOf) -> None:
        mapping = mapping_of(OPENED, fields("area: Beat"))

        (event,) = events_of(mapping, log())

        assert "area" not in event["data"]

    def test_a_table_without_the_value_gives_its_default(self, mapping_of: MappingOf) -> None:
        (event,) = events_of(mapping_of(OPENED), log(Source="PIGEON"))

        assert event["data"]["channel"] == "other"

    def test_a_table_without_the_value_and_without_default_rejects_and_does_not_quote_it(
        self, mapping_of: MappingOf
    ) -> None:
        mapping = mapping_of(OPENED.replace(", default: other", ""))

        error = error_of(mapping, log(Source="PIGEON"))

        assert error == "incident.opened: data.channel: the table has no entry for it (column 'Source')"

    def test_raw_codes_pass_unchanged_unless_the_mapping_names_their_key(self, mapping_of: MappingOf) -> None:
        mapping = mapping_of(OPENED, head=HEAD + "codes: {A9: PSW_ALARM}\n")

        known, unknown = events_of(mapping, log(Code="A9"), log(Log="L2", Code="B7"))

        assert known["data"]["opening_code"] == "PSW_ALARM"
        assert unknown["data"]["opening_code"] == "B7"

    def test_several_columns_are_joined(self, mapping_of: MappingOf) -> None:
        mapping = mapping_of(OPENED.replace("incident_ref: Log", "incident_ref: {columns: [Day, Log], joined_by: '-'}"))

        (event,) = events_of(mapping, log(Day="20260401"))

        assert event["data"]["incident_ref"] == event["subject"] == "20260401-L1"

    def test_one_column_can_hold_a_list(self, mapping_of: MappingOf) -> None:
        mapping = mapping_of(
            OPENED, fields("qualifiers: {column: Marks, split: ';', lookup: {DA: Q_DOMESTIC_ABUSE, Y: X_TEST}}")
        )

        (event,) = events_of(mapping, log(Marks="DA; Y;"))

        assert event["data"]["qualifiers"] == ["Q_DOMESTIC_ABUSE", "X_TEST"]

    def test_an_object_and_numbers_and_truths_are_read_as_the_contract_has_them(self, mapping_of: MappingOf) -> None:
        mapping = mapping_of("""\
  - type: crime.cancelled
    id: [Crime, Done]
    subject: Log
    data:
      crime_ref: Crime
      cancelled_at: Done
      reason: Why
      decided_by: {constant: supervisor}
      independent: Other Officer
      avi: {source: Proof, verified: Proven}
""")  # fmt: skip
        row = {
            "Log": "L1",
            "Crime": "C/1",
            "Done": "01/04/2026 09:30:00",
            "Why": "C2",
            "Other Officer": "Yes",
            "Proven": "N",
        }

        (event,) = events_of(mapping, row)

        assert event["data"]["independent"] is True
        assert event["data"]["avi"] == {"verified": False}
        assert event["subject"] == "L1"
        assert event["id"] == "crime.cancelled/C~11/01~104~12026 09:30:00"

    def test_its_time_can_be_a_column_of_its_own(self, mapping_of: MappingOf) -> None:
        mapping = mapping_of(
            "  - {type: crime.linked, id: [Crime, Log], time: Made, data: {crime_ref: Crime, incident_ref: Log}}\n"
        )

        (event,) = events_of(mapping, crime())

        assert event["time"] == "2026-04-01T09:00:00Z"

    def test_the_id_is_the_same_in_every_run_and_needs_its_columns(self, mapping_of: MappingOf) -> None:
        mapping = mapping_of(OPENED.replace("id: Log", "id: [Log, Version]"))

        assert error_of(mapping, log()) == "incident.opened: id: no value (column 'Version')"
        assert events_of(mapping, log(Version="2")) == events_of(mapping, log(Version="2"))


class TestConditions:
    @pytest.mark.parametrize(
        ("test", "cell", "holds"),
        [
            ("present", "x", True),
            ("present", None, False),
            ("absent", None, True),
            ("absent", "x", False),
            ("{equals: BURGLARY}", "BURGLARY", True),
            ("{equals: BURGLARY}", "burglary", False),
            ("{one_of: [A, B]}", "B", True),
            ("{one_of: [A, B]}", None, False),
            ("{matches: '^THEFT'}", "THEFT OF CYCLE", True),
            ("{matches: '^THEFT'}", "NO THEFT", False),
            ("{not: {matches: 'NO OFFENCE'}}", "FOUND (NO OFFENCE)", False),
            ("{not: {matches: 'NO OFFENCE'}}", None, True),
        ],
    )
    def test_a_row_says_the_event_only_where_they_hold(
        self, mapping_of: MappingOf, test: str, cell: str | None, holds: bool
    ) -> None:
        mapping = mapping_of(OPENED, f"    when: {{Kind: {test}}}\n")

        (result,) = map_rows(rows_of(log() | ({"Kind": cell} if cell else {})), mapping)

        assert isinstance(result, Mapped if holds else Unused)

    def test_one_row_can_say_several_events(self, mapping_of: MappingOf) -> None:
        mapping = mapping_of(OPENED, RECORDED, "    when: {Crime: present}\n")

        events = events_of(mapping, log() | crime(), log(Log="L2"))

        assert [event["id"] for event in events] == ["incident.opened/L1", "crime.recorded/C1", "incident.opened/L2"]


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


class TestWhatIsRejected:
    def test_an_error_names_path_and_column_and_no_value(self, mapping_of: MappingOf) -> None:
        mapping = mapping_of(OPENED, fields("victims: [{victim_ref: Victim, age: Age}]\ngrade: Grade"))

        error = error_of(mapping, log(Victim="V1", Age="seventy", Grade="x" * 600))

        assert "data.victims.0.age: Input should be a valid integer" in error
        assert "(column 'Victim', 'Age')" in error
        assert "data.grade: String should have at most 512 characters (column 'Grade')" in error
        assert "seventy" not in error
        assert "xxx" not in error

    def test_a_missing_field_that_the_contract_requires_is_named_with_its_column(self, mapping_of: MappingOf) -> None:
        row = log()
        del row["Code"]

        assert error_of(mapping_of(OPENED), row) == "incident.opened: data.opening_code: Field required (column 'Code')"

    def test_a_missing_time_is_named_with_its_column(self, mapping_of: MappingOf) -> None:
        row = log()
        del row["Call"]

        assert error_of(mapping_of(OPENED), row) == "incident.opened: time: no value (column 'Call')"

    def test_the_row_s_other_events_still_go(self, mapping_of: MappingOf) -> None:
        mapping = mapping_of(OPENED, RECORDED)

        opened, recorded = map_rows(rows_of(log(Call="never") | crime()), mapping)

        assert isinstance(opened, Rejected)
        assert isinstance(recorded, Mapped)

    def test_an_event_above_the_contract_s_size_is_too_large(self, mapping_of: MappingOf) -> None:
        texts = ", ".join(f"{{at: Call, text: T{number}}}" for number in range(5))
        mapping = mapping_of(OPENED, fields(f"entries: [{texts}]"))

        (result,) = map_rows(rows_of(log(**{f"T{n}": f"{n}" * 60_000 for n in range(5)})), mapping)

        assert isinstance(result, Rejected)
        assert result.error_type == "too_large"

    @given(
        call=st.text(min_size=1)
        | st.datetimes().map(lambda moment: f"{moment:%d/%m/%Y %H:%M:%S}")
        | st.floats().map(str)
        | st.datetimes().map(str),
        text=st.text(min_size=1, max_size=80),
    )
    def test_any_row_at_all_is_an_event_or_is_rejected_in_one_line(self, call: str, text: str) -> None:
        mapping = ExportMapping.model_validate(
            yaml.safe_load(HEAD.replace("[", "[iso, epoch_s, ") + "events:\n" + OPENED)
        )

        (result,) = map_rows(rows_of({"Log": text, "Call": call, "Code": text, "Source": text}), mapping)

        assert isinstance(result, Mapped) or (isinstance(result, Rejected) and "\n" not in result.error)

    def test_what_was_rejected_before_passes_through(self, mapping_of: MappingOf) -> None:
        earlier = Rejected("export.csv", 3, "expected a JSON object", "invalid_data", "[]")

        assert list(map_rows([earlier], mapping_of(OPENED))) == [earlier]


TOGETHER = "group: {by: Log}\n"
ANYWHERE = "group: {by: Log, rows: anywhere}\n"
LISTS = fields("""\
    entries: [{at: Noted, text: Message}]
    victims:
      - {victim_ref: Person, when: {Role: {equals: Victim}}}
    grade: Grade
""")


class TestRowsOfOneIncident:
    def test_the_first_value_stands_and_lists_gather(self, mapping_of: MappingOf) -> None:
        mapping = mapping_of(GROUPED, LISTS, head=HEAD + TOGETHER)
        noted = {"Noted": "01/04/2026 09:31:00", "Message": "glass broken"}

        (event,) = events_of(
            mapping,
            log(Person="V1", Role="Victim", **noted),
            log(Person="W1", Role="Witness", Grade="2", **noted),
            log(Person="V2", Role="Victim", Grade="3", Noted="01/04/2026 09:40:00", Message="nothing taken"),
            log(Noted="01/04/2026 09:41:00"),
        )

        assert event["data"]["grade"] == "2"
        assert event["data"]["victims"] == [{"victim_ref": "V1"}, {"victim_ref": "V2"}]
        assert [entry["text"] for entry in event["data"]["entries"]] == ["glass broken", "nothing taken"]

    def test_a_text_without_its_time_is_rejected_and_not_left_out(self, mapping_of: MappingOf) -> None:
        mapping = mapping_of(GROUPED, LISTS, head=HEAD + TOGETHER)

        assert "data.entries.0.at: Field required" in error_of(mapping, log(Message="glass broken"))

    def test_a_plain_column_for_a_list_gathers_too(self, mapping_of: MappingOf) -> None:
        mapping = mapping_of(RECORDED.replace("id: Crime", "once_per: Crime"), head=HEAD + "group: {by: Crime}\n")

        (event,) = events_of(mapping, crime(), crime(Log="L2"), crime(Log="L1"))

        assert event["data"]["incident_refs"] == ["L1", "L2"]

    def test_an_event_without_once_per_is_said_by_every_row(self, mapping_of: MappingOf) -> None:
        mapping = mapping_of(GROUPED, RECORDED, head=HEAD + TOGETHER)

        events = events_of(mapping, log() | crime(), log() | crime(Crime="C2"))

        assert [event["type"] for event in events] == ["incident.opened", "crime.recorded", "crime.recorded"]

    def test_rows_that_should_stand_together_and_do_not_are_rejected_with_the_remedy(
        self, mapping_of: MappingOf
    ) -> None:
        mapping = mapping_of(GROUPED, head=HEAD + TOGETHER)

        *_, rejected = sorted(
            map_rows(rows_of(log(), log(Log="L2"), log()), mapping), key=lambda r: isinstance(r, Rejected)
        )

        assert isinstance(rejected, Rejected)
        assert rejected.line == 4
        assert rejected.error == "its incident's other rows stand elsewhere: say `rows: anywhere` under `group`"

    def test_rows_anywhere_are_brought_together_in_the_order_of_the_first(self, mapping_of: MappingOf) -> None:
        mapping = mapping_of(GROUPED, LISTS, head=HEAD + ANYWHERE)
        victim = {"Role": "Victim"}

        first, second = events_of(
            mapping,
            log(Person="V1", **victim),
            log(Log="L0", Person="V2", **victim),
            log(Person="V3", **victim),
        )

        assert first["data"]["victims"] == [{"victim_ref": "V1"}, {"victim_ref": "V3"}]
        assert second["subject"] == "L0"

    def test_no_more_rows_are_held_than_the_mapping_allows(self, mapping_of: MappingOf) -> None:
        mapping = mapping_of(GROUPED, head=HEAD + "group: {by: Log, at_most: 2}\n")

        rejected, mapped = map_rows(rows_of(log(), log(), log()), mapping)

        assert isinstance(mapped, Mapped)
        assert isinstance(rejected, Rejected)
        assert rejected.error == "more than 2 rows of one incident: raise `at_most` under `group`"

    @pytest.mark.parametrize("group", [TOGETHER, ANYWHERE])
    def test_a_row_that_names_no_incident_is_rejected(self, mapping_of: MappingOf, group: str) -> None:
        row = log()
        del row["Log"]

        assert (
            error_of(mapping_of(GROUPED, head=HEAD + group), row)
            == "no value in column 'Log', which tells the incident"
        )


FAULTY = """\
force: Sample Force
source: s
time_zone: Europe/Londn
surprise: 1
time_formats: ["%d/%m/%Y", "%Y %I:%M", "%Y-%m-%d %H %Q"]
encoding: utf-88
events:
  - type: incident.opened
    id: Log
    data:
      incident_ref: Log
      recieved_at: Call
      opened_at: Call
      channel: {constant: phone}
      opening_code: 3
      reporter: {constant: unknown}
  - type: incident.opened
    when: {A: presnt, B: {matches: "("}}
    data:
      incident_ref: [Log]
      received_at: {when: {A: present}, at: Call}
      opened_at: {column: Call, split: ","}
      channel: {constant: other}
      opening_code: Code
      reporter: {constant: unknown}
      force: Force
      entries: [{at: Call, txt: Message}, Message]
      victims: Name
  - type: crime.recoded
    data: {}
"""


class TestAMappingFile:
    def test_every_fault_is_named_at_once_with_its_line(self, tmp_path: Path) -> None:
        path = tmp_path / "mapping.yaml"
        path.write_text(FAULTY)

        with pytest.raises(MappingError) as caught:
            read_mapping(path)

        lines = [line.removeprefix(f"{path}:") for line in str(caught.value).splitlines()]
        assert all(str(path) in line for line in str(caught.value).splitlines())
        found = {(int(line.split(":")[0]), line.split(":")[1].strip()) for line in lines}
        assert found >= {
            (1, "force"),
            (3, "time_zone"),
            (4, "surprise"),
            (5, "time_formats.0"),
            (5, "time_formats.1"),
            (5, "time_formats.2"),
            (6, "encoding"),
            (15, "events.0.data.opening_code"),
            (18, "events.1.when.A"),
            (18, "events.1.when.B.matches"),
            (20, "events.1.data.incident_ref"),
            (21, "events.1.data.received_at"),
            (22, "events.1.data.opened_at.split"),
            (26, "events.1.data.force"),
            (27, "events.1.data.entries.0"),
            (27, "events.1.data.entries.0.txt"),
            (27, "events.1.data.entries.1"),
            (28, "events.1.data.victims"),
            (29, "events.2.type"),
        }

    def test_fields_are_those_of_the_contract(self, mapping_of: MappingOf) -> None:
        with pytest.raises(MappingError) as caught:
            mapping_of(
                OPENED.replace("received_at", "recieved_at").replace("{constant: unknown}", "{constant: nobody}")
            )

        text = str(caught.value)
        assert "data: incident.opened needs `received_at`" in text
        assert "recieved_at: incident.opened takes no `recieved_at` from a row" in text
        assert "reporter.constant: Input should be 'victim', 'acting_for_victim'" in text

    @pytest.mark.parametrize(
        ("events", "expected"),
        [
            (RECORDED.replace("    id: Crime\n", ""), "expected `id`"),
            ("  - {type: crime.linked, id: A, data: {crime_ref: A, incident_ref: B}}\n", "expected `time`"),
            (GROUPED, "expected `group`, which `once_per` needs"),
            (OPENED + OPENED, "have the same `id`"),
            ("  []\n", "events: expected at least one"),
            (OPENED + "    when: {A: {equals: x, matches: y}}\n", "expected present, absent, or one of"),
            (OPENED + "      qualifiers: {column: A, joined: ' '}\n", "Extra inputs are not permitted"),
        ],
    )
    def test_what_is_missing_is_said(self, mapping_of: MappingOf, events: str, expected: str) -> None:
        with pytest.raises(MappingError, match=expected):
            mapping_of(events)

    def test_a_file_that_is_no_yaml_or_is_not_there_is_one_line(self, tmp_path: Path) -> None:
        broken = tmp_path / "broken.yaml"
        broken.write_text("force: [\n")

        with pytest.raises(MappingError, match=r"broken\.yaml:2: expected YAML"):
            read_mapping(broken)
        with pytest.raises(MappingError, match=r"none\.yaml: cannot be read: No such file"):
            read_mapping(tmp_path / "none.yaml")

    def test_the_example_of_the_module_s_own_words_is_a_mapping(self) -> None:
        example = dedent(str(mapping_module.__doc__).split("\n\n")[2])

        mapping = ExportMapping.model_validate(yaml.safe_load(example))

        assert mapping.columns == (
            "Log Number", "Call Time", "Log Date", "Log Time", "Source", "Opening Code", "Message",
        )  # fmt: skip

    def test_it_names_all_its_columns_in_its_order(self, mapping_of: MappingOf) -> None:
        mapping = mapping_of(GROUPED, LISTS, "    when: {Kind: present}\n", head=HEAD + "group: {by: Log}\n")

        assert mapping.columns == (
            "Log", "Kind", "Call", "Source", "Code", "Noted", "Message", "Role", "Person", "Grade",
        )  # fmt: skip
