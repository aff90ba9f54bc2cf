"""Which incidents and crimes are connected, on disk: a union of sets whose memory does not grow with the history."""

import sqlite3
from pathlib import Path

_CACHE_KIB = 65_536


class Components:
    """Disjoint sets of names in a file; a name that was never joined is a set by itself."""

    def __init__(self, file: Path) -> None:
        self._db = sqlite3.connect(file, isolation_level=None)
        self._db.executescript(
            f"pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -{_CACHE_KIB};"
            "create table parents (name text primary key, parent text not null) without rowid; begin"
        )

    def root(self, name: str) -> str:
        """Return the name that stands for the set of a name."""
        path: list[str] = []
        while (row := self._db.execute("select parent from parents where name = ?", (name,)).fetchone()) is not None:
            path.append(name)
            name = row[0]
        if len(path) > 1:
            shortened = ((name, passed) for passed in path[:-1])
            self._db.executemany("update parents set parent = ? where name = ?", shortened)
        return name

    def join(self, one: str, other: str) -> None:
        """Make one set of the sets of two names."""
        first, second = self.root(one), self.root(other)
        if first != second:
            self._db.execute("insert into parents values (?, ?)", (max(first, second), min(first, second)))

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()
