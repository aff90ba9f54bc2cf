"""What `rules check` says of the files of forces."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from streams.cli import cli, main

FORCE = """\
force: Sample-Shire
not_supplied: [equality, area]
known_codes:
  - X1
  - X2
codes:
  - from: 2026-01-01
    until: 2026-03-31
    map:
      X1: CRIME_THEFT
  - from: 2026-06-01
    map:
      X2: CRIME_DAMAGE
      X1: CRIME_THEFT
"""


def check(folder: Path, text: str, *arguments: str) -> Result:
    file = folder / "sample" / "force.yaml"
    file.parent.mkdir()
    file.write_text(text, "utf-8")
    return CliRunner().invoke(cli, ["rules", "check", "--forces", str(folder), *arguments])


def test_days_on_which_a_code_means_nothing_are_a_remark_and_no_fault(tmp_path: Path) -> None:
    said = check(tmp_path, FORCE)

    assert said.exit_code == 0
    line = "sample/force.yaml:14: codes.1.map.X1: means nothing from 2026-04-01 until 2026-05-31"
    assert line in said.output.splitlines()


def test_what_is_not_judged_for_want_of_a_field_is_a_remark(tmp_path: Path) -> None:
    said = check(tmp_path, FORCE)

    remarks = [line for line in said.output.splitlines() if "not_supplied" in line]
    assert remarks == [
        "sample/force.yaml:2: not_supplied.0: without equality these are not judged here: M42",
        "sample/force.yaml:2: not_supplied.1: no rule says that it needs area",
    ]


def test_remarks_are_written_for_a_program_too(tmp_path: Path) -> None:
    said = json.loads(check(tmp_path, FORCE, "--json").output)

    assert said["faults"] == []
    assert said["remarks"][0] == {
        "file": "sample/force.yaml",
        "line": 14,
        "path": "codes.1.map.X1",
        "remark": "means nothing from 2026-04-01 until 2026-05-31",
    }


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            "X2: CRIME_DAMAGE",
            "X2: CRIME_TEA",
            "13: codes.1.map.X2: CRIME_TEA: expected a key of the contract, or a qualifier (Q_) or a marker (X_)",
        ),
        ("until: 2026-03-31", "until: 2026-06-01", None),
        (
            "X1: CRIME_THEFT\n  - from: 2026-06-01",
            "X1: CRIME_RAPE\n  - from: 2026-03-31",
            "6: codes: expected one meaning a day; periods that overlap differ on X1: "
            "those from 2026-01-01 and from 2026-03-31",
        ),
        ("  - X2", "  - X3", "5: known_codes.1: expected a code that the map knows"),
        ("area", "arena", "2: not_supplied.1: arena: expected a field or an event type of the contract"),
    ],
)
def test_a_fault_of_a_force_is_one_line_with_its_place(tmp_path: Path, old: str, new: str, fault: str | None) -> None:
    assert FORCE.count(old) == 1

    said = check(tmp_path, FORCE.replace(old, new))

    assert said.exit_code == (0 if fault is None else 1)
    assert fault is None or said.output.splitlines() == [f"sample/force.yaml:{fault}"]


def test_a_folder_of_forces_that_is_not_there_is_wrong_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["recording-monitor", "rules", "check", "--forces", str(tmp_path / "nowhere")])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    assert "expected a folder" in capsys.readouterr().err
