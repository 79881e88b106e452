"""Errors: their text, and the rule that their messages keep."""

from __future__ import annotations

from syncer.errors import Retryable, one_line


def test_one_line_joins_lines_and_cuts_the_end() -> None:
    assert one_line("  no\n  such \t key ") == "no such key"
    assert one_line("abcdef", 6) == "abcdef"
    assert one_line("abcdef", 5) == "abcd…"


def test_context_surrounds_the_message_and_keeps_the_rest() -> None:
    error = Retryable("HTTP 500", code="InternalError", request_id="7")
    same = error.with_context("FINISH, after 300 rows").with_context(outcome="gave up after 6 attempts")
    assert type(same) is Retryable
    assert error.message == "HTTP 500"
    assert str(same) == "FINISH, after 300 rows: HTTP 500; gave up after 6 attempts (request 7)"
    assert (same.args, same.code) == ((same.message,), "InternalError")


def test_no_context_leaves_the_message() -> None:
    assert Retryable("HTTP 500").with_context().message == "HTTP 500"
