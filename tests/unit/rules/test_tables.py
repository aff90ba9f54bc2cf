import re
from pathlib import Path
from typing import Any

import pytest

from rules.codes import tables
from rules.codes.tables import national, tables_hash


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    (tmp_path / "lexicon").mkdir()
    (tmp_path / "lexicon" / "theft.yaml").write_text("phrases: [stolen]", "utf-8")
    (tmp_path / "codes.yaml").write_text("codes: {a: 1}", "utf-8")
    (tmp_path / "measured.md").write_text("a page", "utf-8")
    monkeypatch.setattr(tables, "_NATIONAL", tmp_path)
    tables_hash.cache_clear()
    yield tmp_path
    tables_hash.cache_clear()


def test_a_table_is_read_by_its_name() -> None:
    assert national("nicl.yaml")["names"]["PSW_ALARM"] == "Alarm"


def test_the_hash_follows_every_table_and_every_word_of_the_lexicon(folder: Path) -> None:
    before = tables_hash()
    (folder / "lexicon" / "theft.yaml").write_text("phrases: [stolen, stollen]", "utf-8")
    tables_hash.cache_clear()

    assert re.fullmatch("[0-9a-f]{16}", before)
    assert tables_hash() != before


def test_a_page_about_the_tables_is_none_of_them(folder: Path) -> None:
    before = tables_hash()
    (folder / "measured.md").write_text("another page", "utf-8")
    tables_hash.cache_clear()

    assert tables_hash() == before
