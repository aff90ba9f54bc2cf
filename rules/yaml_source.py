"""YAML files that know where each value stands, so that an error of a model names the file and the line."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)
_DATE = re.compile(r"datetime\.date\((\d+), (\d+), (\d+)\)")


class Fault(NamedTuple):
    """One thing that is wrong with a file: where, and what was expected there."""

    file: str
    line: int
    path: str
    expected: str

    def __str__(self) -> str:
        where = f" {self.path}:" if self.path else ""
        return f"{self.file}:{self.line}:{where} {self.expected}"


class FileFaults(ValueError):
    """Everything that is wrong with one or more files, a line each."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class _Loader(yaml.CSafeLoader):
    """A loader that says where a scalar stands that looks like a date or a number and is none, as 2026-02-30."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except ValueError as error:
            raise yaml.constructor.ConstructorError(None, None, str(error), node.start_mark) from None


def read_model(model: type[Model], text: bytes | str, file: str) -> Model:
    """Read a YAML text as a model; raises FileFaults that names every fault with its line."""
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
        faults = [Fault(file, line, path, "expected each key once") for line, path in sorted(_repeated(root))]
        value = None if root is None else loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise FileFaults([Fault(file, line, "", f"expected YAML: {error.problem}")]) from None
    except yaml.YAMLError:
        raise FileFaults([Fault(file, 1, "", "expected YAML in UTF-8")]) from None
    finally:
        loader.dispose()
    try:
        model_read = model.model_validate(value)
    except ValidationError as error:
        faults += [_fault(file, root, problem) for problem in error.errors(include_url=False)]
    if faults:
        raise FileFaults(faults)
    return model_read


def _repeated(root: yaml.Node | None) -> Iterator[tuple[int, str]]:
    """Yield the line and the path in dots of every key that its mapping has already; YAML itself keeps the last one.

    An anchored node is looked at once; what a merge (`<<`) brings in may be said again.
    """
    seen: set[int] = set()
    waiting = [(root, "")]
    while waiting:
        node, path = waiting.pop()
        if not isinstance(node, yaml.CollectionNode) or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting += [(item, f"{path}{place}.") for place, item in enumerate(node.value)]
            continue
        keys: set[tuple[str, str]] = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                if (key.tag, key.value) in keys:
                    yield key.start_mark.line + 1, f"{path}{key.value}"
                keys.add((key.tag, key.value))
                waiting.append((value, f"{path}{key.value}."))


def _fault(file: str, root: yaml.Node | None, problem: Any) -> Fault:
    line, path = _place(root, problem["loc"])
    return Fault(file, line, path, problem["msg"].removeprefix("Value error, "))


def _place(node: yaml.Node | None, loc: tuple[str | int, ...]) -> tuple[int, str]:
    """Return the line of the deepest part of a location that the file has, and that location in dots.

    Parts of a location that the file does not have are the names of alternatives that the model tried. Of a key that
    stands there more than once, or that a merge brings in as well, the last one counts.
    """
    line = 1 if node is None else node.start_mark.line + 1
    path: list[str] = []
    for step in loc:
        found = None
        if isinstance(node, yaml.MappingNode):
            found = next((pair for pair in reversed(node.value) if _is_key(pair[0], step)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            found = (node.value[step], node.value[step])
        if found is None:
            if step == loc[-1]:
                path.append(str(step))
            continue
        line, node = found[0].start_mark.line + 1, found[1]
        path.append(found[0].value if found[0] is not found[1] else str(step))
    return line, ".".join(path)


def _is_key(key: yaml.Node, step: str | int) -> bool:
    """Whether a step of a location is this key; the model names a date as Python writes it."""
    if isinstance(step, str) and (dated := _DATE.fullmatch(step)):
        year, month, day = map(int, dated.groups())
        step = date(year, month, day).isoformat()
    return bool(key.value == str(step))


def fault_at(file: str, text: bytes | str, loc: tuple[str | int, ...], expected: str) -> Fault:
    """Return a fault of a file that is well formed in itself, at the line of a location in it."""
    line, path = _place(yaml.compose(text, yaml.CSafeLoader), loc)
    return Fault(file, line, path, expected)
