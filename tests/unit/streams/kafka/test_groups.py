"""The workers' group: what Kafka answers, and what a person is told of it."""

from collections.abc import Mapping
from typing import Any

import pytest
from kafka import TopicPartition, errors
from kafka.structs import OffsetAndMetadata

from streams.kafka import groups
from streams.kafka.client import BrokerError
from streams.kafka.groups import Members, WorkersRun, commit, committed, forget, members
from streams.settings import Settings

SETTINGS = Settings(application="mine", broker="127.0.0.1:1")
PLACE = TopicPartition("incident-log", 0)


class PlayedAdmin:
    """A connection whose answers are given; each error is raised once before that."""

    def __init__(self, answer: Any, *raised: Exception) -> None:
        self.asked: list[Any] = []
        self._answer = answer
        self._raised = list(raised)

    def _answered(self, *asked: Any) -> Any:
        self.asked.append(asked)
        if self._raised:
            raise self._raised.pop(0)
        return self._answer

    list_group_offsets = describe_groups = alter_group_offsets = delete_groups = _answered


def test_what_was_never_committed_is_not_among_what_is() -> None:
    held = {PLACE: OffsetAndMetadata(7, "", None), TopicPartition("incident-log", 1): OffsetAndMetadata(-1, "", None)}

    assert committed(PlayedAdmin({"mine": held}), SETTINGS) == {("incident-log", 0): 7}


def test_a_coordinator_that_is_yet_to_be_found_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "_ASKS_EVERY", 0.0)
    admin = PlayedAdmin({"mine": {}}, errors.CoordinatorNotAvailableError(), errors.CoordinatorLoadInProgressError())

    assert committed(admin, SETTINGS) == {}
    assert len(admin.asked) == 3


def test_a_refusal_is_not_asked_again() -> None:
    admin = PlayedAdmin({"mine": {}}, errors.GroupAuthorizationFailedError())

    with pytest.raises(errors.GroupAuthorizationFailedError):
        committed(admin, SETTINGS)


@pytest.mark.parametrize(("state", "stable"), [("Stable", True), ("PreparingRebalance", False)])
def test_who_is_in_the_group_and_whether_partitions_move(state: str, stable: bool) -> None:
    told = {"mine": {"group_state": state, "members": [{"member_id": "one"}]}}

    assert members(PlayedAdmin(told), SETTINGS) == Members(stable, frozenset({"one"}))


def test_the_group_is_set_to_offsets() -> None:
    admin = PlayedAdmin({PLACE: errors.NoError})

    commit(admin, SETTINGS, {("incident-log", 0): 3})

    assert admin.asked == [("mine", {PLACE: OffsetAndMetadata(3, "", None)})]


@pytest.mark.parametrize(
    ("answer", "ask"),
    [
        ({PLACE: errors.UnknownMemberIdError}, "commit"),
        ({"mine": "NonEmptyGroupError"}, "forget"),
    ],
)
def test_while_workers_run_the_group_is_not_changed_and_one_line_says_to_stop_them(
    answer: Mapping[Any, Any], ask: str
) -> None:
    with pytest.raises(
        WorkersRun, match=r"^workers of mine are running on 127.0.0.1:1: expected none: stop all of them"
    ):
        _change(ask, PlayedAdmin(answer))


@pytest.mark.parametrize(
    ("answer", "ask"),
    [
        ({PLACE: errors.GroupAuthorizationFailedError}, "commit"),
        ({"mine": "GroupAuthorizationFailedError"}, "forget"),
    ],
)
def test_any_other_refusal_is_named(answer: Mapping[Any, Any], ask: str) -> None:
    with pytest.raises(BrokerError, match=r"the consumer group mine on 127.0.0.1:1: GroupAuthorizationFailedError"):
        _change(ask, PlayedAdmin(answer))


@pytest.mark.parametrize("answer", ["OK", "GroupIdNotFoundError"])
def test_a_group_that_is_not_there_is_forgotten(answer: str) -> None:
    forget(PlayedAdmin({"mine": answer}), SETTINGS)


def _change(ask: str, admin: PlayedAdmin) -> None:
    if ask == "commit":
        commit(admin, SETTINGS, {("incident-log", 0): 0})
    else:
        forget(admin, SETTINGS)
