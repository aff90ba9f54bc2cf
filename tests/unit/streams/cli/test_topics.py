"""What `topics rights` writes."""

import json

from click.testing import CliRunner

from streams.cli import cli
from streams.kafka.rights import ROLES, rights
from streams.settings import Settings


def test_the_commands_name_who_is_who_and_every_right() -> None:
    ran = CliRunner().invoke(cli, ["topics", "rights", "--dead-letters-reader", "User:CN=eve"], catch_exceptions=False)

    lines = ran.output.splitlines()
    assert [line.partition(":")[0] for line in lines if line.startswith("#")] == [f"# {role}" for role in ROLES]
    assert len([line for line in lines if line.startswith("kafka-acls.sh ")]) == len(rights(Settings()))
    (line,) = (line for line in lines if "User:CN=eve" in line and "--topic" in line)
    assert line.endswith("--operation Read --topic dead-letters")


def test_a_program_gets_them_as_json() -> None:
    ran = CliRunner().invoke(cli, ["topics", "rights", "--json", "--worker", "User:w"], catch_exceptions=False)

    told = json.loads(ran.output)["rights"]
    assert len(told) == len(rights(Settings()))
    assert told[0] == {
        "role": "worker",
        "principal": "User:w",
        "resource": "topic",
        "name": "incident-log",
        "operations": ["Read"],
    }
