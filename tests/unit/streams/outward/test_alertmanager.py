"""What is told to Alertmanager: a server that answers as one does, or does not, and a clock that the test moves."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from rules.alerts import Alert
from streams.outward.alertmanager import AT_ONCE, RESOLVES_FOR, Pager
from tests.unit.rules.given import OPENED_AT as NOON
from tests.unit.streams.agents import HOUR, MINUTE, SECOND, MovedClock, pager_of

ALERT = Alert(
    alert_id="a",
    kind="due_soon",
    rule="M02",
    occasion="report",
    severity="critical",
    due_at=NOON + timedelta(hours=12),
    status="open",
    raised_at=NOON,
    opened_at=NOON,
    paged=True,
    feed_stale=False,
    facts={"force": "Example", "area": "north", "incident_ref": "A"},
    body={"summary": "A crime is to be recorded.", "runbook": ["Record it."], "links": {"log": "https://log/A"}},
)
OTHER = replace(ALERT, alert_id="b", facts={**ALERT.facts, "incident_ref": "B"})
RESOLVED = replace(ALERT, status="resolved", resolved_at=NOON, resolution="recorded_in_time")


class Told:
    """An Alertmanager: what it was told, request by request; it may be away."""

    def __init__(self) -> None:
        self.requests: list[list[dict[str, Any]]] = []
        self.away = False
        self.clock = MovedClock(NOON)
        self.pager: Pager

    @property
    def alerts(self) -> list[dict[str, Any]]:
        return [alert for request in self.requests for alert in request]

    async def push(self, after: timedelta = timedelta(0)) -> int:
        """Push when some time has passed, and return how many alerts came."""
        self.clock.at += after
        before = len(self.alerts)
        await self.pager.push()
        return len(self.alerts) - before

    async def _take(self, request: web.Request) -> web.Response:
        if self.away:
            return web.Response(status=503)
        self.requests.append(await request.json())
        return web.Response()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["Told"]:
        app = web.Application(client_max_size=2**26)
        app.router.add_post("/api/v2/alerts", self._take)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.pager = pager_of(self.clock, f"http://127.0.0.1:{runner.addresses[0][1]}/")
        try:
            yield self
        finally:
            await runner.cleanup()


def told(story: Callable[[Told], Awaitable[None]]) -> None:
    async def run() -> None:
        async with Told().serving() as alertmanager:
            await story(alertmanager)

    asyncio.run(run())


def test_an_alert_that_pages_is_told_with_what_it_is_routed_by_and_an_end_four_intervals_ahead() -> None:
    async def story(alertmanager: Told) -> None:
        alertmanager.pager.take(0, [ALERT])
        await alertmanager.push()

        (said,) = alertmanager.alerts
        assert said["labels"]["alertname"] == "RecordingDueSoon"
        assert said["annotations"]["alert_id"] == "a"
        assert (said["startsAt"], said["endsAt"]) == ("2026-04-02T09:00:00Z", "2026-04-02T09:04:00Z")
        assert said["generatorURL"] == "https://log/A"

    told(story)


def test_what_is_new_is_told_at_once_and_all_that_stands_each_interval() -> None:
    async def story(alertmanager: Told) -> None:
        alertmanager.pager.take(0, [ALERT])
        assert await alertmanager.push() == 1
        assert await alertmanager.push(SECOND) == 0
        alertmanager.pager.take(3, [OTHER])
        assert await alertmanager.push(SECOND) == 1
        assert await alertmanager.push(MINUTE) == 2

    told(story)


@pytest.mark.parametrize("over", [RESOLVED, replace(ALERT, paged=False)])
def test_that_an_alert_is_over_is_repeated_for_five_minutes(over: Alert) -> None:
    async def story(alertmanager: Told) -> None:
        alertmanager.pager.take(0, [ALERT])
        await alertmanager.push()
        alertmanager.clock.at += SECOND
        alertmanager.pager.take(0, [over])

        assert await alertmanager.push() == 1
        assert await alertmanager.push(MINUTE) == 1
        assert {alert["endsAt"] for alert in alertmanager.alerts[1:]} == {"2026-04-02T09:00:01Z"}
        assert await alertmanager.push(RESOLVES_FOR) == 0

    told(story)


def test_what_never_paged_is_never_told() -> None:
    async def story(alertmanager: Told) -> None:
        alertmanager.pager.take(0, [replace(ALERT, paged=False), replace(RESOLVED, alert_id="b")])

        assert await alertmanager.push() == 0

    told(story)


def test_an_alert_that_is_raised_again_ends_no_more() -> None:
    async def story(alertmanager: Told) -> None:
        alertmanager.pager.take(0, [ALERT])
        alertmanager.pager.take(0, [RESOLVED])
        alertmanager.pager.take(0, [ALERT])

        assert await alertmanager.push() == 1
        assert alertmanager.alerts[0]["endsAt"] == "2026-04-02T09:04:00Z"

    told(story)


def test_an_alertmanager_that_is_away_is_told_all_that_stands_when_it_is_back(caplog: pytest.LogCaptureFixture) -> None:
    async def story(alertmanager: Told) -> None:
        alertmanager.pager.take(0, [ALERT])
        await alertmanager.push()
        alertmanager.away = True
        alertmanager.pager.take(0, [OTHER])
        assert await alertmanager.push(SECOND) == 0
        assert await alertmanager.push(SECOND) == 0
        assert alertmanager.pager.away == 1

        alertmanager.away = False
        assert await alertmanager.push(SECOND) == 2
        assert await alertmanager.push(SECOND) == 0
        assert alertmanager.pager.away == 0

    told(story)
    assert len(caplog.messages) == 1
    assert caplog.messages[0].endswith("takes no alerts, which are kept: ClientResponseError")


def test_one_that_is_not_there_at_all_keeps_no_other_one_from_being_told() -> None:
    async def story(alertmanager: Told) -> None:
        (address,) = alertmanager.pager._addresses
        alertmanager.pager = pager_of(alertmanager.clock, "http://127.0.0.1:9", address)
        alertmanager.pager.take(0, [ALERT])

        assert await alertmanager.push() == 1

    told(story)


def test_many_alerts_are_told_in_parts() -> None:
    async def story(alertmanager: Told) -> None:
        alertmanager.pager.take(
            0,
            [
                replace(ALERT, alert_id=str(n), facts={**ALERT.facts, "incident_ref": str(n)})
                for n in range(AT_ONCE + 1)
            ],
        )
        await alertmanager.push()

        assert [len(request) for request in alertmanager.requests] == [AT_ONCE, 1]

    told(story)


def test_what_speaks_for_others_is_told_before_them() -> None:
    async def story(alertmanager: Told) -> None:
        silent = replace(ALERT, alert_id="f", kind="monitor", occasion="feed crime-records", facts={"force": "Example"})
        alertmanager.pager.take(0, [ALERT, silent])
        await alertmanager.push(4 * HOUR)

        first, then = alertmanager.requests
        assert sorted(alert["labels"]["alertname"] for alert in first) == ["RecordingDueSoon", "RecordingMonitor"]
        assert [labelled(alert) for alert in then] == [False]

    told(story)


def test_a_partition_that_has_left_is_another_worker_s_to_tell_of() -> None:
    async def story(alertmanager: Told) -> None:
        alertmanager.pager.take(0, [ALERT])
        alertmanager.pager.left(0)

        assert await alertmanager.push() == 0

    told(story)


def test_with_no_alertmanager_nothing_is_kept() -> None:
    pager = pager_of(MovedClock())

    pager.take(0, [ALERT])
    asyncio.run(pager.push())

    assert not pager.is_used
    assert not pager._parts


def labelled(alert: dict[str, Any]) -> bool:
    """Whether the duty inspector is told by it."""
    return bool(alert["labels"].get("escalation") == "duty_inspector")


def test_what_nobody_takes_in_four_hours_is_told_under_one_more_label_beside_the_first() -> None:
    async def story(alertmanager: Told) -> None:
        alertmanager.pager.take(0, [ALERT])
        assert await alertmanager.push() == 1
        assert await alertmanager.push(4 * HOUR - SECOND) == 1
        assert await alertmanager.push(SECOND) == 2

        assert [labelled(alert) for alert in alertmanager.alerts[2:]] == [True, False]
        assert await alertmanager.push(SECOND) == 0
        assert await alertmanager.push(MINUTE) == 2
        assert {alert["endsAt"] for alert in alertmanager.alerts[4:]} == {"2026-04-02T13:05:01Z"}

    told(story)


def test_once_it_is_taken_the_labelled_one_is_said_to_have_ended_for_five_minutes_and_the_first_goes_on() -> None:
    async def story(alertmanager: Told) -> None:
        alertmanager.pager.take(0, [ALERT])
        await alertmanager.push(4 * HOUR)
        alertmanager.clock.at += SECOND
        alertmanager.pager.take(0, [replace(ALERT, status="acknowledged")])

        assert await alertmanager.push() == 2
        ended, first = alertmanager.alerts[2:]
        assert (labelled(first), first["endsAt"]) == (False, "2026-04-02T13:04:01Z")
        assert (labelled(ended), ended["endsAt"]) == (True, "2026-04-02T13:00:01Z")
        assert await alertmanager.push(RESOLVES_FOR) == 2
        assert await alertmanager.push(MINUTE) == 1

    told(story)


def test_once_it_is_resolved_both_are_said_to_have_ended() -> None:
    async def story(alertmanager: Told) -> None:
        alertmanager.pager.take(0, [ALERT])
        await alertmanager.push(4 * HOUR)
        alertmanager.pager.take(0, [RESOLVED])

        assert await alertmanager.push(SECOND) == 2
        assert {alert["endsAt"] for alert in alertmanager.alerts[2:]} == {"2026-04-02T13:00:00Z"}
        assert {alert["annotations"]["outcome"] for alert in alertmanager.alerts[2:]} == {
            "A crime was recorded, in time."
        }

    told(story)


def test_a_worker_that_takes_over_tells_the_duty_inspector_by_itself() -> None:
    async def story(alertmanager: Told) -> None:
        alertmanager.clock.at += 5 * HOUR
        alertmanager.pager.take(0, [ALERT])
        await alertmanager.push()

        assert [labelled(alert) for alert in alertmanager.alerts] == [True, False]

    told(story)


def test_an_alert_whose_area_changes_is_another_one_and_the_former_ends() -> None:
    async def story(alertmanager: Told) -> None:
        alertmanager.pager.take(0, [ALERT])
        await alertmanager.push()
        alertmanager.pager.take(0, [replace(ALERT, facts={**ALERT.facts, "area": "south"})])

        assert await alertmanager.push(SECOND) == 2
        ends = {alert["labels"]["area"]: alert["endsAt"] for alert in alertmanager.alerts[1:]}
        assert ends == {"south": "2026-04-02T09:04:01Z", "north": "2026-04-02T09:00:00Z"}

    told(story)


def test_the_end_of_one_is_not_said_while_another_one_under_the_same_labels_stands() -> None:
    async def story(alertmanager: Told) -> None:
        alertmanager.pager.take(0, [ALERT])
        await alertmanager.push()
        alertmanager.pager.take(0, [replace(ALERT, alert_id="b", occasion="disclosure"), RESOLVED])

        assert await alertmanager.push(SECOND) == 1
        assert alertmanager.alerts[1]["annotations"]["alert_id"] == "b"
        assert await alertmanager.push(MINUTE) == 1

    told(story)
