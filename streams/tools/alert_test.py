"""`alert test`: an invented incident of the force TEST through the whole path, stage by stage, and away again.

The alert that comes soonest is that of a log which is closed while a crime is expected: it waits for no deadline. One that
is critical is overdue at once, and comes when the crime feed has been read to now, also for a force that has none. Both rest
on no feed of the force TEST, which is never silent, for nobody says how often it speaks.
"""

import json
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from http.client import HTTPException
from typing import Any, Literal, NamedTuple
from urllib.parse import urlencode

from rules.instants import format_instant
from streams.agents.messages import key_of
from streams.clock import Clock
from streams.kafka.client import BrokerError, consumption, production
from streams.kafka.topics import missing
from streams.outward.notices import TEST_FORCE
from streams.settings import Settings
from streams.tools.reading import partitions_of
from streams.tools.sender import STRUCTURED, Sender

LOG, DECISIONS, ALERTS = "incident-log", "recording-decisions", "recording-alerts"
SOURCE = "recording-monitor/alert-test"
KINDS = {"high": "closed_without_crime", "critical": "overdue"}
"""The kind of alert that a test of a severity waits for."""
_DAY = timedelta(hours=24, seconds=1)
_POLL_MS = 200
_LOOKS_EVERY = 0.2
_ANSWERS_WITHIN = 5.0

Graveness = Literal["high", "critical"]


class Stage(NamedTuple):
    """One part of the path that the test alert has passed, and how many seconds after the part before it."""

    name: str
    seconds: float


class Trial(NamedTuple):
    """What was seen of a test alert: its incident, the stages that it passed, and the first that it did not."""

    incident: str
    stages: list[Stage]
    missing: str | None

    def as_dict(self) -> dict[str, Any]:
        """Return the result for a program."""
        stages = [{"stage": stage.name, "seconds": round(stage.seconds, 3)} for stage in self.stages]
        return {"incident": self.incident, "stages": stages, "missing": self.missing}


class _DidNotCome(Exception):
    """A stage did not come in time; its text is the stage's name."""


def events(ref: str, severity: Graveness, at: datetime) -> list[dict[str, Any]]:
    """Return the events of an invented incident about which an alert of a severity pages as soon as they are read."""
    now = format_instant(at)
    received = at if severity == "high" else at - _DAY
    opened = {
        "received_at": format_instant(received),
        "opened_at": now,
        "channel": "other",
        "reporter": "unknown",
        "opening_code": "CRIME_VIOLENCE",
    }
    told = [_event("incident.opened", ref, at, opened)]
    if severity == "high":
        told.append(_event("incident.closed", ref, at, {"closed_at": now, "closing_codes": ["CRIME_VIOLENCE"]}))
    return told


def ending(ref: str, at: datetime) -> dict[str, Any]:
    """Return the decision that ends what an invented incident asks for."""
    basis = {"basis": "no_crime_disclosed", "decided_by": "supervisor", "reason": "A test of the path of an alert."}
    return _event("decision.not_to_record", ref, at, {"decided_at": format_instant(at), **basis})


def alert_test(
    settings: Settings,
    clock: Clock,
    severity: Graveness,
    keep: timedelta,
    patience: timedelta,
    passed: Callable[[Stage], None] = lambda stage: None,
) -> Trial:
    """Send a test alert, wait for it wherever it is to be seen, let it stand for a while, end it, and wait for that.

    `passed` is told each stage as it comes; each may take as long as the `patience`. Whatever did not come, or who stopped
    it, the alert is ended. Raises BrokerError, and FeedError where what is sent is refused.
    """
    if lacking := missing(settings, (LOG, DECISIONS, ALERTS)):
        raise BrokerError(
            f"{', '.join(lacking)}: not on {settings.broker}: `recording-monitor topics create` makes them"
        )
    at = clock.now()
    ref = f"TEST-{at:%Y%m%dT%H%M%S%fZ}"
    with production(settings) as producer, consumption(settings) as consumer:
        test = _Test(settings, ref, KINDS[severity], _Alerts(consumer, ref), patience, passed)
        sender = Sender(producer, settings)
        missed = None
        try:
            test.send(sender, events(ref, severity, at))
            test.wait_until_it_stands()
            time.sleep(keep.total_seconds())
        except _DidNotCome as stage:
            missed = str(stage)
        finally:
            test.send(sender, [ending(ref, clock.now())])
        try:
            if missed is None:
                test.wait_until_it_is_over()
        except _DidNotCome as stage:
            missed = str(stage)
    return Trial(f"{TEST_FORCE}/{ref}", test.stages, missed)


class _Test:
    """One test alert on its way."""

    def __init__(
        self,
        settings: Settings,
        ref: str,
        kind: str,
        alerts: "_Alerts",
        patience: timedelta,
        passed: Callable[[Stage], None],
    ) -> None:
        self.stages: list[Stage] = []
        self._managers = [address.rstrip("/") for address in settings.alertmanagers.split(",") if address]
        self._ref = ref
        self._kind = kind
        self._alerts = alerts
        self._patience = patience
        self._passed = passed
        self._last = 0.0

    def send(self, sender: Sender, told: Sequence[dict[str, Any]]) -> None:
        """Send events, and wait for the broker's word."""
        self._last = time.monotonic()
        topic = DECISIONS if told[0]["type"].startswith("decision.") else LOG
        for event in told:
            sender.send(topic, json.dumps(event).encode(), key_of(TEST_FORCE, self._ref), list(STRUCTURED))
        sender.finish()
        self._come("sent to " + topic)

    def wait_until_it_stands(self) -> None:
        """Wait for the alert wherever it is to be seen; raises _DidNotCome."""
        self._wait(f"alert in {ALERTS}", lambda: self._newest() is not None)
        hint = "it waits while feeds are caught up with, or page_severities or a flood forbids it"
        self._wait(f"alert pages ({hint})", lambda: self._newest(paged=True) is not None, "alert pages")
        for address in self._managers:
            self._wait(f"alert in Alertmanager at {address}", partial(self._stands_in, address))

    def wait_until_it_is_over(self) -> None:
        """Wait until the alert has ended wherever it was; raises _DidNotCome."""
        self._wait(f"resolved in {ALERTS}", lambda: self._newest(status="resolved") is not None)
        for address in self._managers:
            self._wait(f"gone from Alertmanager at {address}", partial(self._is_gone_from, address))

    def _newest(self, **wanted: object) -> dict[str, Any] | None:
        alert = self._alerts.newest(self._kind)
        return alert if alert is not None and wanted.items() <= alert.items() else None

    def _stands_in(self, address: str) -> bool:
        return bool(self._held(address))

    def _is_gone_from(self, address: str) -> bool:
        return self._held(address) == 0

    def _held(self, address: str) -> int | None:
        """Return how many alerts of the incident an Alertmanager holds; None where it does not answer."""
        wanted = [("filter", f'force="{TEST_FORCE}"'), ("filter", f'incident="{self._ref}"')]
        with suppress(OSError, HTTPException, ValueError):
            url = f"{address}/api/v2/alerts?{urlencode(wanted)}"
            with urllib.request.urlopen(url, timeout=_ANSWERS_WITHIN) as answer:  # noqa: S310
                return len(json.load(answer))
        return None

    def _wait(self, stage: str, came: Callable[[], bool], said: str | None = None) -> None:
        until = time.monotonic() + self._patience.total_seconds()
        while not came():
            if time.monotonic() > until:
                raise _DidNotCome(stage)
            time.sleep(_LOOKS_EVERY)
        self._come(said or stage)

    def _come(self, name: str) -> None:
        now = time.monotonic()
        stage = Stage(name, now - self._last)
        self._last = now
        self.stages.append(stage)
        self._passed(stage)


class _Alerts:
    """The alerts of one incident from now on."""

    def __init__(self, consumer: Any, ref: str) -> None:
        self._consumer = consumer
        self._ref = ref
        self._newest: dict[str, dict[str, Any]] = {}
        places = partitions_of(consumer, ALERTS)
        consumer.assign(places)
        consumer.seek_to_end(*places)
        for place in places:
            consumer.position(place)  # where it ends is asked for now, not with the first record

    def newest(self, kind: str) -> dict[str, Any] | None:
        """Return the newest state of the incident's alert of a kind."""
        for alert in self._read():
            if alert.get("force") == TEST_FORCE and alert.get("incident_ref") == self._ref:
                self._newest[alert["kind"]] = alert
        return self._newest.get(kind)

    def _read(self) -> Iterator[dict[str, Any]]:
        for records in self._consumer.poll(_POLL_MS).values():
            for record in records:
                if record.value is not None:
                    yield json.loads(record.value)


def _event(type_: str, ref: str, at: datetime, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "type": type_,
        "source": SOURCE,
        "id": f"{ref} {type_}",
        "time": format_instant(at),
        "subject": ref,
        "data": {"force": TEST_FORCE, "incident_ref": ref, **data},
    }
