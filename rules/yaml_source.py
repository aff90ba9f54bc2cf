"""YAML files that know where each value stands, so that an error of a model names the file and the line."""

from collections.abc import Iterable
from typing import Any, NamedTuple, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)


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


def read_model(model: type[Model], text: bytes | str, file: str) -> Model:
    """Read a YAML text as a model; raises FileFaults that names every fault with its line."""
    try:
        root = yaml.compose(text, yaml.CSafeLoader)
        value = yaml.load(text, yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise FileFaults([Fault(file, line, "", f"expected YAML: {error.problem}")]) from None
    except yaml.YAMLError:
        raise FileFaults([Fault(file, 1, "", "expected YAML in UTF-8")]) from None
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise FileFaults(_fault(file, root, problem) for problem in error.errors(include_url=False)) from None


def _fault(file: str, root: yaml.Node | None, problem: Any) -> Fault:
    line, path = _place(root, problem["loc"])
    return Fault(file, line, path, problem["msg"].removeprefix("Value error, "))


def _place(node: yaml.Node | None, loc: tuple[str | int, ...]) -> tuple[int, str]:
    """Return the line of the deepest part of a location that the file has, and that location in dots.

    Parts of a location that the file does not have are the names of alternatives that the model tried.
    """
    line = 1 if node is None else node.start_mark.line + 1
    path: list[str] = []
    for step in loc:
        found = None
        if isinstance(node, yaml.MappingNode):
            found = next((pair for pair in node.value if pair[0].value == str(step)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            found = (node.value[step], node.value[step])
        if found is None:
            if step == loc[-1]:
                path.append(str(step))
            continue
        line, node = found[0].start_mark.line + 1, found[1]
        path.append(str(step))
    return line, ".".join(path)
