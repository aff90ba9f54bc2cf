"""The desk over HTTP: who comes in, what is there, and what a browser may make of it."""

import json
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from importlib import resources
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from aiokafka.errors import KafkaError

from streams.outward.desk.answers import HEADERS, PERSON, Refused, html, refusal
from streams.outward.desk.asked import filters_of, name_of
from streams.outward.desk.board import Filters, Place
from streams.outward.desk.deeds import Deeds
from streams.outward.desk.live import Stale
from streams.outward.desk.outbox import NotSent
from streams.outward.desk.parts import Desk
from streams.outward.desk.people import Door, NotKnown, Person
from streams.outward.desk.views import Views

log = logging.getLogger(__name__)

_IDLE: Final = timedelta(seconds=15)
"""How often an open page hears something, so that who stands in between does not take it for dead."""
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_OPEN_TO_ALL: Final = ("/live", "/ready", "/static/")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Site:
    """The pages of one desk, for whom its door knows."""

    def __init__(self, desk: Desk, door: Door) -> None:
        self._desk = desk
        self._door = door

    def application(self) -> web.Application:
        """Return the application to serve."""
        app = web.Application(middlewares=[self._guard], client_max_size=64 * 1024)
        views = Views(self._desk, secure=self._door.behind_proxy)
        app.add_routes([*views.routes(), *Deeds(self._desk, views).routes()])
        app.add_routes([web.get("/changes", self._tell), web.get("/live", self._live), web.get("/ready", self._ready)])
        app.router.add_static("/static", str(resources.files(__package__) / "static"))
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let in whom the door knows, and see that every answer says how it may be used."""
        open_to_all = request.path.startswith(_OPEN_TO_ALL)
        answer: web.StreamResponse
        try:
            if not open_to_all:
                request[PERSON] = self._enter(request)
            answer = await handler(request)
        except Refused as refused:
            answer = self._refuse(refused)
        except web.HTTPException as refused:
            if refused.status < 400:
                refused.headers.update(HEADERS)
                raise
            answer = self._refuse(refusal(refused.status, refused.reason, ""))
        except (NotSent, KafkaError) as error:
            why = f"Kafka does not answer ({error or type(error).__name__}). Look at the incident before you repeat it."
            answer = self._refuse(refusal(503, "Not shown, or not sent", why))
        except Exception:
            log.exception("a page failed")
            answer = self._refuse(refusal(500, "This page failed", "The fault is ours; it is in the desk's log."))
        if not answer.prepared:
            answer.headers.update(HEADERS)
            answer.headers.setdefault("Cache-Control", "no-cache" if open_to_all else "no-store")
        return answer

    def _refuse(self, refused: Refused) -> web.Response:
        return html(self._desk.pages.render("refused.html", **refused.page), refused.status)

    def _enter(self, request: web.Request) -> Person:
        """Return who asks; raises Refused."""
        try:
            person = self._door.person(request.remote, request.headers)
        except NotKnown as error:
            raise refusal(403, "You cannot be let in", str(error), home=False) from None
        # A page of another site that has its name point to this machine would speak as its user.
        if not self._door.behind_proxy and urlsplit(f"//{request.host}").hostname not in _LOOPBACK:
            raise refusal(403, "You cannot be let in", "Expected the address that the desk printed.", home=False)
        if not self._desk.caught_up:
            raise refusal(503, "The list is being read", "It shows by itself in a moment.", again=True)
        return person

    async def _live(self, _: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def _ready(self, _: web.Request) -> web.Response:
        ready = self._desk.caught_up
        return web.Response(text="ok\n" if ready else "the topics are being read\n", status=200 if ready else 503)

    async def _tell(self, request: web.Request) -> web.StreamResponse:
        """Tell an open page what changes, for as long as it is open: of the list, or of one incident."""
        person, of, filters = request[PERSON], request.query.get("of"), filters_of(request.query)
        answer = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", **HEADERS}
        )
        await answer.prepare(request)
        seen = request.headers.get("Last-Event-ID") or request.query.get("since", "")
        try:
            async for version, places in self._desk.changes.since(seen, _IDLE.total_seconds()):
                if of is None:
                    told = [self._news(place, filters) for place in places if person.sees(place[0])]
                else:
                    told = ["event: changed\ndata: .\n"] if of in map(name_of, places) else []
                await answer.write("\n".join([*told, f"id: {version}\ndata: .\n\n"]).encode())
        except Stale:
            await answer.write(b"event: stale\ndata: .\n\n")
        except ConnectionError:  # the page was closed
            pass
        return answer

    def _news(self, place: Place, filters: Filters) -> str:
        case = self._desk.board.case(place)
        if case is None or not filters.take(case):
            return f"event: drop\ndata: {json.dumps(name_of(place))}\n"
        said = json.dumps({"place": name_of(place), "row": self._desk.pages.row(case)})
        return f"event: put\ndata: {said}\n"
