from datetime import date, timedelta
from importlib import resources
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from rules.rulebook import load_rulebook
from rules.yaml_source import FileFaults

from .given import book

SHIPPED = Path(str(resources.files("rules").joinpath("book")))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copytree(SHIPPED, tmp_path / "book")


def replaced(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def line_of(file: Path, text: str) -> int:
    return next(number for number, line in enumerate(file.read_text("utf-8").splitlines(), 1) if text in line)


def limit(day: date, rule: str = "M02") -> timedelta | None:
    return next(asked.within for asked in book().on(day) if asked.rule.id == rule)


def test_the_limit_is_that_of_the_day() -> None:
    assert limit(date(2015, 3, 31)) == timedelta(hours=72)
    assert limit(date(2015, 4, 1)) == timedelta(hours=24)
    assert limit(date(2040, 1, 1)) == timedelta(hours=24)


def test_a_rule_asks_nothing_before_its_first_version() -> None:
    def asking(day: date) -> set[str]:
        return {asked.rule.id for asked in book().on(day)}

    assert asking(date(2015, 4, 1)) - asking(date(2015, 3, 31)) == {"M05"}


def test_a_parameter_before_its_first_day_has_its_first_value() -> None:
    assert book().parameter("recording_limit", date(1995, 1, 1)) == timedelta(hours=72)
    with pytest.raises(KeyError):
        book().parameter("patience", date(2026, 1, 1))


def test_expectations_are_asked_first() -> None:
    kinds = [asked.terms is None for asked in book().on(date(2026, 4, 1))]

    assert kinds == sorted(kinds)
    assert False in kinds
    assert True in kinds


def test_the_steps_are_half_and_five_sixths_unless_the_rule_names_its_own() -> None:
    terms = {asked.rule.id: asked.terms for asked in book().on(date(2026, 4, 1)) if asked.terms}

    assert terms["M02"].warn_before == (timedelta(hours=12), timedelta(hours=4))
    assert terms["M05"].warn_before == (timedelta(hours=23),)


def test_a_version_is_chosen_by_its_date(folder: Path) -> None:
    replaced(folder / "recording/M02.yaml", "versions:\n", "versions:\n  2030-01-01: []\n")

    changed = load_rulebook(folder)

    assert "M02" in {asked.rule.id for asked in changed.on(date(2029, 12, 31))}
    assert "M02" not in {asked.rule.id for asked in changed.on(date(2030, 1, 1))}


def test_a_deprecated_rule_asks_nothing_and_stays_in_the_book(folder: Path) -> None:
    replaced(folder / "recording/M02.yaml", "status: stable", "status: deprecated")

    changed = load_rulebook(folder)

    assert "M02" in changed.rules
    assert "M02" not in {asked.rule.id for asked in changed.on(date(2026, 4, 1))}


def test_the_hash_follows_the_content_and_nothing_else(folder: Path) -> None:
    assert load_rulebook(folder).hash == book().hash
    replaced(folder / "recording/M02.yaml", "severity: high", "severity: medium")
    assert load_rulebook(folder).hash != book().hash


def test_every_fault_of_every_file_is_named_with_its_line(folder: Path) -> None:
    m02, m05 = folder / "recording/M02.yaml", folder / "rape/M05.yaml"
    replaced(m02, "severity: high", "severity: dire")
    replaced(m02, "status: stable", "status: shaky")
    replaced(m05, "runbook:", "runbook: []\nsteps:")

    with pytest.raises(FileFaults) as found:
        load_rulebook(folder)

    assert sorted((fault.file, fault.line) for fault in found.value.faults) == [
        ("rape/M05.yaml", line_of(m05, "runbook: []")),
        ("rape/M05.yaml", line_of(m05, "steps:")),
        ("recording/M02.yaml", line_of(m02, "status: shaky")),
        ("recording/M02.yaml", line_of(m02, "severity: dire")),
    ]
    assert all(str(fault) in str(found.value) for fault in found.value.faults)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("recording/M02.yaml", "about: crime_codes", "about: moonlight"),
        ("rape/M05.yaml", "met_by: rape_or_n100", "met_by: anything"),
        ("parameters.yaml", "PT72H", "a while"),
    ],
)
def test_a_fault_within_a_dated_version_stands_at_its_own_line(folder: Path, file: str, old: str, new: str) -> None:
    replaced(folder / file, old, new)

    with pytest.raises(FileFaults) as found:
        load_rulebook(folder)

    assert line_of(folder / file, new) in [fault.line for fault in found.value.faults if fault.file == file]


def test_every_fault_names_a_file_of_the_book(folder: Path) -> None:
    replaced(folder / "parameters.yaml", "PT24H", "a while")

    with pytest.raises(FileFaults) as found:
        load_rulebook(folder)

    assert {fault.file for fault in found.value.faults} == {"parameters.yaml"}


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("rape/M05.yaml", "id: M05", "id: M02", "does not have"),
        ("recording/M02.yaml", "within: recording_limit", "within: patience", "PT24H"),
        ("recording/M02.yaml", "within: recording_limit", "met_by: any_crime", "needs within"),
        ("recording/M02.yaml", "id: M02", "id: X2", "id"),
        ("recording/M02.yaml", "runbook:", "mood: bad\nrunbook:", "mood"),
        ("closure/M03.yaml", "crime_expected_and_unanswered", "crime_felt", "name of a fact"),
    ],
)
def test_a_book_with_a_fault_is_refused_in_words(folder: Path, file: str, old: str, new: str, said: str) -> None:
    replaced(folder / file, old, new)

    with pytest.raises(FileFaults, match=said):
        load_rulebook(folder)


@pytest.mark.parametrize("within", ["PT", "PTmuch", "PT0S", "patience"])
def test_a_duration_that_cannot_be_read_is_a_fault_of_its_file_when_the_book_is_loaded(
    folder: Path, within: str
) -> None:
    replaced(folder / "recording/M02.yaml", "within: recording_limit", f"within: {within}")

    with pytest.raises(FileFaults, match="M02"):
        load_rulebook(folder)


def test_an_empty_folder_is_no_book(tmp_path: Path) -> None:
    with pytest.raises(FileFaults, match="rule files"):
        load_rulebook(tmp_path)


def test_a_rule_cites_at_least_one_paragraph_and_has_two_examples(folder: Path) -> None:
    text = (folder / "quality/E36.yaml").read_text("utf-8")
    cut = text[: text.index("  - name: One of several")]
    (folder / "quality/E36.yaml").write_text(cut, "utf-8")

    with pytest.raises(FileFaults, match="examples"):
        load_rulebook(folder)


def test_paragraphs_are_quoted_together() -> None:
    rule: Any = book().rules["M03"]

    assert rule.paragraphs == "CRR26 p10; NSIR 1.17"
