"""Open pages are told the newest of each place, and look again as a whole when they have missed too much."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from streams.outward.desk import live
from streams.outward.desk.board import Place
from streams.outward.desk.live import Changes, Stale

A, B = ("Example", "A"), ("Example", "B")
Told = tuple[str, list[Place]]


async def next_of(stream: AsyncIterator[Told]) -> Told:
    return await asyncio.wait_for(anext(stream), 5)


def run(look: Any) -> None:
    asyncio.run(look())


def test_a_page_is_told_what_has_changed_since_it_was_made_each_place_once_and_the_last_change_last() -> None:
    async def look() -> None:
        changes = Changes()
        made = changes.version
        for place in (A, B, A):
            changes.changed(place)

        version, places = await next_of(changes.since(made, 1))

        assert (version, places) == (changes.version, [B, A])
        assert await next_of(changes.since(version, 1)) == (version, [])

    run(look)


def test_an_open_page_waits_and_hears_of_several_changes_at_once() -> None:
    async def look() -> None:
        changes = Changes()
        stream = changes.since(changes.version, 5)
        assert (await next_of(stream))[1] == []

        changes.changed(A)
        changes.changed(B)

        assert (await next_of(stream))[1] == [A, B]

    run(look)


def test_a_page_hears_something_even_if_nothing_changes() -> None:
    async def look() -> None:
        changes = Changes()
        stream = changes.since(changes.version, 0.01)

        assert [await next_of(stream) for _ in range(3)] == [(changes.version, [])] * 3

    run(look)


@pytest.mark.parametrize("version", ["", "otherdesk:3", "nonsense", "{own}:x", "{own}:-1"])
def test_who_saw_another_desk_or_nothing_that_makes_sense_looks_again(version: str) -> None:
    async def look() -> None:
        changes = Changes()
        with pytest.raises(Stale):
            await next_of(changes.since(version.replace("{own}", changes.desk), 1))

    run(look)


def test_who_has_missed_more_than_is_remembered_looks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async def look() -> None:
        monkeypatch.setattr(live, "REMEMBERED", 3)
        changes = Changes()
        made = changes.version
        for name in "abcd":
            changes.changed(("Example", name))

        with pytest.raises(Stale):
            await next_of(changes.since(made, 1))
        later = f"{changes.desk}:1"
        assert [place[1] for place in (await next_of(changes.since(later, 1)))[1]] == ["b", "c", "d"]

    run(look)
