"""`check` shows each result as it comes, and what it waits for."""

from __future__ import annotations

import io
import threading
from concurrent.futures import Future

from syncer.cli.commands.check import Result, _abandoned_pool, _result, _results
from syncer.cli.views.check_lines import CheckLines
from syncer.errors import ConfigurationError


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_result_is_shown_while_another_check_is_under_way() -> None:
    out, shown = io.StringIO(), threading.Event()

    class Lines(CheckLines):
        def show(self, name: str, result: str, found: str) -> None:
            super().show(name, result, found)
            shown.set()

    def hang() -> str:
        # Without the line of the other check this one would fail.
        if not shown.wait(20):
            raise ConfigurationError("no result was shown in time")
        return "the call succeeded"

    lines = Lines(["fast", "hangs"], "at most a minute", out=out, err=io.StringIO())
    with _abandoned_pool() as pool:
        checks = [("hangs", hang), ("fast", lambda: "the call succeeded")]
        pending: dict[Future[Result], str] = {pool.submit(_result, check): check[0] for check in checks}
        assert list(_results(pending, lines)) == [None, None]
    assert out.getvalue().splitlines() == [
        "what           result   found",
        "fast           ok       the call succeeded",
        "hangs          ok       the call succeeded",
    ]


def test_waiting_is_shown_each_second_on_a_terminal_and_once_elsewhere() -> None:
    terminal, file = Terminal(), io.StringIO()
    for err in (terminal, file):
        lines = CheckLines(["tat", "vod"], "at most a minute", out=io.StringIO(), err=err)
        for second in range(1, 8):
            lines.waiting(["tat", "vod"], second)
        lines.show("tat", "ok", "the call succeeded")
    assert file.getvalue() == "waiting for tat, vod: 5 s, at most a minute\n"
    assert terminal.getvalue().count("waiting for tat, vod") == 7
    assert terminal.getvalue().endswith("\r\033[K")
