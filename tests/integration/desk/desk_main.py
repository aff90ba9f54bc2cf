"""A desk as the tests run it: with a clock that they move."""

import sys
from pathlib import Path

from streams.outward.desk.run import run_desk
from tests.integration.worker_main import MovedClock

if __name__ == "__main__":
    sys.exit(run_desk(MovedClock(Path(sys.argv[1]))))
