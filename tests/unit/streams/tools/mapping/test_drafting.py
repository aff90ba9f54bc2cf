import yaml
from hypothesis import given
from hypothesis import strategies as st

from streams.tools.mapping import ExportMapping, Mapped, Rejected, map_rows

from .sample import (
    GROUPED,
    HEAD,
    LISTS,
    OPENED,
    RECORDED,
    TOGETHER,
    MappingOf,
    crime,
    error_of,
    events_of,
    fields,
    log,
    rows_of,
)


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

    def test_a_list_can_name_several_columns_each_with_many_values(self, mapping_of: MappingOf) -> None:
        mapping = mapping_of(OPENED, fields("qualifiers: [First, {column: Marks, split: ';'}, {constant: X_FEED}]"))

        (event,) = events_of(mapping, log(First="X_ONE", Marks="X_TWO; X_ONE; X_THREE"))

        assert event["data"]["qualifiers"] == ["X_ONE", "X_TWO", "X_THREE", "X_FEED"]

    def test_the_default_stands_where_the_columns_are_empty(self, mapping_of: MappingOf) -> None:
        mapping = mapping_of(
            OPENED, fields("qualifiers: {column: Marks, split: ';', lookup: {A: X_A}, default: X_NONE}")
        )

        absent, unknown = events_of(mapping, log(), log(Log="L2", Marks="A; B"))

        assert absent["data"]["qualifiers"] == ["X_NONE"]
        assert unknown["data"]["qualifiers"] == ["X_A", "X_NONE"]

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

    def test_one_row_can_say_several_events(self, mapping_of: MappingOf) -> None:
        mapping = mapping_of(OPENED, RECORDED, "    when: {Crime: present}\n")

        events = events_of(mapping, log() | crime(), log(Log="L2"))

        assert [event["id"] for event in events] == ["incident.opened/L1", "crime.recorded/C1", "incident.opened/L2"]


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


class TestSeveralRows:
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
