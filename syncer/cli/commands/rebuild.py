"""`syncer rebuild`: recomputes the rollups, which are the daily and hourly numbers."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from syncer.cli.database import database_of_settings
from syncer.cli.signals import stop_on_signals

EXAMPLE = """\
  syncer rebuild rollups                 # newest days first; a daemon may be running
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Add what to recompute."""
    parser.add_argument("what", choices=("rollups",), help="rollups: the daily and hourly numbers")


def run(args: Namespace) -> int:
    """Recompute every day. After an interruption the daemon or the next `syncer sync` does the rest."""
    from rich.console import Console

    from syncer import app, config, logs

    settings = config.load(config.find(args.config))
    logs.configure("DEBUG" if args.debug else "ERROR")
    stop = stop_on_signals()
    with (
        database_of_settings(settings) as database,
        app.open_app(settings, database.url, stop) as opened,
        Console(stderr=True).status("recomputing") as status,
    ):
        days = app.rebuild_rollups(opened, lambda left: status.update(f"recomputing: {left:,} days left"))
    print(f"recomputed {days:,} days")
    return 0
