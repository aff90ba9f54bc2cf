"""What a person sees of the demo: a live view on a terminal of 80 columns or more, plain lines where there is none."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from rules.instants import zone_named
from streams.clock import Clock
from streams.tools.demo.board import Alert, Board

ZONE: Final = zone_named("Europe/London")
EVERY: Final = timedelta(seconds=5)
"""How often the plain lines say how things stand."""
_ROWS: Final = 6
_OTHER_LINES: Final = 16
_A_DAY: Final = timedelta(days=1)
_COLOURS: Final = {"critical": "bold red", "high": "red", "medium": "yellow", "info": "dim"}


class Place(NamedTuple):
    """One line of where to look: what, and its address."""

    what: str
    where: str


class Screen(Protocol):
    """Shows how the demo goes."""

    def place(self, what: str, where: str) -> None:
        """Show where something is to be found from now on."""
        ...

    def phase(self, said: str) -> None:
        """Show what is being done."""
        ...

    def progress(self, said: str) -> None:
        """Show how far that is; it may be left out."""
        ...

    def show(self, board: Board, now: datetime) -> None:
        """Show how things stand at an instant."""
        ...

    def close(self) -> None:
        """Leave the terminal as it was."""
        ...


def screen_on(console: Console, title: str, clock: Clock) -> Screen:
    """Return the screen that suits a console."""
    return LiveScreen(console, title) if console.is_terminal else PlainScreen(console, title, clock)


def clock_time(at: datetime, now: datetime) -> str:
    """Write an instant as a local time of day, or as a local date if that time is more than a day from now."""
    return f"{at.astimezone(ZONE):{'%H:%M:%S' if abs(now - at) <= _A_DAY else '%d/%m/%y'}}"


def incidents_line(board: Board) -> str:
    """Say how many incidents have which status."""
    held = board.incidents
    waiting = f"{held['monitoring']:,} monitoring, {held['due_soon']:,} due soon, {held['overdue']:,} overdue"
    return f"{waiting}; recorded {held['recorded_in_time']:,} in time, {held['recorded_late']:,} late"


def alerts_line(counts: Counter[str]) -> str:
    """Say how many alerts of which kind stand."""
    return ", ".join(f"{count:,} {kind}" for kind, count in counts.most_common() if count) or "none"


class PlainScreen:
    """Lines for a log: each phase, every few seconds how things stand, and each alert raised while it runs."""

    def __init__(self, console: Console, title: str, clock: Clock) -> None:
        self._console = console
        self._clock = clock
        self._said: datetime | None = None
        self._progressed = clock.now()
        self._seen: set[str] = set()
        self._fell = 0
        self._line(title)

    def place(self, what: str, where: str) -> None:
        """Write where something is to be found."""
        self._line(f"{what:<10}{where}")

    def phase(self, said: str) -> None:
        """Write what is being done."""
        self._line(said)

    def progress(self, said: str) -> None:
        """Write how far that is now and then."""
        if (now := self._clock.now()) - self._progressed >= EVERY:
            self._progressed = now
            self._line(said)

    def show(self, board: Board, now: datetime) -> None:
        """Write each deadline that passed, and now and then how things stand and what was raised last."""
        for alert in board.fell_due[self._fell :]:
            self._say(alert, now)
        self._fell = len(board.fell_due)
        if self._said is not None and now - self._said < EVERY:
            return
        self._said = now
        for alert in reversed(board.newest_alerts(_ROWS)):
            if alert.alert_id not in self._seen and alert.raised_at > board.since:
                self._say(alert, now)
        self._line(f"{clock_time(now, now)}  incidents: {incidents_line(board)}")
        self._line(f"{clock_time(now, now)}  alerts open: {alerts_line(board.open_alerts)}")

    def _say(self, alert: Alert, now: datetime) -> None:
        self._seen.add(alert.alert_id)
        self._line(f"{clock_time(alert.raised_at, now)}  {_alert_words(alert, now)}")

    def close(self) -> None:
        """Do nothing: what was written stays."""

    def _line(self, text: str) -> None:
        self._console.print(Text(text), soft_wrap=True)


class LiveScreen:
    """A view that is drawn anew in its place and stays as it was last; it has as many rows as the terminal has room for."""

    def __init__(self, console: Console, title: str) -> None:
        self._title = title
        self._places: list[Place] = []
        self._phase = ""
        self._console = console
        self._live = Live(self._head(), console=console, auto_refresh=False)
        self._live.start()

    def place(self, what: str, where: str) -> None:
        """Add where something is to be found."""
        self._places.append(Place(what, where))
        self._draw()

    def phase(self, said: str) -> None:
        """Show what is being done, in place of what was before."""
        self._phase = said
        self._draw()

    def progress(self, said: str) -> None:
        """Show how far that is, in its place."""
        self.phase(said)

    def show(self, board: Board, now: datetime) -> None:
        """Draw how things stand."""
        rows = min(max((self._console.height - _OTHER_LINES) // 2, 2), 10)
        self._draw(view(board, now, rows))

    def close(self) -> None:
        """Stop drawing."""
        self._live.stop()

    def _draw(self, *more: RenderableType) -> None:
        self._live.update(Group(self._head(), *more), refresh=True)

    def _head(self) -> RenderableType:
        table = _grid(10, None, wrap=True)
        for what, where in [*self._places, Place("now", f"{self._phase}; Ctrl-C ends all of it")]:
            table.add_row(Text(what, "dim"), Text(where))
        return Group(Text(self._title, "bold"), table)


def view(board: Board, now: datetime, rows: int) -> RenderableType:
    """Draw how things stand at an instant: counts, the newest alerts and the next deadlines, so many rows of each."""
    counts = _grid(10, None, wrap=True)
    counts.add_row(Text("incidents", "dim"), Text(incidents_line(board)))
    counts.add_row(Text("alerts", "dim"), Text(alerts_line(board.open_alerts)))
    counts.add_row(Text("watched", "dim"), Text(f"{board.deadlines_passed:,} deadlines passed without a crime"))
    alerts = _grid(8, 8, 13, 19, None)
    for alert in board.newest_alerts(rows):
        resolved = alert.status == "resolved"
        style = "dim" if resolved else _COLOURS.get(alert.severity, "")
        shown = "resolved" if resolved else alert.severity
        cells = (clock_time(alert.raised_at, now), shown, alert.kind, alert.incident_ref, alert.summary)
        alerts.add_row(*map(Text, cells), style=style)
    deadlines = _grid(8, 8, 13, 19, None)
    for said in board.next_deadlines(now, rows):
        left = timedelta(seconds=(said.due_at - now) // timedelta(seconds=1))
        cells = (clock_time(said.due_at, now), str(left), said.status, said.incident_ref, said.offence_group or "")
        deadlines.add_row(*map(Text, cells), style="bold" if left < timedelta(minutes=1) else "")
    return Group(
        counts,
        Text("Newest alerts", "bold"),
        alerts,
        Text(f"Next deadlines, and the time that is left at {clock_time(now, now)}", "bold"),
        deadlines,
    )


def _alert_words(alert: Alert, now: datetime) -> str:
    """Write an alert on one line."""
    due = "" if alert.due_at is None else f", due {clock_time(alert.due_at, now)}"
    about = f" {alert.incident_ref}" if alert.incident_ref else ""
    return f"{alert.severity} {alert.kind}{about}{due}: {alert.summary}"


def _grid(*widths: int | None, wrap: bool = False) -> Table:
    """Return a table without lines; a column without a width takes what is left, on one line unless it may wrap."""
    table = Table.grid(padding=(0, 1), expand=True)
    for width in widths:
        table.add_column(width=width, no_wrap=not wrap, overflow="ellipsis", ratio=1 if width is None else None)
    return table
