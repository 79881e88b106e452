"""`syncer check`: is everything right before the daemon runs?"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from syncer.cli.database import opened_database
from syncer.cli.tables import Table, show
from syncer.errors import ConfigurationError, SyncerError

if TYPE_CHECKING:
    from syncer.app import Reader
    from syncer.config import Settings

EXAMPLE = """\
  syncer check                           # configuration, database, schema, and one signed call a source
"""

Row = tuple[str, str, str]


def add_arguments(parser: ArgumentParser) -> None:
    """None of its own."""


def run(args: Namespace) -> int:
    """Print what was looked at and found. 2 where someone must configure something, 1 where it failed."""
    from syncer import config

    settings = config.load(config.find(args.config))
    rows: list[Row] = [("configuration", "ok", f"{settings.path}: {len(settings.sources)} sources")]
    errors: list[SyncerError] = []
    for what, look in _looks(settings):
        try:
            rows.append((what, "ok", look()))
        except SyncerError as error:
            errors.append(error)
            rows.append((what, "failed", str(error)))
    show(Table(("what", "result", "found"), rows))
    if any(isinstance(error, ConfigurationError) for error in errors):
        return 2
    return 1 if errors else 0


def _looks(settings: Settings) -> Iterator[tuple[str, Callable[[], str]]]:
    from syncer.app import make_readers

    yield "database", partial(_database, settings)
    for reader in make_readers(settings):
        yield reader.name, partial(_source, reader)


def _database(settings: Settings) -> str:
    from syncer.storage.overview import opened

    with opened_database(settings) as database, opened(database.url):
        return f"{database.place}, its schema is current"


def _source(reader: Reader) -> str:
    offset = reader.try_one_call()
    if offset is None:
        return "the call was answered; the provider told no time"
    seconds = round(offset / timedelta(seconds=1))
    clock = "in step" if abs(seconds) <= 1 else f"{abs(seconds)} s {'ahead' if seconds > 0 else 'behind'}"
    return f"the call was answered; this machine's clock is {clock}"
