"""The schema that completes and checks rule files in an editor."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

import rules
from rules.schema import FILE, as_written, rule_schema

BOOK = Path(rules.__file__).parent / "book"
FILES = sorted(BOOK.glob("*/*.yaml"))
SCHEMA = Draft202012Validator(rule_schema())


def read(file: Path) -> Any:
    """A rule file as an editor sees it: dates and keys are text."""
    return _plain(yaml.safe_load(file.read_text("utf-8")))


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {str(name): _plain(part) for name, part in value.items()}
        case list():
            return [_plain(part) for part in value]
        case str() | bool() | int() | None:
            return value
    return str(value)


def test_the_file_in_the_book_is_the_schema_of_today() -> None:
    assert (BOOK / FILE).read_text("utf-8") == as_written() + "\n"


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(rule_schema())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_rule_file_names_the_schema_and_keeps_to_it(file: Path) -> None:
    assert file.read_text("utf-8").splitlines()[0] == f"# yaml-language-server: $schema=../{FILE}"
    assert [f"{error.json_path}: {error.message}" for error in SCHEMA.iter_errors(read(file))] == []


@pytest.mark.parametrize(
    "change",
    [
        {"severity": "grave"},
        {"titel": "x"},
        {"examples": []},
        {"id": "X1"},
        {"versions": {"2002-04-01": [{"about": "nothing", "then": {"kind": "listed"}}]}},
        {"versions": {"2002-04-01": [{"about": "closure", "then": {"kind": "shout"}}]}},
        {
            "versions": {
                "2002-04-01": [{"about": "closure", "when": {"fact": "guess", "is": True}, "then": {"kind": "listed"}}]
            }
        },
    ],
)
def test_what_no_rule_may_say_is_marked(change: dict[str, Any]) -> None:
    rule = read(BOOK / "recording" / "M02.yaml")

    assert list(SCHEMA.iter_errors({**rule, **change}))
