"""What the desk shows to somebody: the list, one incident, the shift, a search, and the list to take away."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from rules.codes import OFFENCE_GROUPS
from rules.instants import parse_instant
from rules.rule import SEVERITIES
from streams.outward.desk.answers import PERSON, form_key, html, keep_key
from streams.outward.desk.asked import address, count_of, filters_of, in_words, query_of
from streams.outward.desk.board import OWED, Case, Filters
from streams.outward.desk.follower import Incident
from streams.outward.desk.outbox import What
from streams.outward.desk.parts import Desk
from streams.outward.desk.people import Person
from streams.outward.desk.shift import HOURS, shift_of
from streams.outward.desk.timeline import standing_decisions, time_line
from streams.outward.desk.wording import KINDS, plain

_FOUND = 50
_SAID = {
    "take": "Sent: it is yours in a moment.",
    "decide": "Your decision was sent: it shows in a moment.",
    "delay": "The delay was sent: it shows in a moment.",
    "withdraw": "The withdrawal was sent: it shows in a moment.",
}


class Views:
    """The pages that are looked at; who looks at an incident, or takes the list away, is written down first."""

    def __init__(self, desk: Desk, *, secure: bool) -> None:
        self._desk = desk
        self._secure = secure

    def routes(self) -> list[web.RouteDef]:
        """Return what is asked for by which address."""
        return [
            web.get("/", self.list),
            web.get("/print", self.print),
            web.get("/list.csv", self.csv),
            web.get("/shift", self.shift),
            web.get("/search", self.search),
            web.get("/incident/{force}/{ref:.+}", self.incident),
        ]

    async def list(self, request: web.Request) -> web.Response:
        """Show what needs a crime recorded, the most pressing first."""
        desk, person, filters = self._desk, request[PERSON], filters_of(request.query)
        version, cases = desk.changes.version, desk.cases(person, filters)
        everything = tuple(desk.board.cases(Filters(), person.forces))
        known = [profile for profile in desk.forces if person.sees(profile.force)]
        forces = {case.force for case in everything} | {profile.force for profile in known}
        areas = {case.area for case in everything if case.area} | {area for each in known for area in each.areas}
        return self._page(
            request,
            "list.html",
            here="/",
            title="Needs a crime recorded",
            version=version,
            cases=cases,
            count=count_of(cases),
            filters=filters._asdict(),
            query=query_of(filters),
            own=sorted(person.areas),
            looks_on=all(grant.role == "viewer" for grant in person.grants),
            forces=[(force, force) for force in sorted(forces)],
            areas=[(area, area) for area in sorted(areas)],
            kinds=list(KINDS.items()),
            groups=[(group, plain(group)) for group in OFFENCE_GROUPS if group != "none"],
        )

    async def print(self, request: web.Request) -> web.Response:
        """Show the list as the daily meeting has it on paper."""
        filters = filters_of(request.query)
        cases = self._desk.cases(request[PERSON], filters)
        await self._audit(request, "listed", rows=len(cases))
        return self._page(request, "print.html", here="", cases=cases, count=count_of(cases), asked=in_words(filters))

    async def csv(self, request: web.Request) -> web.Response:
        """Give the list as a table for a spreadsheet."""
        now, cases = self._desk.clock.now(), self._desk.cases(request[PERSON], filters_of(request.query))
        await self._audit(request, "listed", rows=len(cases))
        name = f"crime-recording-{now:%Y%m%dT%H%MZ}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return web.Response(text=self._desk.pages.as_csv(cases, now), content_type="text/csv", headers=headers)

    async def shift(self, request: web.Request) -> web.Response:
        """Sum up the last hours for who takes over."""
        hours = {str(each): each for each in HOURS}.get(request.query.get("hours", ""), HOURS[0])
        desk = self._desk
        shift = shift_of(desk.board, timedelta(hours=hours), desk.clock.now(), request[PERSON].forces)
        return self._page(request, "shift.html", here="/shift", shift=shift, hours=hours, choices=HOURS)

    async def search(self, request: web.Request) -> web.Response:
        """Find incidents by their number, whether anything is flagged on them or not."""
        desk, person, sought = self._desk, request[PERSON], request.query.get("q", "").strip()[:64]
        found = desk.follower.like(sought, person.forces, _FOUND) if sought else []
        exactly = [place for place in found if place[1] == sought]
        if len(exactly) == 1 or len(found) == 1:
            raise web.HTTPSeeOther(address(*(exactly or found)[0]))
        listed = [(place, desk.board.case(place)) for place in found]
        return self._page(request, "search.html", here="", sought=sought, found=listed, address=address, most=_FOUND)

    async def incident(self, request: web.Request) -> web.Response:
        """Show one incident."""
        place = self._desk.seen(request[PERSON], request.match_info["force"], request.match_info["ref"])
        return await self.show(request, *place, said=_SAID.get(request.query.get("did", ""), ""))

    async def show(
        self,
        request: web.Request,
        force: str,
        ref: str,
        *,
        said: str = "",
        faults: Mapping[str, str] | None = None,
        given: Mapping[str, str] | None = None,
    ) -> web.Response:
        """Show one incident: how it stands, why, what happened, and what may be done about it.

        `faults` names what a form that was `given` lacks.
        """
        desk, person, now = self._desk, request[PERSON], self._desk.clock.now()
        version = desk.changes.version
        await self._audit(request, "viewed", force=force, incident_ref=ref)
        incident, case = await desk.follower.incident(force, ref), desk.board.case((force, ref))
        standing = [alert for alert in incident.alerts if alert["status"] != "resolved"]
        newest = (standing or incident.alerts)[-1:]
        area = area_of(incident, case)
        return self._page(
            request,
            "incident.html",
            here="",
            code=422 if faults else 200,
            version=version,
            force=force,
            ref=ref,
            status=incident.status,
            case=case,
            area=area,
            links=newest[0].get("links") if newest else None,
            open_alerts=sorted(standing, key=_first),
            ended=[alert for alert in incident.alerts if alert["status"] == "resolved"],
            line=time_line(incident, now),
            role=person.role_in(force, area),
            acts=acts_on(person, incident, case, now),
            lowest=desk.profile(force).lowest_role,
            zone=desk.pages.zone(force),
            once=secrets.token_hex(16),
            said=said,
            faults=faults or {},
            given=given or {},
            act=(given or {}).get("act", ""),
        )

    async def _audit(self, request: web.Request, what: What, **about: Any) -> None:
        person, desk = request[PERSON], self._desk
        await desk.outbox.audit(desk.clock.now(), person.ref, person.highest_role(about.get("force")), what, **about)

    def _page(self, request: web.Request, template: str, code: int = 200, **what: Any) -> web.Response:
        key = form_key(request)
        what |= {"person": request[PERSON], "key": key, "now": self._desk.clock.now()}
        answer = html(self._desk.pages.render(template, **what), code)
        keep_key(answer, key, secure=self._secure)
        return answer


def _first(alert: Mapping[str, Any]) -> tuple[bool, int, str, str]:
    """Return the place of an alert on the page of its incident: crimes that are owed, the gravest, the earliest."""
    return alert["kind"] not in OWED, SEVERITIES.index(alert["severity"]), alert["due_at"], alert["rule"]


def acts_on(person: Person, incident: Incident, case: Case | None, now: datetime) -> tuple[str, ...]:
    """Return what a person may do about an incident as it stands."""
    status = incident.status or {}
    force = status.get("force") or (case.force if case is not None else "")
    if person.role_in(force, area_of(incident, case)) == "viewer":
        return ()
    expected = status.get("status") in ("monitoring", "due_soon", "overdue")
    due_at = due_of(incident)
    may = {
        "take": case is not None,
        "decide": expected or case is not None,
        "delay": expected and due_at is not None and now <= due_at,
        "withdraw": bool(standing_decisions(incident)),
    }
    return tuple(act for act, allowed in may.items() if allowed)


def area_of(incident: Incident, case: Case | None) -> str | None:
    """Return where an incident happened, as far as it was said."""
    area: str | None = (incident.status or {}).get("area") or (case.area if case is not None else None)
    return area


def due_of(incident: Incident) -> datetime | None:
    """Return when a crime is due, where one is expected."""
    said = (incident.status or {}).get("due_at")
    return parse_instant(said) if said else None
