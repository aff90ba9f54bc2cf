"""Puts the live path together: the only place where the pure part, the agents and Faust meet."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, cast

import faust
from faust.tables.manager import TableManager

from rules.events import TOPICS
from rules.rulebook import Rulebook
from streams.agents.bookkeeping import Bookkeeping
from streams.agents.crimes import CrimeAgent
from streams.agents.force_watch import ForceWatch
from streams.agents.heartbeat import Heartbeat
from streams.agents.inboxes import Inboxes
from streams.agents.incidents import IncidentAgent
from streams.agents.intake import Intake
from streams.agents.judge import Judge
from streams.agents.pages import Pages
from streams.agents.union import unite_crime, unite_incident
from streams.agents.watermarks import CRIMES, RELAYS, Watermarks
from streams.clock import Clock
from streams.health import Conditions, Health
from streams.kafka.credentials import credentials, for_aiokafka
from streams.kafka.state import STUCK_AFTER, Flush, StateTable
from streams.kafka.topics import ROOM
from streams.kafka.transport import Transport
from streams.outward.alertmanager import Pager
from streams.outward.metrics import Metrics
from streams.outward.notices import Notices
from streams.outward.vitals import Vitals, VitalSigns
from streams.settings import Forces, Settings

PAGES_EVERY = timedelta(seconds=1)
"""How often Alertmanager is told what is new."""


class Live:
    """One worker's live path: its Faust application, its agents and what they keep.

    `reached` is told each point that a flush passes; it is for those who test what a crash there leaves behind.
    """

    def __init__(
        self,
        settings: Settings,
        forces: Forces,
        book: Rulebook,
        clock: Clock,
        datadir: str,
        reached: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        self.settings = settings
        self._clock = clock
        self.app = faust_app(settings, datadir)
        self.metrics = Metrics(forces, book, clock)
        self.flush = Flush(self.app, settings.flush, reached)
        inboxes = Inboxes(self.flush, settings.application, settings.partitions)
        broker = for_aiokafka(settings)
        self.intake = Intake(self.flush, inboxes, book.lexicon, clock, self.metrics, forces)
        told_of_crimes, told_of_all = Watermarks({CRIMES}, settings.hold), Watermarks({*TOPICS, RELAYS}, settings.hold)
        self.crimes = CrimeAgent(
            self.flush, inboxes, clock, self.metrics, forces, told_of_crimes, settings.retention, broker
        )
        addresses = [address for address in settings.alertmanagers.split(",") if address]
        patience = {"critical": settings.escalate_critical, "high": settings.escalate_high}
        notices = Notices(forces, settings.desk_address, patience)
        self.pager = Pager(addresses, settings.alertmanager_interval, clock, notices)
        self.watch = ForceWatch(
            self.flush,
            clock,
            self.metrics,
            forces,
            told_of_all,
            settings.partitions,
            settings.page_severities,
            self.pager,
        )
        self.incidents = IncidentAgent(
            self.flush,
            inboxes,
            clock,
            self.metrics,
            forces,
            Judge(forces, book, settings.page_severities, settings.hold),
            told_of_all,
            self.watch,
            Pages(settings.page_limit, settings.partitions),
            self.pager,
            settings.retention,
            broker,
        )
        self.heartbeat = Heartbeat(self.app, self.flush, inboxes, clock, self.intake, self.metrics, broker)
        self._connect(inboxes)
        self.health = Health(self.flush, (self.crimes, self.incidents))
        self.metrics.registry.register(VitalSigns(self._vitals))

    def _connect(self, inboxes: Inboxes) -> None:
        app, settings = self.app, self.settings
        for topic in TOPICS:
            app.agent(_raw(app, topic), name=f"intake of {topic}")(self.intake.run)
        app.agent(_raw(app, inboxes.crimes), name="crimes")(self.crimes.run)
        app.agent(_raw(app, inboxes.incidents), name="incidents")(self.incidents.run)
        self.crimes.table = StateTable(
            app, "crimes", settings.partitions, self.flush, self.crimes.recovered, unite_crime
        )
        self.incidents.table = StateTable(
            app, "incidents", settings.partitions, self.flush, self.incidents.recovered, unite_incident
        )
        # The incident agent tells the watch when rows are here: it has forgotten the gauges of all of them by then.
        self.watch.table = StateTable(app, "forces", settings.partitions, self.flush, lambda owned: None)
        self.books = Bookkeeping(self.incidents.table, inboxes, self._clock, self.metrics)
        app.on_partitions_assigned.connect(self._on_assigned, weak=False)
        app.task(self.flush.run)
        app.task(self._beat)
        app.task(self._sweep)
        app.task(self._page)
        app.task(self._compare)

    async def _on_assigned(self, *_: Any, **__: Any) -> None:
        self.intake.forget()

    async def _beat(self) -> None:
        await self._repeat(self.settings.heartbeat, self.heartbeat.beat)

    async def _sweep(self) -> None:
        async def sweep() -> None:
            self.incidents.sweep()
            self.crimes.sweep()
            self.health.swept()

        await self._repeat(self.settings.sweep, sweep)

    async def _compare(self) -> None:
        await asyncio.sleep(self.settings.reconcile.total_seconds())
        await self._repeat(self.settings.reconcile, self.books.compare)

    async def _page(self) -> None:
        await self._repeat(PAGES_EVERY, self.pager.push)

    async def _repeat(self, every: timedelta, do: Callable[[], Awaitable[None]]) -> None:
        """Do something at intervals while no partitions move; whatever it raises ends the worker."""
        while not self.app.should_stop:
            if not self.flush.suspended:
                try:
                    await do()
                except Exception as error:
                    await self.flush.crash(error)
                    raise
            await asyncio.sleep(every.total_seconds())

    def live(self) -> Conditions:
        """Say what keeps the worker from being alive, by condition; None where it is well."""
        return self.health.live()

    def _vitals(self) -> Vitals:
        recovery = cast(TableManager, self.app.tables).recovery
        remaining = recovery.active_remaining_total() if self.flush.suspended else 0
        ready = not any(self.ready().values())
        return Vitals(ready, remaining, self.health.stalled, self.pager.away, self._unjudged)

    @property
    def _unjudged(self) -> timedelta:
        """For how long a deadline may have been due that nobody looked at, or that was found and waits."""
        return max(self.incidents.waiting, self.health.unswept)

    def ready(self) -> Conditions:
        """Say what keeps the worker from being ready, by condition; None where it is."""
        unheard = ", ".join(self.incidents.unheard)
        feeds = f"it is not known yet how far these have been read: {unheard}" if unheard else None
        return {**self.health.ready(), "feeds": feeds}


def faust_app(settings: Settings, datadir: str) -> faust.App:
    """Return a Faust application that declares no topic, serves nothing, and commits only what was acknowledged."""
    app = faust.App(
        settings.application,
        broker=[f"kafka://{address}" for address in settings.broker.split(",")],
        broker_credentials=credentials(settings),
        store="memory://",
        datadir=datadir,
        autodiscover=False,
        origin="streams.app",
        web_enabled=False,
        topic_allow_declare=False,
        agent_supervisor="mode.supervisors:CrashingSupervisor",
        topic_disable_leader=True,
        topic_partitions=settings.partitions,
        table_standby_replicas=0,
        stream_wait_empty=False,
        stream_recovery_delay=0.0,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=settings.instance or None,
        broker_commit_interval=settings.commit.total_seconds(),
        broker_session_timeout=settings.session.total_seconds(),
        # By its answer a worker learns that partitions are to move: however long a session is, that must not take long.
        broker_heartbeat_interval=min(settings.session.total_seconds() / 4, 3.0),
        # A broker that stands still with its connections open is given up after this long, and another one is asked.
        broker_request_timeout=settings.session.total_seconds() + 10.0,
        producer_acks=-1,
        producer_request_timeout=STUCK_AFTER.total_seconds(),
        producer_linger=0.005,
        producer_max_batch_size=262_144,
        producer_max_request_size=ROOM,
    )
    app.transport = Transport(app.conf.broker_consumer, app)
    return app


def _raw(app: faust.App, name: str) -> Any:
    return app.topic(name, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")
