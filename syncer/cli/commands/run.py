"""`syncer run`: the daemon."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from contextlib import suppress

from syncer.cli.database import opened_database
from syncer.cli.signals import stop_on_signals

EXAMPLE = """\
  syncer run                             # until SIGTERM or Ctrl-C; stops between two pages
  syncer run --log-format json 2>> syncer.log
"""


def add_arguments(parser: ArgumentParser) -> None:
    """How to log."""
    parser.add_argument("--log-level", default="INFO", choices=("DEBUG", "INFO", "WARNING", "ERROR"))
    parser.add_argument("--log-format", default="text", choices=("text", "json"))


def run(args: Namespace) -> int:
    """Read every source on its schedule, until told to stop."""
    from syncer import app, config, logs
    from syncer.errors import ConfigurationError, Stopped

    settings = config.load(config.find(args.config))
    if not settings.sources:
        raise ConfigurationError(f"{settings.path} has no [[sources]]: nothing would be read")
    logs.configure(args.log_level, args.log_format)
    stop = stop_on_signals()
    with (
        opened_database(settings) as database,
        suppress(Stopped),  # it may be told to stop while it waits for the database
        app.open_app(settings, database.url, stop, waits=True) as opened,
    ):
        app.Daemon(opened).run()
    return 0
