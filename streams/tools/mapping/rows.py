"""The rows of an export, and those of one incident brought together without holding all in memory."""

import json
import sqlite3
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from streams.tools.mapping.conditions import named
from streams.tools.mapping.file import Group

_REMEMBERED = 100_000
"""How many incidents that have ended are known again when one of their rows stands elsewhere."""


class GatheringError(Exception):
    """Rows that stand anywhere could not be brought together on disk; its text is one line, and what to print."""


class Row(NamedTuple):
    """One row of an export: where it stands and its cells, stripped, without the empty ones."""

    file: str
    line: int
    cells: Mapping[str, str]

    def key(self, columns: Sequence[str]) -> str:
        """Return one text for the row's cells in these columns."""
        return json.dumps([self.cells.get(column) for column in columns])

    def rejected(self, error: str, error_type: str = "invalid_data") -> "Rejected":
        """Return the row as one that could not become an event."""
        return Rejected(self.file, self.line, error, error_type, self.cells)


class Mapped(NamedTuple):
    """An event of the contract, structured and validated, and the row that first said it."""

    file: str
    line: int
    event: dict[str, Any]


class Rejected(NamedTuple):
    """What could not become an event: why, in one line without any value of the row, and the row as it came."""

    file: str
    line: int
    error: str
    error_type: str
    row: Mapping[str, str] | str


class Unused(NamedTuple):
    """A row of which no event of the mapping is made."""

    file: str
    line: int


def blocks_of(rows: Iterable[Row | Rejected], group: Group | None) -> Iterator[list[Row] | Rejected]:
    """Yield the rows of one incident at a time, each row by itself without a group; what is rejected passes through.

    Raises GatheringError.
    """
    if group is None:
        return (row if isinstance(row, Rejected) else [row] for row in rows)
    return _blocks(_brought_together(rows, group.by) if group.rows == "anywhere" else rows, group)


def _blocks(rows: Iterable[Row | Rejected], group: Group) -> Iterator[list[Row] | Rejected]:
    block: list[Row] = []
    current: str | None = None
    ended: OrderedDict[str, None] = OrderedDict()
    for row in rows:
        if isinstance(row, Rejected):
            yield row
            continue
        if any(column not in row.cells for column in group.by):
            yield row.rejected(f"no value in {named(group.by)}, which tells the incident")
            continue
        key = row.key(group.by)
        if key in ended:
            yield row.rejected("its incident's other rows stand elsewhere: say `rows: anywhere` under `group`")
            continue
        if key != current:
            if current is not None:
                yield block
                ended[current] = None
                if len(ended) > _REMEMBERED:
                    ended.popitem(last=False)
            block, current = [], key
        if len(block) == group.at_most:
            yield row.rejected(f"more than {group.at_most} rows of one incident: raise `at_most` under `group`")
        else:
            block.append(row)
    if block:
        yield block


def _brought_together(rows: Iterable[Row | Rejected], by: Sequence[str]) -> Iterator[Row | Rejected]:
    """Yield all rows, those of one key one after another, keys and rows in the order in which they first came."""
    with _store() as store:
        for place, row in enumerate(rows):
            if isinstance(row, Rejected):
                yield row
                continue
            key = row.key(by)
            store.execute("insert or ignore into first values (?, ?)", (key, place))
            store.execute("insert into rows select place, ?, ? from first where key = ?", (place, json.dumps(row), key))
        for (text,) in store.execute("select row from rows order by first, place"):
            yield Row(*json.loads(text))


@contextmanager
def _store() -> Iterator[sqlite3.Connection]:
    """Hold tables of rows in a temporary folder, which is gone afterwards; raises GatheringError."""
    try:
        folder = TemporaryDirectory(prefix="feed-")
    except OSError as error:
        raise GatheringError(f"no temporary folder to bring rows together in: {error.strerror}") from None
    with folder as path:
        try:
            with closing(sqlite3.connect(Path(path) / "rows")) as store:
                store.execute("pragma journal_mode = off")
                store.execute("create table first (key text primary key, place integer) without rowid")
                store.execute(
                    "create table rows (first integer, place integer, row text, primary key (first, place))"
                    " without rowid"
                )
                yield store
        except sqlite3.Error as error:
            raise GatheringError(
                f"rows cannot be brought together in {path}: {error}: TMPDIR can name a folder with more room"
            ) from None
