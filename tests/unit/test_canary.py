"""What a feed says in words goes nowhere: a canary in every field of every event, and where it may sing.

The events are made by walking the models, so that a new field is covered without a word here. Every string that a feed may
fill as it likes holds a canary of its own, unknown fields and the keys of mappings too.
"""

import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from click.testing import CliRunner, Result
from pydantic import BaseModel

from rules.alerts import alert_id
from rules.events import TOPICS, AnyEvent
from rules.instants import format_instant
from rules.vocabulary import ContractPart
from streams.cli import cli
from streams.kafka.envelope import Refused, decode

FORCE = "Example"
START = datetime(2026, 4, 2, 9, tzinfo=UTC)
UNTIL = "2026-05-02T09:00:00Z"
CANARY = re.compile(r"zq\d{6}x")
EVENTS: Mapping[str, type[BaseModel]] = {
    type_: model
    for model in get_args(AnyEvent)
    for type_ in get_args(model.model_fields["type"].annotation)  # the literal names of the model's types
}
VARIANTS = 12
"""As many as the longest list of choices has, so that each choice is made at least once."""

ALLOWED: Mapping[str, set[str]] = {
    # The key under which everything is asked for.
    "status.incident_ref": {"incident_ref"},
    "alert.incident_ref": {"incident_ref"},
    # The live records, under the number that a supervisor looks up.
    "status.crime_refs": {"crime_ref"},
    # The log that answers for this one.
    "status.merged_into": {"incident_ref"},
    # An explanation names the record that meets the expectation and the log that carries this one on.
    "status.explanation": {"crime_ref", "incident_ref"},
    "alert.explanation": {"crime_ref"},
    # Addresses of the force's own systems are made of these numbers.
    "alert.links": {"incident_ref", "crime_ref"},
    # What a supervisor owns: a name of a division or beat.
    "status.area": {"area"},
    "alert.area": {"area"},
    # A role or staff reference by contract, never a name (reading R35).
    "alert.acknowledged_by": {"by"},
    "alert.history": {"by"},
    "alert.team": {"team"},
    "alert.assigned_to": {"assigned_to"},
    # A code that nobody mapped is listed, so that somebody maps it: it never silences a disclosure.
    "summary.unmapped": {"opening_code", "closing_codes"},
    # The incidents that somebody should look at first.
    "summary.gravest": {"incident_ref"},
    "summary.years_apart": {"incident_ref"},
    "summary.changed": {"incident_ref"},
}
"""Where a field may be seen, and why; anything else that is found anywhere is a leak."""
REACHED = {place for place in ALLOWED if place.startswith(("status.", "alert."))} - {"alert.explanation"}
"""What the histories below do reach, so that the search is known to see; an alert with a record is resolved at once."""
TIME_LINE = {"opening_code", "closing_codes", "offence_code", "reference", "to_force", "into", "crime_ref"}
"""What `explain` shows of what happened: codes and numbers, to the one who asks for this incident by its reference."""


@dataclass
class Aviary:
    """Hands out canaries and remembers in which field each one sits."""

    fields: dict[str, str] = field(default_factory=dict)

    def canary(self, name: str) -> str:
        canary = f"zq{len(self.fields):06}x"
        self.fields[canary] = name
        return canary

    def found_in(self, text: str) -> set[str]:
        return {self.fields[canary] for canary in CANARY.findall(text)}


@dataclass
class Maker:
    """Makes events with a value in every field; `variant` turns through the choices, `fixed` says some values."""

    aviary: Aviary
    variant: int
    fixed: dict[str, str]

    def event(self, type_: str, at: datetime, **data: Any) -> dict[str, Any]:
        made = {
            "specversion": "1.0",
            "type": type_,
            "time": format_instant(at),
            **{name: self.aviary.canary(name) for name in ("source", "id", "subject")},
            self.aviary.canary("unknown field"): self.aviary.canary("unknown field"),
        }
        self.at = at
        return {**made, "data": {**self._part(EVENTS[type_].model_fields["data"].annotation), **data}}

    def _part(self, model: Any) -> dict[str, Any]:
        made = {name: self._value(name, one.annotation) for name, one in model.model_fields.items()}
        extra = {self.aviary.canary("unknown field"): [self.aviary.canary("unknown field")] for _ in range(2)}
        return made | extra

    def _value(self, name: str, kind: Any) -> Any:
        origin, inside = get_origin(kind), get_args(kind)
        if origin is Annotated:
            return self._value(name, inside[0])
        if origin in (Union, UnionType):
            return self._value(name, inside[0])
        if origin is Literal:
            return inside[self.variant % len(inside)]
        if origin is tuple:
            return [self._value(name, inside[0])]
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return {self._value(f"{name} key", inside[0]): self._value(name, inside[1])}
        if issubclass(kind, ContractPart):
            return self._part(kind)
        simple: dict[type, Callable[[], Any]] = {
            datetime: lambda: format_instant(self.at),
            bool: lambda: self.variant % 2 == 0,
            int: lambda: 1,
            str: lambda: self._string(name),
        }
        return simple[kind]()

    def _string(self, name: str) -> str:
        if name in self.fixed:
            return self.fixed[name]
        said = self.aviary.canary(name)
        return f"{said} says that he punched her {said}" if name == "text" else said


def _histories(aviary: Aviary) -> Iterator[list[dict[str, Any]]]:
    """Yield, for every type and every choice, a log of its own in which that type happens; then one with all of them."""
    for variant in range(VARIANTS):
        for types in (*([type_] for type_ in EVENTS), list(EVENTS)):
            yield list(_history(aviary, variant, types))


def _history(aviary: Aviary, variant: int, types: list[str]) -> Iterator[dict[str, Any]]:
    ref, crime = aviary.canary("incident_ref"), aviary.canary("crime_ref")
    fixed = {
        "force": FORCE,
        "incident_ref": ref,
        "incident_refs": ref,
        "crime_ref": crime,
        "alert_id": alert_id(FORCE, ref, "M04", "overdue", "report"),
    }
    maker = Maker(aviary, variant, fixed)
    if variant % 4 == 1:
        master, survivor = aviary.canary("incident_ref"), aviary.canary("crime_ref")
        yield maker.event("incident.opened", START, incident_ref=master)
        yield maker.event("crime.recorded", START, crime_ref=survivor, incident_refs=[], victim_refs=[], initial=True)
        fixed |= {"into": master, "reference": master, "surviving_crime_ref": survivor}
    if variant % 4 == 2:
        fixed |= {"opening_code": "CRIME_RAPE", "closing_codes": "AD_DUPLICATE"}
    yield maker.event("incident.opened", START)
    if variant % 3 == 0 or any(type_.startswith("crime.") for type_ in types):
        yield maker.event("crime.recorded", START + timedelta(hours=1), victim_refs=[], initial=True)
    for place, type_ in enumerate(types):
        at = START + timedelta(days=2, hours=place)
        if type_ == "crime.cancelled" and variant % 4 == 1:
            proper = {"reason": "C3", "independent": True, "decided_by": "force_crime_registrar"}
            yield maker.event(type_, at, **proper)
        else:
            yield maker.event(type_, at)


def _replay(tmp_path: Path, lines: list[bytes], *more: str) -> Result:
    """Replay lines with a force file that makes addresses, all outputs written to a folder."""
    forces = tmp_path / "forces" / FORCE
    forces.mkdir(parents=True, exist_ok=True)
    links = "links: {log: 'https://cad.example/{incident_ref}', crime: 'https://rms.example/{crime_ref}'}\n"
    (forces / "force.yaml").write_text(f"force: {FORCE}\n{links}")
    file = tmp_path / "events.jsonl"
    file.write_bytes(b"\n".join(lines) + b"\n")
    outputs = [f"--{name}={tmp_path / name}" for name in ("statuses", "alerts", "rejected")]
    arguments = ["replay", str(file), "--until", UNTIL, "--all-changes", "--forces", str(forces.parent)]
    return CliRunner().invoke(cli, [*arguments, *outputs, *more])


def _strings(value: Any) -> Iterator[str]:
    """Yield every key and every value of something that is JSON."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield name
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
    else:
        yield str(value)


def _seen(aviary: Aviary, what: str, said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each place of one output object at which a canary sings, with the field it came from."""
    for name, value in said.items():
        for text in (name, *_strings(value)):
            yield from ((f"{what}.{name}", found) for found in aviary.found_in(text))


@pytest.fixture(scope="module")
def sung(tmp_path_factory: pytest.TempPathFactory) -> tuple[set[tuple[str, str]], str, Aviary]:
    """Replay every history: the places at which canaries were seen, and everything said to the terminal and the log."""
    folder, aviary = tmp_path_factory.mktemp("canary"), Aviary()
    events = [event for history in _histories(aviary) for event in history]
    heard = _Listener()
    logging.getLogger().addHandler(heard)
    try:
        result = _replay(folder, [json.dumps(event).encode() for event in events], "--json")
    finally:
        logging.getLogger().removeHandler(heard)
    assert result.exit_code == 0, result.output + (folder / "rejected").read_text()[:2000]
    seen = set(_seen(aviary, "summary", json.loads(result.stdout)))
    for what, file in (("status", "statuses"), ("alert", "alerts")):
        for line in (folder / file).read_text().splitlines():
            seen |= set(_seen(aviary, what, json.loads(line)))
    return seen, result.stderr + "\n".join(heard.lines), aviary


class _Listener(logging.Handler):
    """Keeps whatever anything logs, at any level."""

    def __init__(self) -> None:
        super().__init__(level=0)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


def test_every_type_of_the_contract_is_made() -> None:
    assert EVENTS.keys() == frozenset[str]().union(*TOPICS.values())


def test_what_a_feed_says_is_seen_only_where_the_contract_lets_it_stand(
    sung: tuple[set[tuple[str, str]], str, Aviary],
) -> None:
    seen, _, _ = sung

    leaks = sorted((place, name) for place, name in seen if name not in ALLOWED.get(place, ()))

    assert leaks == []


def test_the_search_sees_a_canary_where_one_may_be(sung: tuple[set[tuple[str, str]], str, Aviary]) -> None:
    seen, _, _ = sung

    assert {place for place, _ in seen} >= REACHED


def test_nothing_that_a_feed_says_reaches_the_terminal_s_errors_or_the_log(
    sung: tuple[set[tuple[str, str]], str, Aviary],
) -> None:
    _, said, aviary = sung

    assert aviary.found_in(said) == set()


def test_the_summary_for_a_person_names_incidents_and_unmapped_codes_and_nothing_else(tmp_path: Path) -> None:
    aviary = Aviary()
    events = [event for history in _histories(aviary) for event in history]

    result = _replay(tmp_path, [json.dumps(event).encode() for event in events])

    assert aviary.found_in(result.output) - {"incident_ref"} == {"opening_code", "closing_codes"}


def test_explain_shows_codes_and_numbers_and_nothing_that_somebody_wrote(tmp_path: Path) -> None:
    aviary = Aviary()
    events = list(_history(aviary, 0, list(EVENTS)))
    ref = events[0]["data"]["incident_ref"]
    file = tmp_path / "events.jsonl"
    file.write_text("".join(json.dumps(event) + "\n" for event in events))

    said = [
        CliRunner().invoke(cli, ["explain", f"{FORCE}/{ref}", str(file), "--until", UNTIL, *more])
        for more in ([], ["--json"])
    ]

    assert [result.exit_code for result in said] == [0, 0]
    allowed = TIME_LINE | {name for names in ALLOWED.values() for name in names}
    assert [aviary.found_in(result.output) - allowed for result in said] == [set(), set()]


def test_an_event_written_down_shows_names_of_fields_and_no_value() -> None:
    aviary = Aviary()
    events = [decode(json.dumps(event).encode()) for event in _history(aviary, 0, list(EVENTS))]

    assert aviary.found_in(" ".join(f"{event!r} {event} {event.data!r}" for event in events)) == set()


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, below in inner:
        yield from _leaves(below, (*path, step))


def _with(value: Any, path: tuple[Any, ...], put: Any) -> Any:
    if not path:
        return put
    if isinstance(value, list):
        return [_with(one, path[1:], put) if place == path[0] else one for place, one in enumerate(value)]
    return {name: _with(one, path[1:], put) if name == path[0] else one for name, one in value.items()}


def _broken(aviary: Aviary, *, long: bool) -> Iterator[bytes]:
    """Yield every event with a wrong value in each place in turn: a word, an object, a list, or a word far too long."""
    for type_ in EVENTS:
        event = list(_history(aviary, 0, [type_]))[-1]
        for path in _leaves(event):
            word = aviary.canary(".".join(map(str, path)))
            for put in [word * 9000] if long else [word, {word: word}, [word], [{word: {word: word}}]]:
                yield json.dumps(_with(event, path, put)).encode()


def _errors(lines: Iterator[bytes]) -> Iterator[str]:
    for line in lines:
        try:
            decode(line)
        except Refused as refused:
            yield f"{refused} {refused.error_type} {refused.error} {refused!r}"


@pytest.mark.parametrize("long", [False, True], ids=["of the wrong kind", "too long"])
def test_an_error_never_holds_what_was_sent(long: bool) -> None:
    aviary = Aviary()

    errors = list(_errors(_broken(aviary, long=long)))

    assert len(errors) > 50
    assert aviary.found_in("\n".join(errors)) == set()


def test_rejected_lines_hold_what_was_sent_in_their_value_alone(tmp_path: Path) -> None:
    aviary = Aviary()
    no_events = [
        b"zq000000x",
        b'{"zq000000x": "zq000000x',
        b'["zq000000x"]',
        b"\xff zq000000x",
        b'{"specversion": "zq000000x"}',
    ]
    lines = [*_broken(aviary, long=False), *no_events]

    result = _replay(tmp_path, lines)

    assert result.exit_code == 1
    rejected = [json.loads(line) for line in (tmp_path / "rejected").read_text().splitlines()]
    assert len(rejected) > 500
    said = " ".join(text for line in rejected for text in _strings({**line, "value": ""}))
    assert aviary.found_in(said) == set()
    assert all(CANARY.search(line["value"]) for line in rejected)
    assert aviary.found_in(result.stderr) == set()
    assert "Traceback" not in result.output
