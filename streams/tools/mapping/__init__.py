"""A force's export described in a YAML file, and the contract's events that its rows say.

The description names, for each event, which rows say it and from which columns its fields come. A plain string names a
column. The contract's own models tell what a field is, so a column that fills an instant is read as a time, and a name
that the contract does not have is a fault of the file.

    force: Sample-Force
    source: //sample.example/command-and-control
    time_formats: ["%d/%m/%Y %H:%M"]
    events:
      - type: incident.opened
        id: Log Number
        data:
          incident_ref: Log Number
          received_at: Call Time
          opened_at: {columns: [Log Date, Log Time]}
          channel: {column: Source, lookup: {TEL: "101", EMERGENCY: "999"}, default: other}
          opening_code: Opening Code
          reporter: {constant: unknown}
          entries:
            - {at: Call Time, text: Message}

Where several rows tell of one incident, `group` says which columns name it and `once_per` how often an event is said:
the first row that has a value gives a field its value, lists gather over the rows. Rows that belong together may stand
`together` (the default: one incident at a time is held) or `anywhere` (all rows are first put in order in a temporary
folder on disk); either way no more than `at_most` rows are in memory.
"""

from streams.tools.mapping.drafting import map_rows
from streams.tools.mapping.file import ExportMapping, MappingError, read_mapping
from streams.tools.mapping.rows import GatheringError, Mapped, Rejected, Row, Unused

__all__ = [
    "ExportMapping",
    "GatheringError",
    "Mapped",
    "MappingError",
    "Rejected",
    "Row",
    "Unused",
    "map_rows",
    "read_mapping",
]
