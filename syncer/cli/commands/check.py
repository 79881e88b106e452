"""`syncer check`: validates the configuration, the database and every source before the daemon runs."""

from __future__ import annotations

import shlex
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from syncer.cli.database import database_of_settings
from syncer.cli.views.text_table import TextTable, print_table
from syncer.errors import ConfigurationError, SyncerError
from syncer.threads import MAX_THREADS, WorkerPool

if TYPE_CHECKING:
    from syncer.app import ConfiguredSource
    from syncer.config import Settings
    from syncer.model import Source

EXAMPLE = """\
  syncer check                           # configuration, database, schema, and one signed call per region
"""

#: The name of what is checked, and the function that checks it and returns a description.
Check = tuple[str, Callable[[], str]]


def add_arguments(parser: ArgumentParser) -> None:
    """Add nothing."""


def run(args: Namespace) -> int:
    """Run the checks, print their results. Return 2 for an error of configuration, 1 for another error."""
    from syncer import config

    settings = config.load(config.find(args.config))
    warnings: list[str] = []
    checks = list(_checks(settings, warnings))
    # In parallel: a source that cannot be reached takes long to time out.
    with WorkerPool(MAX_THREADS) as pool:
        results = list(pool.map(_result, checks))
    rows = [*map(_secret_row, sorted(filter(config.readable_by_others, settings.secret_files)))]
    rows += [("database", "warning", text) for text in warnings]
    rows += [(name, "failed" if error else "ok", description) for name, description, error in results]
    print_table(TextTable(("what", "result", "found"), rows, wrapped=frozenset({2})))
    errors = [error for *_, error in results if error]
    if any(isinstance(error, ConfigurationError) for error in errors):
        return 2
    return 1 if errors else 0


def _result(check: Check) -> tuple[str, str, SyncerError | None]:
    """Run `check`; return its name, the description or the error's text, and the error."""
    name, function = check
    try:
        return name, function(), None
    except SyncerError as error:
        return name, str(error), error


def _checks(settings: Settings, warnings: list[str]) -> Iterator[Check]:
    """The checks, in the order of their results. They add to `warnings` what is wrong and stops nothing."""
    from syncer.app import configured_sources

    sources = configured_sources(settings)
    yield "configuration", partial(_check_configuration, settings)
    yield "database", partial(_check_database, settings, sources, warnings)
    for source in sources:
        yield source.name, partial(_check_source, source)


def _check_configuration(settings: Settings) -> str:
    settings.require_sources()
    count = len(settings.sources)
    return f"{settings.path}: {count} source{'' if count == 1 else 's'}"


def _secret_row(path: Path) -> tuple[str, str, str]:
    return "secrets", "warning", f"every user can read {path}: type `chmod o-r {shlex.quote(str(path))}`"


def _check_database(settings: Settings, sources: Sequence[ConfiguredSource], warnings: list[str]) -> str:
    """Check the schema, the time zone, and that no two sources read the same list of the same account."""
    from syncer.storage.read import open_database
    from syncer.storage.read.collations import load_changed_collations
    from syncer.storage.time_zones import check_time_zone
    from syncer.storage.write.source_registry import check_sources

    with database_of_settings(settings) as database, open_database(database.url) as engine:
        check_time_zone(engine, settings.reporting.time_zone)
        check_sources(engine, list(_with_credentials(sources)))
        warnings += map(str, load_changed_collations(engine))
        return f"{database.location}, schema up to date"


def _with_credentials(sources: Iterable[ConfiguredSource]) -> Iterator[Source]:
    for source in sources:
        # The check of the source itself reports missing credentials.
        with suppress(SyncerError):
            yield source.source


def _check_source(source: ConfiguredSource) -> str:
    """Make one signed call in each region; describe the result and the offset of the local clock."""
    calls, offset = source.try_calls()
    answered = "the call succeeded" if calls == 1 else f"calls in all {calls} regions succeeded"
    if offset is None:
        return f"{answered}; the provider sent no time"
    seconds = round(offset / timedelta(seconds=1))
    if abs(seconds) <= 1:
        return f"{answered}; the local clock is correct"
    return f"{answered}; the local clock is {abs(seconds)} s {'ahead' if seconds > 0 else 'behind'}"
