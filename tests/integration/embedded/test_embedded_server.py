"""An embedded Postgres starts, keeps its data, outlives killed processes, and leaves folders alone."""

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

from syncer.embedded import EmbeddedPostgres, psql_line, tcp_ports
from syncer.embedded.os_user import OsUser
from syncer.embedded.tcp_ports import read_port
from syncer.errors import ConfigurationError, StoreUnavailable
from tests.support.postgres_servers import FAST, open_folder, wheel_binaries

#: Another syncer: says the URL, keeps the server until its input ends.
_OTHER = """
import sys
from pathlib import Path
from syncer.embedded import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1])).running() as url:
    print(url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def ports_of_our_own(monkeypatch: pytest.MonkeyPatch, worker_id: str) -> None:
    """No server of another worker's tests takes a port while ours is down."""
    first = 26_000 + 100 * int(worker_id.removeprefix("gw").replace("master", "0"))
    monkeypatch.setattr(tcp_ports, "_PREFERRED", range(first, first + 100))


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A folder whose server has been there once; making one takes seconds, copying it does not."""
    if wheel_binaries() is None:
        pytest.skip("no embedded Postgres: install the extra `embedded`")
    with open_folder() as folder:
        with EmbeddedPostgres(folder / "made", settings=FAST).running():
            pass
        (folder / "made" / "postgres" / "port").unlink()
        yield folder / "made"


@pytest.fixture
def folder(made: Path) -> Iterator[Path]:
    with open_folder() as folder:
        yield folder


@pytest.fixture
def postgres(made: Path, folder: Path) -> EmbeddedPostgres:
    subprocess.run(["cp", "-a", made, folder / "a folder"], check=True)
    return EmbeddedPostgres(folder / "a folder", settings=FAST)


@pytest.fixture
def unmade(folder: Path) -> EmbeddedPostgres:
    """A server that was never there."""
    return EmbeddedPostgres(folder / "a folder", settings=FAST)


@contextmanager
def other_syncer(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that uses the server in `folder`."""
    command = [sys.executable, "-c", _OTHER, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process


def ask(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def postmaster(folder: Path) -> int:
    return int((folder / "postgres" / "db" / "postmaster.pid").read_text().split()[0])


def test_server_gives_an_ordinary_role_its_database(unmade: EmbeddedPostgres) -> None:
    with unmade.running() as url:
        assert ask(url, "select current_user || ' ' || current_database()") == "syncer syncer"
        assert (
            ask(url, "select rolsuper or rolcreaterole from pg_roles where rolname = current_user") is False
        )
        assert ask(url, "show data_checksums") == "on"
        assert ask(url, "select lower('ÄÖ')") == "äö"


def test_server_wants_the_password(postgres: EmbeddedPostgres) -> None:
    with postgres.running() as url:
        wrong = url.replace(url.split(":")[2].split("@")[0], "guess")
        with pytest.raises(psycopg.OperationalError, match="authentication failed"):
            psycopg.connect(wrong)


def test_server_stops_with_its_only_user(postgres: EmbeddedPostgres) -> None:
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
        assert ask(after, "select number from kept") == 7


def test_server_moves_from_a_port_that_is_taken(postgres: EmbeddedPostgres, folder: Path) -> None:
    kept = folder / "a folder" / "postgres" / "port"
    with postgres.running():
        before = read_port(kept)
    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind(("127.0.0.1", before))
        squatter.listen()
        with postgres.running() as url:
            assert read_port(kept) != before
            assert ask(url, "select 1") == 1


def test_server_recovers_from_kill(postgres: EmbeddedPostgres, folder: Path) -> None:
    with ExitStack() as first:
        url = first.enter_context(postgres.running())
        with psycopg.connect(url) as connection:
            connection.execute("create table kept as select 7 as number")
        os.kill(postmaster(folder / "a folder"), signal.SIGKILL)
        with postgres.running() as again:
            assert ask(again, "select number from kept") == 7
    assert not postgres.is_running()


def test_server_ignores_a_pid_that_is_somebody_elses(postgres: EmbeddedPostgres, folder: Path) -> None:
    with postgres.running():
        pid_file = folder / "a folder" / "postgres" / "db" / "postmaster.pid"
        text = pid_file.read_text()
    # As after a restart of a container: the number is in use by a process of the server's own user.
    account = OsUser.for_files(pid_file.parent)
    user = {"user": account.uid, "group": account.gid, "extra_groups": []} if account.is_other else {}
    with subprocess.Popen(["sleep", "60"], **user) as stranger:  # type: ignore[call-overload]
        pid_file.write_text(text.replace(text.split()[0], str(stranger.pid), 1))
        try:
            with postgres.running() as url:
                assert ask(url, "select 1") == 1
        finally:
            stranger.kill()


def test_server_is_shared_by_two_processes(postgres: EmbeddedPostgres, folder: Path) -> None:
    with ExitStack() as ours:
        url = ours.enter_context(postgres.running())
        with other_syncer(folder / "a folder") as other:
            ours.close()
            assert ask(url, "select 1") == 1
            other.communicate("")
    assert other.returncode == 0
    assert not postgres.is_running()


def test_server_is_stopped_after_a_process_that_was_killed(postgres: EmbeddedPostgres, folder: Path) -> None:
    with other_syncer(folder / "a folder") as other:
        started_by_other = postmaster(folder / "a folder")
        other.kill()
    assert postgres.is_running()
    with postgres.running() as url:
        assert postmaster(folder / "a folder") == started_by_other
        assert ask(url, "select 1") == 1
    assert not postgres.is_running()


def test_server_stays_until_it_is_stopped(postgres: EmbeddedPostgres) -> None:
    assert postgres.stop()
    with postgres.running(stays=True):
        assert not postgres.stop()
    assert not postgres.is_running()
    with postgres.running(stays=True):
        pass
    with postgres.running() as url:
        pass
    assert ask(url, "select 1") == 1
    assert postgres.stop()
    with postgres.running():
        pass
    assert not postgres.is_running()


def test_psql_line_works_as_typed(postgres: EmbeddedPostgres) -> None:
    with postgres.running() as url:
        line = f"{psql_line(postgres)} -qtAc 'select current_user'"
        shown = subprocess.run(line, shell=True, capture_output=True, text=True, check=True, cwd="/")
        assert shown.stdout == "syncer\n"
        assert url.split(":")[2].split("@")[0] not in line


def test_server_begins_again_after_an_interrupted_creation(unmade: EmbeddedPostgres, folder: Path) -> None:
    half = folder / "a folder" / "postgres" / "db.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18")
    with unmade.running() as url:
        assert ask(url, "select 1") == 1


def test_server_changes_no_folder_but_its_own(unmade: EmbeddedPostgres, folder: Path) -> None:
    parents = [folder, *folder.parents]
    before = [parent.stat().st_mode for parent in parents]
    with unmade.running():
        assert [parent.stat().st_mode for parent in parents] == before
    passwords = unmade.password_file.stat()
    assert passwords.st_mode & 0o777 == 0o600
    assert passwords.st_uid == os.geteuid()
    assert (folder / "a folder" / "postgres" / "db").stat().st_mode & 0o777 == 0o700


def test_server_refuses_data_of_another_version(postgres: EmbeddedPostgres, folder: Path) -> None:
    with postgres.running():
        pass
    (folder / "a folder" / "postgres" / "db" / "PG_VERSION").write_text("12\n")
    with pytest.raises(ConfigurationError, match=r"is of Postgres 12: there is no Postgres 12 here, only"):
        postgres.running().__enter__()


def test_server_tells_why_it_does_not_start(postgres: EmbeddedPostgres, folder: Path) -> None:
    with postgres.running():
        pass
    with open(folder / "a folder" / "postgres" / "db" / "postgresql.conf", "a") as file:
        file.write("shared_buffers = 'a lot'\n")
    with pytest.raises(StoreUnavailable, match=r"did not start: configuration file .* contains errors"):
        postgres.running().__enter__()
    assert not postgres.is_running()


def test_server_refuses_a_file_as_its_folder(folder: Path) -> None:
    (folder / "file").touch()
    with pytest.raises(ConfigurationError, match="set data_dir to a folder of this user"):
        EmbeddedPostgres(folder / "file").running().__enter__()


def test_url_before_the_first_start_is_an_error(unmade: EmbeddedPostgres) -> None:
    assert not unmade.is_running()
    with pytest.raises(ConfigurationError, match="no embedded Postgres"):
        unmade.url()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts the server as somebody else")
def test_root_cannot_put_data_where_the_server_cannot_go(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(ConfigurationError, match="cannot enter"):
        EmbeddedPostgres(closed).running().__enter__()
    assert closed.stat().st_mode & 0o777 == 0o700
