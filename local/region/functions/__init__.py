"""Lambda: what templates say, when workers start and end, the names of errors."""
