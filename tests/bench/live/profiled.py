"""A live worker that writes at its end where its time went: FILE."""

import cProfile
import sys

from streams.worker import run_worker

if __name__ == "__main__":
    profile = cProfile.Profile()
    try:
        status = profile.runcall(run_worker)
    finally:
        profile.dump_stats(sys.argv[1])
    sys.exit(status)
