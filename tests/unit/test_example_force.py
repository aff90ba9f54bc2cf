"""The worked example of a force: what its README says is what its commands say."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from streams.cli import cli

FORCES = Path(__file__).parents[2] / "deploy" / "forces"
EXAMPLE = FORCES / "example"
README = (EXAMPLE / "README.md").read_text("utf-8")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def events(folder: Path) -> str:
    told = run("feed", str(EXAMPLE / "export.csv"), "--mapping", str(EXAMPLE / "mapping.yaml"), "--dry-run")
    assert told.exit_code == 0
    assert told.stderr.strip() in README
    file = folder / "events.jsonl"
    file.write_text(told.stdout, "utf-8")
    return str(file)


def test_its_file_is_well_formed_and_every_code_of_its_control_room_is_mapped() -> None:
    said = run("rules", "check", "--forces", str(FORCES))

    assert said.exit_code == 0
    assert "\n".join(line for line in said.output.splitlines() if line.startswith("example/")) in README


def test_a_day_on_which_one_of_its_codes_means_nothing_is_said_as_its_page_shows(tmp_path: Path) -> None:
    folder = tmp_path / "forces" / "example"
    folder.mkdir(parents=True)
    text = (EXAMPLE / "force.yaml").read_text("utf-8")
    (folder / "force.yaml").write_text(text.replace("until: 2026-05-31", "until: 2026-04-30"), "utf-8")

    said = run("rules", "check", "--forces", str(folder.parent))

    assert said.exit_code == 0
    (told,) = [line for line in said.output.splitlines() if "means nothing" in line]
    assert told in README


def test_its_export_is_decided_as_its_page_says(tmp_path: Path) -> None:
    statuses = tmp_path / "statuses.jsonl"

    said = run("replay", events(tmp_path), "--forces", str(FORCES), "--statuses", str(statuses))

    assert said.exit_code == 0
    assert "\n".join(said.output.splitlines()[:6]) in README
    answers = {one["incident_ref"]: one for one in map(json.loads, statuses.read_text("utf-8").splitlines())}
    assert {ref for ref in answers if ref not in README} == set()
    assert {ref: one["status"] for ref, one in answers.items() if one["status"] != "overdue"} == {
        "EX-0002": "recorded_in_time",
        "EX-0005": "not_expected",
        "EX-0006": "recorded_late",
        "EX-0007": "exempt",
        "EX-0008": "exempt",
        "EX-0009": "recorded_in_time",
        "EX-0010": "not_expected",
        "EX-0012": "merged",
        "EX-0013": "due_soon",
        "EX-0014": "not_expected",
        "EX-0015": "recorded_in_time",
        "EX-0016": "recorded_in_time",
        "EX-0017": "monitoring",
        "EX-0018": "not_expected",
    }
    assert {"M13", "M15", "M24"} <= set(answers["EX-0004"]["rules"])
    assert "M20" in answers["EX-0011"]["rules"]
    assert "M03" in answers["EX-0013"]["rules"]
    assert not answers["EX-0015"]["same_day"]
    assert "M15" in answers["EX-0017"]["rules"]


def test_what_its_feeds_cannot_give_is_said_and_not_asked_for(tmp_path: Path) -> None:
    said = run("explain", "Example-Shire/EX-0002", events(tmp_path), "--forces", str(FORCES))

    assert said.exit_code == 0
    for rule in ("M42", "M43", "M44"):
        assert f"{rule} is not judged, for the feeds do not give what it needs" in said.output


def test_a_code_that_maps_to_nothing_is_named_with_its_line(tmp_path: Path) -> None:
    folder = tmp_path / "forces" / "example"
    folder.mkdir(parents=True)
    text = (EXAMPLE / "force.yaml").read_text("utf-8").replace("known_codes: [", "known_codes:\n  - ZX81\n#")
    (folder / "force.yaml").write_text(text, "utf-8")
    line = text.splitlines().index("  - ZX81") + 1

    said = run("rules", "check", "--forces", str(folder.parent))

    assert said.exit_code == 1
    assert said.output.strip() == f"example/force.yaml:{line}: known_codes.0: expected a code that the map knows"
