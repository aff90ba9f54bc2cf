"""The topics as the contract has them, and what is said of a broker's that differ; against a broker that is played."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from streams.kafka import topics as module
from streams.kafka.client import BrokerError
from streams.kafka.topics import ROOM, WrongTopics, check, create, ensure, missing, topics
from streams.settings import Settings

SETTINGS = Settings(application="own", partitions=3)
CHANGELOG = "own-incidents-changelog"
INBOX = "own-crime-inbox"
NOT_THERE, NO_LEADER, NO_RIGHT, THERE, BAD_COPIES, POLICY = 3, 5, 29, 36, 38, 44


@dataclass
class PlayedAdmin:
    """A broker's topics, each `(partitions, settings)`, and the codes with which it answers of some of them."""

    topics: dict[str, tuple[int, dict[str, str]]] = field(default_factory=dict)
    describing: dict[str, int] = field(default_factory=dict)
    creating: dict[str, tuple[int, str | None]] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)

    def describe_topics(self, names: list[str]) -> list[dict[str, Any]]:
        return [
            {
                "name": name,
                "error_code": self.describing.get(name, 0 if name in self.topics else NOT_THERE),
                "partitions": [{}] * self.topics.get(name, (0, {}))[0],
            }
            for name in names
        ]

    def describe_configs(self, resources: list[Any], config_filter: str) -> dict[str, Any]:
        assert config_filter == "all"
        told = {
            each.name: {}
            if each.name in self.unread
            else {k: {"value": v} for k, v in self.topics[each.name][1].items()}
            for each in resources
        }
        return {"topic": told}

    def create_topics(self, wanted: dict[str, dict[str, Any]], raise_errors: bool) -> dict[str, Any]:
        assert not raise_errors
        answers = []
        for name, options in wanted.items():
            code, message = self.creating.get(name, (0, None))
            if code in (0, THERE):
                self.topics[name] = options["num_partitions"], options["configs"]
            answers.append({"name": name, "error_code": code, "error_message": message})
        return {"topics": answers}

    def wait_for_topics(self, names: list[str]) -> None:
        assert set(names) <= self.topics.keys()

    def change(self, topic: str, **values: str) -> None:
        self.topics[topic][1].update({name.replace("_", "."): value for name, value in values.items()})


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> PlayedAdmin:
    played = PlayedAdmin()

    @contextmanager
    def administration(_: Settings) -> Iterator[PlayedAdmin]:
        yield played

    monkeypatch.setattr(module, "administration", administration)
    return played


@pytest.fixture
def made(broker: PlayedAdmin) -> PlayedAdmin:
    create(SETTINGS)
    return broker


def differences() -> list[str]:
    return [str(difference) for difference in check(SETTINGS)]


def test_they_are_the_contract_s_with_its_policies_and_periods() -> None:
    found = {topic.name: (topic.policy, topic.retention) for topic in topics(SETTINGS) if topic.kind != "internal"}

    assert found == {
        "incident-log": ("delete", timedelta(days=30)),
        "crime-records": ("delete", timedelta(days=30)),
        "recording-decisions": ("delete", timedelta(days=400)),
        "recording-alerts": ("compact", None),
        "recording-status": ("compact", None),
        "dead-letters": ("delete", timedelta(days=7)),
        "recording-audit": ("delete", timedelta(days=396)),
    }


def test_the_workers_own_carry_the_application_s_name_and_their_changelogs_never_delete() -> None:
    found = {topic.name: topic.configuration() for topic in topics(SETTINGS) if topic.kind == "internal"}

    changelogs = ["own-crimes-changelog", CHANGELOG, "own-forces-changelog"]
    assert list(found) == ["own-crime-inbox", "own-incident-inbox", *changelogs]
    for name, configuration in found.items():
        changelog = name.endswith("-changelog")
        assert configuration["cleanup.policy"] == ("compact" if changelog else "delete")
        assert ("retention.ms" in configuration) is not changelog
        assert int(configuration["max.message.bytes"]) == ROOM > 1024 * 1024


def test_what_is_missing_is_made_with_the_settings_number_of_partitions_and_what_is_there_is_left(
    broker: PlayedAdmin,
) -> None:
    broker.topics["incident-log"] = 50, {"cleanup.policy": "delete"}

    made = create(SETTINGS)

    assert made.present == ["incident-log"]
    assert len(made.created) == 11
    assert broker.topics["incident-log"] == (50, {"cleanup.policy": "delete"})
    assert broker.topics[CHANGELOG][0] == 3


def test_a_topic_that_another_worker_made_meanwhile_was_there(broker: PlayedAdmin) -> None:
    broker.creating[INBOX] = THERE, "Topic exists."

    assert create(SETTINGS).present == [INBOX]


def test_topics_that_were_made_here_differ_in_nothing(made: PlayedAdmin) -> None:
    assert differences() == []
    assert ensure(SETTINGS) == []


def test_a_missing_topic_is_named_with_what_makes_it(made: PlayedAdmin) -> None:
    del made.topics["crime-records"]

    assert differences() == ["crime-records: is missing: `recording-monitor topics create` makes it"]
    assert missing(SETTINGS, ("crime-records", "incident-log")) == ["crime-records"]


def test_inputs_may_have_any_number_of_partitions_and_keep_longer(made: PlayedAdmin) -> None:
    made.topics["incident-log"] = 50, made.topics["incident-log"][1]
    made.change("incident-log", retention_ms="-1")
    made.change("crime-records", retention_ms=str(40 * 24 * 3600 * 1000))

    assert differences() == []


@pytest.mark.parametrize(
    ("topic", "changed", "said"),
    [
        (
            "incident-log",
            {"retention_ms": "3600000"},
            "keeps records for 0.0417 days (retention.ms 3600000), expected 30",
        ),
        ("incident-log", {"retention_bytes": "1000"}, "drops what is more than 1000 bytes (retention.bytes), expected"),
        (
            "incident-log",
            {"cleanup_policy": "compact"},
            "has cleanup.policy compact, expected delete alone: it would drop",
        ),
        ("recording-alerts", {"cleanup_policy": "delete"}, "has cleanup.policy delete, expected compact alone"),
        (CHANGELOG, {"cleanup_policy": "compact,delete"}, "has cleanup.policy compact,delete, expected compact alone"),
        (
            CHANGELOG,
            {"max_message_bytes": "1000"},
            f"takes records of 1000 bytes at most (max.message.bytes), expected {ROOM}",
        ),
    ],
)
def test_each_difference_is_a_line_that_says_what_is_there_and_what_was_expected(
    made: PlayedAdmin, topic: str, changed: dict[str, str], said: str
) -> None:
    made.change(topic, **changed)

    (line,) = differences()
    assert line.startswith(f"{topic}: {said}")


@pytest.mark.parametrize("policy", ["delete", "compact,delete"])
def test_a_worker_does_not_start_on_a_changelog_that_deletes(made: PlayedAdmin, policy: str) -> None:
    made.change(CHANGELOG, cleanup_policy=policy)

    with pytest.raises(WrongTopics, match=f"^{CHANGELOG}: has cleanup.policy {policy}, expected compact alone"):
        ensure(SETTINGS)


@pytest.mark.parametrize("topic", [INBOX, CHANGELOG])
def test_a_worker_does_not_start_with_another_number_of_partitions_in_inbox_or_changelog(
    made: PlayedAdmin, topic: str
) -> None:
    made.topics[topic] = 4, made.topics[topic][1]

    with pytest.raises(WrongTopics, match=rf"^{topic}: has 4 partitions, expected 3 \(RECORDING_PARTITIONS\)"):
        ensure(SETTINGS)


def test_a_worker_starts_on_contract_topics_that_differ_and_says_so(made: PlayedAdmin) -> None:
    made.change("recording-alerts", cleanup_policy="delete")

    assert [difference.topic for difference in ensure(SETTINGS)] == ["recording-alerts"]


@pytest.mark.parametrize(
    ("code", "told", "said"),
    [
        (NO_RIGHT, "Authorization failed.", "the right Create on this topic is missing for User:ANONYMOUS"),
        (
            BAD_COPIES,
            "Only 1 broker.",
            "Only 1 broker: RECORDING_REPLICATION is the broker's default: expected at most",
        ),
        (POLICY, "Names begin with x.", "not made: Names begin with x$"),
    ],
)
def test_a_topic_that_the_broker_does_not_make_is_one_line_with_the_reason(
    broker: PlayedAdmin, code: int, told: str, said: str
) -> None:
    broker.creating[INBOX] = code, told

    with pytest.raises(BrokerError, match=f"^{INBOX}: {said}"):
        create(SETTINGS)


def test_a_right_to_look_that_is_missing_is_named(made: PlayedAdmin) -> None:
    made.unread.add(INBOX)
    with pytest.raises(BrokerError, match=f"^{INBOX}: the right DescribeConfigs on this topic is missing"):
        check(SETTINGS)

    made.describing[CHANGELOG] = NO_RIGHT
    with pytest.raises(BrokerError, match=f"^{CHANGELOG}: the right Describe on this topic is missing"):
        check(SETTINGS)


def test_a_worker_needs_no_right_to_look_at_the_contract_s_topics_but_at_its_own(made: PlayedAdmin) -> None:
    made.unread.add("incident-log")
    made.describing["recording-audit"] = NO_RIGHT
    assert ensure(SETTINGS) == []

    made.unread.add(CHANGELOG)
    with pytest.raises(BrokerError, match=f"^{CHANGELOG}: the right DescribeConfigs on this topic is missing"):
        ensure(SETTINGS)


def test_a_topic_that_is_coming_or_going_asks_for_a_moment(made: PlayedAdmin) -> None:
    made.describing[INBOX] = NO_LEADER

    with pytest.raises(BrokerError, match=f"^{INBOX}: not ready yet, or being deleted: repeat this in a moment"):
        check(SETTINGS)
