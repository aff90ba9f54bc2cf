"""What an address asks for, so that a link is a view, and how an address is made."""

from collections.abc import Mapping, Sequence
from typing import get_args
from urllib.parse import quote, urlencode

from streams.outward.desk.board import Case, Filters, Place, State, kinds_of
from streams.outward.desk.wording import kind_words, kinds_in_order, plain

_LONGEST = 64


def filters_of(query: Mapping[str, str]) -> Filters:
    """Read which of the list is wanted; what is not understood is not asked for."""
    states: dict[str, State] = {state: state for state in get_args(State)}
    return Filters(
        force=query.get("force") or None,
        area=query.get("area") or None,
        kind=query.get("kind") or None,
        group=query.get("group") or None,
        state=states.get(query.get("state", "")),
        words=query.get("words", "").strip()[:_LONGEST],
    )


def query_of(filters: Filters) -> str:
    """Return filters as the end of an address."""
    asked = {name: value for name, value in filters._asdict().items() if value}
    return f"?{urlencode(asked)}" if asked else ""


def in_words(filters: Filters) -> list[str]:
    """Say which of the list is shown."""
    names = {"group": "offence", "words": "number contains", "state": "taken"}
    states = {"open": "no", "acknowledged": "yes"}
    asked = {name: value for name, value in filters._asdict().items() if value}
    return [f"{names.get(name, name)}: {states.get(value, plain(value))}" for name, value in asked.items()]


def address(force: str, ref: str | None) -> str:
    """Return where an incident is shown."""
    return f"/incident/{quote(force, safe='')}/{quote(ref or '', safe='')}"


def name_of(place: Place) -> str:
    """Return a place as a page names it."""
    return f"{place[0]}/{place[1] or ''}"


def count_of(cases: Sequence[Case]) -> str:
    """Say how many cases there are, and of what kind; nothing where there are none."""
    if not cases:
        return ""
    number = sum(case.incident_ref is not None for case in cases)
    kinds = kinds_of(cases)
    named = [f"{kinds[kind]:,} {kind_words(kind).lower()}" for kind in kinds_in_order(kinds)]
    return f"{number:,} incident{'' if number == 1 else 's'}: {', '.join(named)}"
