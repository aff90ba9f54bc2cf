import sqlite3
from pathlib import Path

import pytest

from streams.tools.mapping import GatheringError, Mapped, Rejected, map_rows

from .sample import ANYWHERE, GROUPED, HEAD, LISTS, TOGETHER, MappingOf, error_of, events_of, log, rows_of


class TestRowsOfOneIncident:
    def test_rows_that_should_stand_together_and_do_not_are_rejected_with_the_remedy(
        self, mapping_of: MappingOf
    ) -> None:
        mapping = mapping_of(GROUPED, head=HEAD + TOGETHER)

        *_, rejected = sorted(
            map_rows(rows_of(log(), log(Log="L2"), log()), mapping), key=lambda r: isinstance(r, Rejected)
        )

        assert isinstance(rejected, Rejected)
        assert rejected.line == 4
        assert rejected.error == "its incident's other rows stand elsewhere: say `rows: anywhere` under `group`"

    def test_rows_anywhere_are_brought_together_in_the_order_of_the_first(self, mapping_of: MappingOf) -> None:
        mapping = mapping_of(GROUPED, LISTS, head=HEAD + ANYWHERE)
        victim = {"Role": "Victim"}

        first, second = events_of(
            mapping,
            log(Person="V1", **victim),
            log(Log="L0", Person="V2", **victim),
            log(Person="V3", **victim),
        )

        assert first["data"]["victims"] == [{"victim_ref": "V1"}, {"victim_ref": "V3"}]
        assert second["subject"] == "L0"

    def test_no_more_rows_are_held_than_the_mapping_allows(self, mapping_of: MappingOf) -> None:
        mapping = mapping_of(GROUPED, head=HEAD + "group: {by: Log, at_most: 2}\n")

        rejected, mapped = map_rows(rows_of(log(), log(), log()), mapping)

        assert isinstance(mapped, Mapped)
        assert isinstance(rejected, Rejected)
        assert rejected.error == "more than 2 rows of one incident: raise `at_most` under `group`"

    @pytest.mark.parametrize("group", [TOGETHER, ANYWHERE])
    def test_a_row_that_names_no_incident_is_rejected(self, mapping_of: MappingOf, group: str) -> None:
        row = log()
        del row["Log"]

        assert (
            error_of(mapping_of(GROUPED, head=HEAD + group), row)
            == "no value in column 'Log', which tells the incident"
        )


class TestTheTemporaryFolder:
    def test_a_full_disk_is_one_line_before_any_event(
        self, mapping_of: MappingOf, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        connect = sqlite3.connect

        def with_little_room(path: Path) -> sqlite3.Connection:
            store = connect(path)
            store.execute("pragma max_page_count = 8")
            return store

        monkeypatch.setattr(sqlite3, "connect", with_little_room)
        rows = rows_of(*(log(Log=f"L{number}") for number in range(1000)))

        with pytest.raises(GatheringError) as caught:
            next(map_rows(rows, mapping_of(GROUPED, head=HEAD + ANYWHERE)))

        assert "database or disk is full" in str(caught.value)
        assert "\n" not in str(caught.value)

    def test_no_folder_to_put_it_in_is_one_line(
        self, mapping_of: MappingOf, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        mapping = mapping_of(GROUPED, head=HEAD + ANYWHERE)
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))

        with pytest.raises(GatheringError, match=r"^no temporary folder to bring rows together in: No such file"):
            next(map_rows(rows_of(log()), mapping))

    def test_it_is_gone_when_the_rows_are_read(
        self, mapping_of: MappingOf, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        mapping = mapping_of(GROUPED, head=HEAD + ANYWHERE)
        folder = tmp_path / "temporary"
        folder.mkdir()
        monkeypatch.setattr("tempfile.tempdir", str(folder))

        events_of(mapping, log(), log(Log="L2"))

        assert list(folder.iterdir()) == []
