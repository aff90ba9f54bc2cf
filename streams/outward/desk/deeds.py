"""What the desk is told to do: a form becomes a line of the audit and events of the contract, and comes back as an alert."""

import re
import secrets
from collections.abc import Mapping

from aiohttp import web

from streams.outward.desk.acts import ACTS, SOURCE, Incomplete, Setting, events_of
from streams.outward.desk.answers import PERSON, form_of, refusal
from streams.outward.desk.asked import address
from streams.outward.desk.parts import Desk
from streams.outward.desk.views import Views, area_of, due_of

_ONCE = re.compile(r"[0-9a-f]{32}")


class Deeds:
    """The forms."""

    def __init__(self, desk: Desk, views: Views) -> None:
        self._desk = desk
        self._views = views

    def routes(self) -> list[web.RouteDef]:
        """Return what is asked for by which address."""
        return [web.post("/take", self.take), web.post("/incident/{force}/{ref:.+}", self.act)]

    async def take(self, request: web.Request) -> web.Response:
        """Take an incident from the list; it answers the page's script, which stays where it is."""
        form = await form_of(request)
        force, _, ref = form.get("place", "").partition("/")
        place = self._desk.seen(request[PERSON], force, ref)
        try:
            await self._do(request, {**form, "act": "take"}, *place)
        except Incomplete as error:
            return web.Response(text="; ".join(error.faults.values()) + "\n", status=409)
        return web.Response(text="sent\n")

    async def act(self, request: web.Request) -> web.Response:
        """Do what a form of an incident's page says."""
        place = self._desk.seen(request[PERSON], request.match_info["force"], request.match_info["ref"])
        form = await form_of(request)
        try:
            await self._do(request, form, *place)
        except Incomplete as error:
            return await self._views.show(request, *place, faults=error.faults, given=form)
        raise web.HTTPSeeOther(f"{address(*place)}?did={form['act']}#acts")

    async def _do(self, request: web.Request, form: Mapping[str, str], force: str, ref: str) -> None:
        """Write down who does it, then send it; raises Incomplete, and NotSent."""
        act = next((each for each in ACTS if each == form.get("act")), None)
        if act is None:
            raise refusal(400, "Nothing was sent", "Expected one of the forms of this page.")
        desk, person, now = self._desk, request[PERSON], self._desk.clock.now()
        incident, case = await desk.follower.incident(force, ref), desk.board.case((force, ref))
        role = person.role_in(force, area_of(incident, case))
        if role == "viewer":
            raise refusal(403, "Nothing was sent", "You may look at this incident, and not act on it.")
        once = form.get("once", "")
        here = Setting(
            force,
            ref,
            person.ref,
            role,
            now,
            desk.profile(force),
            case,
            due_of(incident),
            once if _ONCE.fullmatch(once) else secrets.token_hex(16),
        )
        sent = {event.id for event in incident.decisions if event.source == SOURCE and event.id.startswith(here.once)}
        try:
            events = [event for event in events_of(act, form, here) if event["id"] not in sent]
        except Incomplete:
            if not sent:
                raise
            events = []
        if not events:  # the form was sent before, and its answer did not arrive
            return
        said = events[0]["data"]
        about = {"basis": said.get("basis"), "until": said.get("until")}
        await desk.outbox.audit(now, person.ref, role, act, force=force, incident_ref=ref, **about)
        await desk.outbox.decide(force, ref, events)
