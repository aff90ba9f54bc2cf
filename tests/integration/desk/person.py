"""A person at a desk, without a browser: looks at pages, reads what they say, sends their forms."""

import re
from collections.abc import Iterator
from contextlib import closing
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPException
from typing import NamedTuple
from urllib.parse import quote, urlencode, urlsplit

_UNSEEN = frozenset({"style", "script", "template", "title"})
_EMPTY = frozenset({"area", "base", "br", "hr", "img", "input", "link", "meta", "source", "wbr"})


class NoAnswer(AssertionError):
    """The desk went away before it answered."""


class _Reader(HTMLParser):
    """Finds in a page what can be read, and what its forms hold; an element is known by its name, class or id."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[tuple[tuple[str, ...], str]] = []
        self.fields: list[dict[str, str]] = []
        self._open: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.fields.append({})
        if tag == "input" and said.get("type") == "hidden" and self.fields:
            self.fields[-1][said["name"]] = said.get("value", "")
        if tag not in _EMPTY:
            self._open.append((tag, f"{tag} {said.get('class', '')} {said.get('id', '')}"))
        if tag in ("li", "tr"):
            self.texts.append((self._within(), "\n"))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not any(tag in _UNSEEN for tag, _ in self._open):
            self.texts.append(
                (self._within(), re.sub(r"\s+", " ", data))
            )  # a line of the source is no line of the page

    def _within(self) -> tuple[str, ...]:
        return tuple(word for _, names in self._open for word in names.split())


class Page(NamedTuple):
    """An answer of a desk."""

    status: int
    body: str
    to: str = ""
    """Where the browser is sent."""

    @property
    def text(self) -> str:
        """What can be read on it."""
        return "".join(self.items("body")).strip()

    def items(self, within: str) -> list[str]:
        """Return what can be read in each list item or row of the elements of a class, an id or a name."""
        read = _read(self.body)
        found = "".join(text for names, text in read.texts if within in names)
        return list(_lines(found, split=within != "body"))

    def acts(self) -> set[str]:
        """Return what its forms are for."""
        return {fields["act"] for fields in _read(self.body).fields if "act" in fields}

    def form(self, act: str) -> dict[str, str]:
        """Return what the form of an act holds before anybody fills it in."""
        found = [fields for fields in _read(self.body).fields if fields.get("act") == act]
        assert found, f"no form to {act}: {self.text}"
        return found[0]


class Person:
    """Somebody with a browser of their own, to which several desks may answer."""

    def __init__(self, address: str) -> None:
        self._host = urlsplit(address).netloc
        self._cookie = ""

    def see(self, path: str, host: str | None = None) -> Page:
        """Look at a page; raises NoAnswer."""
        return self._ask("GET", path, host=host)

    def incident(self, ref: str, force: str = "Example") -> Page:
        """Look at an incident; raises NoAnswer."""
        return self.see(f"/incident/{force}/{quote(ref, safe='')}")

    def send(self, ref: str, form: dict[str, str], force: str = "Example") -> Page:
        """Send a form of an incident's page; raises NoAnswer."""
        return self._ask("POST", f"/incident/{force}/{quote(ref, safe='')}", urlencode(form))

    def _ask(self, method: str, path: str, body: str | None = None, host: str | None = None) -> Page:
        headers = {"Cookie": self._cookie} if self._cookie else {}
        if body is not None:
            headers |= {"Origin": f"http://{self._host}", "Content-Type": "application/x-www-form-urlencoded"}
        with closing(HTTPConnection(host or self._host, timeout=30)) as connection:
            try:
                connection.request(method, path, body, headers)
                answer = connection.getresponse()
                page = Page(answer.status, answer.read().decode(), answer.headers.get("Location", ""))
            except (OSError, HTTPException) as error:
                raise NoAnswer(f"no answer: {error!r}") from None
        if given := answer.headers.get("Set-Cookie"):
            self._cookie = given.partition(";")[0]
        return page


def _read(body: str) -> _Reader:
    reader = _Reader()
    reader.feed(body)
    reader.close()
    return reader


def _lines(text: str, *, split: bool) -> Iterator[str]:
    parts = text.split("\n") if split else [text]
    yield from (line for part in parts if (line := " ".join(part.split())))
