"""Turns answers into pages of tasks that can be stored."""

from __future__ import annotations

from syncer.records.reading import read_page

__all__ = ["read_page"]
