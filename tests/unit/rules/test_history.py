from itertools import permutations
from typing import Any

from rules.history import play
from rules.instants import parse_instant

from .given import PLAIN, after, book, events, line, opened, played

GIVEN = [
    opened(opening_code="CRIME_THEFT", victims=[{"victim_ref": "V1"}]),
    line(2, "closed", closing_codes=["CRI"]),
    line(13, "reopened"),
    line(30, "recorded", recorded_at=after(20)),
]


def said(arrival: list[Any], until: float = 48) -> tuple[Any, ...]:
    history = play(arrival, parse_instant(after(until)), PLAIN, book())
    return [alert.as_dict() for alert in history.changes], history.statuses


def test_the_whole_history_of_alerts_does_not_depend_on_the_order_of_the_file_or_on_repeats() -> None:
    read = events(*GIVEN)

    outcomes = [said([*order, order[0]]) for order in permutations(read)]

    assert len(outcomes[0][0]) > 4
    assert all(outcome == outcomes[0] for outcome in outcomes)


def test_what_comes_after_the_end_is_left_out() -> None:
    assert said(events(*GIVEN), until=10) == said(events(*GIVEN[:2]), until=10)
    assert said(events(*GIVEN), until=13) != said(events(*GIVEN[:2]), until=13)


def test_codes_that_nothing_maps_are_counted_by_incident() -> None:
    history = played(
        opened(opening_code="ZZ9"), opened(incident_ref="B", opening_code="ZZ9"), opened(incident_ref="C"), until=1
    )

    assert history.unmapped == {"ZZ9": 2}


def test_the_last_state_of_every_alert_is_kept_by_incident_and_identity() -> None:
    history = played(*GIVEN, until=48)

    last = {alert.alert_id: alert for alert in history.changes}

    assert history.alerts == {"A": last}
    assert {alert.kind for alert in last.values()} >= {"due_soon", "overdue", "unjustified_disposal"}


def test_an_incident_that_nobody_opened_has_no_status() -> None:
    assert played(line(1, "updated", area="N"), line(2, "recorded"), until=4).statuses == {}
