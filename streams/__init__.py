"""What moves events, keeps state and rings bells: the shell round the decisions of `rules`."""
