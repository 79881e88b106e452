"""`syncer check`: is everything right before the daemon runs?"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from syncer.cli.database import opened_database
from syncer.cli.views.text_table import TextTable, print_table
from syncer.errors import ConfigurationError, SyncerError

if TYPE_CHECKING:
    from syncer.app import ConfiguredSource
    from syncer.config import Settings
    from syncer.model import Source

EXAMPLE = """\
  syncer check                           # configuration, database, schema, and one signed call a region
"""

#: What to look at, and how to find out; returns what was found.
Look = tuple[str, Callable[[], str]]


def add_arguments(parser: ArgumentParser) -> None:
    """None of its own."""


def run(args: Namespace) -> int:
    """Print what was looked at and found. 2 where someone must configure something, 1 where it failed."""
    from syncer import config

    settings = config.load(config.find(args.config))
    looks = list(_looks(settings))
    # Side by side: a source that cannot be reached is waited for.
    with ThreadPoolExecutor(len(looks)) as pool:
        findings = list(pool.map(_finding, looks))
    count = len(settings.sources)
    rows = [("configuration", "ok", f"{settings.path}: {count} source{'' if count == 1 else 's'}")]
    rows += [(what, "failed" if error else "ok", found) for what, found, error in findings]
    print_table(TextTable(("what", "result", "found"), rows))
    errors = [error for *_, error in findings if error]
    if any(isinstance(error, ConfigurationError) for error in errors):
        return 2
    return 1 if errors else 0


def _finding(look: Look) -> tuple[str, str, SyncerError | None]:
    """What was looked at, what was found, and the error if that is one."""
    what, find = look
    try:
        return what, find(), None
    except SyncerError as error:
        return what, str(error), error


def _looks(settings: Settings) -> Iterator[Look]:
    from syncer.app import configured_sources

    readers = configured_sources(settings)
    yield "database", partial(_database, settings, readers)
    for reader in readers:
        yield reader.name, partial(_source, reader)


def _database(settings: Settings, readers: Sequence[ConfiguredSource]) -> str:
    from syncer.storage.read import open_database
    from syncer.storage.write.source_registry import check_sources

    with opened_database(settings) as database, open_database(database.url) as engine:
        check_sources(engine, list(_known(readers)))
        return f"{database.place}, its schema is current"


def _known(readers: Iterable[ConfiguredSource]) -> Iterator[Source]:
    for reader in readers:
        # A source without its keys says so itself.
        with suppress(SyncerError):
            yield reader.source


def _source(reader: ConfiguredSource) -> str:
    calls, offset = reader.try_calls()
    answered = "the call was answered" if calls == 1 else f"a call was answered in each of {calls} regions"
    if offset is None:
        return f"{answered}; the provider told no time"
    seconds = round(offset / timedelta(seconds=1))
    clock = "in step" if abs(seconds) <= 1 else f"{abs(seconds)} s {'ahead' if seconds > 0 else 'behind'}"
    return f"{answered}; this machine's clock is {clock}"
