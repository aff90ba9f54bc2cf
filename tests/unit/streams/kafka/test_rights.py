"""The rights as data: complete, and no more than is needed."""

import shlex

from rules.events import TOPICS
from streams.kafka.rights import ROLES, Rights, rights
from streams.kafka.topics import topics
from streams.settings import Settings

SETTINGS = Settings(application="north")


def of(role: str, resource: str = "topic") -> dict[str, set[str]]:
    return {
        each.name: set(each.operations) for each in rights(SETTINGS) if (each.role, each.resource) == (role, resource)
    }


def test_every_role_has_rights_and_nothing_is_listed_twice() -> None:
    listed = [(each.role, each.resource, each.name) for each in rights(SETTINGS)]

    assert list(dict.fromkeys(role for role, _, _ in listed)) == list(ROLES)
    assert len(set(listed)) == len(listed)


def test_a_worker_reads_the_feeds_writes_what_it_says_and_keeps_its_own() -> None:
    own = {name: {"Read", "Write", "DescribeConfigs"} for name in of("operator") if name.startswith("north-")}

    assert len(own) == 5
    assert of("worker") == {
        **own,
        **{topic: {"Read"} for topic in TOPICS},
        **{name: {"Read", "Write"} for name in ("recording-alerts", "recording-status")},
        "dead-letters": {"Write"},
    }
    assert of("worker", "group") == {"north": {"Read"}}


def test_a_feed_sends_to_its_own_topic_and_to_the_dead_letters_alone() -> None:
    assert of("crime-records-feed") == {"crime-records": {"Write"}, "dead-letters": {"Write"}}
    assert not of("crime-records-feed", "group")


def test_dead_letters_are_read_by_one_role_that_reads_nothing_else() -> None:
    readers = {each.role for each in rights(SETTINGS) if each.name == "dead-letters" and "Read" in each.operations}

    assert readers == {"dead-letters-reader"}
    assert of("dead-letters-reader") == {"dead-letters": {"Read"}}


def test_nobody_but_the_operator_makes_topics_and_who_does_reads_none() -> None:
    makers = {each.role for each in rights(SETTINGS) if "Create" in each.operations}

    assert makers == {"operator"}
    assert of("operator") == {topic.name: {"Create", "Describe", "DescribeConfigs"} for topic in topics(SETTINGS)}


def test_the_command_that_grants_is_one_that_a_shell_takes() -> None:
    granted = Rights("desk", "group", "a group", ("Read", "Describe"))

    assert shlex.split(granted.command("User:CN=the desk", "a:1,b:2", "admin.properties")) == [
        *("kafka-acls.sh", "--bootstrap-server", "a:1,b:2", "--command-config", "admin.properties", "--add"),
        *(
            "--allow-principal",
            "User:CN=the desk",
            "--operation",
            "Read",
            "--operation",
            "Describe",
            "--group",
            "a group",
        ),
    ]
