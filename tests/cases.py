"""Where each rule of the domain research is shown by examples, and each edge case and acceptance example by a test.

`python -m tests.cases` prints the table that stands in CASES.md.
"""

import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from rules.book_files import load_rulebook
from rules.rulebook import Rulebook

TESTS = Path(__file__).parent
BOOK = Path(str(resources.files("rules").joinpath("book")))
FILE = TESTS / "CASES.md"
EDGE_CASES = tuple(f"E{number:02}" for number in range(1, 51))
ACCEPTANCE = tuple(f"Acceptance {number}" for number in range(1, 11))
LATER: dict[str, str] = {
    "Acceptance 8": "the interval of a recording rate comes with the assurance report",
}
"""What no test can show yet, with the reason."""

_NAMED = re.compile(r"^(Acceptance [0-9]+|E[0-9]{2}) ")


def rule_rows(book: Rulebook) -> Iterator[str]:
    """Yield a line of the table for each rule: its file and its examples, or why it is not judged."""
    files = {file.stem: str(file.relative_to(BOOK)) for file in BOOK.rglob("*.yaml")}
    for name, rule in book.rules.items():
        examples = "; ".join(example.name for example in rule.examples)
        yield f"| {name} | {rule.title} | `{files[name]}` | {examples} |"
    for name, unjudged in book.not_checked.items():
        yield f"| {name} | {unjudged.title} | `not_checked.yaml` | not judged: {unjudged.reason} |"


def shown() -> dict[str, list[str]]:
    """Return the tests that show each edge case and acceptance example: stories, examples of rules, and test functions."""
    found: dict[str, list[str]] = {}
    for file in sorted((TESTS / "stories").glob("*.yaml")):
        stories: list[dict[str, Any]] = yaml.safe_load(file.read_text("utf-8"))
        for story in stories:
            if case := _NAMED.match(story["name"]):
                name = story["name"].removeprefix(case[0])
                found.setdefault(case[1], []).append(f"`stories/{file.name}` {name}")
    for name, rule in load_rulebook().rules.items():
        if name in EDGE_CASES:
            found.setdefault(name, []).extend(f"rule {name}: {example.name}" for example in rule.examples)
    for file in sorted(TESTS.rglob("test_*.py")):
        for test, cases in re.findall(
            r"^def (test_\w+)\([^\n]*\n\s+\"\"\"((?:E[0-9]{2}|Acceptance [0-9]+)[^\"]*)\"\"\"", _read(file), re.M
        ):
            for case in re.findall(r"E[0-9]{2}|Acceptance [0-9]+", cases):
                found.setdefault(case, []).append(f"`{file.relative_to(TESTS)}` {test}")
    return found


def _read(file: Path) -> str:
    return file.read_text("utf-8")


def table() -> str:
    """Return the whole table as Markdown."""
    book, tests = load_rulebook(), shown()
    lines = ["# Rules and edge cases, and what shows each", "", "Written by `python -m tests.cases`.", ""]
    lines += ["| Rule | What it asks | File | Examples |", "| --- | --- | --- | --- |", *sorted(rule_rows(book))]
    lines += ["", "| Case | Shown by |", "| --- | --- |"]
    for case in (*EDGE_CASES, *ACCEPTANCE):
        by = "<br>".join(tests[case]) if case in tests else f"not yet: {LATER[case]}"
        lines.append(f"| {case} | {by} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(table(), end="")
