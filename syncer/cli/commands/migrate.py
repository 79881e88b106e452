"""`syncer migrate`: upgrades the database schema to this version."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from syncer.cli.database import database_of_config

if TYPE_CHECKING:
    from syncer.storage.lock_waits import LockWait

EXAMPLE = """\
  syncer migrate                         # can be repeated, and run on several machines at once
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Add nothing."""


def run(args: Namespace) -> int:
    """Create or upgrade the schema. Raises SchemaError where the schema is newer than this version."""
    from syncer.storage import migrate

    with database_of_config(args.config) as database:
        change = migrate(database.url, report=_print_wait)
        print(f"{database.location}: {change}")
    return 0


def _print_wait(wait: LockWait) -> None:
    print(f"syncer: {wait}", file=sys.stderr, flush=True)
