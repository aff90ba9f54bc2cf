"""A small export, mappings of it, and what its rows become."""

from collections.abc import Callable, Iterator
from textwrap import dedent, indent
from typing import Any

from streams.tools.mapping import ExportMapping, Mapped, Rejected, Row, map_rows

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
TOGETHER = "group: {by: Log}\n"
ANYWHERE = "group: {by: Log, rows: anywhere}\n"
LISTS = """\
      entries: [{at: Noted, text: Message}]
      victims:
        - {victim_ref: Person, when: {Role: {equals: Victim}}}
      grade: Grade
"""

MappingOf = Callable[..., ExportMapping]


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
