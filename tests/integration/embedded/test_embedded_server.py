"""The embedded Postgres: start and stop, shared use, crashes, ports and folders."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest

from syncer.embedded import SUPERUSER, EmbeddedPostgres, psql_command
from syncer.embedded.libpq_environment import libpq_variables
from syncer.embedded.os_user import OsUser
from syncer.embedded.tcp_ports import read_port
from syncer.threads import MAX_THREADS

#: Another syncer process: prints the URL and uses the server until its input ends.
_OTHER_PROCESS = """
import sys
from pathlib import Path
from syncer.embedded import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1])).running() as url:
    print(url, flush=True)
    sys.stdin.read()
"""


@contextmanager
def other_process(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Run another process that uses the server in `folder`."""
    command = [sys.executable, "-c", _OTHER_PROCESS, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process


def query_value(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def superuser_url(postgres: EmbeddedPostgres) -> str:
    return postgres.url(role=SUPERUSER, database="postgres")


def server_pid(folder: Path) -> int:
    return int((folder / "postgres" / "db" / "postmaster.pid").read_text().split()[0])


def test_new_server_has_a_database_of_an_ordinary_role(new_postgres: EmbeddedPostgres) -> None:
    with new_postgres.running() as url:
        assert query_value(url, "select current_user || ' ' || current_database()") == "syncer syncer"
        privileges = "select rolsuper or rolcreaterole from pg_roles where rolname = current_user"
        assert query_value(url, privileges) is False
        assert query_value(url, "show data_checksums") == "on"
        assert query_value(url, "select lower('ÄÖ')") == "äö"
        # For two processes with all their threads, renewals of leases and lookups of locks; and for readers.
        assert int(str(query_value(url, "show max_connections"))) >= 2 * (MAX_THREADS + 2) + 40


def test_other_databases_are_closed_to_readers(postgres: EmbeddedPostgres) -> None:
    """Also in a cluster that was created before they were closed."""
    with postgres.running(), psycopg.connect(superuser_url(postgres), autocommit=True) as connection:
        connection.execute("grant connect, temporary on database postgres, template1 to public")
        connection.execute("create role reader login password 'secret'")
        connection.execute("create database made_by_hand")
    with postgres.running() as url:
        reader = url.replace(url.split("/")[2].split("@")[0], "reader:secret")
        assert query_value(reader, "select current_user") == "reader"
        for database in ("postgres", "template1"):
            with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                psycopg.connect(reader.replace("/syncer", f"/{database}"))
        assert query_value(reader.replace("/syncer", "/made_by_hand"), "select 1") == 1
        versions = "select string_agg(xmin::text, ',' order by datname) from pg_database"
        before = query_value(url, versions)
        with postgres.running():
            assert query_value(url, versions) == before
    with postgres.running() as url:
        assert query_value(url, versions) == before


def test_server_requires_the_password(postgres: EmbeddedPostgres) -> None:
    with postgres.running() as url:
        wrong = url.replace(url.split(":")[2].split("@")[0], "guess")
        with pytest.raises(psycopg.OperationalError, match="authentication failed"):
            psycopg.connect(wrong)


def test_server_stops_after_its_only_user(postgres: EmbeddedPostgres) -> None:
    with postgres.running() as url:
        assert postgres.is_running()
    assert not postgres.is_running()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


def test_server_keeps_data_and_address(postgres: EmbeddedPostgres) -> None:
    with postgres.running() as before, psycopg.connect(before) as connection:
        connection.execute("create table kept as select 7 as number")
    assert postgres.url() == before
    with postgres.running() as after:
        assert after == before
        assert query_value(after, "select number from kept") == 7


def test_server_changes_a_port_that_is_taken(postgres: EmbeddedPostgres, folder: Path) -> None:
    port_file = folder / "a folder" / "postgres" / "port"
    with postgres.running():
        before = read_port(port_file)
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", before))
        listener.listen()
        with postgres.running() as url:
            assert read_port(port_file) != before
            assert query_value(url, "select 1") == 1


def test_server_recovers_after_kill(postgres: EmbeddedPostgres, folder: Path) -> None:
    with ExitStack() as first:
        url = first.enter_context(postgres.running())
        with psycopg.connect(url) as connection:
            connection.execute("create table kept as select 7 as number")
        os.kill(server_pid(folder / "a folder"), signal.SIGKILL)
        with postgres.running() as again:
            assert query_value(again, "select number from kept") == 7
    assert not postgres.is_running()


def test_pid_of_another_process_does_not_prevent_a_start(postgres: EmbeddedPostgres, folder: Path) -> None:
    with postgres.running():
        pid_file = folder / "a folder" / "postgres" / "db" / "postmaster.pid"
        text = pid_file.read_text()
    # As after the restart of a container: a process of the server's own user has the pid.
    user = OsUser.for_files(pid_file.parent)._subprocess_user()
    with subprocess.Popen(["sleep", "60"], **user) as other:
        pid_file.write_text(text.replace(text.split()[0], str(other.pid), 1))
        try:
            with postgres.running() as url:
                assert query_value(url, "select 1") == 1
        finally:
            other.kill()


def test_server_is_shared_by_two_processes(postgres: EmbeddedPostgres, folder: Path) -> None:
    with ExitStack() as own_use:
        url = own_use.enter_context(postgres.running())
        with other_process(folder / "a folder") as other:
            own_use.close()
            assert query_value(url, "select 1") == 1
            other.communicate("")
    assert other.returncode == 0
    assert not postgres.is_running()


def test_server_of_a_killed_process_is_reused_and_stopped(postgres: EmbeddedPostgres, folder: Path) -> None:
    with other_process(folder / "a folder") as other:
        pid = server_pid(folder / "a folder")
        other.kill()
    assert postgres.is_running()
    with postgres.running() as url:
        assert server_pid(folder / "a folder") == pid
        assert query_value(url, "select 1") == 1
    assert not postgres.is_running()


def test_server_with_keep_running_runs_until_it_is_stopped(postgres: EmbeddedPostgres) -> None:
    assert postgres.stop()
    with postgres.running(keep_running=True):
        assert not postgres.stop()
    assert not postgres.is_running()
    with postgres.running(keep_running=True):
        pass
    with postgres.running() as url:
        pass
    assert query_value(url, "select 1") == 1
    assert postgres.stop()
    with postgres.running():
        pass
    assert not postgres.is_running()


def test_psql_command_connects_and_hides_the_password(postgres: EmbeddedPostgres) -> None:
    with postgres.running() as url:
        command = f"{psql_command(postgres)} -qtAc 'select current_user'"
        result = subprocess.run(command, shell=True, capture_output=True, text=True, check=True, cwd="/")
        assert result.stdout == "syncer\n"
        assert url.split(":")[2].split("@")[0] not in command


def test_libpq_variables_of_another_server_are_ignored(
    postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {
        "PGSSLMODE": "require",
        "PGSERVICE": "absent",
        "PGHOSTADDR": "192.0.2.1",
        "PGOPTIONS": "-c no.such=1 -c statement_timeout=nonsense",
        "PGCLIENTENCODING": "nonsense",
        "PGDATESTYLE": "nonsense",
        "PGCHANNELBINDING": "require",
        "PGREQUIREAUTH": "none",
        "PGTARGETSESSIONATTRS": "standby",
    }
    for name in libpq_variables():
        monkeypatch.setenv(name, values.get(name, "nonsense"))
    with postgres.running() as url:
        assert query_value(url, "select 1") == 1
        command = f"{psql_command(postgres)} -qtAc 'select current_user'"
    assert os.environ["PGSSLMODE"] == "require"
    with postgres.running():
        environment = {**os.environ, **dict.fromkeys(libpq_variables(), "nonsense"), **values}
        result = subprocess.run(command, shell=True, capture_output=True, text=True, cwd="/", env=environment)
    assert (result.stdout, result.stderr) == ("syncer\n", "")


def test_interrupted_creation_is_repeated(new_postgres: EmbeddedPostgres, folder: Path) -> None:
    draft = folder / "a folder" / "postgres" / "db.new"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18")
    with new_postgres.running() as url:
        assert query_value(url, "select 1") == 1


def test_server_changes_no_other_folder(new_postgres: EmbeddedPostgres, folder: Path) -> None:
    parents = [folder, *folder.parents]
    before = [parent.stat().st_mode for parent in parents]
    with new_postgres.running():
        assert [parent.stat().st_mode for parent in parents] == before
    passwords = new_postgres.password_file.stat()
    assert passwords.st_mode & 0o777 == 0o600
    assert passwords.st_uid == os.geteuid()
    assert (folder / "a folder" / "postgres" / "db").stat().st_mode & 0o777 == 0o700
