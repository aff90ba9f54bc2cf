"""The one way in which tests wait."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

Seen = TypeVar("Seen")
PATIENCE = timedelta(seconds=60)
"""For how long a test waits for what is to come, where it says nothing else; a browser's too."""


def eventually(
    look: Callable[[], Seen],
    *,
    within: timedelta = PATIENCE,
    every: timedelta = timedelta(milliseconds=100),
) -> Seen:
    """Look until what is seen is true and no assertion fails, and return it; at the end say what was seen last."""
    until = time.monotonic() + within.total_seconds()
    while True:
        try:
            if seen := look():
                return seen
            last: object = seen
        except AssertionError as error:
            last = error
        if time.monotonic() > until:
            raise AssertionError(f"not within {within.total_seconds():.0f} s; seen last: {last}")
        time.sleep(every.total_seconds())
