"""Keeps cloud task lists that forget, in Postgres, for years."""

__version__ = "0.1.0"
