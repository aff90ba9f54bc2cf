"""The live path on one Kafka node, measured: backlog, latency, recovery, a burst of deadlines, and the sweep."""
