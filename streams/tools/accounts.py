"""What becomes of the rows of a feed, and the account of it that a person or a program reads at the end."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from streams.tools.mapping import Mapped, Rejected, Unused

PROGRESS_EVERY = 1000
REASONS_SHOWN = 20


class Passed(NamedTuple):
    """A CloudEvent that came as one: it passes as it is."""

    file: str
    line: int
    event: dict[str, Any]
    value: bytes


Result = Mapped | Passed | Rejected | Unused
"""What becomes of a row or a line."""


def rejection(result: Rejected) -> str:
    """Return what was rejected as a line of JSON, with its reason."""
    row = result.row
    shown = row.encode(errors="surrogateescape").decode(errors="replace") if isinstance(row, str) else row
    return json.dumps(result._replace(row=shown)._asdict()) + "\n"


def bytes_of(result: Mapped | Passed | Rejected) -> bytes:
    """Return an event as it is sent, and what was rejected as it came: a line as its bytes, cells as JSON."""
    match result:
        case Passed():
            return result.value
        case Mapped():
            return json.dumps(result.event, ensure_ascii=False, separators=(",", ":")).encode()
    row = result.row
    return row.encode(errors="surrogateescape") if isinstance(row, str) else json.dumps(row).encode()


@dataclass
class Reading:
    """How far the files have been read: rows or lines so far, and the mapping's columns that none of them had yet."""

    rows: int = 0
    unseen: set[str] = field(default_factory=set)
    progress: Callable[[int], None] | None = None

    def count(self) -> None:
        """Count one more row, and say how many there are every so often."""
        self.rows += 1
        if self.progress is not None and self.rows % PROGRESS_EVERY == 0:
            self.progress(self.rows)


@dataclass
class FeedSummary:
    """What became of the rows; `str()` gives the lines to show."""

    rows: int = 0
    unused: int = 0
    events: Counter[str] = field(default_factory=Counter)
    rejected: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often each `(error_type, error)` occurred."""
    unseen: list[str] = field(default_factory=list)
    """Columns of the mapping that no row of a JSON-lines export had."""
    sent: Counter[str] = field(default_factory=Counter)
    """How many records each topic has acknowledged."""

    def count(self, result: Result) -> None:
        """Count what became of a row."""
        match result:
            case Mapped() | Passed():
                self.events[result.event["type"]] += 1
            case Rejected():
                self.rejected[result.error_type, result.error] += 1
            case Unused():
                self.unused += 1

    def close(self, reading: Reading) -> None:
        """Take in how far the files were read, at their end."""
        self.rows, self.unseen = reading.rows, sorted(reading.unseen)

    def as_dict(self) -> dict[str, Any]:
        """Return it for a program."""
        rejected = [
            {"error_type": error_type, "error": error, "count": count}
            for (error_type, error), count in self.rejected.most_common()
        ]
        counts = {"rows": self.rows, "events": dict(self.events), "sent": dict(self.sent), "unused": self.unused}
        return {**counts, "rejected": rejected, "unseen": self.unseen}

    def __str__(self) -> str:
        lines = [f"{self.rows} rows read, {self.events.total()} events"]
        lines += [f"  {count} {name}" for name, count in sorted(self.events.items())]
        if self.sent:
            lines.append(f"{self.sent.total()} sent and acknowledged")
            lines += [f"  {count} to {topic}" for topic, count in sorted(self.sent.items())]
        if self.unused:
            lines.append(f"{self.unused} rows of which the mapping makes no event")
        if self.unseen:
            lines.append(f"columns that no row has: {', '.join(self.unseen)}")
        if self.rejected:
            lines.append(f"{self.rejected.total()} rejected")
            reasons = self.rejected.most_common()
            lines += [f"  {count} {error_type}: {error}" for (error_type, error), count in reasons[:REASONS_SHOWN]]
            if len(reasons) > REASONS_SHOWN:
                lines.append(f"  and {len(reasons) - REASONS_SHOWN} other reasons")
        return "\n".join(lines)
