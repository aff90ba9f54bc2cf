"""Desks and workers are killed while people act: what was answered is kept, and what was not is sent again and counts once."""

import json
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path
from random import Random
from typing import Any

import pytest

from rules.examples import events_of
from rules.instants import parse_instant
from tests.eventually import eventually
from tests.integration.agreement import agrees
from tests.integration.desk.person import NoAnswer, Page, Person
from tests.integration.desk.served import ServedByClock
from tests.integration.worker_main import MovedClock
from tests.integration.workers import Desk, Worker
from tests.kafka.cluster import Cluster

pytestmark = pytest.mark.kafka

REFS = tuple(f"POL-{number}" for number in range(1, 6))
OPENED = "2026-04-02T09:00:00Z"
NOW = "2026-04-02T22:00:00Z"
"""Every crime is due in eleven hours: all are flagged, and their deadlines may still be moved."""
PEOPLE_DO = ("take", "decide", "delay", "withdraw")
TOLD = {"decide": "Decided not to record", "delay": "A delay was authorised", "withdraw": "A decision was withdrawn"}
"""How the history of an incident tells what was done, each time that it was."""
SENT, NOTHING_SENT = 303, 422


@dataclass
class Attempt:
    """A form that somebody sent, over and over until it was answered."""

    ref: str
    form: dict[str, str]
    answers: list[int | None] = field(default_factory=list)

    def send(self, person: Person) -> None:
        """Send it, and note how it was answered: None where it was not."""
        try:
            self.answers.append(person.send(self.ref, self.form).status)
        except NoAnswer:
            self.answers.append(None)

    @property
    def answered(self) -> bool:
        """Whether the last sending was answered."""
        return self.answers[-1] is not None


class Staffed:
    """One worker and one desk that can be killed, and the people at that desk: one an incident."""

    def __init__(self, desk: Desk, folder: Path, stack: ExitStack, dice: Random) -> None:
        self._desk, self._folder, self._stack, self._dice = desk, folder, stack, dice
        self._minutes = count(1)
        self.worker = self._started()
        eventually(self.worker.ready)
        self.served = stack.enter_context(
            ServedByClock(folder / "clock", desk.environment, folder, desk_role="registrar")
        )
        self.people = {ref: Person(self.served.address) for ref in REFS}

    def _started(self) -> Worker:
        # By its name it has its partitions back at once.
        return self._stack.enter_context(self._desk.worker(clock=self._folder / "clock", instance="worker-0"))

    def attempts(self) -> list[Attempt]:
        """Have everybody look at their incident, and fill in one of the forms that its page offers."""
        found = []
        for ref, person in self.people.items():
            # What was decided and withdrawn again offers nothing until a worker has seen both.
            page = eventually(lambda person=person, ref=ref: _offering(person.incident(ref)))  # type: ignore[misc]
            act = self._dice.choice([act for act in PEOPLE_DO if act in page.acts()])
            found.append(Attempt(ref, page.form(act) | self._filled_in(act)))
        return found

    def _filled_in(self, act: str) -> dict[str, str]:
        match act:
            case "take":
                return {"team": "Response 2"}
            case "decide":
                basis = self._dice.choice(("no_crime_disclosed", "contrary_evidence"))
                return {"basis": basis, "reason": "seen on the recording", "reporter_told": "yes"}
            case "delay":  # each a minute later than the one before, in local time
                return {"until": f"2026-04-03T10:{next(self._minutes):02}", "note": "the witness is abroad"}
            case _:
                return {"note": "it was another log"}

    def struck(self, attempts: list[Attempt]) -> str:
        """Send all forms at once, kill somebody when so many of them are answered, and start again who was killed."""
        after, who = self._dice.randrange(len(attempts)), self._dice.choice(("desk", "worker", "desk and worker"))
        with ThreadPoolExecutor(len(attempts)) as pool:
            sent: list[Future[None]] = [pool.submit(each.send, self.people[each.ref]) for each in attempts]
            list(islice(as_completed(sent), after))
            if "desk" in who:
                self.served.kill()
            if "worker" in who:
                self.worker.kill()
        if "worker" in who:
            self.worker = self._started()
        if "desk" in who:
            self.served.restart()
        return f"{who} killed after {after}"

    def repeat(self, attempts: list[Attempt]) -> None:
        """Send again what was not answered."""
        for each in attempts:
            while not each.answered:
                each.send(self.people[each.ref])


def play(cluster: Cluster, folder: Path, seed: int, rounds: int) -> None:
    """Play some rounds of people who act and processes that die, and hold the end against what was answered."""
    dice = Random(seed)
    clock = MovedClock(folder / "clock")
    clock.run_from(parse_instant(NOW))
    opened = list(
        events_of([{"at": OPENED, "opened": {"incident_ref": ref, "opening_code": "CRIME_VIOLENCE"}} for ref in REFS])
    )
    acts: list[Attempt] = []

    with Desk(cluster, folder, f"restarts-{seed}") as desk, ExitStack() as stack:
        desk.send(opened)
        staffed = Staffed(desk, folder, stack, dice)
        eventually(lambda: len(staffed.people[REFS[0]].see("/").items("cases")) == len(REFS))
        for _ in range(rounds):
            attempts = staffed.attempts()
            print(staffed.struck(attempts), [(each.form["act"], each.answers) for each in attempts])
            staffed.repeat(attempts)
            acts += attempts
        eventually(staffed.worker.ready)
        eventually(lambda: not desk.underway())

        decided = list(_decided(cluster))
        for act in acts:
            assert_kept(act, decided, _audited(cluster))
        assert not [event for event in decided if not any(event["id"].startswith(act.form["once"]) for act in acts)]
        eventually(lambda: agrees(desk, [*opened, *decided], clock.now()))
        shown = staffed.people[REFS[0]].see("/list.csv").body
        standing = {alert["incident_ref"] for alert in desk.alerts().values() if alert["status"] != "resolved"}
        assert {ref for ref in REFS if f",{ref}," in shown} == standing
        staffed.served.kill()
        staffed.served.restart()
        assert staffed.people[REFS[0]].see("/list.csv").body == shown
        for ref in REFS:
            line = "; ".join(staffed.people[ref].incident(ref).items("line"))
            told = {act: line.count(words) for act, words in TOLD.items()}
            done = [act.form["act"] for act in acts if act.ref == ref and act.answers[-1] == SENT]
            assert told == {act: done.count(act) for act in TOLD}


def _offering(page: Page) -> Page:
    assert page.acts() & set(PEOPLE_DO), page.text
    return page


def assert_kept(act: Attempt, decided: list[dict[str, Any]], audited: list[dict[str, Any]]) -> None:
    """Hold what came of a form against how it was answered in the end."""
    once, what, last = act.form["once"], act.form["act"], act.answers[-1]
    names = [event["id"] for event in decided if event["id"].startswith(once)]
    assert last in (SENT, NOTHING_SENT), (what, act.answers)
    if last == NOTHING_SENT:
        assert not names, f"{what} was refused, and sent"
        return
    assert names, f"{what} was answered, and is not there"
    assert what == "take" or len(set(names)) == 1
    assert any(line["what"] == what and line["incident_ref"] == act.ref for line in audited), f"{what} was not audited"


def _decided(cluster: Cluster) -> Iterator[dict[str, Any]]:
    return (json.loads(record.value or b"") for record in cluster.read_all("recording-decisions"))


def _audited(cluster: Cluster) -> list[dict[str, Any]]:
    return [json.loads(record.value or b"") for record in cluster.read_all("recording-audit")]


def test_nothing_that_a_person_was_told_is_done_is_lost_whoever_is_killed_meanwhile(
    kafka: Cluster, tmp_path: Path
) -> None:
    play(kafka, tmp_path, seed=1, rounds=4)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 7))
def test_nothing_is_lost_over_many_rounds_either(kafka: Cluster, tmp_path: Path, seed: int) -> None:
    play(kafka, tmp_path, seed, rounds=12)
