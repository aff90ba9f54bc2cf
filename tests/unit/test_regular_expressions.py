"""No regular expression of ours takes more than a straight walk over what a feed sends.

Those of the models (`pattern=`) run in pydantic's own engine, which is linear by design; here are those of Python's `re`,
found in the source of every module. One that a force writes in its mapping runs only where that force's person feeds.
"""

import ast
import itertools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from time import process_time
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
LONG = 65_536
"""As many characters as the text of one entry may have."""
PER_STRING = 2.0
"""Seconds of this process. A straight walk takes a few milliseconds; a quadratic one would take a minute."""
UNREAD = {
    ("streams/settings.py", "_written"),
    ("streams/settings.py", "fullmatch"),
    ("streams/tools/mapping/conditions.py", "re.compile"),
    ("streams/tools/mapping/conditions.py", "re.search"),
}
"""Calls whose pattern is no literal: the settings' (found where they are written, or words of a list), a mapping's own."""
REPEATS = {op.MAX_REPEAT, op.MIN_REPEAT}


class Found(NamedTuple):
    """One pattern: the file it stands in, the pattern, its flags, and whether it is asked about whole texts alone."""

    file: str
    pattern: str
    flags: int
    whole: bool


def _calls() -> Iterator[tuple[str, str, ast.Call, bool]]:
    """Yield every call of `re` in the source, or of what stands for it: its file, its name, and whether of whole texts."""
    for file in sorted([*ROOT.glob("rules/**/*.py"), *ROOT.glob("streams/**/*.py")]):
        tree = ast.parse(source := file.read_text("utf-8"))
        assigned = {node.value: ast.unparse(node.targets[0]) for node in ast.walk(tree) if isinstance(node, ast.Assign)}
        named = r"fullmatch|re\.[a-z]+" + ("|_written" if file == ROOT / "streams" / "settings.py" else "")
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func)
                if re.fullmatch(named, name):
                    uses = re.findall(rf"\b{assigned.get(node, '-')}\.([a-z]+)\(", source)
                    whole = "." not in name or set(uses) == {"fullmatch"}
                    yield file.relative_to(ROOT).as_posix(), name, node, whole


def _flags(call: ast.Call) -> int:
    names = [node.attr for argument in call.args[1:] for node in ast.walk(argument) if isinstance(node, ast.Attribute)]
    return sum(getattr(re, name) for name in names if name.isupper())


PATTERNS = [
    Found(file, call.args[0].value, _flags(call), whole)
    for file, _, call, whole in _calls()
    if call.args and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)
]
OF_FEEDS = [found for found in PATTERNS if found.file != "streams/settings.py"]
"""Those that are asked about what a feed sends; a setting is written by the person who starts the worker."""


def _repeats_in_repeats(tree: Iterable[Any], inside: bool = False) -> Iterator[Any]:
    """Yield each repeat without an end that stands in another one; a possessive one never gives back, and may."""
    for code, value in tree:
        endless = code in REPEATS and value[1] is op.MAXREPEAT
        if endless and inside:
            yield value
        for part in _parts(value):
            yield from _repeats_in_repeats(part, inside or endless)


def _parts(value: Any) -> Iterator[Any]:
    if isinstance(value, parser.SubPattern):
        yield value
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _parts(each)


def _pumped(pattern: str) -> Iterator[str]:
    """Yield long strings of what the pattern itself is about, with an end that it cannot like."""
    letters = sorted({*re.sub(r"\\.|[\[\](){}|*+?^$]", "", pattern), *" \t\n.,[:0aW-Q"})
    for letter in letters:
        yield letter * LONG + "\0"
    for one, other in itertools.pairwise(letters):
        yield (one + other) * (LONG // 2) + "\0"


def test_every_pattern_is_found() -> None:
    unread = {(file, name) for file, name, call, _ in _calls() if not isinstance(call.args[0], ast.Constant)}

    assert unread == UNREAD
    assert len(PATTERNS) >= 10


@pytest.mark.parametrize("found", OF_FEEDS, ids=lambda found: f"{found.file} {found.pattern[:20]!r}")
def test_no_repeat_without_an_end_stands_in_another(found: Found) -> None:
    assert list(_repeats_in_repeats(parser.parse(found.pattern, found.flags))) == []


@pytest.mark.parametrize("found", PATTERNS, ids=lambda found: f"{found.file} {found.pattern[:20]!r}")
def test_the_longest_text_is_walked_over_once(found: Found) -> None:
    compiled = re.compile(found.pattern, found.flags)

    for text in _pumped(found.pattern):
        begun = process_time()
        compiled.fullmatch(text)
        if not found.whole:
            assert sum(1 for _ in compiled.finditer(text)) <= len(text) + 1
        assert process_time() - begun < PER_STRING, repr(text[:4])


@pytest.mark.parametrize("pattern", [r"(a+)+b", r"(a|b*)*c", r"(?:[0-9]+,?)*$"])
def test_a_repeat_in_a_repeat_is_seen(pattern: str) -> None:
    assert list(_repeats_in_repeats(parser.parse(pattern))) != []
