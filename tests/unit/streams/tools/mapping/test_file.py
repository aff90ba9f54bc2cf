from pathlib import Path
from textwrap import dedent

import pytest
import yaml

from streams.tools import mapping as mapping_package
from streams.tools.mapping import ExportMapping, MappingError, read_mapping

from .sample import GROUPED, HEAD, LISTS, OPENED, RECORDED, MappingOf

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

    @pytest.mark.parametrize(
        ("events", "expected"),
        [
            (RECORDED.replace("    id: Crime\n", ""), "expected `id`"),
            ("  - {type: crime.linked, id: A, data: {crime_ref: A, incident_ref: B}}\n", "expected `time`"),
            (OPENED + "    subject: {column: Log, split: ','}\n", "subject: expected one value"),
            (OPENED + "    time: {column: Call, split: ','}\n", "time: expected one value"),
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

    def test_a_key_that_stands_there_twice_is_a_fault_at_the_second(self, tmp_path: Path) -> None:
        path = tmp_path / "mapping.yaml"
        path.write_text(HEAD + "events:\n" + OPENED + "      opening_code: Other\nforce: Other\n")

        with pytest.raises(MappingError) as caught:
            read_mapping(path)

        assert str(caught.value).splitlines() == [
            f"{path}:14: events.0.data.opening_code: expected each key once",
            f"{path}:15: force: expected each key once",
        ]

    def test_a_value_that_is_no_date_is_one_line(self, tmp_path: Path) -> None:
        path = tmp_path / "mapping.yaml"
        path.write_text(HEAD + "empty: [2026-02-30]\n")

        with pytest.raises(MappingError, match=r"mapping\.yaml:4: expected YAML: day is out of range for month$"):
            read_mapping(path)

    def test_the_example_of_the_module_s_own_words_is_a_mapping(self) -> None:
        example = dedent(str(mapping_package.__doc__).split("\n\n")[2])

        mapping = ExportMapping.model_validate(yaml.safe_load(example))

        assert mapping.columns == (
            "Log Number", "Call Time", "Log Date", "Log Time", "Source", "Opening Code", "Message",
        )  # fmt: skip

    def test_it_names_all_its_columns_in_its_order(self, mapping_of: MappingOf) -> None:
        mapping = mapping_of(GROUPED, LISTS, "    when: {Kind: present}\n", head=HEAD + "group: {by: Log}\n")

        assert mapping.columns == (
            "Log", "Kind", "Call", "Source", "Code", "Noted", "Message", "Role", "Person", "Grade",
        )  # fmt: skip
