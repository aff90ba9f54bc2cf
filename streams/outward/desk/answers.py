"""What every answer of the desk has: the rules by which a browser may use it, and how it refuses.

A form counts only if it came from a page of this very site: the browser says so (`Origin`), and the form repeats a key that
the page's own cookie holds, which no other site is sent.
"""

import hmac
import secrets
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from streams.outward.desk.people import Person

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
        " form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
PERSON: Final = web.RequestKey("person", Person)
_KEY: Final = "desk"


class Refused(Exception):
    """An answer that says why not; `page` is what the page of it shows."""

    def __init__(self, status: int, title: str, why: str, *, again: bool, home: bool) -> None:
        super().__init__(title)
        self.status = status
        self.page = {"title": title, "why": why, "again": again, "home": home}


def refusal(status: int, title: str, why: str, *, again: bool = False, home: bool = True) -> Refused:
    """Return a refusal; `again` has the browser ask once more by itself, `home` leads to the list."""
    return Refused(status, title, why, again=again, home=home and not again)


def html(text: str, status: int = 200) -> web.Response:
    """Return a page."""
    answer = web.Response(text=text, content_type="text/html", status=status)
    answer.enable_compression()
    return answer


def form_key(request: web.Request) -> str:
    """Return the key that the forms of a page repeat, a new one where the browser has none yet."""
    return request.cookies.get(_KEY) or secrets.token_urlsafe(24)


def keep_key(answer: web.Response, key: str, *, secure: bool) -> None:
    """Have the browser keep the key, and send it from pages of this site alone."""
    answer.set_cookie(_KEY, key, httponly=True, samesite="Strict", secure=secure)


async def form_of(request: web.Request) -> Mapping[str, str]:
    """Return what was written into a form of this site; raises Refused for one of another site."""
    elsewhere = refusal(403, "Nothing was sent", "It did not come from a page of this site. Open the page again.")
    if urlsplit(request.headers.get("Origin", "")).netloc != request.host:
        raise elsewhere
    form = await request.post()
    key, given = request.cookies.get(_KEY, ""), form.get("key")
    if not key or not isinstance(given, str) or not hmac.compare_digest(key.encode(), given.encode()):
        raise elsewhere
    return {name: value for name, value in form.items() if isinstance(value, str)}
