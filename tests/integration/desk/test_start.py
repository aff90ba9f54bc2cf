"""How a desk starts: on what it cannot start in one line that says what was expected, and what it shows meanwhile."""

import re
import socket
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.eventually import eventually
from tests.integration.command import run, start
from tests.integration.desk.person import NoAnswer, Page, Person
from tests.integration.desk.records import alert, name_of
from tests.integration.desk.served import Served
from tests.integration.workers import Desk
from tests.kafka.cluster import Cluster

pytestmark = pytest.mark.kafka

AWAY = "127.0.0.1:1"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"desk_host": "0.0.0.0"}, "RECORDING_TRUSTED_PROXIES: expected the proxies that say who somebody is"),
        (
            {"trusted_proxies": "127.0.0.1"},
            "RECORDING_DESK_PEOPLE: expected the file of what each group may see and do",
        ),
        ({"trusted_proxies": "nearby"}, "RECORDING_TRUSTED_PROXIES: expected addresses as 10.0.0.5 or 10.0.0.0/24"),
        ({"desk_role": "chief"}, "RECORDING_DESK_ROLE: Input should be 'viewer', 'supervisor' or 'registrar'"),
        ({}, f"no Kafka broker answers at {AWAY}"),
    ],
)
def test_a_desk_that_cannot_start_says_why_in_one_line(settings: dict[str, str], expected: str) -> None:
    ran = run("desk", broker=AWAY, **{f"RECORDING_{name.upper()}": value for name, value in settings.items()})

    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(expected)
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("groups:\n  north:\n    - {role: viewer, places: [North]}\n", "people.yaml:3: "),
        ("groups: [", "people.yaml:"),
        ("", "people.yaml"),
    ],
)
def test_a_file_of_people_that_is_wrong_is_named_with_its_line(written: str, expected: str, tmp_path: Path) -> None:
    people = tmp_path / "people.yaml"
    people.write_text(written)

    ran = run("desk", broker=AWAY, RECORDING_TRUSTED_PROXIES="127.0.0.1", RECORDING_DESK_PEOPLE=str(people))

    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(expected)
    assert ran.err.count("\n") == 1


def test_topics_that_are_not_there_and_a_port_that_is_taken_are_named(kafka: Cluster, tmp_path: Path) -> None:
    with Desk(kafka, tmp_path, "start") as desk, closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        in_use = run("desk", broker=kafka.bootstrap, RECORDING_DESK_PORT=str(port))
        desk._drop_topics()
        absent = run("desk", broker=kafka.bootstrap)

    assert (in_use.status, in_use.err) == (
        2,
        f"RECORDING_DESK_PORT: {port} is in use on 127.0.0.1; choose another one, or 0 for a free one\n",
    )
    assert (absent.status, absent.err) == (
        2,
        "recording-alerts, recording-status, recording-decisions, recording-audit: expected a topic;"
        " make it with recording-monitor topics create\n",
    )


def test_on_a_free_port_a_desk_prints_where_it_is_and_ends_when_it_is_told_to(kafka: Cluster, tmp_path: Path) -> None:
    with Desk(kafka, tmp_path, "free"), start("desk", broker=kafka.bootstrap, RECORDING_DESK_PORT="0") as process:
        assert process.stderr is not None
        said = process.stderr.readline()
        found = re.fullmatch(r"serving (http://127\.0\.0\.1:\d+)/\n", said)
        assert found, said
        person = Person(found[1])
        eventually(lambda: person.see("/").status == 200)

        process.terminate()
        out, err = process.communicate(timeout=30)

    assert (process.returncode, out, err) == (0, "", "")


def test_a_desk_shows_nothing_before_it_has_read_everything_and_two_desks_show_the_same(
    kafka: Cluster, tmp_path: Path
) -> None:
    """Given 20,000 alerts, when two desks start, then each asks for a moment's patience until it shows every one."""
    count = 20_000
    seen: list[Page] = []

    with Desk(kafka, tmp_path, "reads"):
        kafka.produce("recording-alerts", [alert(name_of(number), f"POL-{number}") for number in range(count)])
        served = Served({"RECORDING_BROKER": kafka.bootstrap}, tmp_path)
        person = Person(served.address)

        def shown() -> bool:
            try:
                seen.append(person.see("/list.csv"))
            except NoAnswer as error:
                raise AssertionError(str(error)) from None
            return seen[-1].status == 200

        try:
            eventually(shown, every=timedelta(milliseconds=10))
            with Served({"RECORDING_BROKER": kafka.bootstrap}, tmp_path) as other:
                listed = Person(other.address).see("/list.csv")
        finally:
            served.kill()

    assert {page.status for page in seen[:-1]} == {503}
    assert all("It shows by itself in a moment." in page.text for page in seen[:-1])
    assert seen[-1].body.count("\n") == count + 1
    assert _without_time_left(seen[-1]) == _without_time_left(listed)


def _without_time_left(listed: Page) -> str:
    """Return a table without what changes by the minute."""
    return re.sub(r"\d+ (h \d+ min|min|days) (late|left)", "", listed.body)
