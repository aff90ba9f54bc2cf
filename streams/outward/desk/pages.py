"""Renders what the desk shows: templates with plain words and local times, and each row of the list once a change."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from rules.explanation import local_words
from rules.instants import format_instant
from streams.outward.desk import wording
from streams.outward.desk.board import Board, Case, Place
from streams.settings import Forces

_CSV: Final = (
    "force", "incident", "area", "due", "due_local", "left", "severity", "offence_group", "kinds", "state", "taken_by",
    "assigned_to", "team", "summary",
)  # fmt: skip
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula."""


class Pages:
    """The templates, and the rows as they were last rendered."""

    def __init__(self, forces: Forces) -> None:
        self.forces = forces
        self._rows: dict[Place, tuple[Case, Markup]] = {}
        self._environment = Environment(
            loader=PackageLoader("streams.outward.desk"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(BASES=wording.BASES, DECIDERS=wording.DECIDERS)
        self._environment.filters.update(
            plain=wording.plain,
            moment=wording.moment,
            local=local_words,
            with_moments=wording.with_moments,
            left=wording.left_words,
            kind=wording.kind_words,
            status=wording.status_words,
            resolution=wording.resolution_words,
            in_order=wording.kinds_in_order,
        )
        # A text is no markup, so nothing in it is written as if it were.
        self._plain = self._environment.overlay(autoescape=False)
        self._row = self._environment.get_template("row.html").module.row  # type: ignore[attr-defined]

    def zone(self, force: str) -> ZoneInfo:
        """Return the zone in which a force's people tell the time."""
        return self.forces.profile(force).zone

    def render(self, template: str, **what: Any) -> str:
        """Render a page."""
        return self._environment.get_template(template).render(pages=self, **what)

    def render_plain(self, template: str, **what: Any) -> str:
        """Render what is read as text alone."""
        return self._plain.get_template(template).render(pages=self, **what)

    def row(self, case: Case) -> Markup:
        """Return the row of a case, the same for everybody; how long is left is counted on the page."""
        held = self._rows.get(case.place)
        if held is None or held[0] is not case:
            made = str(self._row(case, self.zone(case.force))).strip()
            held = self._rows[case.place] = case, Markup(made)  # noqa: S704 - from a template, which escapes
        return held[1]

    def forget(self, board: Board, place: Place) -> None:
        """Forget the row of a place where nothing is open any more."""
        if board.case(place) is None:
            self._rows.pop(place, None)

    def as_csv(self, cases: Iterable[Case], now: datetime) -> str:
        """Write cases as a table for a spreadsheet, in their order."""
        out = io.StringIO()
        table = csv.writer(out)
        table.writerow(_CSV)
        for case in cases:
            cells = self.cells(case, now).values()
            table.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
        return out.getvalue()

    def cells(self, case: Case, now: datetime) -> dict[str, str]:
        """Return what a table says of a case, by the names of its columns."""
        return dict(zip(_CSV, self._cells(case, now), strict=True))

    def _cells(self, case: Case, now: datetime) -> Iterator[str]:
        first = case.first
        yield from (case.force, case.incident_ref or "", case.area or "")
        yield format_instant(case.due_at)
        yield local_words(case.due_at, self.zone(case.force))
        yield wording.left_words(case.due_at, now)
        yield from (case.severity, wording.plain(case.group))
        yield ", ".join(map(wording.kind_words, wording.kinds_in_order(case.kinds)))
        yield "taken" if case.state == "acknowledged" else "open"
        yield from (first.acknowledged_by or "", first.assigned_to or "", first.team or "", first.summary)
