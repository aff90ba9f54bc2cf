import pytest

from streams.tools.mapping import Mapped, Unused, map_rows

from .sample import OPENED, MappingOf, log, rows_of


class TestConditions:
    @pytest.mark.parametrize(
        ("test", "cell", "holds"),
        [
            ("present", "x", True),
            ("present", None, False),
            ("absent", None, True),
            ("absent", "x", False),
            ("{equals: BURGLARY}", "BURGLARY", True),
            ("{equals: BURGLARY}", "burglary", False),
            ("{one_of: [A, B]}", "B", True),
            ("{one_of: [A, B]}", None, False),
            ("{matches: '^THEFT'}", "THEFT OF CYCLE", True),
            ("{matches: '^THEFT'}", "NO THEFT", False),
            ("{not: {matches: 'NO OFFENCE'}}", "FOUND (NO OFFENCE)", False),
            ("{not: {matches: 'NO OFFENCE'}}", None, True),
        ],
    )
    def test_a_row_says_the_event_only_where_they_hold(
        self, mapping_of: MappingOf, test: str, cell: str | None, holds: bool
    ) -> None:
        mapping = mapping_of(OPENED, f"    when: {{Kind: {test}}}\n")

        (result,) = map_rows(rows_of(log() | ({"Kind": cell} if cell else {})), mapping)

        assert isinstance(result, Mapped if holds else Unused)
