"""The desk as a browser meets it: who is let in, what they see, what a form does, and what gets nowhere."""

import json
from typing import Any

import pytest

from rules.force import ForceProfile, Links
from streams.outward.desk.board import Place
from streams.outward.desk.follower import Incident
from streams.outward.desk.people import Door, Grant, Groups
from tests.unit.rules.given import after, at
from tests.unit.streams.outward.desk import (
    NOW,
    alert,
    decision,
    desk_of,
    outbox_of,
    published,
    status,
    visited,
)

OVERDUE = alert("a" * 32, incident_ref="A")
SAID = {"X-Forwarded-User": "S-7"}
DECIDED = decision("decision.not_to_record", 1, basis="duplicate", decided_by="officer")


def behind_proxy(**grants: Any) -> Door:
    given = {"role": "supervisor", "forces": frozenset({"Example"}), **grants}
    return Door("127.0.0.1", Groups(groups={"desk": (Grant(**given),)}), "viewer")


def as_member(**headers: str) -> dict[str, str]:
    return {"X-Forwarded-User": "S-7", "X-Forwarded-Groups": "desk", **headers}


async def posted(client: Any, path: str, form: dict[str, str], page: str = "/", **headers: str) -> tuple[int, str]:
    """Send a form as a browser does from one of the site's pages."""
    origin = {"Origin": str(client.make_url("")).rstrip("/")}
    async with client.get(page, headers=headers) as seen:
        key = seen.cookies["desk"].value if "desk" in seen.cookies else ""
    sent = {"key": key, **form}
    async with client.post(path, data=sent, headers={**origin, **headers}, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location") or await answer.text()


async def got(client: Any, path: str, **headers: str) -> tuple[int, str]:
    async with client.get(path, headers=headers, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location") or await answer.text()


def test_the_list_shows_what_is_open_and_every_answer_says_how_it_may_be_used() -> None:
    async def look(client: Any) -> tuple[int, str, dict[str, str]]:
        async with client.get("/") as answer:
            return answer.status, await answer.text(), dict(answer.headers)

    code, text, headers = visited(desk_of(OVERDUE), look)

    assert code == 200
    assert "/incident/Example/A" in text
    assert "1 incident: 1 overdue" in text
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert "SameSite=Strict" in headers["Set-Cookie"]
    assert "HttpOnly" in headers["Set-Cookie"]


def test_an_incident_says_how_it_stands_why_what_happened_and_what_to_do_and_that_it_was_looked_at() -> None:
    profile = ForceProfile(force="Example", links=Links(log="https://log.invalid/{incident_ref}"))
    links = profile.links.addresses("A", [])
    desk = desk_of(OVERDUE, incidents={("Example", "A"): Incident(status(), [published(OVERDUE, links=links)], [])})

    code, text = visited(desk, lambda client: got(client, "/incident/Example/A"))

    assert code == 200
    for said in (
        "Overdue",
        "1 h 00 min late",
        "Record it.",
        "CRR26 p10",
        "Reported to the police",
        "https://log.invalid/A",
    ):
        assert said in text
    (line,) = outbox_of(desk).to("recording-audit")
    assert line == {
        "at": "2026-04-03T09:00:00Z",
        "by": "local",
        "role": "supervisor",
        "what": "viewed",
        "force": "Example",
        "incident_ref": "A",
    }


def test_what_cannot_be_audited_is_not_shown_and_not_done() -> None:
    desk = desk_of(OVERDUE)
    outbox_of(desk).answers = False

    seen = visited(desk, lambda client: got(client, "/incident/Example/A"))
    taken = visited(desk, lambda client: posted(client, "/take", {"place": "Example/A"}))

    assert (seen[0], taken[0]) == (503, 503)
    assert "Kafka does not answer (KafkaTimeoutError)" in seen[1]
    assert "No crime was recorded" not in seen[1]
    assert outbox_of(desk).sent == []


def test_taking_from_the_list_is_sent_and_audited() -> None:
    desk = desk_of(OVERDUE)

    answer = visited(desk, lambda client: posted(client, "/take", {"place": "Example/A"}))

    assert answer == (200, "sent\n")
    (event,) = outbox_of(desk).to("recording-decisions")
    assert (event["type"], event["data"]["by"], event["data"]["alert_id"]) == ("alert.acknowledged", "local", "a" * 32)
    assert [line["what"] for line in outbox_of(desk).to("recording-audit")] == ["take"]


def test_what_another_has_taken_meanwhile_is_not_taken_from_the_list() -> None:
    desk = desk_of(alert("a" * 32, incident_ref="A", status="acknowledged", acknowledged_by="S-9"))

    code, why = visited(desk, lambda client: posted(client, "/take", {"place": "Example/A"}))

    assert (code, why) == (409, "S-9 has taken it already\n")
    assert outbox_of(desk).sent == []


def test_a_decision_is_sent_and_what_it_lacks_is_said_with_what_was_written() -> None:
    desk = desk_of(OVERDUE)
    form = {"act": "decide", "basis": "no_crime_disclosed", "reason": "lost, not stolen", "once": "f" * 32}

    code, text = visited(desk, lambda client: posted(client, "/incident/Example/A", form))
    assert code == 422
    assert "Say whether the person who reported it was told" in text
    assert "lost, not stolen" in text
    assert outbox_of(desk).to("recording-decisions") == []

    answer = visited(desk, lambda client: posted(client, "/incident/Example/A", {**form, "reporter_told": "no"}))
    assert answer == (303, "/incident/Example/A?did=decide#acts")
    (event,) = outbox_of(desk).to("recording-decisions")
    assert (event["id"], event["data"]["decision_ref"]) == (f"{'f' * 32}-0", "f" * 32)
    audited = outbox_of(desk).to("recording-audit")[-1]
    assert (audited["what"], audited["basis"]) == ("decide", "no_crime_disclosed")
    assert "reason" not in audited


@pytest.mark.parametrize(
    ("standing", "now", "decided", "offered"),
    [
        ("overdue", NOW, [], ["take", "decide"]),
        ("due_soon", at(20), [], ["take", "decide", "delay"]),
        (
            "exempt",
            NOW,
            [decision("decision.not_to_record", 1, basis="duplicate", decided_by="officer")],
            ["take", "decide", "withdraw"],
        ),
    ],
)
def test_only_what_would_change_something_is_offered(standing: str, now: Any, decided: Any, offered: list[str]) -> None:
    incident = Incident(status(standing), [published(OVERDUE)], decided)
    desk = desk_of(OVERDUE, incidents={("Example", "A"): incident}, now=now)

    _, text = visited(desk, lambda client: got(client, "/incident/Example/A"))

    assert [act for act in ("take", "decide", "delay", "withdraw") if f'name="act" value="{act}"' in text] == offered


@pytest.mark.parametrize("act", ["", "record", "take"])
def test_a_form_that_is_none_of_the_pages_or_comes_too_late_sends_nothing(act: str) -> None:
    desk = desk_of(incidents={("Example", "A"): Incident(status("recorded_late"), [], [])})

    code, _ = visited(desk, lambda client: posted(client, "/incident/Example/A", {"act": act}, "/search?q=x"))

    assert code == (422 if act == "take" else 400)
    assert outbox_of(desk).to("recording-decisions") == []


@pytest.mark.parametrize(
    ("form", "headers"),
    [
        ({}, {"Origin": "https://evil.invalid"}),
        ({"key": "guessed"}, {}),
        ({"key": ""}, {}),
        ({}, {"Origin": ""}),
    ],
)
def test_a_form_of_another_site_gets_nowhere(form: dict[str, str], headers: dict[str, str]) -> None:
    desk = desk_of(OVERDUE)

    code, text = visited(desk, lambda client: posted(client, "/take", {"place": "Example/A", **form}, **headers))

    assert code == 403
    assert "Nothing was sent" in text
    assert outbox_of(desk).sent == []


def test_a_form_without_the_sites_own_cookie_gets_nowhere() -> None:
    async def look(client: Any) -> int:
        origin = {"Origin": str(client.make_url("")).rstrip("/")}
        async with client.post("/take", data={"place": "Example/A", "key": ""}, headers=origin) as answer:
            return int(answer.status)

    desk = desk_of(OVERDUE)

    assert visited(desk, look) == 403
    assert outbox_of(desk).sent == []


@pytest.mark.parametrize("host", ["evil.invalid", "evil.invalid:9465", "127.0.0.1.evil.invalid"])
def test_a_page_of_another_name_that_points_to_this_machine_is_not_its_user(host: str) -> None:
    assert visited(desk_of(OVERDUE), lambda client: got(client, "/", Host=host))[0] == 403


def test_behind_a_proxy_a_person_sees_their_force_alone() -> None:
    other = alert("b" * 32, incident_ref="B", force="Other")
    door = behind_proxy()

    async def look(client: Any) -> list[tuple[int, str]]:
        paths = ("/", "/print", "/list.csv", "/shift", "/search?q=B", "/incident/Other/B", "/incident/Example/B")
        return [await got(client, path, **as_member()) for path in paths]

    *pages, theirs, none = visited(desk_of(OVERDUE, other), look, door)

    assert all(code == 200 and "Other" not in text for code, text in pages)
    assert theirs == none
    assert theirs[0] == 404


def test_behind_a_proxy_nobody_is_let_in_whom_it_does_not_name() -> None:
    async def look(client: Any) -> list[int]:
        return [(await got(client, "/", **headers))[0] for headers in ({}, SAID, as_member())]

    assert visited(desk_of(OVERDUE), look, behind_proxy()) == [403, 403, 200]


@pytest.mark.parametrize("grant", [{"role": "viewer"}, {"areas": frozenset({"south"})}])
def test_who_may_only_look_is_offered_nothing_and_a_form_by_hand_is_refused(grant: dict[str, Any]) -> None:
    desk = desk_of(OVERDUE)
    door = behind_proxy(**grant)

    _, page = visited(desk, lambda client: got(client, "/incident/Example/A", **as_member()), door)
    form = {"act": "decide", "basis": "no_crime_disclosed", "reason": "x", "reporter_told": "yes"}
    code, _ = visited(desk, lambda client: posted(client, "/incident/Example/A", form, **as_member()), door)

    assert 'name="act"' not in page
    assert "You may look at this incident" in page
    assert code == 403
    assert outbox_of(desk).to("recording-decisions") == []


@pytest.mark.parametrize(
    ("sought", "answer"),
    [("POL-1", (303, "/incident/Example/POL-1")), ("OTHER", (303, "/incident/Example/SOME-OTHER")), ("POL", (200, ""))],
)
def test_a_search_answers_for_incidents_on_which_nothing_is_flagged_too(sought: str, answer: tuple[int, str]) -> None:
    known: dict[Place, Incident] = {
        ("Example", ref): Incident(status(incident_ref=ref), [], []) for ref in ("POL-1", "POL-12", "SOME-OTHER")
    }
    desk = desk_of(alert("a", incident_ref="POL-12"), incidents=known)

    code, text = visited(desk, lambda client: got(client, f"/search?q={sought}"))

    assert code == answer[0]
    if code == 303:
        assert text == answer[1]
    else:
        assert "nothing is flagged" in text
        assert "Overdue" in text


def test_a_search_that_finds_nothing_says_so() -> None:
    code, text = visited(desk_of(OVERDUE), lambda client: got(client, "/search?q=%3Cb%3E"))

    assert code == 200
    assert "No incident of your forces has this in its number." in text
    assert "&lt;b&gt;" in text


def test_the_list_can_be_taken_away_and_that_is_written_down() -> None:
    desk = desk_of(OVERDUE, alert("b", area="south"))

    async def look(client: Any) -> tuple[str, str, str]:
        async with client.get("/list.csv?area=south") as answer:
            return answer.headers["Content-Type"], answer.headers["Content-Disposition"], await answer.text()

    kind, disposition, text = visited(desk, look)

    assert kind.startswith("text/csv")
    assert "crime-recording-20260403T0900Z.csv" in disposition
    assert len(text.splitlines()) == 2
    (line,) = outbox_of(desk).to("recording-audit")
    assert (line["what"], line["rows"]) == ("listed", 1)


@pytest.mark.parametrize("hours", ["", "12", "9000"])
def test_the_shift_looks_back_as_long_as_is_asked_or_eight_hours(hours: str) -> None:
    code, text = visited(desk_of(OVERDUE), lambda client: got(client, f"/shift?hours={hours}"))

    assert code == 200
    assert f"The last {hours if hours == '12' else '8'} hours" in text


def test_until_everything_was_read_the_list_says_that_it_is_being_read() -> None:
    desk = desk_of(OVERDUE)
    desk.caught_up = False

    async def look(client: Any) -> list[tuple[int, str]]:
        return [await got(client, path) for path in ("/", "/live", "/ready")]

    (page, live, ready) = visited(desk, look)

    assert (page[0], live[0], ready[0]) == (503, 200, 503)
    assert "The list is being read" in page[1]


def test_an_open_page_is_told_what_comes_and_goes_in_its_view() -> None:
    desk = desk_of(OVERDUE)

    async def look(client: Any) -> list[tuple[str, Any]]:
        told: list[tuple[str, Any]] = []
        async with client.get(f"/changes?area=north&since={desk.changes.version}") as stream:
            for changed in (alert("b"), alert("c", area="south"), alert("a" * 32, incident_ref="A", area="south")):
                desk.board.take(changed.alert_id, changed)
                desk.changed(changed.place)
            while len(told) < 3:
                word = (await stream.content.readline()).decode().removeprefix("event: ").strip()
                if word in ("put", "drop"):
                    told.append((word, json.loads((await stream.content.readline()).decode().removeprefix("data: "))))
        return told

    (first, second, third) = visited(desk, look)

    assert (first[0], first[1]["place"]) == ("put", "Example/B")
    assert first[1]["row"].startswith("<li ")
    assert (second, third) == (("drop", "Example/C"), ("drop", "Example/A"))


def test_an_open_incident_is_told_of_itself_alone() -> None:
    desk = desk_of(OVERDUE)

    async def look(client: Any) -> bytes:
        async with client.get(f"/changes?of=Example/A&since={desk.changes.version}") as stream:
            await stream.content.readuntil(b"\n\n")
            desk.changed(("Example", "B"))
            other = await stream.content.readuntil(b"\n\n")
            desk.changed(("Example", "A"))
            return bytes(other + await stream.content.readuntil(b"\n\n"))

    told = visited(desk, look)

    assert told.count(b"event: changed") == 1
    assert b"put" not in told


def test_a_page_that_has_missed_too_much_looks_again() -> None:
    async def look(client: Any) -> bytes:
        async with client.get("/changes?since=elsewhere:4") as stream:
            return bytes(await stream.read())

    assert visited(desk_of(OVERDUE), look) == b"event: stale\ndata: .\n\n"


def test_what_is_not_there_or_not_asked_for_in_this_way_is_said_on_a_page() -> None:
    async def look(client: Any) -> list[int]:
        found = [(await got(client, path))[0] for path in ("/nowhere", "/static/nothing.js", "/take")]
        origin = {"Origin": str(client.make_url("")).rstrip("/")}
        async with client.post("/take", data={"key": "x" * 100_000}, headers=origin) as answer:
            return [*found, answer.status]

    assert visited(desk_of(OVERDUE), look) == [404, 404, 405, 413]


def test_an_instant_is_told_where_it_is_due() -> None:
    incident = Incident(status(due_at=after(30)), [], [])
    desk = desk_of(incidents={("Example", "A"): incident})

    _, text = visited(desk, lambda client: got(client, "/incident/Example/A"))

    assert "Fri 3 Apr 2026 16:00 BST" in text
    assert "Nothing is open on this incident." not in text


def test_an_alert_of_which_only_the_stub_is_left_is_shown_all_the_same() -> None:
    bare = {
        name: value for name, value in published(OVERDUE).items() if name not in ("explanation", "runbook", "history")
    }
    desk = desk_of(OVERDUE, incidents={("Example", "A"): Incident(None, [bare], [])})

    code, text = visited(desk, lambda client: got(client, "/incident/Example/A"))

    assert code == 200
    assert "No status yet" in text


def test_a_page_that_fails_says_so_without_a_traceback(caplog: pytest.LogCaptureFixture) -> None:
    desk = desk_of(OVERDUE, incidents={("Example", "A"): Incident({"nonsense": 1}, [], [])})

    code, text = visited(desk, lambda client: got(client, "/incident/Example/A"))

    assert code == 500
    assert "The fault is ours" in text
    assert "Traceback" not in text
    assert "a page failed" in caplog.text
