from datetime import timedelta
from pathlib import Path

import pytest

from rules.yaml_source import FileFaults
from streams.settings import Forces, WrongSettings, load_forces, load_settings


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SETTINGS", "FORCES", "RULEBOOK"):
        monkeypatch.delenv(f"RECORDING_{name}", raising=False)


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    made = {name: tmp_path / name for name in ("given", "variable", "file")}
    for folder in made.values():
        folder.mkdir()
    return made


def settings_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text(text, "utf-8")
    monkeypatch.setenv("RECORDING_SETTINGS", str(file))


def test_nothing_need_be_set() -> None:
    settings = load_settings()

    assert (settings.forces, settings.rulebook) == (None, None)


def test_what_is_given_wins_over_a_variable_and_that_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folders: dict[str, Path]
) -> None:
    settings_file(tmp_path, monkeypatch, f"forces: {folders['file']}\nrulebook: {folders['file']}\n")
    assert load_settings().forces == folders["file"]

    monkeypatch.setenv("RECORDING_FORCES", str(folders["variable"]))
    assert load_settings(forces=None).forces == folders["variable"]

    assert load_settings(forces=folders["given"]).forces == folders["given"]
    assert load_settings(forces=folders["given"]).rulebook == folders["file"]


@pytest.mark.parametrize("name", ["FORCES", "RULEBOOK", "SETTINGS"])
def test_a_path_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(f"RECORDING_{name}", str(tmp_path / "nowhere"))

    with pytest.raises(WrongSettings, match=f"RECORDING_{name}: expected a"):
        load_settings()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("motto: x\n", "motto"),
        ("forces: [1, 2]\n", "forces"),
        ("forces: [\n", "expected YAML"),
        ("- forces\n", "expected YAML"),
        ("just words\n", "expected YAML"),
    ],
)
def test_a_wrong_file_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str) -> None:
    settings_file(tmp_path, monkeypatch, text)

    with pytest.raises(WrongSettings, match=said):
        load_settings()


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("BROKER", "http://kafka:9092", "expected host:port, several with commas between"),
        ("BROKER", "kafka", "expected host:port, several with commas between"),
        ("APPLICATION", "a b", "expected 1 to 64 letters, digits, dots, underscores and hyphens"),
        ("HOLD", "often", "expected seconds, or a duration as PT2M"),
        ("FLUSH", "0", "expected at least 0.001 seconds"),
        ("SESSION", "PT2S", "expected at least 6.0 seconds"),
        ("ESCALATE_HIGH", "P", "expected seconds, or a duration as PT2M"),
        ("DESK_ADDRESS", "recording.example", "expected https://host, as people's browsers reach it"),
    ],
)
def test_a_wrong_variable_is_named_with_what_was_expected(
    monkeypatch: pytest.MonkeyPatch, name: str, given: str, expected: str
) -> None:
    monkeypatch.setenv(f"RECORDING_{name}", given)

    with pytest.raises(WrongSettings) as wrong:
        load_settings()

    assert str(wrong.value) == f"RECORDING_{name}: {expected}"


@pytest.mark.parametrize(("given", "meant"), [("90", 90), ("0.5", 0.5), ("PT2M", 120)])
def test_a_duration_is_seconds_or_iso(monkeypatch: pytest.MonkeyPatch, given: str, meant: float) -> None:
    monkeypatch.setenv("RECORDING_HOLD", given)

    assert load_settings().hold == timedelta(seconds=meant)


def force(folder: Path, name: str, text: str) -> None:
    (folder / name).mkdir(parents=True)
    (folder / name / "force.yaml").write_text(text, "utf-8")


def test_every_force_with_a_file_has_its_profile_and_any_other_is_taken_as_it_comes(tmp_path: Path) -> None:
    force(tmp_path, "north", "force: northshire\nareas: [N, S]\n")

    forces = load_forces(tmp_path)

    assert forces.profile("northshire").areas == ("N", "S")
    assert forces.profile("elsewhere").areas == ()
    assert forces.profile("elsewhere") is forces.profile("elsewhere")
    assert load_forces(None).profile("northshire").areas == ()


def test_the_faults_of_all_forces_are_named_at_once(tmp_path: Path) -> None:
    force(tmp_path, "north", "force: northshire\ntime_zone: Europe/Nowhere\n")
    force(tmp_path, "south", "force: south shire\n")

    with pytest.raises(FileFaults) as found:
        load_forces(tmp_path)

    assert [(fault.file, fault.line, fault.path) for fault in found.value.faults] == [
        ("north/force.yaml", 2, "time_zone"),
        ("south/force.yaml", 1, "force"),
    ]


def test_forces_do_not_share_what_they_hold() -> None:
    assert Forces({}).profile("north") is not Forces({}).profile("north")


def test_a_force_that_has_two_files_is_a_fault(tmp_path: Path) -> None:
    force(tmp_path, "north", "force: northshire\nareas: [N]\n")
    force(tmp_path, "other", "force: northshire\nareas: [S]\n")

    with pytest.raises(FileFaults, match="force"):
        load_forces(tmp_path)


def test_a_misspelt_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECORDING_FORCE", "/srv/forces")

    with pytest.raises(WrongSettings, match="RECORDING_FORCE"):
        load_settings()
