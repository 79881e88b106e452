"""Missing rights and changed objects: one line with what to type."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import text

from syncer.errors import ConfigurationError, LoginRefused, SchemaError, SyncerError
from syncer.storage import check_schema, make_engine, migrate
from syncer.storage.connections import transaction
from syncer.storage.schema import SchemaChange
from tests.support.postgres_servers import Server


@dataclass(frozen=True)
class OtherRole:
    """An ordinary role that owns nothing, and an empty database of another role."""

    name: str
    database: str
    url: str
    admin_url: str

    def run(self, statement: str) -> None:
        """Run `statement` in the database as an administrator."""
        with psycopg.connect(self.admin_url, autocommit=True) as admin:
            admin.execute(statement.format(role=f'"{self.name}"', database=f'"{self.database}"').encode())


@pytest.fixture
def other(postgres: Server) -> Iterator[OtherRole]:
    # Names that need quotes in the statements to type.
    name, database = f"Other-{secrets.token_hex(4)}", f"test-{secrets.token_hex(4)}"
    postgres.create(database)
    admin = conninfo_to_dict(postgres.admin_url)
    url = f"postgresql://{quote(name)}:pass@{admin['host']}:{admin.get('port', 5432)}/{database}"
    role = OtherRole(name, database, url, make_conninfo(postgres.admin_url, dbname=database))
    role.run("CREATE ROLE {role} LOGIN PASSWORD 'pass'")
    yield role
    postgres.drop(database)
    with psycopg.connect(postgres.admin_url, autocommit=True) as connection:
        connection.execute(f'DROP ROLE "{name}"'.encode())


def error_of_migrate(url: str) -> SyncerError:
    with pytest.raises(SyncerError) as caught:
        migrate(url)
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("statement", "kind", "advice"),
    [
        ("SELECT 1", ConfigurationError, "ALTER DATABASE {database} OWNER TO {role}"),
        ("ALTER ROLE {role} NOLOGIN", LoginRefused, "ALTER ROLE {role} LOGIN"),
        ("ALTER ROLE {role} VALID UNTIL '2020-01-01'", LoginRefused, "VALID UNTIL 'infinity'"),
        ("ALTER ROLE {role} CONNECTION LIMIT 0", LoginRefused, "ALTER ROLE {role} CONNECTION LIMIT -1"),
        (
            "REVOKE CONNECT ON DATABASE {database} FROM PUBLIC",
            LoginRefused,
            "GRANT CONNECT ON DATABASE {database}",
        ),
        (
            "ALTER DATABASE {database} CONNECTION LIMIT 0",
            LoginRefused,
            "ALTER DATABASE {database} CONNECTION",
        ),
        ("ALTER ROLE {role} SET timezone = 'UTC'", ConfigurationError, "GRANT CONNECT, CREATE, TEMPORARY"),
    ],
)
def test_error_of_a_missing_right_has_the_statement_to_type(
    other: OtherRole, statement: str, kind: type[SyncerError], advice: str
) -> None:
    other.run(statement)
    error = error_of_migrate(other.url)
    assert type(error) is kind
    assert advice.format(role=f'"{other.name}"', database=f'"{other.database}"') in str(error)


def test_role_that_owns_nothing_is_told_the_owner(other: OtherRole, postgres: Server) -> None:
    assert migrate(postgres.url(other.database)) is SchemaChange.CREATED
    engine = make_engine(other.url)
    with pytest.raises(
        ConfigurationError, match=r"permission denied for schema sync; type.*ran `syncer migrate`"
    ):
        check_schema(engine)
    engine.dispose()
    # It may use everything, but it is not the owner.
    other.run(
        "GRANT CREATE ON DATABASE {database} TO {role}; GRANT ALL ON SCHEMA sync, reporting TO {role};"
        " GRANT ALL ON ALL TABLES IN SCHEMA sync TO {role}"
    )
    other.run("DELETE FROM sync.definitions WHERE name = 'views/coverage_gaps'")
    assert "ran `syncer migrate`" in str(error_of_migrate(other.url))
    assert migrate(postgres.url(other.database)) is SchemaChange.UPGRADED
    other.run("DROP OWNED BY {role}")


def test_renamed_column_of_a_view_is_one_line(other: OtherRole, postgres: Server) -> None:
    url = postgres.url(other.database)
    migrate(url)
    other.run("ALTER VIEW reporting.sources RENAME COLUMN account TO title")
    engine = make_engine(url)
    with (
        pytest.raises(SchemaError, match=r'column "account" does not exist.*undo'),
        transaction(engine) as connection,
    ):
        connection.execute(text("SELECT account FROM reporting.sources"))
    engine.dispose()
    other.run("DELETE FROM sync.definitions WHERE name = 'views/sources'")
    error = error_of_migrate(url)
    assert type(error) is SchemaError
    assert "nothing was changed" in str(error)
    assert '"title"' in str(error)
    other.run("ALTER VIEW reporting.sources RENAME COLUMN title TO account")
    assert migrate(url) is SchemaChange.UPGRADED


@pytest.mark.parametrize("obstacle", ["TABLE reporting.tasks (id int)", "TABLE sync.tasks (id int)"])
def test_object_of_another_program_is_one_line(other: OtherRole, postgres: Server, obstacle: str) -> None:
    schema = obstacle.split()[1].split(".")[0]
    other.run(f"CREATE SCHEMA {schema}; ALTER SCHEMA {schema} OWNER TO {postgres.owner}; CREATE {obstacle}")
    error = error_of_migrate(postgres.url(other.database))
    assert isinstance(error, ConfigurationError)
    assert "tasks" in str(error)
