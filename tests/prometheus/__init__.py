"""A real Prometheus with the deployed rules, and a force's past week as a worker would have shown it."""
