"""What is logged, and where: one line each of what an operator can act on."""

import logging
from collections.abc import Iterable


def log_to_stderr(quiet: Iterable[str]) -> None:
    """Log warnings to standard error; what the `quiet` libraries say of every step is left out."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.WARNING)
    logging.disable(logging.INFO)
    for name in quiet:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
