"""What `alert test` sends: an incident that is paged about as soon as it is read, and the decision that ends it."""

from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from rules.book_files import load_rulebook
from rules.events import EVENT
from rules.force import ForceProfile
from rules.history import Played, play
from rules.rulebook import Rulebook
from streams.outward.notices import TEST_FORCE
from streams.tools.alert_test import KINDS, Graveness, Stage, Trial, ending, events

NOW = datetime(2026, 11, 2, 10, 30, 0, 250_000, tzinfo=UTC)
REF = "TEST-20261102T103000250000Z"
SECOND = timedelta(seconds=1)


@cache
def _book() -> Rulebook:
    return load_rulebook()


def played(*told: dict[str, object]) -> Played:
    return play(
        [EVENT.validate_python(event) for event in told], NOW + 2 * SECOND, ForceProfile(force=TEST_FORCE), _book()
    )


@pytest.mark.parametrize("severity", ["high", "critical"])
def test_one_alert_of_the_severity_pages_at_once_and_nothing_that_is_graver(severity: Graveness) -> None:
    changes = played(*events(REF, severity, NOW)).changes

    paged = [
        (alert.kind, alert.severity, alert.facts["incident_ref"]) for alert in changes if alert.paged and alert.stands
    ]
    assert (KINDS[severity], severity, REF) in paged
    assert {found for _, found, _ in paged} == {severity}


@pytest.mark.parametrize("severity", ["high", "critical"])
def test_the_decision_ends_all_of_it(severity: Graveness) -> None:
    after = played(*events(REF, severity, NOW), ending(REF, NOW + SECOND))

    last = {alert.alert_id: alert for alert in after.changes}
    assert [alert.resolution for alert in last.values() if alert.kind == KINDS[severity]] == ["exempt"]
    assert not [alert for alert in last.values() if alert.stands]
    assert after.statuses[REF]["status"] == "exempt"


def test_a_program_is_told_each_stage_and_the_one_that_did_not_come() -> None:
    told = Trial("TEST/A", [Stage("sent", 0.12345)], "alert pages").as_dict()

    assert told == {"incident": "TEST/A", "stages": [{"stage": "sent", "seconds": 0.123}], "missing": "alert pages"}
