"""The progress bar of `rich`, as sync and export use it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, TextIO

from syncer.cli.views.terminal import terminal_width

if TYPE_CHECKING:
    from rich.progress import Progress

#: Below this width there is no room for bars beside the names of streams and lists.
_NARROW = 60
_SHORTEST_BAR, _LONGEST_BAR = 4, 40
#: The width of "done/total" and of the elapsed time, and the spaces between columns.
_NUMBERS_WIDTH = 26


def make_progress_bar(to: TextIO) -> Progress:
    """A display on the terminal `to`: description, bar, "done/total", elapsed time.

    Descriptions are never cut: bars become shorter instead, and a narrow terminal has neither bars nor times.
    """
    from rich.cells import cell_len
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        Task,
        TextColumn,
        TimeElapsedColumn,
    )
    from rich.table import Column, Table

    # Without COLUMNS, rich follows changes of the terminal's width.
    console = Console(file=to, width=terminal_width(to) if "COLUMNS" in os.environ else None)
    bar = BarColumn()

    class FittingProgress(Progress):
        def make_tasks_table(self, tasks: Iterable[Task]) -> Table:
            shown = list(tasks)
            longest = max((cell_len(task.description) for task in shown), default=0)
            room = console.width - longest - _NUMBERS_WIDTH
            bar.bar_width = max(_SHORTEST_BAR, min(room, _LONGEST_BAR))
            return super().make_tasks_table(shown)

    text = TextColumn("{task.description}", markup=False, table_column=Column(overflow="fold"))
    if terminal_width(to) < _NARROW:
        return Progress(text, MofNCompleteColumn(), console=console)
    return FittingProgress(text, bar, MofNCompleteColumn(), TimeElapsedColumn(), console=console)
