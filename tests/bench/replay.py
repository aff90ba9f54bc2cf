"""The command `replay` by itself; at its end it says on standard error the most memory that one of its processes held."""

import resource
import sys
from pathlib import Path

from streams.cli import cli


def peak_mib() -> float:
    """Return the greatest resident size of this process or of one that it started, in MiB."""
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    own = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024


if __name__ == "__main__":
    try:
        cli(["replay", *sys.argv[1:]])
    finally:
        print(f"{peak_mib():.0f}", file=sys.stderr)
