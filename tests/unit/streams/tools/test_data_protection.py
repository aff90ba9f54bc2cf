"""The page on data protection leaves nothing out, and the one that is published tells the truth of today."""

from datetime import timedelta
from pathlib import Path

import pytest

from rules.vocabulary import AlertAcknowledged, Opened, Personal, VictimContacted, VictimUpdated
from streams.kafka.rights import ROLES
from streams.kafka.topics import topics
from streams.settings import Settings
from streams.tools.data_protection import data_protection, in_words, personal

PUBLISHED = Path(__file__).parents[4] / "deploy" / "data-protection.md"


def test_the_published_page_is_what_the_command_writes_today() -> None:
    assert PUBLISHED.read_text() == data_protection(Settings()), (
        "recording-monitor topics data > deploy/data-protection.md"
    )


def test_every_topic_and_every_role_is_on_the_page() -> None:
    page = data_protection(Settings(application="north"))

    for topic in topics(Settings(application="north")):
        assert f"\n| `{topic.name}` |" in page
    for role in ROLES:
        assert f"\n| {role} |" in page


def test_what_a_person_wrote_a_reference_a_victim_and_who_decided_are_told_apart() -> None:
    assert personal(Opened) == {
        "entries.text": Personal.WORDS,
        "incident_ref": Personal.REFERENCE,
        "victims.victim_ref": Personal.REFERENCE,
        **{
            f"victims.{name}": Personal.VICTIM
            for name in (
                *("age", "vulnerable", "confirmed", "supports", "told", "equality", "kind", "relation"),
                *("confirmed_at", "fit_at", "enhanced"),
            )
        },
    }
    assert personal(AlertAcknowledged) == {
        "incident_ref": Personal.REFERENCE,
        "by": Personal.STAFF,
        "team": Personal.STAFF,
        "assigned_to": Personal.STAFF,
        "note": Personal.WORDS,
    }
    assert personal(VictimContacted)["declined"] == Personal.VICTIM
    assert personal(VictimUpdated)["victim.age"] == Personal.VICTIM
    assert "force" not in personal(VictimUpdated)


def test_the_page_tells_of_the_settings_it_was_made_with() -> None:
    told = Settings(alertmanagers="http://pager:9093", retention=timedelta(days=30))

    page = data_protection(told)

    assert "http://pager:9093" in page
    assert "until 30 days after the last change" in page


@pytest.mark.parametrize(
    ("days", "words"), [(1, "one day"), (7, "7 days"), (30, "30 days"), (100, "100 days"), (396, "13 months")]
)
def test_a_duration_is_said_in_days_or_months(days: int, words: str) -> None:
    assert in_words(timedelta(days=days)) == words
