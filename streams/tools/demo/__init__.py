"""The demo: a broker, a worker and a simulated force or a person's own export, on this machine alone."""
