"""The live path, one row an incident and messages between them, says what a replay of the whole history says."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from rules.instants import TICK
from streams.tools.replay import replay_events

from .histories import FORCE, History, histories
from .network import Network
from .test_histories import BOOK, EVERY_RUN, SEED

LATER = ("raised_at", "resolved_at", "history", "acknowledged_by", "status", "paged")
"""What of an open alert may differ when its events arrive late (reading R10)."""


def _in_time(history: History) -> list[dict[str, Any]]:
    return [event for event in history.events if datetime.fromisoformat(event["time"]) <= history.until]


def _standing(alerts: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {
        name: {field: value for field, value in alert.items() if field not in LATER}
        for name, alert in alerts.items()
        if alert["status"] != "resolved"
    }


def _without(statuses: dict[str, dict[str, Any]], field: str) -> dict[str, dict[str, Any]]:
    return {ref: {name: value for name, value in said.items() if name != field} for ref, said in statuses.items()}


def _agree_in_disorder(history: History, order: random.Random, deaths: float = 0.0) -> None:
    said = replay_events(history.events, history.until, book=BOOK)
    network = Network(BOOK, FORCE, lambda: order.random() < deaths)

    events = _in_time(history) + order.sample(_in_time(history), k=min(3, len(_in_time(history))))
    order.shuffle(events)
    for event in events:
        network.send(event)
        if order.random() < 0.5:
            network.deliver(order.randrange, history.until)
    network.deliver(order.randrange, history.until)

    statuses = {status["incident_ref"]: status for status in said.statuses}
    assert _without(network.statuses, "updated_at") == _without(statuses, "updated_at")
    assert _standing(network.alerts()) == _standing({alert["alert_id"]: alert for alert in said.alerts})


@seed(SEED)
@settings(EVERY_RUN, max_examples=60)
@given(history=histories(), order=st.randoms(use_true_random=False))
def test_events_and_messages_in_any_order_and_repeated_give_what_a_replay_gives(
    history: History, order: random.Random
) -> None:
    _agree_in_disorder(history, order)


@seed(SEED)
@settings(EVERY_RUN, max_examples=60)
@given(history=histories(), order=st.randoms(use_true_random=False))
def test_workers_that_die_between_a_row_and_what_it_says_leave_what_a_replay_gives(
    history: History, order: random.Random
) -> None:
    _agree_in_disorder(history, order, deaths=0.3)


@pytest.mark.slow
@seed(SEED + 1)
@settings(EVERY_RUN, max_examples=3000)
@given(history=histories(), order=st.randoms(use_true_random=False), deaths=st.sampled_from([0.0, 0.3]))
def test_thousands_of_histories_in_disorder_give_what_a_replay_gives(
    history: History, order: random.Random, deaths: float
) -> None:
    _agree_in_disorder(history, order, deaths)


def _agree_in_order(history: History, order: random.Random) -> None:
    """Given one instant an event, so that nothing is judged between two events of the same."""
    ordered = sorted(_in_time(history), key=lambda event: (event["time"], event["source"], event["id"]))
    moments = [datetime.fromisoformat(event["time"]) + timedelta(microseconds=n) for n, event in enumerate(ordered)]
    events = [event | {"time": at.isoformat()} for event, at in zip(ordered, moments, strict=True)]
    until = history.until + timedelta(seconds=1)
    said = replay_events(events, until, book=BOOK)
    network = Network(BOOK, FORCE)

    for event, at in zip(events, moments, strict=True):
        network.let_pass(at - TICK)
        network.send(event)
        network.deliver(order.randrange, at)
    network.let_pass(until)

    assert network.statuses == {status["incident_ref"]: status for status in said.statuses}
    assert network.alerts() == {alert["alert_id"]: alert for alert in said.alerts}


@seed(SEED)
@settings(EVERY_RUN, max_examples=60)
@given(history=histories(), order=st.randoms(use_true_random=False))
def test_events_that_come_at_their_times_give_object_by_object_what_a_replay_gives(
    history: History, order: random.Random
) -> None:
    _agree_in_order(history, order)


@pytest.mark.slow
@seed(SEED + 1)
@settings(EVERY_RUN, max_examples=3000)
@given(history=histories(), order=st.randoms(use_true_random=False))
def test_thousands_of_histories_in_order_give_object_by_object_what_a_replay_gives(
    history: History, order: random.Random
) -> None:
    _agree_in_order(history, order)
