"""How to look further after a demo: lines to be copied into a shell as they are."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from syncer.embedded import EmbeddedPostgres, psql_line


def next_step_lines(
    postgres: EmbeddedPostgres, configuration: Path, *, folder: Path | None, is_served: bool
) -> Iterator[str]:
    """What to type next. `folder` is where the demo was told to be kept, `is_served` whether all stays up."""
    us, config = command_line(), shlex.quote(str(configuration))
    own = f" --data-dir {shlex.quote(str(folder))}" if folder else ""
    yield "Ask the database yourself, such as: select * from reporting.tasks where is_open;"
    yield f"  {psql_line(postgres)}"
    yield "See what became of the tasks, where every list stands, how BI tools connect, and what has holes:"
    yield f"  {us} report --config {config}"
    yield f"  {us} status --config {config}"
    yield f"  {us} gaps --config {config}"
    if is_served:
        yield "Read the clouds yourself, beside the daemon:"
        yield f"  {us} sync --config {config}"
        return
    yield "Go on, with clouds, daemon and database kept up until Ctrl-C:"
    yield f"  {us} demo --serve{own}"
    yield "The database alone stays up for you now. When you have seen enough:"
    yield f"  {us} demo --stop{own}"


def command_line() -> str:
    """How to call us again: as we were called, unless a shell finds us by name."""
    program = Path(sys.argv[0])
    if program.name == "__main__.py":
        return f"{shlex.quote(sys.executable)} -m syncer"
    on_path = shutil.which("syncer")
    is_ours = program.name != "syncer" or (on_path and os.path.samefile(on_path, program))
    return "syncer" if is_ours else shlex.quote(str(program))
