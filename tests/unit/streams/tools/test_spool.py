from pathlib import Path
from typing import Any

import msgspec
import pytest

from rules.book_files import load_rulebook
from rules.events import EVENT
from rules.examples import events_of
from rules.statements import Statement, statement_of
from streams.settings import Forces
from streams.tools import spool as module
from streams.tools.spool import Spool, read_part

LEXICON = load_rulebook().lexicon


def at(second: int) -> str:
    return f"2026-04-02T09:{second // 60:02}:{second % 60:02}Z"


def stated(lines: list[dict[str, Any]], force: str = "north") -> list[Statement]:
    return [statement_of(EVENT.validate_python(event), LEXICON) for event in events_of(lines, force)]


def dealt(folder: Path, statements: list[Statement]) -> list[list[Statement]]:
    with Spool(folder, Forces({})) as taken:
        for one in statements:
            taken.add(one)
        assert taken.count == len(statements)
        return [read_part(part) for part in taken.parts()]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of two statements, so that what is connected could easily be torn apart."""
    monkeypatch.setattr(module, "PART_SIZE", 2)


def test_everything_comes_back_once_in_order_and_unchanged(tmp_path: Path) -> None:
    said = stated(
        [{"at": at(9 - n), "opened": {"incident_ref": f"I{n}", "entries": [{"text": "punched"}]}} for n in range(9)]
    )

    (part,) = dealt(tmp_path, said)

    assert part == sorted(said, key=lambda one: one.identity)


@pytest.mark.usefixtures("small")
def test_what_is_connected_lies_in_one_part_whatever_its_order(tmp_path: Path) -> None:
    families: list[list[dict[str, Any]]] = []
    for n in range(25):
        a, b, c = f"{n}a", f"{n}b", f"{n}c"
        families.append(
            [
                {"at": at(6 * n), "recorded": {"crime_ref": f"{n}k", "incident_refs": [b]}},
                {"at": at(6 * n + 1), "recorded": {"crime_ref": f"{n}l", "incident_refs": []}},
                {
                    "at": at(6 * n + 2),
                    "cancelled": {
                        "crime_ref": f"{n}k",
                        "reason": "C3",
                        "decided_by": "officer",
                        "surviving_crime_ref": f"{n}l",
                    },
                },
                {"at": at(6 * n + 3), "merged": {"incident_ref": a, "into": b}},
                {"at": at(6 * n + 4), "closed": {"incident_ref": c, "closing_codes": ["AD_DUPLICATE"], "reference": a}},
                {"at": at(6 * n + 5), "opened": {"incident_ref": a}},
            ]
        )
    said = [one for place in range(6) for lines in families for one in stated([lines[place]])]

    parts = dealt(tmp_path, said)

    filled = [part for part in parts if part]
    assert len(filled) > 10
    assert sum(map(len, parts)) == len(said)
    for n in range(25):
        homes = [place for place, part in enumerate(parts) if any(one.ref[:-1] == str(n) for one in part)]
        assert len(homes) == 1


@pytest.mark.usefixtures("small")
def test_forces_are_kept_apart_by_name(tmp_path: Path) -> None:
    lines = [{"at": at(n), "merged": {"incident_ref": f"{n}", "into": f"{n + 1}"}} for n in range(12)]

    parts = dealt(tmp_path, [*stated(lines, "north"), *stated(lines, "south")])

    homes = {
        force: {place for place, part in enumerate(parts) if any(one.force == force for one in part)}
        for force in ("north", "south")
    }
    assert [len(places) for places in homes.values()] == [1, 1]


def test_a_part_that_is_too_large_is_dealt_once_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PART_SIZE", 2)
    monkeypatch.setattr(module, "MAX_PARTS", 3)
    said = stated([{"at": at(n), "opened": {"incident_ref": f"I{n}"}} for n in range(59)])

    parts = dealt(tmp_path, said)

    assert max(len(part) for part in parts) <= 4
    assert sorted(one.ref for part in parts for one in part) == sorted(one.ref for one in said)
    assert len([file for file in tmp_path.rglob("part-*") if file.is_file()]) == len(parts)


def test_a_connected_set_is_never_split_however_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PART_SIZE", 2)
    monkeypatch.setattr(module, "MAX_PARTS", 3)
    lines = [{"at": at(n), "merged": {"incident_ref": f"{n}", "into": f"{n + 1}"}} for n in range(40)]

    parts = dealt(tmp_path, stated(lines))

    assert sorted(len(part) for part in parts if part) == [40]


def test_an_empty_spool_has_one_empty_part(tmp_path: Path) -> None:
    assert dealt(tmp_path, []) == [[]]


def test_no_text_of_the_log_reaches_the_disk(tmp_path: Path) -> None:
    (said,) = stated([{"at": at(0), "opened": {"entries": [{"text": "Ottilie Quarrington punched him"}]}}])

    dealt(tmp_path, [said])

    written = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert b"punched" in written
    assert b"Quarrington" not in written
    assert b"Quarrington" not in msgspec.msgpack.encode(said)


def test_repeats_of_source_and_id_are_counted_within_a_force(tmp_path: Path) -> None:
    line = {"at": at(0), "opened": {}}
    other = {"at": at(1), "opened": {}}

    with Spool(tmp_path, Forces({})) as taken:
        for one in [*stated([line]), *stated([line]), *stated([other]), *stated([line], "south")]:
            taken.add(one)

        assert (taken.count, taken.repeats()) == (4, 2)
