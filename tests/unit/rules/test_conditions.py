from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from rules.conditions import Condition
from rules.facts import FACTS, Fact

CONDITION: TypeAdapter[Condition] = TypeAdapter(Condition)
VALUES = ("flag", "word", "words", "number")


@dataclass
class World:
    """What the facts of these tests see: any object will do as a moment."""

    flag: bool = False
    word: str = "b"
    words: frozenset[str] = frozenset()
    number: int = 0


@pytest.fixture(autouse=True, scope="module")
def _facts() -> Iterator[None]:
    for name in VALUES:
        FACTS[name] = Fact(name, lambda moment, _, name=name: getattr(moment, name), f"The {name}", "DOMAIN 0.1")  # type: ignore[misc]
    yield
    for name in VALUES:
        del FACTS[name]


def holds(condition: dict[str, Any], world: World) -> bool:
    return CONDITION.validate_python(condition).compiled()(world, None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("condition", "true", "false"),
    [
        ({"fact": "flag", "is": True}, World(flag=True), World(flag=False)),
        ({"fact": "flag", "is": False}, World(flag=False), World(flag=True)),
        ({"fact": "word", "is": "b"}, World(word="b"), World(word="c")),
        ({"fact": "word", "one_of": ["a", "b"]}, World(word="b"), World(word="c")),
        ({"fact": "words", "includes_any": ["a", "b"]}, World(words=frozenset("bz")), World(words=frozenset("z"))),
        ({"fact": "number", "at_least": 2}, World(number=2), World(number=1)),
        ({"not": {"fact": "flag", "is": True}}, World(), World(flag=True)),
        (
            {"all": [{"fact": "flag", "is": True}, {"fact": "number", "at_least": 1}]},
            World(flag=True, number=1),
            World(flag=True),
        ),
        ({"any": [{"fact": "flag", "is": True}, {"fact": "number", "at_least": 1}]}, World(number=1), World()),
    ],
)
def test_each_operator_holds_and_fails(condition: dict[str, Any], true: World, false: World) -> None:
    assert holds(condition, true)
    assert not holds(condition, false)


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ({"fact": "moonlight", "is": True}, "name of a fact"),
        ({"fact": "flag"}, "exactly one of"),
        ({"fact": "number", "at_least": 1, "is": "x"}, "exactly one of"),
        ({"all": []}, "at least 1 item"),
        ({"fact": "flag", "is": True, "like": "x"}, "like"),
        ({"all": [{"fact": "flag", "is": True}], "fact": "flag"}, "fact"),
    ],
)
def test_what_is_no_condition_is_refused(condition: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        CONDITION.validate_python(condition)


tests = st.one_of(
    st.builds(lambda value: {"fact": "flag", "is": value}, st.booleans()),
    st.builds(lambda value: {"fact": "word", "is": value}, st.sampled_from("abc")),
    st.builds(lambda value: {"fact": "word", "one_of": value}, st.lists(st.sampled_from("abc"), min_size=1)),
    st.builds(lambda value: {"fact": "words", "includes_any": value}, st.lists(st.sampled_from("abc"), min_size=1)),
    st.builds(lambda value: {"fact": "number", "at_least": value}, st.integers(0, 3)),
)
conditions = st.recursive(
    tests,
    lambda part: st.one_of(
        st.builds(lambda value: {"not": value}, part),
        st.builds(lambda value: {"all": value}, st.lists(part, min_size=1, max_size=3)),
        st.builds(lambda value: {"any": value}, st.lists(part, min_size=1, max_size=3)),
    ),
    max_leaves=8,
)
worlds = st.builds(
    World, st.booleans(), st.sampled_from("abc"), st.frozensets(st.sampled_from("abc")), st.integers(0, 3)
)


@given(conditions, worlds)
def test_an_explanation_agrees_with_what_was_decided(condition: dict[str, Any], world: World) -> None:
    parsed = CONDITION.validate_python(condition)

    explained = parsed.explain(world, None)  # type: ignore[arg-type]

    assert explained.holds is parsed.compiled()(world, None)  # type: ignore[arg-type]


def test_an_explanation_shows_each_fact_with_its_value_and_paragraph() -> None:
    parsed = CONDITION.validate_python({"not": {"all": [{"fact": "words", "includes_any": ["a"], "cite": "CRR26 p7"}]}})

    tree = parsed.explain(World(words=frozenset("ab")), None).as_dict()  # type: ignore[arg-type]

    leaf = {"text": "The words", "holds": True, "value": "a, b", "cite": "CRR26 p7"}
    assert tree["holds"] is False
    assert tree["children"][0]["children"] == [leaf]
