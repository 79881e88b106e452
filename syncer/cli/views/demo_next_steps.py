"""Next steps after a demo: commands that can be copied into a shell as they are."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from syncer.cli.command_line import command_line
from syncer.embedded import EmbeddedPostgres, psql_command


def next_step_lines(
    postgres: EmbeddedPostgres, configuration: Path, *, folder: Path | None, is_served: bool
) -> Iterator[str]:
    """The commands to type next.

    `folder` is the value of `--data-dir`; `is_served` means that the demo runs on until Ctrl-C.
    """
    program, config = command_line(), shlex.quote(str(configuration))
    data_dir = f" --data-dir {shlex.quote(str(folder))}" if folder else ""
    yield "Query the database, for example: select * from reporting.tasks where is_open;"
    yield f"  {psql_command(postgres)}"
    yield "Print a report, the state of every list and how to connect BI tools, and the gaps:"
    yield f"  {program} report --config {config}"
    yield f"  {program} status --config {config}"
    yield f"  {program} gaps --config {config}"
    if is_served:
        yield "Read the simulated clouds once yourself, while the daemon runs:"
        yield f"  {program} sync --config {config}"
        return
    yield "Continue the demo: run the simulated clouds, the daemon and the database until Ctrl-C:"
    yield f"  {program} demo --serve{data_dir}"
    yield "The database is still running. To stop it:"
    yield f"  {program} demo --stop{data_dir}"
