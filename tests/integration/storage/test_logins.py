"""Refused logins: classified without the server's words, which have its language."""

from __future__ import annotations

import socket
import threading

import pytest

from syncer.errors import ConfigurationError, LoginRefused, StoreUnavailable, SyncerError
from syncer.storage import make_engine
from syncer.storage.connections import transaction
from tests.support.login_server import refusing_server


def error_of(url: str) -> SyncerError:
    """The error of a connection to `url`."""
    engine = make_engine(url)
    try:
        with pytest.raises(SyncerError) as caught, transaction(engine):
            pass
    finally:
        engine.dispose()
    assert "\n" not in str(caught.value)
    assert "s3cret" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_refusal_in_another_language_is_a_refusal(encoding: str) -> None:
    message = "用户 someone Password 认证失败".encode(encoding)
    with refusing_server("28P01", message, "致命错误") as url:
        error = error_of(url)
    assert isinstance(error, LoginRefused)
    assert "check user, password and database" in str(error)
    assert "someone Password" in str(error)


def test_refusal_of_one_of_several_hosts_is_a_refusal() -> None:
    with refusing_server("28P01", "认证失败".encode(), "致命错误") as url:
        address = url.partition("@")[2].partition("/")[0]
        error = error_of(f"postgresql://u:s3cret@127.0.0.1:1,{address}/d?sslmode=disable&gssencmode=disable")
    assert isinstance(error, LoginRefused)
    assert str(error).startswith(f"the database at 127.0.0.1:1,{address}/d rejected the connection")


def test_starting_server_is_unavailable_in_any_language() -> None:
    with refusing_server("57P03", "数据库系统启动中".encode(), "致命错误") as url:
        error = error_of(url)
    assert isinstance(error, StoreUnavailable)
    assert not isinstance(error, ConfigurationError)


def test_pooler_whose_server_is_away_is_unavailable() -> None:
    message = b"server login has been failing, try again later (server_login_retry)"
    with refusing_server("08P01", message) as url:
        assert not isinstance(error_of(url), LoginRefused)


@pytest.mark.parametrize(
    ("message", "advice"),
    [
        ('password authentication failed for user "someone"', "ALTER ROLE someone PASSWORD"),
        ('role "someone" is not permitted to log in', "ALTER ROLE someone LOGIN"),
        ('role "someone" does not exist', "CREATE ROLE someone LOGIN"),
        ('database "tasks" does not exist', "CREATE DATABASE tasks OWNER someone ENCODING 'UTF8'"),
        ('permission denied for database "tasks"', "GRANT CONNECT ON DATABASE tasks TO someone"),
        ('too many connections for role "someone"', "ALTER ROLE someone CONNECTION LIMIT -1"),
        ("sorry, too many clients already", "max_connections"),
        ('no pg_hba.conf entry for host "h", database "tasks"', "pg_hba.conf"),
        ("unsupported startup parameter: options", "PGOPTIONS"),
    ],
)
def test_advice_is_a_statement_to_type(message: str, advice: str) -> None:
    with refusing_server("28000", message.encode()) as url:
        error = error_of(url)
    assert isinstance(error, LoginRefused)
    assert advice in str(error)


def test_no_startup_parameter_options_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGOPTIONS", raising=False)
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)

        def accept() -> None:
            client, _ = server.accept()
            with client:
                received.append(client.recv(1000))

        thread = threading.Thread(target=accept)
        thread.start()
        error_of(f"postgresql://u@127.0.0.1:{server.getsockname()[1]}/d?sslmode=disable&gssencmode=disable")
        thread.join()
    assert b"application_name" in received[0]
    assert b"options" not in received[0]
