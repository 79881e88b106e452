"""`syncer bi-user`: roles for analysts and BI tools, which may read `reporting` and nothing else."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, TextIO

from syncer.cli.database import OpenDatabase, opened_database
from syncer.cli.passwords import Password, add_password_arguments, choose_password
from syncer.cli.views.bi_user_summary import connection_lines, privilege_lines
from syncer.cli.views.text_table import TextTable, print_table
from syncer.errors import ConfigurationError

if TYPE_CHECKING:
    from syncer.reporting.bi_role_grants import BiRole

EXAMPLE = """\
  syncer bi-user create bi_team          # prints its password once, and how tools connect
  syncer bi-user create bi_team --rotate # another password
  syncer bi-user create bi_team --print-sql | psql -h db -U postgres syncer
  syncer bi-user list
  syncer bi-user drop bi_team
"""


def add_arguments(parser: ArgumentParser) -> None:
    """What to do, with which role, and where its password comes from."""
    parser.add_argument("action", choices=("create", "list", "drop"), metavar="create|list|drop")
    parser.add_argument("name", nargs="?", metavar="NAME", help="the role: small letters, digits and _")
    parser.add_argument("--rotate", action="store_true", help="give a role that exists another password")
    parser.add_argument(
        "--statement-timeout",
        default="2m",
        metavar="DURATION",
        help="how long one statement may take (default: 2m)",
    )
    add_password_arguments(parser)
    parser.add_argument(
        "--print-sql", action="store_true", help="change nothing; print what an administrator can run"
    )
    parser.add_argument("--json", action="store_true", help="list as JSON")


def run(args: Namespace) -> int:
    """Create, list or drop BI roles. Raises ConfigurationError if the database's role may not."""
    from syncer import config

    settings = config.load(config.find(args.config))
    with opened_database(settings) as database:
        if args.action == "list":
            _list(database, as_json=args.json)
        elif args.action == "drop":
            _drop(database, _name(args))
        else:
            _create(args, database, settings.reporting.time_zone)
    return 0


def _powerful_url(database: OpenDatabase) -> str:
    """The embedded server is ours, its superuser included; elsewhere the configured role must do."""
    from syncer.embedded import SUPERUSER

    return database.embedded.url(role=SUPERUSER) if database.embedded else database.url


def _name(args: Namespace) -> str:
    if not args.name:
        raise ConfigurationError(f"which role? Type `syncer bi-user {args.action} NAME`")
    return str(args.name)


def _list(database: OpenDatabase, *, as_json: bool) -> None:
    from syncer.storage.read import open_database
    from syncer.storage.roles import load_bi_roles

    with open_database(_powerful_url(database)) as engine:
        bi_roles = load_bi_roles(engine)
    if as_json:
        print(json.dumps([asdict(role) for role in bi_roles], indent=2))
    elif not bi_roles:
        print("there are none: type `syncer bi-user create NAME`")
    else:
        rows = [(r.name, f"{r.views} of {r.all_views}", r.sessions, r.time_zone) for r in bi_roles]
        print_table(TextTable(("name", "views", "sessions", "time zone"), rows))


def _drop(database: OpenDatabase, name: str) -> None:
    from syncer.storage.read import open_database
    from syncer.storage.roles import drop_bi_role

    with open_database(_powerful_url(database)) as engine:
        drop_bi_role(engine, name)
    print(f"{name} is gone; sessions that it still has can read nothing more")


def _create(args: Namespace, database: OpenDatabase, time_zone: str) -> None:
    from syncer.storage import roles
    from syncer.storage.read import open_database

    name, timeout = _name(args), _statement_timeout(args.statement_timeout)
    with open_database(_powerful_url(database)) as engine:
        role = roles.describe_bi_role(engine, name, time_zone=time_zone, statement_timeout=timeout)
        password = choose_password(args)
        if args.print_sql:
            print(roles.bi_role_script(engine, role, password.text), end="")
            _tell_access(role, database, password, to=sys.stderr)
            return
        rotate = args.rotate or password.is_given
        is_set = roles.create_bi_role(engine, role, password.text, rotate=rotate)
        closed = roles.revoke_public_privileges(engine, name)
        left = roles.load_public_privileges(engine, name)
    for line in privilege_lines(role, closed, left):
        print(line)
    _tell_access(role, database, password if is_set else None)


def _tell_access(
    role: BiRole, database: OpenDatabase, password: Password | None, to: TextIO | None = None
) -> None:
    for line in connection_lines(role, database.url, password):
        print(line, file=to)


def _statement_timeout(written: str) -> timedelta:
    from syncer.config.durations import parse_duration

    try:
        timeout = parse_duration(written)
    except ValueError as error:
        raise ConfigurationError(f"--statement-timeout: {error}") from None
    if timeout < timedelta(milliseconds=1):
        raise ConfigurationError("--statement-timeout: a statement needs some time, such as 2m")
    return timeout
