"""The list for who is not at the page: as a text, as a mail, for a program; what is shown, and in which order, is the page's."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from aiokafka.errors import KafkaError

from rules.explanation import local_words
from rules.force import ForceProfile
from rules.instants import format_instant
from streams.clock import Clock
from streams.kafka.client import BrokerError
from streams.kafka.credentials import for_aiokafka
from streams.kafka.granted import need
from streams.kafka.topics import missing
from streams.outward.desk.asked import address, count_of, in_words
from streams.outward.desk.board import Board, Case, Filters, in_order
from streams.outward.desk.follower import ALERTS, Follower
from streams.outward.desk.outbox import AUDIT, NotSent, Outbox
from streams.outward.desk.pages import Pages
from streams.settings import Settings, load_forces

BY: Final = "list"
"""Who the audit says has taken the list away: whoever may run the command, or has it run."""
_ANY: Final = ForceProfile(force="any")
_WITHIN: Final = timedelta(minutes=5)
"""How long reading may take: 13 months of a large force's alerts are read in seconds."""
_LOOKS_EVERY: Final = 0.05


@dataclass(frozen=True)
class Listed:
    """What was open at an instant, of what was asked for, in the page's order; `desk` is the page's address or empty."""

    cases: Sequence[Case]
    filters: Filters
    now: datetime
    pages: Pages
    desk: str = ""

    def subject(self) -> str:
        """Say in one line for which day and of what it is, and the numbers."""
        incidents = [case for case in self.cases if case.incident_ref is not None]
        late = sum(case.due_at < self.now for case in incidents)
        untaken = sum(case.state == "open" for case in incidents)
        number = f"{len(incidents):,} incident{'' if len(incidents) == 1 else 's'}"
        said = f"{number}, {late:,} late, {untaken:,} not taken" if incidents else "no incident"
        where = " ".join(f"{self.filters.force or 'all forces'} {self.filters.area or ''}".split())
        return f"Crime recording, {where}, {self._when().rpartition(' ')[0].rpartition(' ')[0]}: {said}"

    def text(self) -> str:
        """Write it as a text."""
        return self.pages.render_plain("list.txt", **self._said()).strip() + "\n"

    def html(self) -> str:
        """Write it as a page that stands alone, with nothing to be loaded."""
        return self.pages.render("mail.html", subject=self.subject(), **self._said()).strip() + "\n"

    def as_dict(self) -> dict[str, Any]:
        """Return it for a program."""
        return {
            "at": format_instant(self.now),
            "asked": {name: value for name, value in self.filters._asdict().items() if value},
            "cases": [{**self.pages.cells(case, self.now), "link": self._link(case)} for case in self.cases],
        }

    def _said(self) -> dict[str, Any]:
        asked, count = in_words(self.filters), count_of(self.cases)
        return {
            "cases": self.cases, "asked": asked, "count": count, "now": self.now, "when": self._when(), "link": self._link,
        }  # fmt: skip

    def _when(self) -> str:
        known = {profile.force: profile for profile in self.pages.forces}
        force = self.filters.force or (self.cases[0].force if self.cases else "")
        return local_words(self.now.replace(second=0, microsecond=0), known.get(force, _ANY).zone)

    def _link(self, case: Case) -> str:
        if not self.desk or case.incident_ref is None:
            return ""
        return self.desk.rstrip("/") + address(case.force, case.incident_ref)


def read_list(settings: Settings, filters: Filters, clock: Clock) -> Listed:
    """Read from `recording-alerts` what is open, and write on the audit that it was.

    Raises BrokerError, WrongSettings, and FileFaults for the files of forces, each in one line.
    """
    pages = Pages(load_forces(settings.forces))
    if absent := missing(settings, (ALERTS, AUDIT)):
        raise BrokerError(f"{', '.join(absent)}: expected a topic; make it with recording-monitor topics create")
    need(settings, "desk")
    try:
        return asyncio.run(_read(settings, filters, clock, pages))
    except TimeoutError:
        raise BrokerError(f"{settings.broker}: {ALERTS} was not read within {_WITHIN.seconds // 60} minutes") from None
    except (KafkaError, NotSent) as error:
        raise BrokerError(f"the list was not read: {settings.broker}: {error or type(error).__name__}") from None


async def _read(settings: Settings, filters: Filters, clock: Clock, pages: Pages) -> Listed:
    broker, board = for_aiokafka(settings), Board()
    follower, outbox = Follower(broker, board, lambda place: None), Outbox(broker)
    async with AsyncExitStack() as stack, asyncio.timeout(_WITHIN.total_seconds()):
        stack.push_async_callback(outbox.stop)
        await outbox.start()
        stack.push_async_callback(follower.stop)
        await follower.start(ALERTS)
        following = asyncio.create_task(follower.follow())
        try:
            while await follower.behind():
                if following.done():
                    following.result()
                await asyncio.sleep(_LOOKS_EVERY)
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
        now = clock.now()
        cases = in_order(board.cases(filters), now)
        await outbox.audit(now, BY, "viewer", "listed", force=filters.force, rows=len(cases))
        return Listed(cases, filters, now, pages, settings.desk_address or "")
