"""`syncer bi-user`: roles for analysts and BI tools, which can read `reporting` and nothing else."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from datetime import timedelta
from typing import TYPE_CHECKING, TextIO

from syncer.cli.database import OpenDatabase, database_of_settings
from syncer.cli.passwords import Password, add_password_arguments, choose_password
from syncer.cli.views.bi_user_summary import (
    connection_lines,
    privilege_lines,
    removal_lines,
    role_table,
    superuser_lines,
)
from syncer.cli.views.json_output import json_objects, print_json
from syncer.cli.views.text_table import print_table
from syncer.errors import ConfigurationError

if TYPE_CHECKING:
    from syncer.storage.roles.bi_role_grants import BiRole

EXAMPLE = """\
  syncer bi-user create bi_team          # prints its password once, and connection strings for tools
  syncer bi-user create bi_team --rotate # changes its password
  syncer bi-user create bi_team --print-sql | psql -h db -U postgres syncer
  syncer bi-user list
  syncer bi-user drop bi_team
"""

#: Postgres counts the milliseconds in 32 bits with a sign: this is less than its 24.8 days.
_LONGEST_TIMEOUT = timedelta(days=24)


def add_arguments(parser: ArgumentParser) -> None:
    """Add the action, the role, and where its password comes from."""
    parser.add_argument("action", choices=("create", "list", "drop"), metavar="create|list|drop")
    parser.add_argument("name", nargs="?", metavar="NAME", help="the role: lower-case letters, digits and _")
    parser.add_argument("--rotate", action="store_true", help="change the password of an existing role")
    parser.add_argument(
        "--statement-timeout",
        default="2m",
        metavar="DURATION",
        help="the longest that one statement may take (default: 2m)",
    )
    add_password_arguments(parser)
    parser.add_argument(
        "--print-sql",
        action="store_true",
        help="change nothing; print SQL that an administrator can run instead",
    )
    parser.add_argument("--json", action="store_true", help="list as JSON")


def run(args: Namespace) -> int:
    """Create, list or drop roles. Raises ConfigurationError where the database role lacks the privilege."""
    from syncer import config

    settings = config.load(config.find(args.config))
    if args.action == "list" and args.name:
        raise ConfigurationError("`syncer bi-user list` shows all roles: omit the name")
    if args.action != "list" and args.json:
        raise ConfigurationError(f"--json is for `syncer bi-user list`: omit it with {args.action}")
    with database_of_settings(settings) as database:
        if args.action == "list":
            _list(database, as_json=args.json)
        elif args.action == "drop":
            return _drop(database, _name(args), print_sql=args.print_sql)
        else:
            _create(args, database, settings.reporting.time_zone)
    return 0


def _admin_url(database: OpenDatabase) -> str:
    """The URL that connects as superuser to the embedded server, elsewhere as the configured role."""
    from syncer.embedded import SUPERUSER

    return database.embedded.url(role=SUPERUSER) if database.embedded else database.url


def _name(args: Namespace) -> str:
    if not args.name:
        raise ConfigurationError(f"name the role: `syncer bi-user {args.action} NAME`")
    return str(args.name)


def _list(database: OpenDatabase, *, as_json: bool) -> None:
    from syncer.storage.read import open_database
    from syncer.storage.roles import load_bi_roles

    with open_database(_admin_url(database)) as engine:
        roles = load_bi_roles(engine)
    if as_json:
        print_json(json_objects(roles))
    elif not roles:
        print("there are no BI roles: type `syncer bi-user create NAME`")
    else:
        print_table(role_table(roles))


def _drop(database: OpenDatabase, name: str, *, print_sql: bool) -> int:
    """Drop the role, or print the SQL that drops it; return 1 if the role itself remains."""
    from syncer.storage.read import open_database
    from syncer.storage.roles import bi_role_removal_script, drop_bi_role

    with open_database(_admin_url(database)) as engine:
        if print_sql:
            print(bi_role_removal_script(engine, name), end="")
            return 0
        removal = drop_bi_role(engine, name)
    for line in removal_lines(name, removal):
        print(line)
    return 1 if removal.remains else 0


def _create(args: Namespace, database: OpenDatabase, time_zone: str) -> None:
    """Create the role or update its grants and settings; print its privileges and connection strings."""
    from syncer.storage import roles
    from syncer.storage.read import open_database

    name, timeout = _name(args), _statement_timeout(args.statement_timeout)
    with open_database(_admin_url(database)) as engine:
        role = roles.describe_bi_role(engine, name, time_zone=time_zone, statement_timeout=timeout)
        password = choose_password(args)
        rotate = args.rotate or password.is_given
        if args.print_sql:
            script = roles.bi_role_script(engine, role, password.text, rotate=rotate)
            print(script, end="")
            is_set = "PASSWORD" in script
            _print_connections(role, database, password if is_set else None, to=sys.stderr)
            return
        is_set = roles.create_bi_role(engine, role, password.text, rotate=rotate)
        revoked = roles.revoke_public_privileges(engine, name)
        remaining = roles.load_public_privileges(engine, name)
        statements = roles.load_superuser_statements(engine, role)
    for line in (*privilege_lines(role, revoked, remaining), *superuser_lines(statements)):
        print(line)
    _print_connections(role, database, password if is_set else None)


def _print_connections(
    role: BiRole, database: OpenDatabase, password: Password | None, to: TextIO | None = None
) -> None:
    for line in connection_lines(role, database.url, password):
        print(line, file=to)


def _statement_timeout(text: str) -> timedelta:
    """The duration `text`. Raises ConfigurationError where it is none, or out of Postgres' bounds."""
    from syncer.config.durations import parse_duration

    try:
        timeout = parse_duration(text)
    except ValueError as error:
        raise ConfigurationError(f"--statement-timeout: {error}") from None
    if timeout < timedelta(milliseconds=1):
        raise ConfigurationError("--statement-timeout: must be at least 1ms; write a duration such as 2m")
    if timeout > _LONGEST_TIMEOUT:
        raise ConfigurationError("--statement-timeout: must be at most 24d; write a duration such as 2m")
    return timeout
