"""Stores the tasks of cloud task lists in Postgres permanently."""

__version__ = "0.1.0"
