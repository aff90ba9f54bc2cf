"""What was measured, as tables."""

from collections.abc import Iterable, Sequence

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

_console = Console(width=110, highlight=False, markup=False)


def show(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; the first column is of names, the others of figures."""
    table = Table(box=SIMPLE, pad_edge=False)
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if place else "left", no_wrap=place > 0)
    for row in rows:
        table.add_row(*map(str, row))
    _console.print(title)
    _console.print(table)


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which a share of some values lies, one of them."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]
