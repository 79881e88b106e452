"""Roles that may read `reporting`: made, renewed, closed in, listed and removed."""

from __future__ import annotations

import secrets
from dataclasses import replace

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine

from syncer.errors import ConfigurationError
from syncer.reporting.bi_role_grants import ReadOnlyRole
from syncer.storage import PgStore, make_engine
from syncer.storage.roles import (
    create_role,
    drop_role,
    load_public_privileges,
    load_roles,
    revoke_public_privileges,
)
from tests.support.bi_roles import PASSWORD, Enter, elsewhere
from tests.support.fakes import make_stream
from tests.support.postgres_servers import Server
from tests.support.sightings import begin, see, store

# Reading


@pytest.mark.usefixtures("filled")
def test_reader_reads_every_view(enter: Enter) -> None:
    ours = enter()
    names = "SELECT relname FROM pg_class WHERE relnamespace = 'reporting'::regnamespace AND relkind = 'v'"
    views = [name for (name,) in ours.execute(names)]
    assert len(views) > 12
    for view in views:
        ours.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(view)))


@pytest.mark.usefixtures("filled")
def test_reader_reads_functions_behind_views_and_the_past(enter: Enter) -> None:
    ours = enter()
    assert ours.execute("SELECT exit_code FROM tencent_tat_tasks WHERE task_id = 'i'").fetchall() == [(7,)]
    past = "SELECT status FROM tasks_as_of('2026-03-01 12:00:05+00') WHERE task_id = 't'"
    assert ours.execute(past).fetchall() == [("waiting",)]


def test_reader_has_its_settings(enter: Enter) -> None:
    ours = enter()
    wanted = {
        "search_path": "reporting",
        "timezone": "Asia/Shanghai",
        "statement_timeout": "90s",
        "default_transaction_read_only": "on",
    }
    found = {name: ours.execute(f"SHOW {name}").fetchone() for name in wanted}
    assert {name: row and row[0] for name, row in found.items()} | {"statement_timeout": "90s"} == wanted
    assert found["statement_timeout"] in {("90s",), ("1min30s",), ("90000ms",)}


def test_reader_reads_views_of_later_versions(enter: Enter, migrated_url: str) -> None:
    with psycopg.connect(migrated_url, autocommit=True) as owner:
        owner.execute("CREATE VIEW reporting.later AS SELECT 1::bigint AS one")
        owner.execute("CREATE FUNCTION reporting.now_too() RETURNS int LANGUAGE sql RETURN 2")
    assert enter().execute("SELECT one, now_too() FROM later").fetchall() == [(1, 2)]


def test_recreated_views_can_still_be_read(enter: Enter, migrated_url: str) -> None:
    with psycopg.connect(migrated_url, autocommit=True) as owner:
        owner.execute("DROP VIEW reporting.statuses")
        owner.execute("CREATE VIEW reporting.statuses AS SELECT 'x' AS status")
    assert enter().execute("SELECT status FROM statuses").fetchall() == [("x",)]


# Loopholes


def test_database_of_our_own_is_closed(root: Engine, reader: ReadOnlyRole) -> None:
    closed = {each.what for each in revoke_public_privileges(root, reader.name)}
    assert {"make temporary tables", "make large objects"} <= closed
    left = load_public_privileges(root, reader.name)
    assert all(each.is_elsewhere for each in left)
    assert revoke_public_privileges(root, reader.name) == []


def test_daemon_still_writes_after_closing(root: Engine, reader: ReadOnlyRole, migrated_url: str) -> None:
    revoke_public_privileges(root, reader.name)
    engine = make_engine(migrated_url)
    with PgStore(engine, holder="test").claim(make_stream()) as ours:
        assert store(ours, begin(ours), see("t")).inserted == 1
    engine.dispose()


def test_database_that_others_share_is_left_as_it_is(
    root: Engine, reader: ReadOnlyRole, migrated_url: str
) -> None:
    with psycopg.connect(migrated_url, autocommit=True) as owner:
        owner.execute("CREATE SCHEMA other")
    assert revoke_public_privileges(root, reader.name) == []
    told = {each.what: each for each in load_public_privileges(root, reader.name)}
    assert {"make temporary tables", "make large objects"} <= set(told)
    assert any("REVOKE TEMPORARY" in statement for statement in told["make temporary tables"].remedy)


def test_tables_that_everybody_may_use_are_told(
    root: Engine, reader: ReadOnlyRole, migrated_url: str
) -> None:
    with psycopg.connect(migrated_url, autocommit=True) as owner:
        owner.execute("CREATE SCHEMA other")
        owner.execute("CREATE TABLE other.notes (i int)")
        owner.execute("GRANT USAGE ON SCHEMA other TO PUBLIC")
        owner.execute("GRANT SELECT ON other.notes TO PUBLIC")
    told = {each.what: each.remedy for each in load_public_privileges(root, reader.name)}
    assert told["use other.notes"] == ("REVOKE ALL ON other.notes FROM PUBLIC",)


def test_remedies_end_what_they_are_for(root: Engine, reader: ReadOnlyRole, place: str) -> None:
    with psycopg.connect(place, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA other")
        connection.execute("CREATE TABLE other.notes (i int)")
        connection.execute("GRANT USAGE ON SCHEMA other TO PUBLIC")
        connection.execute("GRANT SELECT ON other.notes TO PUBLIC")
        connection.execute("GRANT CREATE ON SCHEMA public TO PUBLIC")
        told = [
            each for each in load_public_privileges(root, reader.name) if not each.what.startswith("connect")
        ]
        assert len(told) == 4
        for statement in (statement for each in told for statement in each.remedy):
            connection.execute(statement)
    assert [each.what.split()[0] for each in load_public_privileges(root, reader.name)] in ([], ["connect"])


# Making, again and no more


def test_reader_that_exists_keeps_its_password(root: Engine, reader: ReadOnlyRole, enter: Enter) -> None:
    changed = replace(reader, time_zone="Europe/Berlin")
    assert not create_role(root, changed, "another password")
    assert enter().execute("SHOW timezone").fetchone() == ("Europe/Berlin",)


def test_rotating_gives_another_password(root: Engine, reader: ReadOnlyRole, enter: Enter) -> None:
    assert create_role(root, reader, "another password", rotate=True)
    assert enter("another password").execute("SELECT 1").fetchone() == (1,)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        enter()


def test_lost_rights_come_back(root: Engine, reader: ReadOnlyRole, enter: Enter, place: str) -> None:
    with psycopg.connect(place, autocommit=True) as connection:
        name = sql.Identifier(reader.name)
        connection.execute(sql.SQL("REVOKE SELECT ON reporting.tasks FROM {}").format(name))
    (standing,) = load_roles(root)
    assert standing.views == standing.all_views - 1
    create_role(root, reader, PASSWORD)
    assert enter().execute("SELECT count(*) FROM tasks").fetchone() == (0,)


def test_readers_are_listed(root: Engine, reader: ReadOnlyRole, enter: Enter) -> None:
    enter()
    (standing,) = load_roles(root)
    assert (standing.name, standing.time_zone, standing.sessions) == (reader.name, "Asia/Shanghai", 1)
    assert standing.views == standing.all_views > 12


def test_dropped_reader_is_gone(root: Engine, reader: ReadOnlyRole, enter: Enter) -> None:
    held = enter()
    drop_role(root, reader.name)
    assert load_roles(root) == []
    with pytest.raises(psycopg.Error):
        held.execute("SELECT * FROM reporting.tasks")
    with pytest.raises(psycopg.OperationalError):
        enter()
    assert create_role(root, reader, PASSWORD)
    assert enter().execute("SELECT count(*) FROM tasks").fetchone() == (0,)


def test_reader_with_rights_elsewhere_is_not_dropped(root: Engine, reader: ReadOnlyRole, place: str) -> None:
    with psycopg.connect(place, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA other")
        connection.execute(sql.SQL("GRANT USAGE ON SCHEMA other TO {}").format(sql.Identifier(reader.name)))
    with pytest.raises(ConfigurationError, match="rights or tables elsewhere: privileges for schema other"):
        drop_role(root, reader.name)
    assert [standing.name for standing in load_roles(root)] == [reader.name]


def test_role_of_somebody_else_is_left_alone(root: Engine, reader: ReadOnlyRole) -> None:
    theirs = replace(reader, name=reader.owner)
    for refused in (lambda: create_role(root, theirs, PASSWORD), lambda: drop_role(root, reader.owner)):
        with pytest.raises(ConfigurationError, match=r"choose another name|no reader called"):
            refused()


# Whoever makes them


def test_owner_without_the_right_is_told_what_to_do(migrated_url: str, reader: ReadOnlyRole) -> None:
    engine = make_engine(migrated_url)
    other = replace(reader, name=f"{reader.name}_2")
    with pytest.raises(ConfigurationError, match=r"may not create roles: .*create \w+_2 --print-sql"):
        create_role(engine, other, PASSWORD)
    with pytest.raises(ConfigurationError, match="may not create roles"):
        drop_role(engine, reader.name)
    engine.dispose()


def test_owner_who_may_create_roles_needs_no_superuser(
    postgres: Server, migrated_url: str, place: str, reader: ReadOnlyRole
) -> None:
    owner = sql.Identifier(postgres.owner)
    engine = make_engine(migrated_url)
    other = replace(reader, name=f"{reader.name}_2")
    with psycopg.connect(place, autocommit=True) as admin:
        admin.execute(sql.SQL("ALTER ROLE {} CREATEROLE").format(owner))
        try:
            assert create_role(engine, other, PASSWORD)
            assert [each.what for each in revoke_public_privileges(engine, other.name)] == [
                "make temporary tables"
            ]
            assert not create_role(engine, other, PASSWORD)
            url = elsewhere(place, user=other.name, password=PASSWORD.replace(" ", "%20"))
            with psycopg.connect(url) as connection:
                assert connection.execute("SELECT count(*) FROM tasks").fetchone() == (0,)
            assert create_role(engine, other, "another password", rotate=True)
            drop_role(engine, other.name)
        finally:
            admin.execute(sql.SQL("ALTER ROLE {} NOCREATEROLE").format(owner))
    engine.dispose()


def test_stranger_who_may_create_roles_does_not_own_the_views(
    place: str, root: Engine, reader: ReadOnlyRole
) -> None:
    name = f"stranger_{secrets.token_hex(4)}"
    with psycopg.connect(place, autocommit=True) as admin:
        admin.execute(
            sql.SQL("CREATE ROLE {} LOGIN CREATEROLE PASSWORD 'strange'").format(sql.Identifier(name))
        )
        engine = make_engine(elsewhere(place, user=name, password="strange"))
        try:
            with pytest.raises(ConfigurationError, match="does not own the views"):
                create_role(engine, replace(reader, name="r2"), PASSWORD)
        finally:
            engine.dispose()
            admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))
