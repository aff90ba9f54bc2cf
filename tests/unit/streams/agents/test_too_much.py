"""Valid events that hang together without an end: each causes so much work and no more, counted in messages handled."""

from collections.abc import Iterable
from datetime import timedelta

import pytest

from rules.examples import FORCE, events_of
from rules.limits import MAX_CRIMES, MAX_GROUP, MAX_LED_TO, TooMany
from streams.agents import incidents
from streams.agents.messages import Said
from streams.agents.rows import TooLarge
from tests.property.network import Network
from tests.unit.rules.given import Line, at, book, line, opened, statements

from .test_incidents import CAME, Desk

MESSAGES = 4 * MAX_GROUP
"""What one event may cause: each of a group is told, answers, and passes on what was new to it."""


class Town:
    """A network that is given one event after another, and counts what each of them causes."""

    def __init__(self) -> None:
        self.network = Network(book(), FORCE)
        self.refused = 0
        self.most = 0

    def take(self, lines: Iterable[Line]) -> None:
        for event in events_of(lines):
            before = self.network.judged
            self.network.send(event)
            while self.network.waiting:
                try:
                    self.network.deliver(lambda _: 0, at(1) + timedelta(days=1), limit=1_000_000)
                except (TooMany, TooLarge):
                    self.refused += 1
            self.most = max(self.most, self.network.judged - before)


def _merged(ref: str, into: str) -> Line:
    return line(1, "merged", incident_ref=ref, into=into)


def _opened(refs: Iterable[str]) -> list[Line]:
    return [opened(incident_ref=ref) for ref in refs]


@pytest.mark.parametrize(
    ("lines", "refused"),
    [
        (_opened(f"S{n}" for n in range(40)) + [_merged(f"S{n}", f"S{n + 1}") for n in range(39)], True),
        (_opened(f"S{n}" for n in range(15)) + [_merged(f"S{n}", f"S{(n + 1) % 15}") for n in range(15)], False),
        ([opened()] + [_merged("A", f"M{n}") for n in range(2 * MAX_LED_TO)], True),
        (_opened(f"S{n}" for n in range(8)) + [_merged(f"S{n}", f"S{m}") for n in range(8) for m in range(8)], False),
        (
            [line(1, "recorded", incident_refs=[f"S{n}" for n in range(MAX_GROUP - 5)])]
            + [line(1, "linked", incident_ref=f"L{n}") for n in range(10)],
            True,
        ),
        ([opened()] + [line(1, "recorded", crime_ref=f"C{n}") for n in range(MAX_CRIMES + 20)], True),
        ([opened()] + [line(n, word) for n in range(300) for word in ("closed", "reopened")], False),
    ],
    ids=["chain", "cycle", "masters", "all into all", "links", "crimes", "closed and reopened"],
)
def test_one_event_causes_a_bounded_number_of_messages(lines: list[Line], refused: bool) -> None:
    town = Town()

    town.take([{**each, "closed": {"closing_codes": ["PSW_CIVIL"]}} if "closed" in each else each for each in lines])

    assert town.most <= MESSAGES
    assert (town.refused > 0) is refused


def test_what_is_too_large_to_be_said_is_refused_before_the_row_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    monkeypatch.setattr(incidents, "MAX_SAID", 100)
    (statement,) = statements(opened())

    with pytest.raises(TooLarge):
        desk.agent._handle(0, 0, b"Example/A", Said(CAME, statement), CAME)

    assert desk.table.get(0, b"Example/A") is None
    assert desk.flush.sent == []
