"""The command `replay` by itself, so that its memory is that of its own process."""

import sys

from streams.cli import cli

if __name__ == "__main__":
    cli(["replay", *sys.argv[1:]])
