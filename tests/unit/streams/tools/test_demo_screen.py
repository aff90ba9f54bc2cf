from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO

from rich.console import Console

from streams.tools.demo.board import Board
from streams.tools.demo.screen import EVERY, LiveScreen, PlainScreen, clock_time, screen_on, view
from tests.unit.streams.tools.test_demo_board import START, alert, due, status

SUMMARY = "No crime was recorded by Mon 23 Nov 2026 12:00:05 GMT (violence with injury, M02)"


@dataclass
class Clock:
    at: datetime = START

    def now(self) -> datetime:
        return self.at


def console(**more: object) -> Console:
    return Console(file=StringIO(), **more)  # type: ignore[arg-type]


def shown(console: Console) -> str:
    file = console.file
    assert isinstance(file, StringIO)
    return file.getvalue()


def busy_board() -> Board:
    board = Board(START)
    for number in range(20):
        ref = f"SIM-20261122-{number:06}"
        status(board, ref, "due_soon", due_at=due(10 * number + 3), offence_group="violence_with_injury")
        alert(board, str(number), number, incident_ref=ref, kind="unjustified_disposal", summary=SUMMARY)
    return board


def test_the_view_fits_eighty_columns() -> None:
    on = console(width=80, force_terminal=True, color_system=None)

    on.print(view(busy_board(), START, 5))

    lines = shown(on).splitlines()
    assert max(len(line.rstrip()) for line in lines) <= 80
    assert any("SIM-20261122-000019" in line and "No crime was recorded" in line for line in lines)


def test_the_view_counts_down_to_the_next_deadlines_in_local_time() -> None:
    on = console(width=80)
    board = Board(START)
    status(board, "R1", "monitoring", due_at=due(125.4), offence_group="rape")

    on.print(view(board, START, 5))

    (line,) = [line for line in shown(on).splitlines() if "R1" in line]
    assert line.split() == ["12:02:05", "0:02:05", "monitoring", "R1", "rape"]


def test_the_view_says_nothing_of_deadlines_or_alerts_where_there_are_none() -> None:
    on = console(width=80)

    on.print(view(Board(START), START, 5))

    assert "0 monitoring, 0 due soon, 0 overdue; recorded 0 in time, 0 late" in shown(on)
    assert "alerts     none" in shown(on)


def test_the_live_view_fits_a_terminal_of_24_lines() -> None:
    on = console(width=80, height=24, force_terminal=True, color_system=None)
    screen = LiveScreen(on, "a demo")
    for number in range(5):
        screen.place(f"place {number}", "somewhere")

    screen.show(busy_board(), START)

    screen.close()
    assert "..." not in shown(on)
    assert "Ctrl-C ends all of it" in shown(on)


def test_a_time_more_than_a_day_away_is_shown_as_a_date() -> None:
    assert clock_time(START - timedelta(hours=23), START) == "13:00:00"
    assert clock_time(START - timedelta(hours=25), START) == "22/11/26"
    assert clock_time(datetime.fromisoformat("2026-07-01T12:00:00+00:00"), START) == "01/07/26"


def test_a_summer_time_is_shown_as_london_has_it() -> None:
    summer = datetime.fromisoformat("2026-07-01T12:00:00+00:00")

    assert clock_time(summer, summer) == "13:00:00"


def test_where_there_is_no_terminal_each_passed_deadline_is_a_line_at_once() -> None:
    on = console(width=80)
    screen, board = screen_on(on, "a demo", Clock()), Board(START)
    screen.show(board, START)

    alert(board, "a", 2, incident_ref="R1")
    screen.show(board, START + timedelta(seconds=2))

    assert isinstance(screen, PlainScreen)
    assert shown(on).splitlines()[-1] == "12:00:02  high overdue R1, due 12:00:02: No crime was recorded"


def test_where_there_is_no_terminal_other_alerts_and_counts_are_lines_at_intervals_and_never_twice() -> None:
    on = console(width=80)
    screen, board = PlainScreen(on, "a demo", Clock()), Board(START)
    screen.show(board, START)
    alert(board, "a", 1, kind="due_soon", incident_ref="R1")
    before = shown(on)

    screen.show(board, START + EVERY / 2)
    assert shown(on) == before

    screen.show(board, START + EVERY)
    screen.show(board, START + 2 * EVERY)
    assert shown(on).count("due_soon R1") == 1
    assert shown(on).count("incidents: ") == 3


def test_what_was_raised_before_the_start_is_only_counted_where_there_is_no_terminal() -> None:
    on = console(width=80)
    screen, board = PlainScreen(on, "a demo", Clock()), Board(START)
    alert(board, "a", -60, incident_ref="R1")

    screen.show(board, START)

    assert "R1" not in shown(on)
    assert "alerts open: 1 overdue" in shown(on)


def test_plain_lines_are_not_broken_to_a_width() -> None:
    on = console(width=40)
    screen = PlainScreen(on, "a demo", Clock())

    screen.place("reads", "incident-log, crime-records, recording-decisions")

    assert shown(on).splitlines() == ["a demo", "reads     incident-log, crime-records, recording-decisions"]


def test_how_far_a_long_feed_is_becomes_a_line_now_and_then() -> None:
    on, clock = console(width=80), Clock()
    screen = PlainScreen(on, "a demo", clock)

    for row in range(100):
        screen.progress(f"{row} rows read")
        clock.at += EVERY / 25

    assert shown(on).splitlines() == ["a demo", "25 rows read", "50 rows read", "75 rows read"]
