"""Reads events for a feed: JSON lines of CloudEvents as they are, or a force's export through its mapping.

A file that cannot be read as what it is said to be, and a disk too full to bring rows together on, end the feed with one
line (FeedError). A row or a line that cannot become an event does not: it is handed on as rejected, with its reason, and
counted.
"""

import codecs
import csv
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from io import TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from streams.tools.accounts import FeedSummary, Passed, Reading, Result, rejection
from streams.tools.mapping import ExportMapping, GatheringError, Mapped, Rejected, Row, map_rows

STANDARD_INPUT = "-"

Decode = Callable[[bytes], object]
"""Reads one CloudEvent; refuses it by an exception with `error_type`, whose text is one line without the input."""


class FeedError(ValueError):
    """A feed that cannot go on; its text is one line, and what to print."""


class FeedStopped(Exception):
    """A feed that a person stopped; its text is one line, and what to print."""


def dry_run(
    files: Sequence[str],
    mapping: ExportMapping | None,
    decode: Decode,
    out: TextIO,
    rejected: TextIO | None = None,
    progress: Callable[[int], None] | None = None,
) -> FeedSummary:
    """Write the events of files as JSON lines instead of sending them, and what is rejected to its own file.

    `progress` is told the number of rows read so far. Raises FeedError.
    """
    summary, reading = FeedSummary(), Reading(progress=progress)
    for result in read_events(files, mapping, decode, reading):
        summary.count(result)
        match result:
            case Mapped() | Passed():
                out.write(json.dumps(result.event) + "\n")
            case Rejected() if rejected is not None:
                rejected.write(rejection(result))
    if progress is not None:
        progress(reading.rows)
    summary.close(reading)
    return summary


def read_events(
    files: Sequence[str], mapping: ExportMapping | None, decode: Decode, reading: Reading | None = None
) -> Iterator[Result]:
    """Yield the events of files, `-` being standard input, in the order of the files and their rows.

    Without a mapping every line is a CloudEvent, which passes through as it is once `decode` has taken it. `reading` is
    kept up to date. Raises FeedError.
    """
    reading = Reading() if reading is None else reading
    if mapping is None:
        return _passed_through(files, decode, reading)
    return _mapped(files, mapping, reading)


def _mapped(files: Sequence[str], mapping: ExportMapping, reading: Reading) -> Iterator[Result]:
    try:
        yield from map_rows(_export_rows(files, mapping, reading), mapping)
    except GatheringError as error:
        raise FeedError(str(error)) from None


def _opened(stack: ExitStack, name: str) -> BinaryIO:
    if name == STANDARD_INPUT:
        return sys.stdin.buffer
    try:
        return stack.enter_context(Path(name).open("rb"))
    except OSError as error:
        raise FeedError(f"{name}: cannot be read: {error.strerror}") from None


def _lines(files: Sequence[str], reading: Reading) -> Iterator[tuple[str, int, bytes]]:
    """Yield the lines of files that are not blank, as file, line number and bytes."""
    for name in files:
        with ExitStack() as stack:
            for number, line in enumerate(_opened(stack, name), start=1):
                text = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
                if text.strip():
                    reading.count()
                    yield name, number, text.strip()


def _as_it_came(line: bytes) -> str:
    """Return a line as text from which its bytes can be had again, whatever they are."""
    return line.decode(errors="surrogateescape")


def _passed_through(files: Sequence[str], decode: Decode, reading: Reading) -> Iterator[Result]:
    for name, number, line in _lines(files, reading):
        try:
            decode(line)
            event = json.loads(line)
        except Exception as error:
            error_type = getattr(error, "error_type", None)
            if error_type is None:
                raise
            yield Rejected(name, number, str(error), error_type, _as_it_came(line))
        else:
            yield Passed(name, number, event, line)


def _export_rows(files: Sequence[str], mapping: ExportMapping, reading: Reading) -> Iterator[Row | Rejected]:
    if mapping.format == "csv":
        for name in files:
            with ExitStack() as stack:
                yield from _csv_rows(name, _opened(stack, name), mapping, reading)
        return
    reading.unseen = set(mapping.columns)
    for name, number, line in _lines(files, reading):
        try:
            value = json.loads(line.decode(mapping.encoding))
        except (ValueError, RecursionError):
            yield Rejected(name, number, "expected one JSON object a line", "not_json", _as_it_came(line))
            continue
        if not isinstance(value, dict):
            yield Rejected(name, number, "expected a JSON object", "invalid_data", _as_it_came(line))
            continue
        row = _row(name, number, dict(_flat(value)), mapping)
        reading.unseen.difference_update(row.cells)
        yield row


def _row(name: str, number: int, cells: Mapping[str, str], mapping: ExportMapping) -> Row:
    stripped = ((column, cell.strip()) for column, cell in cells.items())
    return Row(name, number, {column: cell for column, cell in stripped if cell and cell not in mapping.empty})


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the cells of a JSON object; what lies deeper has its path in dots, as in `caller.kind` or `entries.0.text`."""
    match value:
        case dict():
            for name, inner in value.items():
                yield from _flat(inner, f"{path}.{name}" if path else name)
        case list():
            for place, inner in enumerate(value):
                yield from _flat(inner, f"{path}.{place}")
        case str():
            yield path, value
        case None:
            return
        case _:
            yield path, json.dumps(value)


def _csv_rows(name: str, stream: BinaryIO, mapping: ExportMapping, reading: Reading) -> Iterator[Row | Rejected]:
    text = TextIOWrapper(stream, encoding=mapping.encoding, newline="")
    reader = csv.reader(text, delimiter=mapping.delimiter, strict=True)
    line = 0
    try:
        header = next(reader, [])
        _check_header(name, header, mapping)
        line = reader.line_num
        for cells in reader:
            first, line = line + 1, reader.line_num
            if not cells:
                continue
            reading.count()
            if len(cells) == len(header):
                yield _row(name, first, dict(zip(header, cells, strict=True)), mapping)
            else:
                error = f"expected {len(header)} cells, as in the header"
                yield Rejected(name, first, error, "invalid_data", mapping.delimiter.join(cells))
    except UnicodeError:
        raise FeedError(f"{name}: not in {mapping.encoding}: name its `encoding` in the mapping") from None
    except csv.Error as error:
        raise FeedError(f"{name}:{line + 1}: not CSV: {error}") from None
    finally:
        text.detach()


def _check_header(name: str, header: list[str], mapping: ExportMapping) -> None:
    if missing := [column for column in mapping.columns if column not in header]:
        raise FeedError(f"{name}: has no column {', '.join(map(repr, missing))}, which the mapping names")
    named = set(mapping.columns)
    if twice := [column for column, count in Counter(header).items() if count > 1 and column in named]:
        raise FeedError(f"{name}: has more than one column {', '.join(map(repr, twice))}")
