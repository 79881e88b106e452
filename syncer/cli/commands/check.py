"""`syncer check`: validates the configuration, the database and every source before the daemon runs."""

from __future__ import annotations

import shlex
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from syncer.cli.database import OpenDatabase, database_of_settings
from syncer.cli.views.check_lines import CheckLines
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
#: The name, the description or the text of the error, and the error.
Result = tuple[str, str, SyncerError | None]

_BOUND = "at most about a minute for each call"


def add_arguments(parser: ArgumentParser) -> None:
    """Add nothing."""


def run(args: Namespace) -> int:
    """Run the checks, print each result as it comes.

    Return 2 for an error of the configuration, 1 for another one.
    """
    from syncer import config
    from syncer.app import sources_to_check

    settings = config.load(config.find(args.config))
    if settings.database.url is None:
        # Before an embedded server is created for nothing.
        settings.require_sources()
    sources = sources_to_check(settings)
    checks: list[Check] = [(source.name, partial(_check_source, source)) for source in sources]
    lines = CheckLines([name for name, _ in checks], _BOUND)
    errors = [_show(lines, _result(("configuration", partial(_check_configuration, settings))))]
    for path in sorted(filter(config.readable_by_others, settings.secret_files)):
        lines.show("secrets", "warning", _secret_advice(path))
    # In parallel: a source that cannot be reached takes long to time out.
    with _abandoned_pool() as pool, ExitStack() as stack:
        pending = {pool.submit(_result, check): check[0] for check in checks}
        warnings: list[str] = []
        try:
            database = stack.enter_context(database_of_settings(settings))
            check = partial(_check_database, database, settings, sources, warnings)
            pending[pool.submit(_result, ("database", check))] = "database"
        except SyncerError as error:
            errors.append(_show(lines, ("database", str(error), error)))
        errors += _results(pending, lines)
        for text in warnings:
            lines.show("database", "warning", text)
    if any(isinstance(error, ConfigurationError) for error in errors):
        return 2
    return 1 if any(errors) else 0


@contextmanager
def _abandoned_pool() -> Iterator[WorkerPool]:
    """A pool whose threads are not waited for at the end of the block, for instance after Ctrl-C."""
    pool = WorkerPool(MAX_THREADS)
    try:
        yield pool
    finally:
        pool.shutdown(wait=False)


def _results(pending: dict[Future[Result], str], lines: CheckLines) -> Iterator[SyncerError | None]:
    """Show each result as it comes, and each second what is waited for; yield the errors."""
    seconds = 0
    while pending:
        done, _ = wait(pending, timeout=1, return_when=FIRST_COMPLETED)
        for future in done:
            del pending[future]
            yield _show(lines, future.result())
        if not done:
            seconds += 1
            lines.waiting(pending.values(), seconds)


def _show(lines: CheckLines, result: Result) -> SyncerError | None:
    """Show a result; return its error."""
    name, found, error = result
    lines.show(name, "failed" if error else "ok", found)
    return error


def _result(check: Check) -> Result:
    """Run `check`; return its name, the description or the error's text, and the error."""
    name, function = check
    try:
        return name, function(), None
    except SyncerError as error:
        return name, str(error), error


def _check_configuration(settings: Settings) -> str:
    settings.require_sources()
    count = len(settings.sources)
    return f"{settings.path}: {count} source{'' if count == 1 else 's'}"


def _secret_advice(path: Path) -> str:
    return f"every user can read {path}: type `chmod o-r {shlex.quote(str(path))}`"


def _check_database(
    database: OpenDatabase, settings: Settings, sources: Sequence[ConfiguredSource], warnings: list[str]
) -> str:
    """Check the schema, write access and time zone, and that no two sources read one list of an account."""
    from syncer.storage.read import open_database
    from syncer.storage.read.collations import load_changed_collations
    from syncer.storage.read.write_access import check_writable
    from syncer.storage.time_zones import check_time_zone
    from syncer.storage.write.source_registry import check_sources

    with open_database(database.url) as engine:
        check_writable(engine)
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
