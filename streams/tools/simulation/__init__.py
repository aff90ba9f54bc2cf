"""One simulated force: its rates, the words of its logs, the ways a report can go, and the feeds that tell of them."""
