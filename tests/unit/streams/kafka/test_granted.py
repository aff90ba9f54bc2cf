"""What is said of rights that a broker does not grant, and of a broker that does not tell."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from kafka import errors

from streams.kafka import granted
from streams.kafka.client import BrokerError
from streams.kafka.granted import need
from streams.kafka.rights import rights
from streams.settings import Settings

SETTINGS = Settings(broker="a:1")
NEEDED = {each.name: each for each in rights(SETTINGS) if each.role == "worker" and each.resource == "topic"}
OWNER = "is missing for User:ANONYMOUS, who connects to a:1 without a name: have the broker's owner grant it"


class PlayedAdmin:
    """A broker that grants everything, but for what a test changes."""

    def __init__(self) -> None:
        self.answers: dict[str, dict[str, Any]] = {
            name: {
                "name": name,
                "error_code": 0,
                "authorized_operations": ["READ", "WRITE", "DESCRIBE", "DESCRIBE_CONFIGS"],
            }
            for name in NEEDED
        }
        self.on_groups: Exception | None = None

    def describe_topics(self, names: list[str]) -> list[dict[str, Any]]:
        return [self.answers[name] for name in names]

    def list_group_offsets(self, names: list[str]) -> None:
        assert names == ["recording-monitor"]
        if self.on_groups is not None:
            raise self.on_groups


@pytest.fixture
def admin(monkeypatch: pytest.MonkeyPatch) -> PlayedAdmin:
    played = PlayedAdmin()

    @contextmanager
    def administration(settings: Settings) -> Iterator[PlayedAdmin]:
        assert settings is SETTINGS
        yield played

    monkeypatch.setattr(granted, "administration", administration)
    return played


@pytest.mark.usefixtures("admin")
def test_nothing_is_said_where_all_is_granted() -> None:
    need(SETTINGS, "worker")


def test_all_that_is_missing_is_named_at_once(admin: PlayedAdmin) -> None:
    admin.answers["incident-log"] = {"name": "incident-log", "error_code": 29, "authorized_operations": None}
    inbox = "recording-monitor-crime-inbox"
    admin.answers[inbox]["authorized_operations"] = ["READ", "DESCRIBE"]
    admin.on_groups = errors.GroupAuthorizationFailedError("recording-monitor")

    with pytest.raises(BrokerError) as refused:
        need(SETTINGS, "worker")

    assert str(refused.value).split("; ") == [
        f"incident-log: the right Read on this topic {OWNER}",
        f"{inbox}: the right Write on this topic {OWNER}",
        f"{inbox}: the right DescribeConfigs on this topic {OWNER}",
        f"recording-monitor: the right Read on this group {OWNER}",
    ]


@pytest.mark.parametrize("told", [None, [], ["READ"]])
def test_a_broker_that_does_not_tell_is_taken_to_grant(admin: PlayedAdmin, told: list[str] | None) -> None:
    for answer in admin.answers.values():
        answer["authorized_operations"] = told
    admin.on_groups = errors.CoordinatorNotAvailableError()

    need(SETTINGS, "worker")


def test_what_else_goes_wrong_is_not_hidden(admin: PlayedAdmin) -> None:
    admin.on_groups = errors.SaslAuthenticationFailedError()

    with pytest.raises(errors.SaslAuthenticationFailedError):
        need(SETTINGS, "worker")
