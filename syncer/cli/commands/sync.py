"""`syncer sync`: reads every source once, now."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from syncer.cli.database import database_of_settings
from syncer.cli.signals import stop_on_signals
from syncer.cli.views.sync_progress import sync_progress
from syncer.cli.views.sync_summary import failure_lines, run_table
from syncer.cli.views.text_table import print_table

EXAMPLE = """\
  syncer sync                            # every source, only as deep as needed
  syncer sync mps-cn tat --sweep         # two sources, everything that their lists still show
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the sources and the depth."""
    parser.add_argument("sources", nargs="*", metavar="SOURCE", help="only these sources (default: all)")
    parser.add_argument(
        "--sweep", action="store_true", help="read everything that the lists still show (a sweep)"
    )


def run(args: Namespace) -> int:
    """Read the sources; print progress and a summary. Return 0 only if every stream's run succeeded."""
    from syncer import app, config, logs
    from syncer.model import Mode

    settings = config.load(config.find(args.config))
    settings.require_sources()
    logs.configure("DEBUG" if args.debug else "ERROR")
    mode = Mode.SWEEP if args.sweep else Mode.POLL
    stop = stop_on_signals()
    with (
        database_of_settings(settings) as database,
        app.open_app(settings, database.url, stop) as opened,
        sync_progress() as progress,
    ):
        callbacks = app.SyncCallbacks(progress.progress, progress.ended)
        result = app.sync_sources(opened, args.sources, mode, callbacks)
    print_table(run_table(result.reports))
    for line in failure_lines(result):
        print(line, file=sys.stderr)
    return 0 if result.is_success else 1
