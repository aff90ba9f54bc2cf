from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from streams.tools.components import Components


@pytest.fixture
def components(tmp_path: Path) -> Components:
    return Components(tmp_path / "components")


def test_a_name_that_was_never_joined_is_its_own_set(components: Components) -> None:
    assert components.root("a") == "a"


def test_joined_names_have_one_root_and_others_another(components: Components) -> None:
    for one, other in (("a", "b"), ("c", "d"), ("b", "c"), ("x", "y")):
        components.join(one, other)

    assert {components.root(name) for name in "abcd"} == {components.root("a")}
    assert components.root("x") == components.root("y") != components.root("a")


def test_joining_again_changes_nothing(components: Components) -> None:
    for one, other in (("a", "b"), ("b", "a"), ("a", "a"), ("a", "b")):
        components.join(one, other)

    assert components.root("b") == "a"


def test_sets_are_the_same_in_whatever_order_they_are_joined(tmp_path: Path) -> None:
    pairs = [(f"n{one}", f"n{one + step}") for step in (7, 13) for one in range(0, 60, step)]
    found = []
    for place in range(3):
        Random(place).shuffle(pairs)
        made = Components(tmp_path / f"components{place}")
        for one, other in pairs:
            made.join(one, other)
        found.append([made.root(f"n{number}") for number in range(80)])
        made.close()

    assert found[0] == found[1] == found[2]


def test_a_path_is_shortened_as_it_is_walked(components: Components) -> None:
    names = [f"n{number:03}" for number in range(200, 0, -1)]
    for one, other in pairwise(names):
        components.join(one, other)
    deepest = names[0]

    root = components.root(deepest)

    (parent,) = components._db.execute("select parent from parents where name = ?", (deepest,)).fetchone()
    assert root == parent == "n001"
