"""The list on paper and by mail, from the topics of a whole Kafka: what a page shows, in its order."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.command import Ran, run
from tests.integration.desk.person import Person
from tests.integration.desk.records import alert, in_hours, name_of
from tests.integration.desk.served import Served
from tests.integration.workers import Desk
from tests.kafka.cluster import Cluster
from tests.mailbox import Mailbox, said

pytestmark = pytest.mark.kafka

ALERTS = [
    alert(name_of(1), "POL-1", due_at=in_hours(30), severity="critical"),
    alert(name_of(2), "POL-2", due_at=in_hours(-2), area="south"),
    alert(name_of(3), "POL-3", due_at=in_hours(3), severity="critical", kind="due_soon", offence_group="rape"),
    alert(name_of(4), "POL-4", due_at=in_hours(2), status="acknowledged", acknowledged_by="S-7"),
    alert(name_of(5), "POL-5", status="resolved", resolved_at=in_hours(-1), resolution="recorded_late"),
    alert(name_of(6), None, kind="monitor", area=None, offence_group="none"),
]


def listed(cluster: Cluster, *arguments: str, **settings: str) -> Ran:
    return run(
        "list",
        *arguments,
        broker=cluster.bootstrap,
        **{f"RECORDING_{name.upper()}": value for name, value in settings.items()},
    )


def numbers(ran: Ran) -> list[str]:
    assert ran.status == 0, ran.err
    told: dict[str, Any] = json.loads(ran.out)
    return [case["incident"] for case in told["cases"]]


def test_what_is_listed_and_sent_is_what_the_page_shows_in_its_order(kafka: Cluster, tmp_path: Path) -> None:
    mailed = {"smtp_from": "list@police.example", "smtp_security": "plaintext", "desk_address": "https://desk.example"}

    with Desk(kafka, tmp_path, "listed"), Mailbox(refuses=["gone@police.example"]) as box:
        kafka.produce("recording-alerts", ALERTS)
        with Served({"RECORDING_BROKER": kafka.bootstrap}, tmp_path) as served:
            shown = csv.DictReader(io.StringIO(Person(served.address).see("/list.csv").body))
        everything = listed(kafka, "--json")
        south = listed(kafka, "--json", "--force", "Example", "--area", "south")
        taken = listed(kafka, "--json", "--state", "acknowledged")
        elsewhere = listed(kafka, "--force", "No such force")
        to = ["--mail-to", "north@police.example", "--mail-to", "duty@police.example"]
        sent = listed(kafka, *to, smtp_host=box.host, **mailed)
        refused = listed(kafka, "--mail-to", "gone@police.example", smtp_host=box.host, **mailed)
        audited = [json.loads(record.value or b"") for record in kafka.read_all("recording-audit")]

    order = [row["incident"] for row in shown]
    assert (order[0], set(order)) == ("", {"", "POL-1", "POL-2", "POL-3", "POL-4"})
    assert numbers(everything) == order
    assert (numbers(south), numbers(taken)) == (["POL-2"], ["POL-4"])
    assert elsewhere.out.endswith("Nothing here needs a crime recorded.\n")

    (mail,) = box.mails
    assert sent.out == f"sent to north@police.example, duty@police.example: {mail['Subject']}\n"
    assert mail["Subject"].endswith(": 4 incidents, 1 late, 3 not taken")
    for kind in ("plain", "html"):
        text = said(mail, kind)
        assert sorted(order[1:], key=text.index) == order[1:]
        assert "https://desk.example/incident/Example/POL-2" in text
    assert (refused.status, refused.out) == (1, "")
    assert (
        refused.err
        == f"{box.host}: nobody was sent the list: gone@police.example: 550 5.1.1 Nobody here by this name\n"
    )

    lines = [(line["by"], line["what"], line.get("force"), line["rows"]) for line in audited if line["by"] == "list"]
    assert sorted(lines, key=str) == sorted(
        [("list", "listed", None, 5)] * 3
        + [("list", "listed", None, 1), ("list", "listed", "Example", 1), ("list", "listed", "No such force", 0)],
        key=str,
    )


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--mail-to", "duty@police.example"], "RECORDING_SMTP_HOST: expected host:port of the mail server"),
        (["--mail-to", "Duty <duty@police.example>"], "recording-monitor list: Invalid value for '--mail-to'"),
        (["--kind", "late"], "recording-monitor list: Invalid value for '--kind': 'late' is not one of 'overdue', "),
        (["--state", "late"], "recording-monitor list: Invalid value for '--state'"),
    ],
)
def test_what_cannot_be_asked_for_is_said_in_one_line(arguments: list[str], expected: str) -> None:
    ran = run("list", *arguments, broker="127.0.0.1:1")

    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(expected)
    assert ran.err.count("\n") == 1


def test_topics_that_are_not_there_are_named(kafka: Cluster, tmp_path: Path) -> None:
    with Desk(kafka, tmp_path, "absent") as desk:
        desk._drop_topics()
        ran = listed(kafka)

    assert (ran.status, ran.err) == (
        2,
        "recording-alerts, recording-audit: expected a topic; make it with recording-monitor topics create\n",
    )
