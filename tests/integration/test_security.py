"""A broker that lets nobody in without a name over TLS, and nobody do more than is listed: the whole path works there."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer

from rules.examples import events_of
from streams.kafka.rights import ROLES, Rights, rights
from streams.kafka.security import for_kafka_python
from streams.settings import Settings
from tests.eventually import eventually
from tests.integration.command import Ran, run
from tests.integration.workers import Worker, command_of_worker
from tests.kafka.cluster import Cluster
from tests.kafka.rights import grant, without
from tests.kafka.secured import MECHANISM, Secured, make_authority
from tests.kafka.tokens import TokenEndpoint

pytestmark = pytest.mark.kafka
PASSWORDS = {role: f"the password of {role}".replace(" ", "-") for role in ROLES}
FAST = {"HEARTBEAT": "0.2", "SWEEP": "0.1", "FLUSH": "0.02", "COMMIT": "0.1", "SESSION": "10", "PARTITIONS": "2"}
EVENTS = list(
    events_of(
        [
            {
                "at": "2026-04-01T09:00:00Z",
                "opened": {"opening_code": "CRIME_VIOLENCE", "victims": [{"victim_ref": "V-1"}]},
            },
            {"at": "2026-04-01T10:00:00Z", "recorded": {"crime_ref": "C", "incident_refs": ["A"]}},
        ]
    )
)


class House:
    """A secured cluster, and what each role has to say to it."""

    def __init__(self, cluster: Cluster, folder: Path) -> None:
        self.cluster = cluster
        self.folder = folder
        self.needed = rights(Settings())
        for role, password in PASSWORDS.items():
            (folder / role).write_text(f"{password}\n")

    def variables(self, role: str, **more: str) -> dict[str, str]:
        """Return the variables of a role."""
        by_password = {"SASL_USERNAME": role, "SASL_PASSWORD_FILE": str(self.folder / role)}
        told = {
            "BROKER": self.cluster.secured,
            "SECURITY": "sasl_ssl",
            "CA_FILE": str(self.cluster.authority),
            "SASL_MECHANISM": MECHANISM,
            **({} if more.get("SASL_MECHANISM") == "OAUTHBEARER" else by_password),
            **FAST,
            **more,
        }
        return {f"RECORDING_{name}": value for name, value in told.items()}

    def run(self, role: str, *arguments: str, given: str = "", **more: str) -> Ran:
        """Run a command as a role."""
        variables = self.variables(role, **more)
        return run(*arguments, broker=variables.pop("RECORDING_BROKER"), given=given, **variables)

    def by_token(self, endpoint: TokenEndpoint, client: str, secret: str) -> dict[str, str]:
        """Return what is set otherwise for a client that comes with tokens."""
        file = self.folder / f"secret of {client}"
        file.write_text(secret)
        return {
            "SASL_MECHANISM": "OAUTHBEARER",
            "OAUTH_CLIENT_ID": client,
            "OAUTH_CLIENT_SECRET_FILE": str(file),
            "OAUTH_TOKEN_ENDPOINT": endpoint.address,
        }

    def worker(self, folder: Path, **more: str) -> Worker:
        """Start a worker that writes to a folder."""
        return Worker(self.variables("worker", **more), folder, command_of_worker())

    def read(self, role: str, topic: str) -> list[Any]:
        """Read a topic as a role does, in its group if it has one."""
        told = {name.removeprefix("RECORDING_").lower(): value for name, value in self.variables(role).items()}
        settings = Settings(**told)  # type: ignore[arg-type]
        group = next((each.name for each in self.needed if each.role == role and each.resource == "group"), None)
        consumer = KafkaConsumer(
            topic,
            bootstrap_servers=settings.broker,
            group_id=group,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            **for_kafka_python(settings),
        )
        with closing(consumer):
            found: list[Any] = eventually(lambda: [r for rs in consumer.poll(500).values() for r in rs])
            return found


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A cluster on which the topics are made and each role has its rights."""
    with Cluster(secured=Secured(PASSWORDS)) as cluster:
        house = House(cluster, tmp_path_factory.mktemp("house"))
        for role in ROLES:
            grant(cluster, f"User:{role}", [each for each in house.needed if each.role == role])
        make_authority(cluster.authority.parent, "another")
        assert house.run("operator", "topics", "create").status == 0
        yield house


def test_the_whole_path_works_with_the_rights_that_are_listed_and_no_others(house: House, tmp_path: Path) -> None:
    opened, recorded = (json.dumps(event) + "\n" for event in EVENTS)

    with house.worker(tmp_path) as worker:
        eventually(worker.ready)
        assert house.run("incident-log-feed", "feed", "-", given=opened + "rubbish\n").status == 1
        assert house.run("crime-records-feed", "feed", "-", given=recorded).status == 0

        (status,) = {record.key for record in house.read("desk", "recording-status")}
        assert status == b"Example/A"
        (letter,) = house.read("dead-letters-reader", "dead-letters")
        assert letter.value == b"rubbish"
        checked = house.run("operator", "topics", "check")
        assert (checked.status, checked.err) == (0, "")
        tested = house.run("tester", "alert", "test")
        assert (tested.status, "seen at every stage, and ended" in tested.out) == (0, True), tested
        forgotten = house.run("eraser", "erase", "--victim", "Example/V-1")
        assert (forgotten.status, "forgotten in 1 incident and 0 crimes" in forgotten.out) == (0, True), forgotten
        assert (erased := house.run("eraser", "erase", "Example/A")).status == 0, erased
        assert worker.term() == 0


def test_nobody_may_do_what_is_another_ones(house: House) -> None:
    sent = house.run("crime-records-feed", "feed", "-", given=json.dumps(EVENTS[0]) + "\n")
    checked = house.run("worker", "topics", "check")

    assert sent.status == 2
    assert "incident-log: the right Write on this topic is missing for User:crime-records-feed" in sent.err
    assert checked.status == 2
    assert "the right Describe on this topic is missing for User:worker" in checked.err


OF_A_WORKER = [
    replace(each, operations=(operation,))
    for each in rights(Settings())
    if each.role == "worker"
    for operation in each.operations
]


ONE_OF_EACH_KIND = {
    (each.resource, each.operations, each.name.startswith("recording-monitor-")): each for each in OF_A_WORKER
}.values()
"""One for each operation on a topic of the contract, on one of the workers' own, on the group; the others are slow."""


@pytest.mark.parametrize(
    "right",
    [
        pytest.param(
            each,
            id=f"{each.operations[0]}-{each.name}",
            marks=() if each in ONE_OF_EACH_KIND else pytest.mark.slow,
        )
        for each in OF_A_WORKER
    ],
)
def test_each_right_that_a_worker_lacks_is_one_line_that_names_it(house: House, tmp_path: Path, right: Rights) -> None:
    (operation,) = right.operations

    with without(house.cluster, "User:worker", right), house.worker(tmp_path) as worker:
        assert worker.process.wait(60) == 2, worker.said

    assert worker.said == (
        f"{right.name}: the right {operation} on this {right.resource} is missing for User:worker:"
        " have the broker's owner grant it\n"
    )


def test_a_right_that_is_taken_away_from_a_worker_at_work_is_named_too(house: House, tmp_path: Path) -> None:
    (right,) = (each for each in OF_A_WORKER if each.name == "incident-log")

    with house.worker(tmp_path) as worker:
        eventually(worker.ready)
        with without(house.cluster, "User:worker", right):
            house.run("incident-log-feed", "feed", "-", given=json.dumps(EVENTS[0]) + "\n")
            assert worker.process.wait(60) == 2, worker.said

    assert "Traceback" not in worker.said
    assert worker.said.splitlines()[-1].startswith(
        "incident-log: the right Read on this topic is missing for User:worker"
    )


def test_who_is_not_let_in_is_told_so_in_one_line(house: House, tmp_path: Path) -> None:
    """Given a wrong password, an authority that is not known, and a client that gets no token, when workers start."""
    with TokenEndpoint({"worker": "secret"}) as endpoint:
        wrong = {
            "does not let User:worker in": {"SASL_PASSWORD_FILE": str(house.folder / "desk")},
            "certificate verify failed": {"CA_FILE": str(house.cluster.authority.with_name("another.pem"))},
            f"{endpoint.address} refused the client worker with status 401": house.by_token(
                endpoint, "worker", "wrong"
            ),
        }
        with ExitStack() as stack:
            workers = {said: stack.enter_context(house.worker(tmp_path, **more)) for said, more in wrong.items()}

            for said, worker in workers.items():
                assert worker.process.wait(60) == 2, worker.said
                assert said in worker.said
                assert len(worker.said.splitlines()) == 1, worker.said
                assert not [secret for secret in (*PASSWORDS.values(), "wrong") if secret in worker.said]


def test_tokens_let_a_worker_and_an_operator_in(house: House, tmp_path: Path) -> None:
    with (
        TokenEndpoint({"worker": "secret of the worker", "operator": "another"}) as endpoint,
        house.worker(tmp_path, **house.by_token(endpoint, "worker", "secret of the worker")) as worker,
    ):
        checked = house.run("operator", "topics", "check", **house.by_token(endpoint, "operator", "another"))
        eventually(worker.ready)

        assert (checked.status, checked.err) == (0, "")
        assert worker.term() == 0
