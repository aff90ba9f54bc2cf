"""Other programs at the same work, each a process of its own: raw bytes in, one record out."""
