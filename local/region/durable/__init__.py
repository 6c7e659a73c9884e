"""What was confirmed is on disk: a journal of every change, and one whole state at each start."""
