"""Writes the files under deploy/ that are not written by hand: `python -m deploy.source`, or `make deployed`.

What is written is committed, so that who installs needs nothing of this; a test holds both equal.
"""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
