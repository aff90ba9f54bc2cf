"""A history on disk, in parts that can each be judged by themselves, whatever its order and size.

What was stated is written down once, without the log's text; then it is dealt out into parts so that whatever is joined by
a crime or a merge lies in one of them. Memory is that of one part.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

import msgspec

from rules.group import neighbours
from rules.statements import Origin, Statement
from streams.settings import Forces
from streams.tools.components import Components

PART_SIZE = 10_000
"""How many statements a part holds, about; some tens of megabytes while it is judged."""
MAX_PARTS = 480
"""How many parts are open at once."""

_NUMBER = 8

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Statement).decode


class Spool:
    """Takes statements one by one, then gives them back in parts."""

    def __init__(self, folder: Path, forces: Forces) -> None:
        self._folder = folder
        self._forces = forces
        self._written = (folder / "statements").open("w+b", buffering=1 << 20)
        self._components = Components(folder / "components")
        self._identities = Identities(folder / "identities")
        self.count = 0

    def __enter__(self) -> "Spool":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the files; what was dealt out stays."""
        self._written.close()
        self._components.close()
        self._identities.close()

    def add(self, statement: Statement) -> None:
        """Write a statement down and remember what it joins."""
        own = _name(statement.force, statement.origin, statement.ref)
        near = neighbours(statement, self._forces.profile(statement.force).code_map)
        for ref in near.incidents:
            self._components.join(own, _name(statement.force, "incident", ref))
        for ref in near.crimes:
            self._components.join(own, _name(statement.force, "crime", ref))
        _write(self._written, _encode(statement))
        self._identities.add(f"{statement.force}\0{statement.source}\0{statement.id}")
        self.count += 1

    def repeats(self) -> int:
        """Return how many of the statements had a `source` and `id` that another one had before (reading R7)."""
        return self.count - self._identities.distinct()

    def parts(self) -> list[Path]:
        """Deal the statements out into files of connected incidents, and return these; ends the taking."""
        self._written.seek(0)
        paths = _deal(self._numbered(), self._folder / "part", self.count, 1)
        self._written.truncate(0)
        return paths

    def _numbered(self) -> Iterator[tuple[int, bytes]]:
        """Yield each statement behind a number that all of its connected set have."""
        for packed in _read(self._written):
            said = _decode(packed)
            root = self._components.root(_name(said.force, said.origin, said.ref))
            yield int.from_bytes(blake2b(root.encode(), digest_size=_NUMBER).digest(), "big"), packed


def _deal(numbered: Iterator[tuple[int, bytes]], base: Path, count: int, divisor: int) -> list[Path]:
    """Deal numbered statements out into files of about PART_SIZE, one that is still too large once more.

    A connected set is never split, however large: a file that holds all that was dealt is left as it is.
    """
    number = min(max(count // PART_SIZE, 1), MAX_PARTS)
    paths = [base.with_name(f"{base.name}-{place}") for place in range(number)]
    sizes = [0] * number
    with ExitStack() as stack:
        files = [stack.enter_context(path.open("wb", buffering=1 << 16)) for path in paths]
        for digest, packed in numbered:
            place = digest // divisor % number
            _write(files[place], digest.to_bytes(_NUMBER, "big") + packed)
            sizes[place] += 1
    dealt: list[Path] = []
    for path, size in zip(paths, sizes, strict=True):
        if 2 * PART_SIZE < size < count:
            dealt += _deal(_read_numbered(path), path, size, divisor * number)
            path.unlink()
        else:
            dealt.append(path)
    return dealt


def _read_numbered(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb", buffering=1 << 20) as file:
        for record in _read(file):
            yield int.from_bytes(record[:_NUMBER], "big"), record[_NUMBER:]


class Identities:
    """Counts how many different names were added, on disk, with the memory of a small share of them."""

    _SHARES = 64

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._files = [(folder / str(share)).open("w+b", buffering=1 << 14) for share in range(self._SHARES)]

    def add(self, name: str) -> None:
        """Add a name."""
        digest = blake2b(name.encode(), digest_size=16).digest()
        self._files[digest[0] % self._SHARES].write(digest)

    def distinct(self) -> int:
        """Return how many different names there are."""
        return sum(map(self._distinct_in, self._files))

    @staticmethod
    def _distinct_in(file: BinaryIO) -> int:
        file.seek(0)
        digests = file.read()
        return len({digests[place : place + 16] for place in range(0, len(digests), 16)})

    def close(self) -> None:
        """Let go of the files."""
        for file in self._files:
            file.close()


def read_part(path: Path) -> list[Statement]:
    """Return the statements of a part in the order of their identities."""
    statements = [_decode(packed) for _, packed in _read_numbered(path)]
    statements.sort(key=lambda statement: statement.identity)
    return statements


def _name(force: str, origin: Origin, ref: str) -> str:
    return f"{force}\0{origin}\0{ref}"


def _write(file: BinaryIO, packed: bytes) -> None:
    file.write(len(packed).to_bytes(4, "big") + packed)


def _read(file: BinaryIO) -> Iterator[bytes]:
    while size := file.read(4):
        yield file.read(int.from_bytes(size, "big"))
