"""The commands as a person or a script runs them: what they say, what they write, and their exit status."""

import gc
import io
import json
import shutil
import subprocess
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import pytest
from kafka.errors import TopicAuthorizationFailedError

from rules.book_files import load_rulebook
from rules.examples import events_of
from streams.cli import main
from streams.kafka.client import BrokerError
from streams.kafka.topics import Difference, Made, WrongTopics
from streams.settings import Settings
from streams.tools import spool
from streams.tools.rebuild import Rebuilt
from streams.tools.reconcile import Reconciled
from streams.tools.reconciliation import Account

BOOK = Path(__file__).parents[3] / "rules" / "book"
HISTORY = [
    {"at": "2026-04-02T09:00:00Z", "opened": {"opening_code": "CRIME_THEFT", "area": "East"}},
    {"at": "2026-04-02T09:30:00Z", "opened": {"incident_ref": "B", "entries": [{"text": "window smashed"}]}},
    {"at": "2026-04-02T09:40:00Z", "opened": {"incident_ref": "D", "opening_code": "XY7"}},
    {"at": "2026-04-02T10:00:00Z", "recorded": {"incident_refs": ["B"], "offence_code": "058/00"}},
    {"at": "2026-04-03T09:00:01Z", "updated": {"incident_ref": "D", "area": "West"}},
]
UNTIL = "2026-04-03T12:00:00Z"


class Ran(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str
    left_open: list[str]


class Run(Protocol):
    """Runs a command line, with bytes on its standard input."""

    def __call__(self, *arguments: str | Path, given: bytes = b"") -> Ran: ...


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str | Path, given: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "argv", ["recording-monitor", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        status = None
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            try:
                main()
            except SystemExit as ended:
                status = ended.code
            gc.collect()
        said = capsys.readouterr()
        assert isinstance(status, int)
        assert "Traceback" not in said.err
        assert all(warning.category is ResourceWarning for warning in warned)
        return Ran(status, said.out, said.err, [str(warning.message) for warning in warned])

    return run


def _lines(history: list[dict[str, Any]], force: str = "Example") -> bytes:
    return b"".join(json.dumps(event).encode() + b"\n" for event in events_of(history, force))


def _written(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def history(tmp_path: Path) -> Path:
    file = tmp_path / "events.jsonl"
    file.write_bytes(_lines(HISTORY))
    return file


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A copy of the rulebook that a test may change."""
    return Path(shutil.copytree(BOOK, tmp_path / "book"))


def _change(file: Path, old: str, new: str) -> int:
    """Change the first place at which something stands in a file; return its line."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


# replay


def test_replay_says_what_became_of_a_history(run: Run, history: Path) -> None:
    ran = run("replay", history, "--until", UNTIL)

    assert ran.status == 0
    assert "Replayed to 2026-04-03T12:00:00Z" in ran.out
    assert "5 used" in ran.out
    assert "incidents  3: 1 not_expected, 1 overdue, 1 recorded_in_time" in ran.out
    assert "open 1 overdue" in ran.out
    assert "unmapped   1 XY7" in ran.out


def test_replay_s_statuses_are_in_the_contract_s_shape_and_sorted(run: Run, history: Path, tmp_path: Path) -> None:
    ran = run("replay", history, "--until", UNTIL, "--statuses", tmp_path / "statuses")

    statuses = _written(tmp_path / "statuses")
    assert ran.status == 0
    assert [(status["incident_ref"], status["status"]) for status in statuses] == [
        ("A", "overdue"),
        ("B", "recorded_in_time"),
        ("D", "not_expected"),
    ]
    required = {"force", "incident_ref", "status", "received_at", "offence_group", "crime_refs", "rules"}
    required |= {"rulebook_hash", "data_quality", "explanation", "updated_at"}
    assert all(required <= status.keys() for status in statuses)
    assert all(value is not None for status in statuses for value in status.values())
    assert statuses[0]["area"] == "East"
    assert "area" not in statuses[1]
    assert statuses[1]["crime_refs"] == ["C1"]
    assert statuses[0].keys() & {"recorded_at", "delay_seconds"} == set()


def test_statuses_are_sorted_by_force_and_then_by_incident(run: Run, tmp_path: Path) -> None:
    given = _lines(HISTORY, "Zeta") + _lines(HISTORY, "Alpha")

    run("replay", "-", "--until", UNTIL, "--statuses", tmp_path / "statuses", given=given)

    order = [(status["force"], status["incident_ref"]) for status in _written(tmp_path / "statuses")]
    assert order == [(force, ref) for force in ("Alpha", "Zeta") for ref in ("A", "B", "D")]


def test_replay_s_alerts_are_in_the_contract_s_shape_and_sorted(run: Run, history: Path, tmp_path: Path) -> None:
    run("replay", history, "--until", UNTIL, "--alerts", tmp_path / "alerts")

    alerts = _written(tmp_path / "alerts")
    assert sorted((alert["kind"], alert["status"]) for alert in alerts) == [
        ("due_soon", "resolved"),
        ("overdue", "open"),
    ]
    required = {"alert_id", "force", "incident_ref", "rule", "rule_version", "rulebook_hash", "kind", "severity"}
    required |= {"offence_group", "status", "clock", "received_at", "due_at", "raised_at", "feed_stale", "paged"}
    required |= {"summary", "explanation", "runbook", "links", "history"}
    assert all(required <= alert.keys() for alert in alerts)
    instants = [(alert["history"][-1]["at"], alert["alert_id"]) for alert in alerts]
    assert instants == sorted(instants)


def test_all_changes_gives_every_state_that_an_alert_has_had(run: Run, history: Path, tmp_path: Path) -> None:
    run("replay", history, "--until", UNTIL, "--alerts", tmp_path / "alerts", "--all-changes")

    changes = [(alert["history"][-1]["at"], alert["kind"], alert["status"]) for alert in _written(tmp_path / "alerts")]
    assert changes[0] == ("2026-04-02T21:00:00Z", "due_soon", "open")
    assert sorted(changes[1:]) == [
        ("2026-04-03T09:00:00Z", "due_soon", "resolved"),
        ("2026-04-03T09:00:00Z", "overdue", "open"),
    ]


def test_replay_writes_its_summary_for_a_program(run: Run, history: Path) -> None:
    ran = run("replay", history, "--until", UNTIL, "--json")

    summary = json.loads(ran.out)
    assert summary["until"] == "2026-04-03T12:00:00Z"
    assert summary["statuses"] == {"not_expected": 1, "overdue": 1, "recorded_in_time": 1}
    assert summary["events"]["used"] == 5
    assert summary["open"] == {"overdue": 1}
    assert summary["unmapped"] == {"XY7": 1}


def test_replay_reads_standard_input(run: Run) -> None:
    ran = run("replay", "-", "--json", given=_lines(HISTORY))

    assert ran.status == 0
    assert json.loads(ran.out)["until"] == "2026-04-03T09:00:01Z"


def test_replay_reads_several_files_as_one_history(run: Run, tmp_path: Path) -> None:
    logs, crimes = tmp_path / "logs", tmp_path / "crimes"
    crimes.write_bytes(_lines(HISTORY).splitlines(keepends=True)[3])
    logs.write_bytes(_lines(HISTORY[:3]))

    ran = run("replay", crimes, logs, "--json")

    assert json.loads(ran.out)["statuses"] == {"monitoring": 1, "not_expected": 1, "recorded_in_time": 1}


def test_an_event_seen_twice_is_counted_as_a_repeat(run: Run) -> None:
    ran = run("replay", "-", "--until", UNTIL, "--json", given=_lines(HISTORY) * 2)

    assert json.loads(ran.out)["events"] == {"used": 5, "repeat": 5}


def test_events_after_until_are_left_out_and_counted(run: Run, history: Path) -> None:
    ran = run("replay", history, "--until", "2026-04-02T09:35:00Z", "--json")

    summary = json.loads(ran.out)
    assert summary["events"]["left out"] == 3
    assert summary["statuses"] == {"monitoring": 2}


def test_a_line_that_cannot_be_used_is_counted_by_its_reason_and_written_down(run: Run, tmp_path: Path) -> None:
    event = events_of(HISTORY)[0]
    bad = [
        b"{",
        b'{"a": 1}',
        json.dumps({**event, "type": "incident.imagined"}).encode(),
        json.dumps({**event, "data": {**event["data"], "received_at": "2026-04-02 09:00"}}).encode(),
        json.dumps({**event, "data": {**event["data"], "grade": "x" * 270_000}}).encode(),
    ]

    ran = run("replay", "-", "--rejected", tmp_path / "rejected", given=_lines(HISTORY) + b"\n".join(bad))

    rejected = _written(tmp_path / "rejected")
    reasons = ["not_json", "not_cloudevent", "unknown_type", "invalid_data", "too_large"]
    assert ran.status == 1
    assert [line["error_type"] for line in rejected] == reasons
    assert [line["where"] for line in rejected] == [f"standard input:{number}" for number in range(6, 11)]
    assert [line["value"].encode() for line in rejected] == bad
    assert rejected[3]["error"].startswith("data.received_at: expected an RFC 3339 time with an offset")
    assert all(f"1 {reason}" in ran.out for reason in reasons)
    assert "5 used" in ran.out


def test_an_empty_line_is_nothing(run: Run) -> None:
    ran = run("replay", "-", given=b"\n\n" + _lines(HISTORY) + b"\n  \n")

    assert ran.status == 0


def test_a_history_of_nothing_is_said_to_be_empty(run: Run) -> None:
    ran = run("replay", "-", given=b"")

    assert ran.status == 0
    assert "incidents  0: none" in ran.out


@pytest.mark.parametrize("until", ["yesterday", "2026-04-02", "2026-04-02T09:00:00", "1989-12-31T23:59:59Z"])
def test_an_until_that_is_no_instant_is_wrong_use(run: Run, history: Path, until: str) -> None:
    ran = run("replay", history, "--until", until)

    assert ran.status == 2
    assert "--until" in ran.err
    assert "expected" in ran.err


def test_a_file_that_is_not_there_is_wrong_use(run: Run, tmp_path: Path) -> None:
    ran = run("replay", tmp_path / "nowhere.jsonl")

    assert ran.status == 2
    assert "nowhere.jsonl" in ran.err


def test_a_setting_that_is_wrong_is_named_in_one_line(run: Run, history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECORDING_FORCES", "/no/such/folder")

    ran = run("replay", history)

    assert ran.status == 2
    assert ran.err == "RECORDING_FORCES: expected a folder\n"


def test_a_force_s_file_that_is_wrong_is_named_with_its_line(run: Run, history: Path, tmp_path: Path) -> None:
    folder = tmp_path / "forces" / "Example"
    folder.mkdir(parents=True)
    (folder / "force.yaml").write_text("force: Example\ntime_zone: Europe/Nowhere\n")

    ran = run("replay", history, "--forces", folder.parent)

    assert ran.status == 2
    assert "Example/force.yaml:2: time_zone: expected the name of a time zone" in ran.err


def test_a_force_s_own_zone_and_codes_are_used(run: Run, history: Path, tmp_path: Path) -> None:
    folder = tmp_path / "forces" / "Example"
    folder.mkdir(parents=True)
    (folder / "force.yaml").write_text("force: Example\ncodes:\n  - {from: 2020-01-01, map: {XY7: CRIME_DRUGS}}\n")

    ran = run("replay", history, "--until", UNTIL, "--forces", folder.parent, "--json")

    summary = json.loads(ran.out)
    assert summary["unmapped"] == {}
    assert summary["statuses"] == {"overdue": 2, "recorded_in_time": 1}


LONELY = [*HISTORY, {"at": "2036-04-03T09:00:00Z", "updated": {"area": "North"}}]


def test_a_last_event_far_ahead_is_named_and_until_is_asked_for(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(_lines(LONELY))

    ran = run("replay", file)

    assert ran.status == 2
    assert f"{file}:6" in ran.err
    assert "--until" in ran.err
    assert len(ran.err.splitlines()) == 1


def test_until_settles_what_a_last_event_far_ahead_left_open(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(_lines(LONELY))

    ran = run("replay", file, "--until", UNTIL, "--json")

    assert ran.status == 0
    assert json.loads(ran.out)["events"]["left out"] == 1


def test_thirty_days_ahead_to_the_second_is_not_far_ahead(run: Run) -> None:
    given = _lines([*HISTORY, {"at": "2026-05-03T09:00:01Z", "updated": {"area": "North"}}])

    assert run("replay", "-", given=given).status == 0


def test_compare_says_what_a_changed_rulebook_would_do(run: Run, history: Path, book: Path) -> None:
    _change(book / "recording" / "M02.yaml", "about: crime_codes", "about: disclosures")

    ran = run("replay", history, "--until", UNTIL, "--compare", book)
    as_json = run("replay", history, "--until", UNTIL, "--compare", book, "--json")

    assert ran.status == 0
    assert "1 overdue would be not_expected" in ran.out
    assert "Example/A: overdue would be not_expected" in ran.out
    assert json.loads(as_json.out)["differences"] == {"overdue would be not_expected": 1}


def test_compare_with_the_same_rulebook_finds_no_difference(run: Run, history: Path, book: Path) -> None:
    ran = run("replay", history, "--until", UNTIL, "--compare", book, "--json")

    assert json.loads(ran.out)["differences"] == {}


def test_replay_by_another_rulebook_names_that_book_s_hash(run: Run, history: Path, book: Path, tmp_path: Path) -> None:
    _change(book / "recording" / "M02.yaml", "severity: high", "severity: info")

    ran = run("replay", history, "--until", UNTIL, "--rulebook", book, "--statuses", tmp_path / "statuses")

    assert ran.status == 0
    hashes = {status["rulebook_hash"] for status in _written(tmp_path / "statuses")}
    assert hashes == {load_rulebook(book).hash} != {load_rulebook().hash}


@pytest.mark.parametrize("option", ["--rulebook", "--compare"])
def test_replay_by_a_broken_rulebook_is_wrong_use(run: Run, history: Path, book: Path, option: str) -> None:
    line = _change(book / "recording" / "M02.yaml", "severity: high", "severity: dire")

    ran = run("replay", history, option, book)

    assert ran.status == 2
    assert f"M02.yaml:{line}: severity" in ran.err


def _many() -> list[dict[str, Any]]:
    """A history of forty incidents; some share a crime, some are merged, some are late."""
    said: list[dict[str, Any]] = []
    for number in range(40):
        ref, at = f"I{number:02}", f"2026-04-02T{number // 2:02}:{number % 2 * 30:02}:00Z"
        said.append({"at": at, "opened": {"incident_ref": ref, "opening_code": "CRIME_THEFT"}})
        if number % 3 == 0:
            refs = [ref, f"I{(number + 7) % 40:02}"]
            crime = {"crime_ref": f"C{number}", "incident_refs": refs, "offence_code": "039/00"}
            said.append({"at": f"2026-04-03T{number // 2:02}:00:00Z", "recorded": crime})
        if number % 5 == 4:
            said.append({"at": "2026-04-02T23:00:00Z", "merged": {"incident_ref": ref, "into": f"I{number - 1:02}"}})
    return said


def test_two_processes_over_several_parts_say_what_one_says_over_one(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(_lines(_many()))

    def outcome(name: str, *more: str) -> tuple[Mapping[str, Any], str, str]:
        statuses, alerts = tmp_path / f"{name}.statuses", tmp_path / f"{name}.alerts"
        ran = run("replay", file, "--statuses", statuses, "--alerts", alerts, "--all-changes", "--json", *more)
        assert ran.status == 0
        return json.loads(ran.out), statuses.read_text(), alerts.read_text()

    whole = outcome("whole")
    monkeypatch.setattr(spool, "PART_SIZE", 8)
    one, two = outcome("one", "--jobs", "1"), outcome("two", "--jobs", "2")

    assert whole == one == two
    assert whole[0]["statuses"].keys() >= {"merged", "overdue", "recorded_in_time", "recorded_late"}


def test_a_reader_that_goes_away_is_no_traceback() -> None:
    command = [sys.executable, "-c", "from streams.cli import main; main()", "rules", "table"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=BOOK.parents[1])
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()

    said = process.stderr.read().decode()
    process.stderr.close()

    assert process.wait() == 1
    assert said == ""


@pytest.mark.parametrize("history_of", ["usual", "nothing", "far ahead"])
def test_replay_leaves_no_file_open(run: Run, history_of: str) -> None:
    given = {"usual": _lines(HISTORY), "nothing": b"", "far ahead": _lines(LONELY)}[history_of]

    assert run("replay", "-", given=given).left_open == []


def test_a_history_of_nothing_leaves_no_results_of_an_earlier_one_behind(run: Run, tmp_path: Path) -> None:
    for file in ("statuses", "alerts"):
        (tmp_path / file).write_text("{}")

    run("replay", "-", "--statuses", tmp_path / "statuses", "--alerts", tmp_path / "alerts", given=b"")

    assert (tmp_path / "statuses").read_text() == (tmp_path / "alerts").read_text() == ""


def test_what_counts_as_a_repeat_does_not_depend_on_how_a_history_is_dealt_out(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = [{"at": "2026-04-02T09:00:00Z", "id": "one", "opened": {"incident_ref": f"I{n}"}} for n in range(20)]
    whole = run("replay", "-", "--json", given=_lines(opened)).out
    monkeypatch.setattr(spool, "PART_SIZE", 4)

    parts = run("replay", "-", "--json", given=_lines(opened)).out

    assert json.loads(parts)["events"] == json.loads(whole)["events"]


# rules


def test_rules_check_finds_the_rulebook_well_formed(run: Run) -> None:
    ran = run("rules", "check")
    as_json = json.loads(run("rules", "check", "--json").out)

    assert ran.status == 0
    assert "well formed" in ran.out
    assert as_json["faults"] == []
    assert as_json["rulebook_hash"] == load_rulebook().hash


def test_rules_check_names_every_fault_with_its_file_and_line(run: Run, book: Path) -> None:
    first = _change(book / "recording" / "M02.yaml", "severity: high", "severity: dire")
    second = _change(book / "rape" / "M05.yaml", "status: stable", "status: wobbly")
    third = _change(book / "rape" / "M05.yaml", "checked_on: 2026-11-22", "checked_on: lately")

    ran = run("rules", "check", "--rulebook", book)
    as_json = run("rules", "check", "--rulebook", book, "--json")

    expected = {
        ("M02.yaml", first, "severity"),
        ("M05.yaml", second, "status"),
        ("M05.yaml", third, "cites.0.checked_on"),
    }
    assert ran.status == as_json.status == 1
    assert all(f"{file}:{line}: {path}:" in ran.out for file, line, path in expected)
    faults = json.loads(as_json.out)["faults"]
    assert {(Path(fault["file"]).name, fault["line"], fault["path"]) for fault in faults} >= expected


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("about: rape_reports", "about: rumours"),
        ("kind: overdue", "kind: overcome"),
        ("warn_at: [PT1H]", "warn_at: [soon]"),
        ("within: recording_limit", "within: recordng_limit"),
        ("within: recording_limit", "within: PTx"),
    ],
)
def test_rules_check_names_the_line_of_a_fault_in_what_a_version_asks(run: Run, book: Path, old: str, new: str) -> None:
    line = _change(book / "rape" / "M05.yaml", old, new)

    ran = run("rules", "check", "--rulebook", book)

    assert ran.status == 1
    assert any(
        f"M05.yaml:{place}: versions.2015-04-01" in ran.out for place in {line, line - (not old.startswith("about"))}
    )


def test_rules_test_says_which_example_has_no_instant_to_end_at(run: Run, book: Path) -> None:
    _change(book / "recording" / "M48.yaml", 'until: "2026-04-06T09:00:00Z"', "until: soon")

    ran = run("rules", "test", "M48", "--rulebook", book)

    assert ran.status in (1, 2)
    assert "M48" in ran.out + ran.err


def test_rules_check_names_the_line_at_which_a_file_is_no_yaml(run: Run, book: Path) -> None:
    line = _change(book / "recording" / "M04.yaml", "title: A crime", "title: [A crime")

    ran = run("rules", "check", "--rulebook", book)

    assert ran.status == 1
    assert any(f"M04.yaml:{number}:" in ran.out for number in (line, line + 1))


def test_rules_test_runs_every_example(run: Run) -> None:
    ran = run("rules", "test")

    examples = sum(len(rule.examples) for rule in load_rulebook().rules.values())
    assert ran.status == 0
    assert f"{examples} examples passed, 0 failed" in ran.out


def test_rules_test_runs_the_examples_of_the_rules_that_are_named(run: Run) -> None:
    ran = run("rules", "test", "M05", "--json")

    assert {example["rule"] for example in json.loads(ran.out)["examples"]} == {"M05"}


def test_rules_test_says_what_an_example_expected_and_got(run: Run, book: Path) -> None:
    _change(book / "recording" / "M48.yaml", "statuses: {A: recorded_late}", "statuses: {A: exempt}")

    ran = run("rules", "test", "--rulebook", book)

    assert ran.status == 1
    assert "M48  Recorded two days late" in ran.out
    assert "status of A: expected exempt, got recorded_late" in ran.out
    assert "1 failed" in ran.out


@pytest.mark.parametrize("command", ["show", "test"])
def test_a_rule_that_the_book_does_not_have_is_wrong_use(run: Run, command: str) -> None:
    ran = run("rules", command, "M99")

    assert ran.status == 2
    assert "M02" in ran.err


def test_rules_show_writes_a_rule_in_words(run: Run) -> None:
    ran = run("rules", "show", "M05")

    assert ran.status == 0
    assert ran.out.startswith("M05  A report of rape has a rape crime or an N100 at once")
    assert "Rests on      CRR26 p63" in ran.out
    assert "24 hours after its start; warned at 1 hour" in ran.out
    assert "only a proper cancellation ends it" in ran.out
    assert "What to do" in ran.out


def test_rules_show_writes_a_rule_for_a_program(run: Run) -> None:
    assert json.loads(run("rules", "show", "M05", "--json").out)["id"] == "M05"


def test_rules_table_has_a_row_for_each_thing_that_a_rule_asks(run: Run) -> None:
    ran = run("rules", "table")

    assert ran.status == 0
    assert ran.out.startswith("| Rule | What it asks |")
    assert all(f"| {rule} |" in ran.out for rule in load_rulebook().rules)


def test_rules_table_of_a_day_has_the_law_of_that_day(run: Run) -> None:
    before, after = run("rules", "table", "--on", "2015-03-31").out, run("rules", "table", "--on", "2015-04-01").out

    assert "72 hours" in before
    assert "| M05 |" not in before
    assert "72 hours" not in after
    assert "| M05 |" in after


def test_rules_table_is_written_as_csv(run: Run) -> None:
    assert run("rules", "table", "--format", "csv").out.startswith("Rule,What it asks,")


def test_rules_table_is_written_as_a_page(run: Run) -> None:
    page = run("rules", "table", "--format", "html", "--on", "2026-04-01").out

    assert page.startswith("<!doctype html>")
    assert "for reports of 2026-04-01</title>" in page


def test_rules_schema_is_that_of_the_book(run: Run) -> None:
    assert run("rules", "schema").out == (BOOK / "rule.schema.json").read_text("utf-8")


# explain


def test_explain_says_why_an_incident_is_on_the_list(run: Run, history: Path) -> None:
    ran = run("explain", "Example/A", history, "--until", UNTIL)

    assert ran.status == 0
    assert ran.out.startswith("Example/A: overdue\n")
    assert "due       Fri 3 Apr 2026 10:00 BST, on the report clock" in ran.out
    assert "Thu 2 Apr 2026 10:00 BST  log opened: CRIME_THEFT" in ran.out
    assert "A log that was given a crime code has its crime recorded within the limit" in ran.out
    assert "CRR26 p10" in ran.out


def test_explain_says_why_an_incident_is_not_on_the_list(run: Run, history: Path) -> None:
    ran = run("explain", "Example/B", history, "--until", UNTIL)

    assert "recorded in time" in ran.out
    assert "crime recorded: C1" in ran.out
    assert "phrase 'smashed'" in ran.out
    assert "No alert was raised" in ran.out


def test_explain_is_written_for_a_program(run: Run, history: Path) -> None:
    said = json.loads(run("explain", "Example/A", history, "--until", UNTIL, "--json").out)

    assert said["status"]["status"] == "overdue"
    assert {alert["kind"]: alert["status"] for alert in said["alerts"]} == {"due_soon": "resolved", "overdue": "open"}
    assert said["time_line"][0]["at"] == "2026-04-02T09:00:00Z"


def test_explain_finds_an_incident_in_a_history_of_several_parts(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "PART_SIZE", 8)
    file = tmp_path / "events.jsonl"
    file.write_bytes(_lines(_many()))

    assert all(run("explain", f"Example/I{number:02}", file).status == 0 for number in range(0, 40, 13))


@pytest.mark.parametrize("incident", ["Example/NOBODY", "Elsewhere/A"])
def test_explain_of_an_incident_that_nobody_opened_finds_nothing(run: Run, history: Path, incident: str) -> None:
    ran = run("explain", incident, history)

    assert ran.status == 1
    assert incident in ran.err
    assert ran.out == ""


def test_explain_of_an_incident_of_which_nothing_to_the_point_was_said_finds_nothing(run: Run) -> None:
    said = _lines([{"at": "2026-04-02T09:00:00Z", "updated": {"entries": [{"text": "nothing to report"}]}}])

    assert run("explain", "Example/A", "-", given=said).status == 1


@pytest.mark.parametrize("incident", ["A", "Example/", "/A"])
def test_explain_asks_for_a_force_and_a_reference(run: Run, history: Path, incident: str) -> None:
    ran = run("explain", incident, history)

    assert ran.status == 2
    assert "expected FORCE/REF" in ran.err


# feed


class PlayedProducer:
    """Acknowledges everything at once; the first record is refused where an error is given."""

    is_done = True

    def __init__(self) -> None:
        self.records: list[tuple[str, bytes]] = []
        self.error: BaseException | None = None

    def send(self, topic: str, value: bytes, key: bytes, headers: object) -> "PlayedProducer":
        self.records.append((topic, value))
        return self

    def get(self, timeout: float | None = None) -> None:
        if self.error is not None:
            raise self.error


@pytest.fixture
def producer(monkeypatch: pytest.MonkeyPatch) -> PlayedProducer:
    """A producer to a broker that has all topics."""
    played = PlayedProducer()
    monkeypatch.setattr("streams.kafka.client.production", lambda _: nullcontext(played))
    monkeypatch.setattr("streams.kafka.topics.missing", lambda *_: [])
    return played


def test_feed_sends_and_says_what_became_of_each_line(run: Run, history: Path, producer: PlayedProducer) -> None:
    ran = run("feed", history)

    assert ran.status == 0
    assert [value for _, value in producer.records] == history.read_bytes().splitlines()
    assert ran.out.splitlines()[0] == "5 rows read, 5 events"
    assert "5 sent and acknowledged" in ran.out


def test_feed_writes_its_account_for_a_program(run: Run, history: Path, producer: PlayedProducer) -> None:
    ran = run("feed", history, "--json", "--rate", "1000")

    assert json.loads(ran.out)["sent"] == {"incident-log": 4, "crime-records": 1}


def test_what_feed_cannot_use_is_a_dead_letter_and_written_down_and_a_fault_that_was_found(
    run: Run, producer: PlayedProducer, tmp_path: Path
) -> None:
    ran = run("feed", "-", "--rejected", tmp_path / "rejected", given=_lines(HISTORY) + b"{")

    assert ran.status == 1
    assert producer.records[-1] == ("dead-letters", b"{")
    assert [(line["line"], line["error_type"]) for line in _written(tmp_path / "rejected")] == [(6, "not_json")]


def test_feed_ends_with_one_line_when_a_record_is_refused(run: Run, history: Path, producer: PlayedProducer) -> None:
    producer.error = TopicAuthorizationFailedError("incident-log")

    ran = run("feed", history)

    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("incident-log: the right Write on this topic is missing")
    assert "0 events were acknowledged" in ran.err
    assert len(ran.err.splitlines()) == 1


def test_a_feed_that_is_stopped_says_how_far_it_was(run: Run, history: Path, producer: PlayedProducer) -> None:
    producer.error = KeyboardInterrupt()
    stopped = run("feed", history)

    assert stopped.status == 130


def test_topics_that_are_missing_are_named_before_anything_is_sent(
    run: Run, history: Path, producer: PlayedProducer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.kafka.topics.missing", lambda *_: ["crime-records", "dead-letters"])

    ran = run("feed", history)

    assert (ran.status, producer.records) == (2, [])
    assert ran.err.startswith("crime-records, dead-letters: not on 127.0.0.1:9092: `recording-monitor topics create`")


def test_a_dry_run_writes_the_events_and_sends_none(run: Run, history: Path, producer: PlayedProducer) -> None:
    ran = run("feed", history, "--dry-run")

    assert ran.status == 0
    assert [json.loads(line) for line in ran.out.splitlines()] == _written(history)
    assert ran.err.startswith("5 rows read, 5 events")
    assert producer.records == []


@pytest.mark.parametrize(
    "options",
    [["--rate", "5", "--speed", "2"], ["--rate", "0"], ["--speed", "-1"], ["--dry-run", "--rate", "5"]],
)
def test_a_pace_that_makes_no_sense_is_wrong_use(run: Run, history: Path, options: list[str]) -> None:
    ran = run("feed", history, *options)

    assert ran.status == 2
    assert len(ran.err.splitlines()) == 1


# topics


def test_topics_check_names_each_difference_and_finds_faults(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [Difference("dead-letters", "is missing"), Difference("incident-log", "is missing")]
    monkeypatch.setattr("streams.kafka.topics.check", lambda _: found)

    ran = run("topics", "check")
    as_json = run("topics", "check", "--json")

    assert (ran.status, as_json.status) == (1, 1)
    assert ran.out == "dead-letters: is missing\nincident-log: is missing\n"
    assert json.loads(as_json.out)["differences"][0] == {"topic": "dead-letters", "said": "is missing"}


def test_topics_that_are_as_they_should_be_are_said_to_be(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.kafka.topics.check", lambda _: [])

    ran = run("topics", "check")

    assert (ran.status, ran.out) == (0, "the topics on 127.0.0.1:9092 are as they should be\n")
    assert json.loads(run("topics", "check", "--json").out) == {"differences": []}


def test_reconcile_says_what_it_could_not_decide_apart_from_what_differs(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Reconciled({"Example": Account(opened=1, statuses=Counter(overdue=1))}, [], 2, "undecided")
    monkeypatch.setattr("streams.tools.reconcile.reconcile", lambda *_: found)

    ran = run("reconcile", "--metrics", "http://127.0.0.1:9464/metrics")

    assert ran.status == 0
    assert ran.out.splitlines() == [
        "Example: 1 incidents opened = 1 overdue; 0 alerts raised = 0 open + 0 resolved",
        "the rows and what was published agree, as far as could be decided",
    ]
    assert [line.partition(":")[0] for line in ran.err.splitlines()] == [
        "2 incidents differ for now and are not counted",
        "the gauges could not be compared",
    ]
    assert json.loads(run("reconcile", "--json").out)["undecided"] == 2


def test_rebuild_from_empty_asks_before_it_deletes(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def rebuild(_: Settings, *, from_empty: bool, sure: Callable[[list[str]], None]) -> Rebuilt:
        assert from_empty
        sure(["a-changelog"])
        return Rebuilt(3, ["a-changelog"])

    monkeypatch.setattr("streams.tools.rebuild.rebuild", rebuild)

    asked = run("rebuild", "--from-empty", given=b"n\n")
    went_on = run("rebuild", "--from-empty", given=b"y\n")
    unasked = run("rebuild", "--from-empty", "--yes", "--json")

    assert (asked.status, asked.out.strip()) == (130, "")
    assert "This deletes a-changelog, and with them all that the source topics no longer hold." in asked.err
    assert (went_on.status, went_on.out.split()[:3]) == (0, ["made", "anew", "a-changelog"])
    assert json.loads(unasked.out) == {"events": 3, "remade": ["a-changelog"]}


def test_topics_create_says_what_was_made_and_what_was_there(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.kafka.topics.create", lambda _: Made(["dead-letters"], ["incident-log"]))

    ran = run("topics", "create")

    assert (ran.status, ran.out) == (0, "made        dead-letters\nwas there   incident-log\n")
    assert json.loads(run("topics", "create", "--json").out) == {
        "created": ["dead-letters"],
        "present": ["incident-log"],
    }


def test_a_broker_that_refuses_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Settings) -> None:
        raise BrokerError("no Kafka broker answers at 127.0.0.1:9092")

    monkeypatch.setattr("streams.kafka.topics.create", refuse)

    ran = run("topics", "create")

    assert (ran.status, ran.err) == (2, "no Kafka broker answers at 127.0.0.1:9092\n")


# the whole


def test_the_commands_are_listed(run: Run) -> None:
    ran = run("--help")

    assert ran.status == 0
    listed = ran.out.partition("Commands:")[2].splitlines()
    named = [line.split()[0] for line in listed if line.startswith("  ") and line[2] != " "]
    history = [
        "erase",
        "explain",
        "feed",
        "lexicon",
        "list",
        "metrics",
        "rebuild",
        "reconcile",
        "replay",
        "rules",
        "simulate",
    ]
    assert named == ["alert", "demo", "desk", *history, "topics", "worker"]


def test_a_worker_that_may_not_start_says_so_in_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Settings) -> None:
        raise WrongTopics("own-crimes-changelog: has cleanup.policy delete, expected compact alone")

    monkeypatch.setattr("streams.worker.ensure", refuse)

    ran = run("worker")

    assert (ran.status, ran.err) == (2, "own-crimes-changelog: has cleanup.policy delete, expected compact alone\n")


def test_a_command_that_there_is_not_is_wrong_use(run: Run) -> None:
    assert run("reply").status == 2
