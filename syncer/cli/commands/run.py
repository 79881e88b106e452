"""`syncer run`: the daemon."""

from __future__ import annotations

import logging
from argparse import ArgumentParser, Namespace
from contextlib import suppress
from signal import Signals

from syncer.cli.database import database_of_settings
from syncer.cli.signals import stop_on_signals

log = logging.getLogger(__name__)

EXAMPLE = """\
  syncer run                             # until SIGTERM or Ctrl-C; stops between two pages
  syncer run --log-format json 2>> syncer.log
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options of logging."""
    parser.add_argument(
        "--log-level", default="INFO", choices=("DEBUG", "INFO", "WARNING", "ERROR"), help="default: INFO"
    )
    parser.add_argument("--log-format", default="text", choices=("text", "json"), help="default: text")


def run(args: Namespace) -> int:
    """Run the daemon until a signal stops it; wait for the database if it is away at the start."""
    from syncer import app, config, logs
    from syncer.errors import Stopped

    settings = config.load(config.find(args.config))
    settings.require_sources()
    logs.configure(args.log_level, args.log_format)
    for path in sorted(filter(config.readable_by_others, settings.secret_files)):
        log.warning("secret.readable", extra={"path": str(path)})
    stop = stop_on_signals(_log_signal)
    with (
        database_of_settings(settings) as database,
        suppress(Stopped),  # A signal may arrive while it waits for the database.
        app.open_app(settings, database.url, stop, waits=True) as opened,
    ):
        app.Daemon(opened).run()
    return 0


def _log_signal(number: int) -> None:
    """Log that the daemon stops because of a signal."""
    names = {each.value: each.name for each in Signals}
    log.info("daemon.stopping", extra={"signal": names.get(number, str(number))})
