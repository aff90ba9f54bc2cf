"""What the counting rules ask of an incident, by when, and whether it was met: pure functions over facts and time."""
