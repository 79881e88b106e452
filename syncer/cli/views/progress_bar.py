"""The progress bar of `rich`, as sync and export use it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TextIO

from syncer.cli.views.terminal import terminal_width

if TYPE_CHECKING:
    from rich.progress import Progress

#: Below this width there is no room for bars beside the names of streams and lists.
_NARROW = 80
_LONGEST_BAR = 40


def make_progress_bar(to: TextIO) -> Progress:
    """A display on the terminal `to`: description, bar, "done/total", elapsed time.

    The bar and the time are omitted on a narrow terminal, and descriptions are never cut.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.table import Column

    # Without COLUMNS, rich follows changes of the terminal's width.
    console = Console(file=to, width=terminal_width(to) if "COLUMNS" in os.environ else None)
    text = TextColumn("{task.description}", markup=False, table_column=Column(overflow="fold"))
    if terminal_width(to) < _NARROW:
        return Progress(text, MofNCompleteColumn(), console=console)
    # A bar of no fixed width becomes shorter before the text is divided.
    bar = BarColumn(bar_width=None, table_column=Column(max_width=_LONGEST_BAR))
    return Progress(text, bar, MofNCompleteColumn(), TimeElapsedColumn(), console=console)
