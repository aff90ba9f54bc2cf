"""The commands that work on histories: mapping, replay, simulation, explanation."""
