"""A form that is sent again, for its answer did not arrive: what it says counts once."""

from typing import Any

import pytest

from rules.events import EVENT
from streams.outward.desk.acts import SOURCE
from streams.outward.desk.follower import Incident
from tests.unit.rules.given import after
from tests.unit.streams.outward.desk import alert, desk_of, outbox_of, published, status, visited
from tests.unit.streams.outward.desk.test_site import OVERDUE, posted

ONCE = "e" * 32


def sent_before(type_: str, which: str, **data: Any) -> Any:
    """What a form became when it was sent first, as the desk reads it."""
    about = {"force": "Example", "incident_ref": "A", **data}
    event = {"specversion": "1.0", "source": SOURCE, "id": f"{ONCE}-{which}", "time": after(24), "type": type_}
    return EVENT.validate_python({**event, "data": about})


def test_a_form_whose_answer_did_not_arrive_may_be_sent_again_and_counts_once() -> None:
    decided = sent_before("decision.not_to_record", "0", decided_at=after(24), basis="duplicate", decided_by="officer")
    desk = desk_of(OVERDUE, incidents={("Example", "A"): Incident(status(), [published(OVERDUE)], [decided])})
    form = {"act": "decide", "basis": "no_crime_disclosed", "reason": "lost", "reporter_told": "no", "once": ONCE}

    answer = visited(desk, lambda client: posted(client, "/incident/Example/A", form))

    assert answer == (303, "/incident/Example/A?did=decide#acts")
    assert outbox_of(desk).to("recording-decisions") == []


@pytest.mark.parametrize(("taken", "left"), [("ab", ""), ("a", "b"), ("b", "a")])
def test_of_a_taking_that_was_cut_short_the_rest_is_sent_and_what_is_there_is_not(taken: str, left: str) -> None:
    alerts = [
        alert(
            name * 32,
            incident_ref="A",
            **({"status": "acknowledged", "acknowledged_by": "local"} if name in taken else {}),
        )
        for name in "ab"
    ]
    known = [
        sent_before("alert.acknowledged", name * 32, alert_id=name * 32, at=after(24), by="local") for name in taken
    ]
    incident = Incident(status(), [published(each) for each in alerts], known)
    desk = desk_of(*alerts, incidents={("Example", "A"): incident})

    answer = visited(desk, lambda client: posted(client, "/incident/Example/A", {"act": "take", "once": ONCE}))

    assert answer == (303, "/incident/Example/A?did=take#acts")
    sent = outbox_of(desk).to("recording-decisions")
    assert [event["data"]["alert_id"] for event in sent] == [name * 32 for name in left]
