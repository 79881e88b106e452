"""The command `alembic` on the migrations: the same result as `syncer migrate`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import syncer
from syncer.errors import SchemaError
from tests.support.database_checks import check, execute, query
from tests.support.schema_shape import schema_shape

CHECKOUT = Path(syncer.__file__).parent.parent


def alembic(*words: str, folder: Path = CHECKOUT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Result of the command `alembic` in `folder`, configured by nothing but `environment`."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SYNCER_")}
    return subprocess.run(
        [sys.executable, "-m", "alembic", "-c", str(CHECKOUT / "alembic.ini"), *words],
        cwd=folder,
        env=clean | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_plain_alembic_makes_the_same_schema(database_url: str, migrated_url: str, tmp_path: Path) -> None:
    assert alembic("-x", f"url={database_url}", "upgrade", "head", folder=tmp_path).returncode == 0
    check(database_url)
    assert schema_shape(database_url) == schema_shape(migrated_url)


def test_plain_alembic_takes_the_url_from_the_environment(database_url: str) -> None:
    plain = database_url.replace("postgresql://", "postgres://")
    assert alembic("upgrade", "head", SYNCER_DATABASE__URL=plain).returncode == 0
    check(database_url)


def test_plain_alembic_takes_the_url_from_the_configuration(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "syncer.toml").write_text(f'[database]\nurl = "{database_url}"\n')
    assert alembic("upgrade", "head", folder=tmp_path).returncode == 0
    check(database_url)


def test_plain_alembic_without_a_url_says_what_to_do(tmp_path: Path) -> None:
    done = alembic("upgrade", "head", folder=tmp_path)
    assert done.returncode != 0
    assert "Set SYNCER_DATABASE__URL" in done.stdout + done.stderr


def test_plain_alembic_runs_changed_definitions_only_when_it_upgrades(migrated_url: str) -> None:
    execute(migrated_url, "DELETE FROM sync.definitions WHERE name = 'views/runs'")
    assert alembic("-x", f"url={migrated_url}", "current").returncode == 0
    with pytest.raises(SchemaError, match="views/runs"):
        check(migrated_url)
    assert alembic("-x", f"url={migrated_url}", "upgrade", "head").returncode == 0
    check(migrated_url)


def test_plain_alembic_refuses_views_of_a_later_version(migrated_url: str) -> None:
    execute(migrated_url, "INSERT INTO sync.definitions (name, digest) VALUES ('views/runs', 'a later one')")
    before = query(migrated_url, "SELECT * FROM sync.definitions ORDER BY definition_id")
    done = alembic("-x", f"url={migrated_url}", "upgrade", "head")
    assert done.returncode != 0
    assert "of a later version" in done.stdout + done.stderr
    assert query(migrated_url, "SELECT * FROM sync.definitions ORDER BY definition_id") == before


def test_downgrade_is_refused(migrated_url: str) -> None:
    before = schema_shape(migrated_url)
    done = alembic("-x", f"url={migrated_url}", "downgrade", "base")
    assert done.returncode != 0
    assert "restore a backup" in done.stdout + done.stderr
    assert schema_shape(migrated_url) == before


def test_plain_alembic_refuses_a_database_from_before_the_first_release(database_url: str) -> None:
    execute(
        database_url,
        "CREATE SCHEMA sync",
        "CREATE TABLE sync.alembic_version (version_num varchar(32) PRIMARY KEY)",
        "INSERT INTO sync.alembic_version VALUES ('0005')",
    )
    before = schema_shape(database_url)
    assert alembic("-x", f"url={database_url}", "upgrade", "head").returncode != 0
    assert schema_shape(database_url) == before
