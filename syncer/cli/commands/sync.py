"""`syncer sync`: read everything once, now."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from syncer.cli.database import opened_database
from syncer.cli.signals import stop_on_signals
from syncer.cli.views.sync_progress import sync_progress
from syncer.cli.views.sync_summary import problem_lines, run_table
from syncer.cli.views.text_table import print_table

EXAMPLE = """\
  syncer sync                            # every source, only as deep as needed
  syncer sync mps-cn tat --sweep         # two of them, everything that the providers still show
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Which sources, and how deep."""
    parser.add_argument("sources", nargs="*", metavar="SOURCE", help="only these (default: all)")
    parser.add_argument("--sweep", action="store_true", help="read everything the providers still show")


def run(args: Namespace) -> int:
    """Read, show how it comes along, and what it came to. 0 only if every stream's run succeeded."""
    from syncer import app, config, logs
    from syncer.model import Mode

    settings = config.load(config.find(args.config))
    logs.configure("DEBUG" if args.debug else "ERROR")
    mode = Mode.SWEEP if args.sweep else Mode.POLL
    stop = stop_on_signals()
    with (
        opened_database(settings) as database,
        app.open_app(settings, database.url, stop) as opened,
        sync_progress() as shown,
    ):
        result = app.sync_sources(opened, args.sources, mode, app.SyncCallbacks(shown.progress, shown.ended))
    print_table(run_table(result.reports))
    for line in problem_lines(result):
        print(line)
    return 0 if result.is_good else 1
