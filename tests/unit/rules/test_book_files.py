from datetime import date
from importlib import resources
from pathlib import Path
from shutil import copytree

import pytest

from rules.book_files import load_rulebook
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


def test_a_version_is_chosen_by_its_date(folder: Path) -> None:
    replaced(folder / "recording/M02.yaml", "versions:\n", "versions:\n  2025-01-01: []\n")

    changed = load_rulebook(folder)

    assert "M02" in {asked.rule.id for asked in changed.on(date(2024, 12, 31))}
    assert "M02" not in {asked.rule.id for asked in changed.on(date(2025, 1, 1))}


def test_a_version_that_no_example_shows_on_both_sides_of_its_day_is_named(folder: Path) -> None:
    file = folder / "recording/M02.yaml"
    replaced(file, "versions:\n", "versions:\n  2030-01-01: []\n")

    with pytest.raises(FileFaults) as caught:
        load_rulebook(folder)

    fault = (
        f"recording/M02.yaml:{line_of(file, '2030-01-01')}: versions.2030-01-01: expected an example of a report before"
    )
    assert str(caught.value).startswith(fault)


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
        ("rape/M05.yaml", "met_by: rape", "met_by: anything"),
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


def test_ten_faults_are_ten_errors_in_one_run(folder: Path) -> None:
    spoiled = [
        ("closure/M03.yaml", "crime_expected_and_unanswered", "crime_felt"),
        ("closure/M24.yaml", "severity: high", "severity: 2"),
        ("rape/M05.yaml", "  2015-04-01:", "  2015-04-01: []\n  2015-04-01: # again"),
        ("closure/M26.yaml", "  - paragraph:", "  - chapter:"),
        ("cancellation/M30.yaml", "id: M30", "id: M29"),
        ("recording/M02.yaml", "versions:\n", "versions:\n  2031-01-01: []\n"),
        ("recording/M04.yaml", "within: recording_limit", "within: patience"),
        ("recording/M21.yaml", "of: [communications]", "of: [telepathy]"),
        ("counting/M09.yaml", "at_least: 1", "at_least: one"),
        ("quality/M47.yaml", "checked_on: 2026-11-22", "checked_on: 2026-02-30"),
    ]
    for file, old, new in spoiled:
        replaced(folder / file, old, new)

    with pytest.raises(FileFaults) as found:
        load_rulebook(folder)

    assert {fault.file for fault in found.value.faults} == {file for file, _, _ in spoiled}
    for file, _, new in spoiled:
        lines = [fault.line for fault in found.value.faults if fault.file == file]
        assert line_of(folder / file, new.strip().splitlines()[-1].strip()) in lines, (file, lines)
