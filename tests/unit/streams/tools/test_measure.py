"""How the lexicon is measured on a table: every row here is invented."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from rules.codes import national_lexicon
from rules.yaml_source import FileFaults
from streams.cli import main
from streams.tools.labels import NO_CRIME, read_labels
from streams.tools.measure import Measured, MeasureError, measure

LABELS = """
columns: {text: Said, label: Type, when: At, id: Ref}
formats: ["%d/%m/%Y %H:%M", "%d/%m/%Y"]
tuning: {first: 2015, last: 2016}
held: {first: 2017, last: 2018}
classes:
  theft: {families: [theft], labels: [Theft, attempt theft]}
  assault: {families: [assault_with_injury, assault_without_injury], labels: [Battery]}
no_crime: [Information, found property]
other: [Trespass]
"""
ROWS = [
    ("1", "03/02/2015 09:00", "Theft", "phone stolen from Quarrington"),
    ("2", "03/02/2015", "THEFT", "nothing known"),
    ("3", "03/02/2016", "Battery", "was punched, phone stolen"),
    ("4", "03/02/2016", "Information", "purse handed in, not stolen"),
    ("5", "03/02/2016", "Information / Theft", "lamp stolen"),
    ("6", "03/02/2016", "Trespass", "male asleep in the lobby"),
    ("7", "03/02/2016", "Found property", "bike stolen last year came back"),
    ("8", "03/02/2017", "Theft", "lamp stolen"),
    ("9", "03/02/2017", "Battery", "a word too many"),
    ("10", "yesterday", "Theft", "lamp stolen"),
    ("11", "03/02/2019", "Theft", "lamp stolen"),
    ("12", "03/02/2016", "Regatta", "lamp stolen"),
    ("13", "03/02/2016", "Theft", " "),
]


class Ran(NamedTuple):
    """What the command left behind."""

    status: object
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    file = tmp_path / "labels.yaml"
    file.write_text(LABELS, encoding="utf-8")
    return file


@pytest.fixture
def table(tmp_path: Path) -> Path:
    file = tmp_path / "table.csv"
    lines = ['"' + '","'.join(row) + '"' for row in [("Ref", "At", "Type", "Said"), *ROWS]]
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


@pytest.fixture
def measured(table: Path, labels: Path) -> Measured:
    return measure(table, read_labels(labels), national_lexicon())


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], labels: Path) -> Run:
    def run(*arguments: str | Path) -> Ran:
        given = ["recording-monitor", "lexicon", "measure", *map(str, arguments), "--labels", str(labels)]
        monkeypatch.setattr(sys, "argv", given)
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return Ran(ended.value.code, said.out, said.err)

    return run


def test_each_class_is_counted_in_its_period(measured: Measured) -> None:
    theft, held = measured.scores["tuning"]["theft"], measured.scores["held"]["theft"]

    assert (theft.n, theft.true_positives, theft.false_positives, theft.false_negatives) == (3, 2, 2, 1)
    assert theft.false_in_no_crime == 1
    assert (held.n, held.true_positives, held.false_positives, held.false_negatives) == (1, 1, 0, 0)
    assert measured.scores["held"]["assault"].false_negatives == 1


def test_a_row_without_a_crime_is_right_where_nothing_is_disclosed(measured: Measured) -> None:
    score = measured.scores["tuning"][NO_CRIME]

    assert (score.n, score.true_positives, score.false_positives, score.false_negatives) == (2, 1, 1, 1)


def test_a_label_without_a_crime_says_nothing_beside_one_of_a_crime(measured: Measured) -> None:
    assert [wrong.row.id for wrong in measured.wrong if wrong.name == NO_CRIME] == ["2", "7"]


def test_what_cannot_be_used_is_left_out_and_counted(measured: Measured) -> None:
    assert measured.rows == {"tuning": 7, "held": 2}
    assert measured.left_out == {
        "without a time that can be read": 1,
        "of other years": 1,
        "with a label that the file does not know": 1,
        "without a text": 1,
    }
    assert measured.unknown == {"regatta": 1}


def test_errors_are_those_of_tuning_years_only(measured: Measured) -> None:
    assert {wrong.row.period for wrong in measured.wrong} == {"tuning"}
    assert ("false negative", "theft", "2") in [(wrong.kind, wrong.name, wrong.row.id) for wrong in measured.wrong]


def test_held_years_are_not_read_where_nobody_asks_for_them(table: Path, labels: Path) -> None:
    tuned = measure(table, read_labels(labels), national_lexicon(), ("tuning",))

    assert tuned.rows == {"tuning": 7}
    assert tuned.as_dict()["scores"].keys() == {"tuning"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[theft]", "[thefts]", "expected families of the lexicon; not so: thefts"),
        ("[Battery]", "[Battery, Theft]", "expected each label once; not so: theft"),
        ("first: 2017", "first: 2016", "expected held years that are no tuning years"),
        ("other:", "others:", "others"),
    ],
)
def test_a_fault_of_the_labels_file_is_named(labels: Path, old: str, new: str, said: str) -> None:
    labels.write_text(LABELS.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(FileFaults, match=said):
        read_labels(labels)


def test_a_table_without_a_row_that_can_be_used_is_refused(table: Path, labels: Path) -> None:
    table.write_text("Ref,At,Type,Said\n1,never,Theft,stolen\n", encoding="utf-8")

    with pytest.raises(MeasureError, match="no row could be used"):
        measure(table, read_labels(labels), national_lexicon())


def test_the_command_writes_a_table_for_each_period_and_no_text(run: Run, table: Path) -> None:
    ran = run(table)

    assert ran.status == 0
    assert "Tuning years 2015-2016, 7 rows" in ran.out
    assert "Held years 2017-2018, 2 rows" in ran.out
    assert "| theft | 3 | 2 | 2 | 1 | 1 | 0.500 (0.150-0.850) | 0.667 (0.208-0.939) |" in ran.out
    assert "1 without a text" in ran.out
    assert "Quarrington" not in ran.out


def test_the_command_writes_for_a_program(run: Run, table: Path) -> None:
    ran = run(table, "--json")

    assert json.loads(ran.out)["scores"]["tuning"]["theft"]["recall"]["of"] == 3


def test_only_the_tuning_years_are_shown_on_request(run: Run, table: Path) -> None:
    assert "Held" not in run(table, "--tuning").out


def test_errors_are_shown_by_id_and_phrase_and_by_text_only_on_request(run: Run, table: Path) -> None:
    plain = run(table, "--errors", "9", "--class", "theft")
    shown = run(table, "--errors", "1", "--class", "theft", "--show-text", "--json")

    assert plain.out.splitlines() == [
        "false negative  theft  2  []",
        "false positive  theft  3  [punched, stolen]",
        "false positive  theft  7  [stolen]",
    ]
    assert json.loads(shown.out)["errors"] == [
        {"kind": "false negative", "class": "theft", "id": "2", "phrases": [], "text": "nothing known"}
    ]


def test_a_class_that_nobody_measures_is_a_mistake(run: Run, table: Path) -> None:
    ran = run(table, "--errors", "9", "--class", "regatta")

    assert ran.status == 2
    assert "one of theft, assault, no crime" in ran.err


def test_text_is_shown_with_errors_only(run: Run, table: Path) -> None:
    ran = run(table, "--show-text")

    assert ran.status == 2
    assert "add --errors N" in ran.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"Ref,At\n1,2\n", "expected the columns Said, Type; it has Ref, At"),
        (b"", "it has none"),
        (b"Ref,At,Type,Said\n1,\xff,Theft,x\n", "expected a CSV in UTF-8"),
        (b"Ref,At,Type,Said\n1,2,Theft," + b"x" * 140_000, "expected a CSV"),
    ],
    ids=["columns", "empty", "encoding", "field"],
)
def test_a_file_that_is_no_such_table_ends_in_one_line(run: Run, tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "other.csv"
    file.write_bytes(content)

    ran = run(file)

    assert ran.status == 2
    assert len(ran.err.splitlines()) == 1
    assert said in ran.err


def test_the_labels_of_the_published_log_can_be_read() -> None:
    labels = read_labels(Path(__file__).parents[4] / "deploy" / "measure" / "uchicago.yaml")

    assert labels.means()["armed robbery"] == "robbery"
    assert labels.period(2015) == "tuning"
    assert labels.period(2016) == "held"
