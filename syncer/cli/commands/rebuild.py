"""`syncer rebuild`: what is computed from the tasks, computed anew."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from syncer.cli.database import opened_database
from syncer.cli.signals import stop_on_signals

EXAMPLE = """\
  syncer rebuild rollups                 # beside a running daemon, too; newest days first
"""


def add_arguments(parser: ArgumentParser) -> None:
    """What to compute."""
    parser.add_argument(
        "what", choices=("rollups",), help="what to compute anew: the counts of days and hours"
    )


def run(args: Namespace) -> int:
    """Count every day anew. What is interrupted goes on with the daemon, or with the next `syncer sync`."""
    from rich.console import Console

    from syncer import app, config, logs

    settings = config.load(config.find(args.config))
    logs.configure("DEBUG" if args.debug else "ERROR")
    stop = stop_on_signals()
    with (
        opened_database(settings) as database,
        app.open_app(settings, database.url, stop) as opened,
        Console(stderr=True).status("counting") as status,
    ):
        days = app.rebuild_rollups(opened, lambda left: status.update(f"counting: {left:,} days left"))
    print(f"counted {days:,} days anew")
    return 0
