import csv
import io
import json
import os
import statistics
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from streams.tools.accounts import FeedSummary
from streams.tools.feeder import FeedError, dry_run, read_events
from streams.tools.mapping import ExportMapping, read_mapping

HERE = Path(__file__).resolve()
PROJECT = HERE.parents[4]
DATA = Path(os.environ.get("RECORDING_DATA", PROJECT.parent / "shared" / "data"))
DALLAS = DATA / "dallas_2016_2017" / "incidents.csv"

MAPPING = """\
force: Sample-Force
source: //sample.example/control
events:
  - type: incident.opened
    when: {Kind: {not: {equals: TEST}}}
    id: Log
    data:
      incident_ref: Log
      received_at: Call
      opened_at: Call
      channel: {constant: other}
      opening_code: Code
      reporter: {constant: unknown}
      area: caller.beat
"""
HEADER = "Log,Call,Code,Kind,caller.beat\n"
GOOD = "L1,2026-04-01T09:30:00Z,PSW_ALARM,REAL,North\n"


class Refusal(Exception):
    """As the decoder of CloudEvents refuses: with an error type and one line."""

    def __init__(self, error_type: str, message: str) -> None:
        self.error_type = error_type
        super().__init__(message)


def decode(value: bytes) -> object:
    try:
        event = json.loads(value)
    except ValueError:
        raise Refusal("not_json", "expected JSON") from None
    if "specversion" not in event:
        raise Refusal("not_cloudevent", "expected a CloudEvent")
    return event


MappingWith = Callable[..., ExportMapping]
Export = Callable[..., str]


@pytest.fixture
def mapping(tmp_path: Path) -> MappingWith:
    def read(extra: str = "") -> ExportMapping:
        path = tmp_path / "mapping.yaml"
        path.write_text(extra + MAPPING)
        return read_mapping(path)

    return read


@pytest.fixture
def export(tmp_path: Path) -> Export:
    def write(content: str | bytes, name: str = "export.csv") -> str:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


def run(
    files: list[str], mapping: ExportMapping | None, progress: Callable[[int], None] | None = None
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], FeedSummary]:
    out, rejected = io.StringIO(), io.StringIO()
    summary = dry_run(files, mapping, decode, out, rejected, progress)
    events, refused = ([json.loads(line) for line in text.getvalue().splitlines()] for text in (out, rejected))
    return events, refused, summary


class TestCsv:
    def test_rows_become_events_as_json_lines(self, mapping: MappingWith, export: Export) -> None:
        events, rejected, _ = run([export(HEADER + GOOD)], mapping())

        assert [event["id"] for event in events] == ["incident.opened/L1"]
        assert events[0]["data"]["area"] == "North"
        assert rejected == []

    def test_the_mark_of_excel_and_quoted_line_feeds_are_read(self, mapping: MappingWith, export: Export) -> None:
        row = 'L1,2026-04-01T09:30:00Z,"PSW_ALARM",REAL,"North\nEast"\n'
        file = export(b"\xef\xbb\xbf" + (HEADER + row + GOOD.replace("09:30", "never")).encode())

        events, rejected, _ = run([file], mapping())

        assert events[0]["data"]["area"] == "North\nEast"
        assert rejected[0]["line"] == 4

    def test_another_encoding_and_delimiter_are_named_in_the_mapping(
        self, mapping: MappingWith, export: Export
    ) -> None:
        file = export((HEADER + GOOD.replace("North", "Café")).replace(",", ";").encode("cp1252"))

        events, _, _ = run([file], mapping("encoding: cp1252\ndelimiter: ';'\n"))

        assert events[0]["data"]["area"] == "Café"

    def test_a_wrong_encoding_is_one_line(self, mapping: MappingWith, export: Export) -> None:
        file = export((HEADER + GOOD.replace("North", "Café")).encode("cp1252"))

        with pytest.raises(FeedError, match=r"export\.csv: not in utf-8-sig: name its `encoding` in the mapping$"):
            run([file], mapping())

    def test_missing_columns_are_one_line(self, mapping: MappingWith, export: Export) -> None:
        with pytest.raises(
            FeedError, match=r"export\.csv: has no column 'Kind', 'caller.beat', which the mapping names$"
        ):
            run([export("Log,Call,Code\n")], mapping())

    def test_a_column_that_stands_there_twice_is_one_line(self, mapping: MappingWith, export: Export) -> None:
        with pytest.raises(FeedError, match="more than one column 'Log'"):
            run([export(HEADER.replace("Log,", "Log,Log,"))], mapping())

    def test_what_is_no_csv_is_one_line_with_its_place(self, mapping: MappingWith, export: Export) -> None:
        with pytest.raises(FeedError, match=r"export\.csv:3: not CSV"):
            run([export(HEADER + GOOD + '"L2"x,,,,\n')], mapping())

    @pytest.mark.parametrize("row", ["L2,2026-04-01T09:30:00Z\n", GOOD.replace("North", "North,South")])
    def test_a_row_of_another_length_is_rejected_and_the_rest_goes_on(
        self, mapping: MappingWith, export: Export, row: str
    ) -> None:
        events, rejected, _ = run([export(HEADER + row + GOOD)], mapping())

        assert len(events) == 1
        assert (rejected[0]["line"], rejected[0]["error"]) == (2, "expected 5 cells, as in the header")

    def test_blank_lines_say_nothing_and_are_no_rows(self, mapping: MappingWith, export: Export) -> None:
        _, rejected, summary = run([export(HEADER + "\n" + GOOD + "\n" + GOOD.replace("L1", ""))], mapping())

        assert summary.rows == 2
        assert [item["line"] for item in rejected] == [5]

    def test_cells_that_the_mapping_calls_empty_are_absent(self, mapping: MappingWith, export: Export) -> None:
        events, _, _ = run([export(HEADER + GOOD.replace("North", " NULL "))], mapping("empty: ['NULL']\n"))

        assert "area" not in events[0]["data"]

    def test_a_file_that_is_not_there_is_one_line(self, mapping: MappingWith, tmp_path: Path) -> None:
        with pytest.raises(FeedError, match=r"none\.csv: cannot be read: No such file"):
            run([str(tmp_path / "none.csv")], mapping())

    def test_standard_input_is_read_for_a_dash(self, mapping: MappingWith, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO((HEADER + GOOD).encode())))

        events, _, _ = run(["-"], mapping())

        assert len(events) == 1

    def test_rows_of_one_incident_are_brought_together_across_files(
        self, mapping: MappingWith, export: Export, tmp_path: Path
    ) -> None:
        grouped = tmp_path / "grouped.yaml"
        grouped.write_text("group: {by: Log, rows: anywhere}\n" + MAPPING.replace("id: Log", "once_per: Log"))
        other = GOOD.replace("L1", "L2")

        files = [export(HEADER + GOOD + other), export(HEADER + GOOD, "second.csv")]
        events, _, summary = run(files, read_mapping(grouped))

        assert [event["subject"] for event in events] == ["L1", "L2"]
        assert summary.rows == 3

    def test_a_disk_without_room_to_bring_rows_together_is_one_line(
        self, mapping: MappingWith, export: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        anywhere = mapping("group: {by: Log, rows: anywhere}\n")
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))

        with pytest.raises(FeedError, match=r"^no temporary folder to bring rows together in: No such file"):
            run([export(HEADER + GOOD)], anywhere)


class TestJsonLines:
    ROW = json.dumps(
        {"Log": 17, "Call": "2026-04-01T09:30:00Z", "Code": "PSW_ALARM", "Kind": None, "caller": {"beat": "North"}}
    )

    def test_deeper_values_are_named_by_their_path_and_numbers_are_texts(
        self, mapping: MappingWith, export: Export
    ) -> None:
        events, _, summary = run([export(self.ROW + "\n\n")], mapping("format: json_lines\n"))

        assert events[0]["data"]["incident_ref"] == "17"
        assert events[0]["data"]["area"] == "North"
        assert summary.unseen == ["Kind"]

    def test_a_line_that_is_no_object_is_rejected_as_it_came(self, mapping: MappingWith, export: Export) -> None:
        file = export(b'[1]\n{"Log": \n\xff\n' + self.ROW.encode())

        events, rejected, _ = run([file], mapping("format: json_lines\n"))

        assert len(events) == 1
        assert [(item["line"], item["error_type"], item["row"]) for item in rejected] == [
            (1, "invalid_data", "[1]"),
            (2, "not_json", '{"Log":'),
            (3, "not_json", "�"),
        ]


class TestCloudEvents:
    def test_they_pass_as_they_came_and_what_the_decoder_refuses_is_rejected(self, export: Export) -> None:
        event = {"specversion": "1.0", "type": "incident.merged", "id": "1", "extra": "kept"}
        lines = [json.dumps(event), "", "{}", "{"]

        events, rejected, summary = run([export("\n".join(lines))], None)

        assert events == [event]
        assert [(item["line"], item["error_type"]) for item in rejected] == [(3, "not_cloudevent"), (4, "not_json")]
        assert summary.rows == 3

    def test_an_error_that_is_no_refusal_is_not_swallowed(self, export: Export) -> None:
        def broken(_: bytes) -> object:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            list(read_events([export("{}")], None, broken))


class TestTheSummary:
    def test_it_says_in_a_few_lines_what_became_of_the_rows(self, mapping: MappingWith, export: Export) -> None:
        bad = GOOD.replace("2026-04-01T09:30:00Z", "soon")
        file = export(HEADER + GOOD + bad + bad + GOOD.replace("REAL", "TEST"))

        _, _, summary = run([file], mapping())

        assert str(summary).splitlines() == [
            "4 rows read, 1 events",
            "  1 incident.opened",
            "1 rows of which the mapping makes no event",
            "2 rejected",
            "  2 invalid_data: incident.opened: data.received_at: none of the time formats reads it (column 'Call')",
        ]

    def test_progress_is_told_as_rows_are_read(self, mapping: MappingWith, export: Export) -> None:
        told: list[int] = []
        rows = "".join(GOOD.replace("L1", f"L{number}") for number in range(2500))

        run([export(HEADER + rows)], mapping(), told.append)

        assert told == [1000, 2000, 2500]


@pytest.mark.skipif(not DALLAS.exists(), reason="the Dallas export is not beside this checkout")
def test_the_dallas_export_says_what_its_own_figures_say() -> None:
    mapping = read_mapping(PROJECT / "deploy" / "forces" / "dallas" / "mapping.yaml")
    with DALLAS.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    expected = {row["Incident Number w/ Year"]: float(row["derived_hours_call_to_recorded"]) for row in rows}
    without = {row["Incident Number w/ Year"] for row in rows if "(NO OFFENSE)" in row["Type of Incident"]}

    events, rejected, summary = run([str(DALLAS)], mapping)

    assert (summary.rows, summary.unused, rejected) == (599, 0, [])
    opened = [event["data"] for event in events if event["type"] == "incident.opened"]
    received = {data["incident_ref"]: datetime.fromisoformat(data["received_at"]) for data in opened}
    assert len(opened) == len(received) == 543
    assert not any("entries" in event["data"] for event in events)
    recorded: defaultdict[str, list[datetime]] = defaultdict(list)
    for event in events:
        for ref in event["data"].get("incident_refs", []):
            recorded[ref].append(datetime.fromisoformat(event["data"]["recorded_at"]))
    assert set(received) - set(recorded) == without
    assert len(without) == 67
    delays = {ref: (min(times) - received[ref]).total_seconds() / 3600 for ref, times in recorded.items()}
    assert delays == pytest.approx({ref: expected[ref] for ref in delays}, abs=0.0005)
    everything = [delays.get(ref, expected[ref]) for ref in received]
    assert statistics.median(everything) == pytest.approx(0.73, abs=0.005)
    assert sum(hours <= 24 for hours in everything) / 543 == pytest.approx(0.996, abs=0.0005)
