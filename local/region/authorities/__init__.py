"""AWS Private CA: authorities that sign real certificates."""
