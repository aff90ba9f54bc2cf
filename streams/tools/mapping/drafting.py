"""From the rows of one incident to events of the contract, each validated as the contract would."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from rules.events import EVENT
from rules.instants import format_instant
from streams.tools.mapping.conditions import all_hold, named
from streams.tools.mapping.contract import (
    CODES,
    DATA_OF,
    LARGEST_EVENT,
    MEASURED,
    MOMENT,
    TELLING,
    Shape,
    read_late,
    shape_of,
)
from streams.tools.mapping.file import EventTemplate, ExportMapping
from streams.tools.mapping.rows import Mapped, Rejected, Row, Unused, blocks_of
from streams.tools.mapping.templates import Constant, Fields, FromColumns, Items, columns_of
from streams.tools.mapping.times import TimeReading, read_time


def map_rows(rows: Iterable[Row | Rejected], mapping: ExportMapping) -> Iterator[Mapped | Rejected | Unused]:
    """Yield the events that rows say, in the order of the rows that first say them; what is rejected passes through.

    Raises GatheringError where rows that stand anywhere cannot be brought together on disk.
    """
    for block in blocks_of(rows, mapping.group):
        if isinstance(block, Rejected):
            yield block
        else:
            yield from _events_of(block, mapping)


def _events_of(block: list[Row], mapping: ExportMapping) -> Iterator[Mapped | Rejected | Unused]:
    used: set[int] = set()
    for template in mapping.events:
        groups: dict[object, list[Row]] = {}
        for place, row in enumerate(block):
            if all_hold(template.when, row.cells):
                key = place if template.once_per is None else row.key(template.once_per)
                groups.setdefault(key, []).append(row)
                used.add(place)
        for rows in groups.values():
            try:
                yield Mapped(rows[0].file, rows[0].line, _Draft(mapping, template, rows).event())
            except _UnusableError as error:
                yield error.row.rejected(f"{template.type}: {error}", error.error_type)
    yield from (Unused(row.file, row.line) for place, row in enumerate(block) if place not in used)


class _UnusableError(Exception):
    """Why a row cannot say its event; the text holds no value of the row."""

    def __init__(self, row: Row, reason: str, error_type: str = "invalid_data") -> None:
        self.row = row
        self.error_type = error_type
        super().__init__(reason)


class _Draft:
    """One event in the making, from the rows that say it."""

    def __init__(self, mapping: ExportMapping, template: EventTemplate, rows: list[Row]) -> None:
        self._mapping = mapping
        self._template = template
        self._rows = rows
        self._quality: dict[str, str] = {}

    def event(self) -> dict[str, Any]:
        """Return the event, structured and validated; raises _UnusableError."""
        template = self._template
        stated = self._object(DATA_OF[template.type], template.data, self._rows, "data")
        event = {
            "specversion": "1.0",
            "type": template.type,
            "source": self._mapping.source,
            "id": self._id(),
            "subject": self._subject(stated),
            "time": self._time(stated),
            "data": {"force": self._mapping.force, **stated} | ({"quality": self._quality} if self._quality else {}),
        }
        try:
            valid = EVENT.validate_python(event)
        except ValidationError as error:
            raise _UnusableError(self._rows[0], "; ".join(self._said(fault) for fault in error.errors())) from None
        event = valid.model_dump(mode="json", exclude_unset=True)
        if len(json.dumps(event, ensure_ascii=False).encode()) > LARGEST_EVENT:
            raise _UnusableError(self._rows[0], f"longer than {LARGEST_EVENT} bytes", "too_large")
        return event

    def _said(self, fault: Any) -> str:
        """Say a fault of the contract's model with its path in the event and the columns that it came from."""
        path = fault["loc"][1:]
        template = self._template.data.get(path[1]) if len(path) > 1 else None
        columns = dict.fromkeys(columns_of(template))
        came_from = f" ({named(columns)})" if columns else ""
        return f"{'.'.join(str(step) for step in path)}: {fault['msg'].removeprefix('Value error, ')}{came_from}"

    def _id(self) -> str:
        parts = []
        for column in self._template.id_columns:
            if (cell := self._rows[0].cells.get(column)) is None:
                raise _UnusableError(self._rows[0], f"id: no value ({named([column])})")
            parts.append(cell.replace("~", "~0").replace("/", "~1"))
        return "/".join([self._template.type, *parts])

    def _subject(self, stated: Mapping[str, Any]) -> Any:
        template = self._template
        if template.subject is None:
            return stated.get("incident_ref" if "incident_ref" in template.data else "crime_ref")
        return next((text for row in self._rows for text in self._texts(template.subject, row, "subject")), None)

    def _time(self, stated: Mapping[str, Any]) -> Any:
        moment = MOMENT.get(self._template.type, "time")
        template = self._template.time
        if template is not None:
            for row in self._rows:
                for text in self._texts(template, row, "time"):
                    return format_instant(self._read_time(text, "time", moment, template, row).instant)
        elif moment in stated:
            return stated[moment]
        columns = columns_of(template or self._template.data[moment])
        raise _UnusableError(self._rows[0], f"time: no value ({named(columns)})")

    def _object(
        self, model: type[BaseModel] | None, fields: Mapping[str, Any], rows: list[Row], at: str
    ) -> dict[str, Any]:
        """Return the fields of an object that the rows give, the others left out: absent is unknown (R11)."""
        values = {
            name: self._value(shape_of(model, name), template, rows, f"{at}.{name}")
            for name, template in fields.items()
        }
        return {name: value for name, value in values.items() if value is not None}

    def _value(self, shape: Shape, template: Any, rows: list[Row], at: str) -> Any:
        """Return what the rows give a field: of a list all, each item once, and else the first; None if nothing."""
        match template:
            case Constant():
                return template.constant
            case Fields():
                about = [row for row in rows if all_hold(template.when, row.cells)]
                return self._object(shape.model, template.fields, about, at) or None
        given = (value for row in rows for value in self._given(shape, template, row, at))
        if shape.kind == "list":
            return list({json.dumps(item): item for item in given}.values()) or None
        return next(given, None)

    def _given(self, shape: Shape, template: Any, row: Row, at: str) -> Iterator[Any]:
        """Yield what one row gives: the items of a list, or the one value of a field."""
        match template:
            case Constant():
                yield template.constant
            case Items():
                for item in template.items:
                    yield from self._given(shape, item, row, at)
            case Fields() if all_hold(template.when, row.cells):
                stated = self._object(shape.model, template.fields, [row], at)
                if TELLING.get(shape.model) in stated:
                    yield stated
            case FromColumns():
                for text in self._texts(template, row, at):
                    yield self._instant(text, at, template, row) if shape.kind == "instant" else self._code(text, at)

    def _texts(self, template: FromColumns, row: Row, at: str) -> Iterator[str]:
        """Yield what the columns of a row say, looked up: one text, or each part of it; else the default."""
        cells = [row.cells[column] for column in template.columns if column in row.cells]
        text = template.joined_by.join(cells) if cells else template.default or ""
        for part in text.split(template.split) if template.split else [text]:
            if part.strip():
                yield self._looked_up(template, part.strip(), row, at) if cells else part.strip()

    def _looked_up(self, template: FromColumns, text: str, row: Row, at: str) -> str:
        if template.lookup is None:
            return text
        found = template.lookup.get(text, template.default)
        if found is None:
            raise _UnusableError(row, f"{at}: the table has no entry for it ({named(template.columns)})")
        return found

    def _code(self, text: str, at: str) -> str:
        return self._mapping.codes.get(text, text) if at.removeprefix("data.") in CODES else text

    def _instant(self, text: str, at: str, template: FromColumns, row: Row) -> str:
        """Read a time of `data`, and note under its field there what is uncertain about it."""
        reading = self._read_time(text, at, at.rpartition(".")[2], template, row)
        top = at.split(".")[1]
        if reading.ambiguous:
            self._quality[top] = "ambiguous_local_time"
        elif top in MEASURED and not reading.to_the_second:
            self._quality[top] = "minute_precision"
        return format_instant(reading.instant)

    def _read_time(self, text: str, at: str, field: str, template: FromColumns, row: Row) -> TimeReading:
        late = read_late(self._template.type, field)
        try:
            return read_time(text, self._mapping.time_formats, self._mapping.zone, late=late)
        except ValueError as error:
            raise _UnusableError(row, f"{at}: {error} ({named(template.columns)})") from None
