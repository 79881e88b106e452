"""Database URLs."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncer.errors import ConfigurationError
from syncer.storage.database_urls import check_parameters, connection_parameters, describe_url, parse_url


@pytest.mark.parametrize(
    "scheme", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+psycopg2", "postgresql+asyncpg"]
)
def test_schemes_of_other_drivers_are_accepted(scheme: str) -> None:
    parsed = parse_url(f" {scheme}://user:p%40ss@[::1]:5433/db?sslmode=require\n")
    assert parsed.drivername == "postgresql+psycopg"
    assert connection_parameters(parsed) == {
        "user": "user",
        "password": "p@ss",
        "host": "::1",
        "port": "5433",
        "dbname": "db",
        "sslmode": "require",
    }


def test_folder_of_a_socket_is_a_host() -> None:
    parameters = connection_parameters(parse_url("postgresql:///db?host=/run/pg"))
    assert parameters == {"host": "/run/pg", "dbname": "db"}


@pytest.mark.parametrize(
    "url",
    [
        "",
        "s3cret",
        "mysql://u:s3cret@h/db",
        "sqlite:///s3cret.db",
        "postgres://u:s3cret@h",
        "postgres://u:s3cret@h:x/d",
        "postgres://u:p@s3cret/x#y@h:5432/d",
        "postgres://u:p@s3cret@h/d",
        "postgres://u:1/p?s3cret=x@h/d",
        "postgres://u:1/s3cret@h:5432/d",
    ],
)
def test_error_of_a_bad_url_says_what_to_write(url: str) -> None:
    with pytest.raises(
        ConfigurationError, match=r"write postgresql://user:password@host:5432/database"
    ) as caught:
        parse_url(url)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_described_url_has_no_secrets() -> None:
    described = describe_url(parse_url("postgres://user:s3cret@host/db?password=s3cret"))
    assert described == "host:5432/db"


@pytest.mark.parametrize(
    ("url", "described"),
    [
        ("postgresql://u:s3cret@h1:1,h2:2/db?target_session_attrs=read-write", "h1:1,h2:2/db"),
        ("postgresql://u:s3cret@h1,h2:2/db", "h1:5432,h2:2/db"),
        ("postgresql://u:s3cret@h1,h2/db", "h1:5432,h2:5432/db"),
        ("postgresql://u:s3cret@%2Frun%2Fpostgresql/db", "/run/postgresql:5432/db"),
        ("postgresql://u:s3cret@[::1]:5433/db", "[::1]:5433/db"),
        ("postgresql:///db", "local socket:5432/db"),
        ("host=h port=7 dbname=db user=u password='s3cret word'", "h:7/db"),
    ],
)
def test_what_libpq_understands_is_understood(
    url: str, described: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("PGHOST", "PGPORT", "PGDATABASE", "PGSERVICE"):
        monkeypatch.delenv(variable, raising=False)
    parsed = parse_url(url)
    check_parameters(parsed)
    assert describe_url(parsed) == described


def test_service_names_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "services").write_text("[x]\nhost=h\ndbname=db\n")
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))
    check_parameters(parse_url("postgresql:///?service=x"))
    assert describe_url(parse_url("postgresql:///?service=x")) == "service x"
    monkeypatch.setenv("PGSERVICE", "x")
    assert describe_url(parse_url("postgresql://")) == "service x"
    with pytest.raises(ConfigurationError, match='service "y" not found'):
        check_parameters(parse_url("postgresql:///?service=y"))


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("sslmdoe=require", "sslmdoe"),
        ("sslmode=bogus", "bogus"),
        ("target_session_attrs=main", "main"),
        ("connect_timeout=soon", "connect_timeout"),
        ("keepalives_idle=x", "keepalives_idle"),
        ("sslrootcert=system&sslmode=require", "sslrootcert=system"),
        ("gssencmode=bogus", "gssencmode"),
        ("channel_binding=bogus", "channel_binding"),
        ("port=99999", "99999"),
        ("sslmode", "cannot be read"),
    ],
)
def test_error_of_a_bad_parameter_names_it(query: str, word: str) -> None:
    with pytest.raises(ConfigurationError, match=word) as caught:
        check_parameters(parse_url(f"postgresql://u:s3cret@h/db?{query}"))
    assert "s3cret" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("variable", "value"), [("PGHOSTADDR", "127.0.0.1"), ("PGGSSENCMODE", "require")], ids=["address", "gss"]
)
def test_parameters_are_checked_without_a_connection(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    """A connection to the address would be refused; GSSAPI is impossible over the socket of the check."""
    monkeypatch.setenv(variable, value)
    check_parameters(parse_url("postgresql://u@127.0.0.1:1/db"))


def test_name_of_a_database_may_have_a_space() -> None:
    assert parse_url("postgresql://u@h/we%20ird").database == "we ird"


def test_error_of_a_bad_variable_names_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGSSLMODE", "bogus")
    with pytest.raises(ConfigurationError, match=r"bogus.*PG\* variable"):
        check_parameters(parse_url("postgresql://u:s3cret@h/db"))
