"""`syncer migrate`: upgrades the database schema to this version."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from syncer.cli.database import database_of_config

EXAMPLE = """\
  syncer migrate                         # can be repeated, and run on several machines at once
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Add nothing."""


def run(args: Namespace) -> int:
    """Create or upgrade the schema. Raises SchemaError where the schema is newer than this version."""
    from syncer.storage import migrate

    with database_of_config(args.config) as database:
        migrate(database.url)
        print(f"{database.location}: the schema is up to date")
    return 0
