"""Results of `check`, one line each, printed as they come, and the checks that are still waited for."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable
from typing import TextIO

from syncer.cli.views.formatting import text_width

_RESULTS = ("ok", "failed", "warning")
#: Seconds after which waiting is reported where standard error is no terminal.
_QUIET_SECONDS = 5


class CheckLines:
    """Prints a line for each result on `out`, and what is waited for on `err`."""

    def __init__(
        self, names: Iterable[str], bound: str, *, out: TextIO | None = None, err: TextIO | None = None
    ) -> None:
        """`names` are those of all checks; `bound` says how long one takes at most."""
        self._out, self._err = out or sys.stdout, err or sys.stderr
        self._bound = bound
        self._width = max(map(text_width, ("what", "configuration", *names)))
        self._is_waiting = False
        self._print("what", "result", "found")

    def show(self, name: str, result: str, found: str) -> None:
        """Print the result of a check."""
        self._clear()
        self._print(name, result, found)

    def waiting(self, names: Collection[str], seconds: int) -> None:
        """Show that the checks `names` have not ended after `seconds`. To be called each second.

        On a terminal the line is written anew each time, elsewhere it is printed once.
        """
        text = f"waiting for {', '.join(names)}: {seconds} s, {self._bound}"
        if self._err.isatty():
            self._clear()
            self._err.write(text[:78])
            self._is_waiting = True
        elif seconds == _QUIET_SECONDS:
            self._err.write(f"{text}\n")
        self._err.flush()

    def _clear(self) -> None:
        if self._is_waiting:
            self._err.write("\r\033[K")
            self._err.flush()
            self._is_waiting = False

    def _print(self, name: str, result: str, found: str) -> None:
        space = " " * (self._width - text_width(name))
        self._out.write(f"{name}{space}  {result:<{max(map(len, _RESULTS))}}  {found}\n")
        self._out.flush()
