"""Speed and memory, measured in one run: `make bench`."""
