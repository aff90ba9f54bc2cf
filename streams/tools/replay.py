"""`replay`: the same decisions over a history with no broker, of any order and size (readings R6, R10).

Each event counts as having arrived at its `time`. The history is spooled to disk by connected parts, each is judged by
itself, by several processes if wanted, and what they say is merged in order.
"""

import gc
import heapq
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TextIO

import msgspec

from rules.alerts import Alert
from rules.book_files import load_rulebook
from rules.events import EVENT, AnyEvent
from rules.history import Played, play_statements
from rules.rulebook import Rulebook
from rules.statements import Statement, statement_of, unknown_fields
from streams.settings import Forces
from streams.tools.spool import MAX_PARTS, Spool, read_part
from streams.tools.summary import LISTED, Summary

FAR_AHEAD = timedelta(days=30)
"""A newest event this far after the next newest is likelier a wrong year than the end of a history (reading R33)."""

Line = tuple[str, str, str]
"""What a line is sorted by, twice, and the line: force and incident of a status, instant and id of an alert."""


class FarAhead(ValueError):
    """The newest event lies so far ahead that somebody must say until when to replay."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a replay said: statuses by force and incident, alerts by instant and id, in the contract's shapes."""

    statuses: list[dict[str, Any]]
    alerts: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Plan:
    """How parts are judged: until when, by which book, and whether every change of an alert is wanted."""

    until: datetime
    forces: Forces
    rulebook: Path | None = None
    compared: Path | None = None
    all_changes: bool = False


class Newest:
    """Keeps the two newest times of a history, and where the newest was read."""

    def __init__(self) -> None:
        self._times: tuple[datetime | None, datetime | None] = (None, None)
        self._where = ""

    def see(self, time: datetime, where: str) -> None:
        """Take in the time of an event that was used."""
        first, second = self._times
        if first is None or time > first:
            self._times, self._where = (time, first), where
        elif time != first and (second is None or time > second):
            self._times = (first, time)

    def until(self) -> datetime | None:
        """Return the latest time, None if there was none; raises FarAhead if it stands far after the next."""
        first, second = self._times
        if first is not None and second is not None and first - second > FAR_AHEAD:
            days = (first - second).days
            raise FarAhead(f"{self._where}: this event lies {days} days after the next newest; say --until")
        return first


def replay_events(
    events: Iterable[Mapping[str, Any] | AnyEvent],
    until: datetime | None = None,
    all_changes: bool = False,
    book: Rulebook | None = None,
    forces: Forces | None = None,
) -> Outcome:
    """Replay a history that fits in memory; raises pydantic's ValidationError for what is no event."""
    book, forces = book or load_rulebook(), forces or Forces({})
    read = [event if not isinstance(event, Mapping) else EVENT.validate_python(event) for event in events]
    statements = [statement_of(event, book.lexicon) for event in read]
    if until is None:
        until = max((said.time for said in statements), default=None)
    if until is None:
        return Outcome([], [])
    statuses: list[Line] = []
    alerts: list[Line] = []
    for played in _played(statements, until, forces, book):
        statuses += map(_status_line, played.each_status())
        alerts += _alert_lines(played, all_changes)
    return Outcome(_parsed(statuses), _parsed(alerts))


def replay_to(
    spool: Spool,
    plan: Plan,
    statuses: TextIO | None,
    alerts: TextIO | None,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Summary:
    """Judge what a spool took, part by part, and write statuses and alerts in order; return what to say at the end."""
    summary, repeats = Summary(until=plan.until), spool.repeats()
    summary.events.update(used=spool.count - repeats, repeat=repeats)
    parts = spool.parts()
    for done, judged in enumerate(_judge_all(parts, plan, jobs), 1):
        summary.add(judged)
        if progress is not None:
            progress(done, len(parts))
    _merge([part.with_suffix(".statuses") for part in parts], statuses)
    _merge([part.with_suffix(".alerts") for part in parts], alerts)
    return summary


def spool_events(
    events: Iterable[tuple[str, AnyEvent]], spool: Spool, book: Rulebook, until: datetime | None
) -> tuple[datetime | None, Summary]:
    """Spool events, each with where it was read; return until when to replay, and what was read.

    Raises FarAhead where nobody said until when and the newest event does not say it credibly.
    """
    summary, newest = Summary(), Newest()
    for where, event in events:
        if unknown := unknown_fields(event.data):
            summary.events["unknown fields dropped"] += unknown
        if until is not None and event.time > until:
            summary.events["left out"] += 1
            continue
        newest.see(event.time, where)
        spool.add(statement_of(event, book.lexicon))
    return until or newest.until(), summary


def workspace() -> TemporaryDirectory[str]:
    """Return a folder of this run's own, readable by its user alone and removed at the end."""
    return TemporaryDirectory(prefix="recording-monitor-")


def _judge_all(parts: list[Path], plan: Plan, jobs: int) -> Iterator[Summary]:
    if jobs == 1 or len(parts) == 1:
        yield from map(partial(_judge_part, plan=plan), parts)
        return
    with ProcessPoolExecutor(max_workers=min(jobs, os.cpu_count() or 1)) as pool:
        yield from pool.map(partial(_judge_part, plan=plan), parts)


_books: dict[Path | None, Rulebook] = {}


def _book(folder: Path | None) -> Rulebook:
    if folder not in _books:
        _books[folder] = load_rulebook(folder)
    return _books[folder]


def _judge_part(part: Path, plan: Plan) -> Summary:
    """Judge one part and write its sorted lines beside it.

    The collector of cycles rests meanwhile: nothing here makes any, and its walks over a part cost a quarter of the time.
    """
    gc.disable()
    try:
        return _judged(part, plan)
    finally:
        gc.enable()


def _judged(part: Path, plan: Plan) -> Summary:
    summary = Summary()
    statements = read_part(part)
    part.unlink()
    statuses: list[Line] = []
    alerts: list[Line] = []
    for played in _played(statements, plan.until, plan.forces, _book(plan.rulebook)):
        for status in played.each_status():
            summary.count_status(status, plan.forces)
            statuses.append(_status_line(status))
        summary.unmapped.update(played.unmapped)
        _count_alerts(played, summary)
        alerts += _alert_lines(played, plan.all_changes)
    if plan.compared is not None:
        _compare(statements, plan, summary, _parsed(statuses))
    _write_sorted(part.with_suffix(".statuses"), statuses)
    _write_sorted(part.with_suffix(".alerts"), alerts)
    return summary


def _played(statements: list[Statement], until: datetime, forces: Forces, book: Rulebook) -> Iterator[Played]:
    by_force = sorted(statements, key=lambda said: said.force)
    for force, said in groupby(by_force, key=lambda said: said.force):
        yield play_statements([one for one in said if one.time <= until], until, forces.profile(force), book)


def _count_alerts(played: Played, summary: Summary) -> None:
    for alert in played.changes:
        if alert.just_raised:
            summary.raised[alert.kind] += 1
    for standing in played.standings.values():
        for alert in standing.alerts.values():
            summary.count_alert(alert)


def _compare(statements: list[Statement], plan: Plan, summary: Summary, statuses: list[dict[str, Any]]) -> None:
    """Count which statuses another rulebook would change, and name some."""
    before = {(status["force"], status["incident_ref"]): status["status"] for status in statuses}
    for played in _played(statements, plan.until, plan.forces, _book(plan.compared)):
        for status in played.each_status():
            ref = status["incident_ref"]
            was, would_be = before[status["force"], ref], status["status"]
            if was != would_be:
                summary.differences[f"{was} would be {would_be}"] += 1
                if len(summary.changed) < LISTED:
                    summary.changed[f"{status['force']}/{ref}: {was} would be {would_be}"] += 1


def _status_line(status: dict[str, Any]) -> Line:
    return status["force"], status["incident_ref"], _written(status)


def _alert_lines(played: Played, all_changes: bool) -> Iterator[Line]:
    last = (alert for alerts in played.alerts.values() for alert in alerts.values())
    chosen: Iterable[Alert] = played.changes if all_changes else last
    for alert in chosen:
        assert alert.changed_at is not None
        yield alert.changed_at.isoformat(timespec="microseconds"), alert.alert_id, _written(alert.as_dict())


def _written(said: dict[str, Any]) -> str:
    return msgspec.json.encode(said).decode()


def _parsed(lines: list[Line]) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for _, _, line in sorted(lines, key=_order)]


def _order(line: Sequence[str]) -> tuple[str, str]:
    return line[0], line[1]


def _write_sorted(path: Path, lines: list[Line]) -> None:
    """Write lines with what they are sorted by before them; no name and no JSON text holds a tab."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines("\t".join(line) + "\n" for line in sorted(lines, key=_order))


def _merge(paths: list[Path], out: TextIO | None) -> None:
    """Merge the sorted lines of all parts into one file, never more than MAX_PARTS at once, and remove them."""
    while out is not None and len(paths) > MAX_PARTS:
        first, paths = paths[:MAX_PARTS], paths[MAX_PARTS:]
        together = first[0].with_name(f"{first[0].name}+")
        with together.open("w", encoding="utf-8") as file:
            _merge_lines(first, lambda line: file.write("\t".join(line)))
        paths.append(together)
    if out is None:
        for path in paths:
            path.unlink()
    else:
        _merge_lines(paths, lambda line: out.write(line[2]))


def _merge_lines(paths: list[Path], write: Callable[[list[str]], object]) -> None:
    with ExitStack() as stack:
        files = [stack.enter_context(path.open(encoding="utf-8", newline="\n")) for path in paths]
        for line in heapq.merge(*[(text.split("\t", 2) for text in file) for file in files], key=_order):
            write(line)
    for path in paths:
        path.unlink()
