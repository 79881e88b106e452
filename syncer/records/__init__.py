"""Parsing of provider responses into pages of tasks that can be stored."""

from __future__ import annotations

from syncer.records.page_parser import parse_page

__all__ = ["parse_page"]
