"""`syncer migrate`: the database's schema, brought to this version."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from syncer.cli.database import configured_database

EXAMPLE = """\
  syncer migrate                         # safe to repeat, and from several machines at once
"""


def add_arguments(parser: ArgumentParser) -> None:
    """No arguments of its own."""


def run(args: Namespace) -> int:
    """Create or update the schema. Raises SchemaError where the database is newer than this version."""
    from syncer.storage import migrate

    with configured_database(args.config) as database:
        migrate(database.url)
        print(f"{database.place}: the schema is up to date")
    return 0
