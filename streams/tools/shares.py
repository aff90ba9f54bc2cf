"""Shares of counts with the interval in which the true share lies."""

from math import sqrt
from typing import NamedTuple

Z = 1.959964
"""The 97.5 % quantile of the normal distribution: a Wilson interval of 95 %."""


class Share(NamedTuple):
    """A share of a count with its Wilson interval of 95 %; None if there was nothing to count."""

    of: int
    value: float | None
    low: float
    high: float

    def __str__(self) -> str:
        return "-" if self.value is None else f"{self.value:.3f} ({self.low:.3f}-{self.high:.3f})"


def share(part: int, of: int) -> Share:
    """Return a share and its Wilson interval."""
    if not of:
        return Share(0, None, 0.0, 1.0)
    p = part / of
    middle, half = p + Z * Z / (2 * of), Z * sqrt(p * (1 - p) / of + Z * Z / (4 * of * of))
    scale = 1 + Z * Z / of
    return Share(of, p, max((middle - half) / scale, 0.0), min((middle + half) / scale, 1.0))
