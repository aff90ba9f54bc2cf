from typing import Any

import pytest
from pydantic import ValidationError

from rules.events import EVENT, TOPICS
from rules.examples import events_of

SECRET = "Ottilie Quarrington, 14 Larch Row"


def opened(**data: Any) -> dict[str, Any]:
    return events_of([{"at": "2026-04-02T09:00:00Z", "opened": data}])[0]


def test_every_type_of_the_contract_has_its_topic() -> None:
    assert {topic: sorted(types) for topic, types in TOPICS.items()} == {
        "incident-log": [
            "incident.closed",
            "incident.merged",
            "incident.opened",
            "incident.reopened",
            "incident.transferred",
            "incident.updated",
        ],
        "crime-records": [
            "crime.cancelled",
            "crime.linked",
            "crime.reclassified",
            "crime.recorded",
            "crime.reinstated",
            "crime.unlinked",
            "victim.contacted",
            "victim.updated",
        ],
        "recording-decisions": [
            "alert.acknowledged",
            "decision.delay_authorised",
            "decision.not_to_record",
            "decision.withdrawn",
        ],
    }


@pytest.mark.parametrize(
    "data",
    [
        {"force": "north shire"},
        {"force": "n" * 33},
        {"force": "nørdshire"},
        {"incident_ref": ""},
        {"incident_ref": "x" * 65},
        {"incident_ref": "A\n1"},
        {"incident_ref": "A\u2028"},
        {"received_at": "2026-04-02T09:00:00"},
        {"received_at": "1989-12-31T23:59:59Z"},
        {"received_at": None},
        {"channel": "pigeon"},
        {"reporter": "Victim"},
        {"suspects": -1},
        {"victims": [{"age": 30}]},
        {"victims": [{"victim_ref": "V1", "equality": {"ethnicity": "yes"}}]},
        {"victims": [{"victim_ref": "V1", "equality": {"height": "recorded"}}]},
        {"entries": [{"at": "2026-04-02T09:00:00Z"}]},
        {"entries": [{"at": "2026-04-02T09:00:00Z", "text": "x", "category": "rumour"}]},
        {"quality": {"received_at": "a guess"}},
    ],
)
def test_what_the_contract_does_not_allow_is_refused(data: dict[str, Any]) -> None:
    EVENT.validate_python(opened())

    with pytest.raises(ValidationError):
        EVENT.validate_python(opened(**data))


@pytest.mark.parametrize("ref", ["x" * 64, "2026/000123-A", "log 17", "Ærø–7", "0"])
def test_a_reference_is_one_to_sixty_four_printable_characters(ref: str) -> None:
    assert EVENT.validate_python(opened(incident_ref=ref)).data.incident_ref == ref  # type: ignore[union-attr]


def test_an_error_names_the_place_and_never_the_input() -> None:
    with pytest.raises(ValidationError) as refused:
        EVENT.validate_python(opened(channel=SECRET, victims=[{"victim_ref": SECRET * 4}]))

    assert "channel" in str(refused.value)
    assert "victim_ref" in str(refused.value)
    assert "Quarrington" not in str(refused.value)


def test_a_printed_event_shows_its_type_and_its_field_names_only() -> None:
    event = EVENT.validate_python(opened(area=SECRET, entries=[{"text": SECRET}], **{SECRET: SECRET}))

    printed = f"{event!r} {event} {event.data!r}"

    assert "Quarrington" not in printed
    assert "incident.opened" in printed
    assert "entries" in printed


def test_a_field_left_out_is_told_apart_from_one_that_is_null() -> None:
    left_out = EVENT.validate_python(opened()).data
    cleared = EVENT.validate_python(opened(area=None)).data

    assert "area" not in left_out.model_fields_set
    assert "area" in cleared.model_fields_set


def test_an_unknown_field_of_the_data_is_kept_apart() -> None:
    data = EVENT.validate_python(opened(colour="blue")).data

    assert data.model_extra == {"colour": "blue"}


def test_an_event_needs_its_time_and_an_offset_in_it() -> None:
    without = {name: value for name, value in opened().items() if name != "time"}

    for event in (without, {**opened(), "time": "2026-04-02T09:00:00"}, {**opened(), "time": 1_775_120_400}):
        with pytest.raises(ValidationError, match="time"):
            EVENT.validate_python(event)


def test_one_who_decided_is_of_the_closed_list() -> None:
    decided = events_of(
        [{"at": "2026-04-02T09:00:00Z", "decided": {"basis": "duplicate", "decided_by": "superintendent"}}]
    )[0]

    with pytest.raises(ValidationError, match="decided_by"):
        EVENT.validate_python(decided)


def test_an_event_cannot_be_changed() -> None:
    event = EVENT.validate_python(opened())

    with pytest.raises(ValidationError, match="frozen"):
        event.id = "other"  # type: ignore[misc]
