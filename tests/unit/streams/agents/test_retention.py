from streams.agents.retention import AT_ONCE, Walk

from . import KeptTable


def table_of(rows: int, partition: int = 0) -> KeptTable:
    table = KeptTable()
    for n in range(rows):
        table.put(partition, str(n).encode(), b"row")
    return table


def test_a_walk_sees_every_row_of_what_is_owned_in_parts_and_then_begins_again() -> None:
    walk, table = Walk(), table_of(AT_ONCE + 5)
    table.put(3, b"other", b"row")
    assert list(walk.on(table)) == []

    parts = [list(walk.on(table)) for _ in range(4)]

    assert [len(part) for part in parts] == [AT_ONCE, 6, AT_ONCE, 6]
    assert len({key for _, key, _ in parts[0] + parts[1]}) == AT_ONCE + 6


def test_what_has_left_meanwhile_is_passed_over() -> None:
    walk, table = Walk(), table_of(3)
    table.put(1, b"other", b"row")
    list(walk.on(table))

    table.put(0, b"1", None)
    table.owned = frozenset({0})

    assert [key for _, key, _ in walk.on(table)] == [b"0", b"2"]
