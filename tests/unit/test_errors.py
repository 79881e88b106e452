"""Errors: their text, and the rule that their messages keep."""

from __future__ import annotations

from syncer.errors import one_line


def test_one_line_joins_lines_and_cuts_the_end() -> None:
    assert one_line("  no\n  such \t key ") == "no such key"
    assert one_line("abcdef", 6) == "abcdef"
    assert one_line("abcdef", 5) == "abcd…"
