"""What a worker shows of itself over HTTP: its metrics, and whether it is alive and ready."""
