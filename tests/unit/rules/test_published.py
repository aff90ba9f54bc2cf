from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, get_type_hints

import pytest
from pydantic import TypeAdapter, ValidationError

from rules.events import EVENT
from rules.force import ForceProfile
from rules.history import Played, play
from rules.published import PublishedAlert, PublishedStatus
from streams.tools.simulate import Options, simulate
from tests.unit.rules.given import book

START = datetime(2026, 3, 20, tzinfo=UTC)


@cache
def played() -> Played:
    events = [EVENT.validate_python(delivered.event) for delivered in simulate(Options(400, 7, START, a_day=200))]
    return play(events, START + timedelta(days=30), ForceProfile(force="simulated"), book())


def said(kind: type[Any]) -> list[dict[str, Any]]:
    if kind is PublishedStatus:
        return list(played().each_status())
    return [alert.as_dict() for alert in played().changes]


@pytest.mark.parametrize("kind", [PublishedAlert, PublishedStatus])
def test_what_is_published_is_as_it_is_typed_and_has_nothing_else(kind: type[Any]) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    published = said(kind)

    for each in published:
        adapter.validate_python(each)

    assert len(published) > 100
    assert set().union(*published) <= set(get_type_hints(kind))
    assert {name for each in published for name in each} >= kind.__required_keys__


@pytest.mark.parametrize(
    ("kind", "name", "wrong"),
    [
        (PublishedAlert, "kind", "odd"),
        (PublishedAlert, "due_at", "2026-04-01T09:00:00"),
        (PublishedAlert, "alert_id", "1"),
        (PublishedStatus, "status", "lost"),
        (PublishedStatus, "explanation", {"holds": True}),
    ],
)
def test_what_is_not_of_its_type_is_found(kind: type[Any], name: str, wrong: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter[Any](kind).validate_python({**said(kind)[0], name: wrong})
