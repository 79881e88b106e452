"""The width of a terminal, and a console of `rich` for it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console

_DEFAULT = 80
_HEIGHT = 25
#: A wider terminal does not exist; a larger number is a mistake.
_MOST_DIGITS = 5


def terminal_width(to: TextIO) -> int:
    """The number of columns of the terminal `to`: the variable COLUMNS, else its own, else 80."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isascii() and columns.isdigit() and len(columns) <= _MOST_DIGITS and int(columns):
        return int(columns)
    try:
        return os.get_terminal_size(to.fileno()).columns or _DEFAULT
    except (OSError, ValueError):  # not a terminal after all
        return _DEFAULT


def terminal_console(to: TextIO, *, width: int | None = None) -> Console:
    """A console of this width, or of the terminal's."""
    from rich.console import Console

    # With a height too: else rich takes every dumb terminal for 80 columns wide.
    return Console(file=to, width=width or terminal_width(to), height=_HEIGHT, highlight=False)
