"""`syncer check` warns of what stops nothing today: collations that have changed under the database."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from syncer.cli import main
from tests.support.postgres_servers import Server

#: As after an upgrade of the operating system: the recorded versions are older.
_CHANGE_DATABASE = """
update pg_database set datcollversion = '1.older' where datname = current_database()
    and pg_database_collation_actual_version(oid) is not null
"""
#: A collation with a version: the built-in one of Postgres 17, else one of the libraries.
_COLLATION = """
select collname, quote_ident(collname) from pg_collation where collversion is not null and collprovider <> 'd'
    and collencoding in (-1, pg_char_to_encoding('UTF8')) order by collname <> 'pg_c_utf8', collname limit 1
"""
_CHANGE_COLLATION = "update pg_collation set collversion = '2.older' where collname = %s"


def test_changed_collations_are_warnings_with_the_statements_to_type(
    postgres: Server,
    migrated_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("SYNCER_DATABASE__URL", migrated_url)
    monkeypatch.setenv("COLUMNS", "400")
    configuration = tmp_path / "syncer.toml"
    configuration.touch()
    check = ["check", "--config", str(configuration)]
    main(check)
    assert "warning" not in capsys.readouterr().out
    with (
        psycopg.connect(migrated_url, autocommit=True) as owner,
        psycopg.connect(
            make_conninfo(postgres.admin_url, dbname=owner.info.dbname), autocommit=True
        ) as admin,
    ):
        found = owner.execute(_COLLATION).fetchone()
        if not (found and admin.execute(_CHANGE_DATABASE).rowcount):
            pytest.skip("the collations of this server have no version")
        name_of_collation, collation = found
        owner.execute(f"create table sync.sorted (name text collate {collation} primary key)".encode())
        assert admin.execute(_CHANGE_COLLATION, [name_of_collation]).rowcount >= 1
        name = owner.info.dbname
        main(check)
        output = capsys.readouterr().out
        assert output.count("warning") == 2
        statements = (
            f"type REINDEX DATABASE {name}; then ALTER DATABASE {name} REFRESH COLLATION VERSION",
            f"type REINDEX DATABASE {name}; then ALTER COLLATION pg_catalog.{collation} REFRESH VERSION",
        )
        assert all(statement in output for statement in statements)
        owner.execute(f"reindex database {name}".encode())
        owner.execute(f"alter database {name} refresh collation version".encode())
        admin.execute(f"alter collation pg_catalog.{collation} refresh version".encode())
    main(check)
    assert "warning" not in capsys.readouterr().out


def test_read_only_database_fails_the_check(
    migrated_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SYNCER_DATABASE__URL", migrated_url)
    monkeypatch.setenv("COLUMNS", "400")
    (tmp_path / "syncer.toml").touch()
    with psycopg.connect(migrated_url, autocommit=True) as owner:
        owner.execute(f"alter database {owner.info.dbname} set default_transaction_read_only = on".encode())
    main(["check", "--config", str(tmp_path / "syncer.toml")])
    assert "is read-only: default_transaction_read_only is on" in capsys.readouterr().out
