"""Database URLs."""

from __future__ import annotations

import pytest

from syncer.errors import ConfigurationError
from syncer.storage import normalise_url
from syncer.storage.database_urls import describe_url, parse_url


@pytest.mark.parametrize(
    "scheme", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+psycopg2", "postgresql+asyncpg"]
)
def test_url_is_normalised(scheme: str) -> None:
    rest = "user:p%40ss@[::1]:5433/db?sslmode=require"
    assert normalise_url(f" {scheme}://{rest}\n") == f"postgresql+psycopg://{rest}"


def test_url_of_a_socket_is_normalised() -> None:
    assert normalise_url("postgresql:///db?host=/run/pg") == "postgresql+psycopg:///db?host=%2Frun%2Fpg"


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
    ],
)
def test_error_of_a_bad_url_says_what_to_write(url: str) -> None:
    with pytest.raises(
        ConfigurationError, match=r"write postgresql://user:password@host:5432/database"
    ) as caught:
        normalise_url(url)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_described_url_has_no_secrets() -> None:
    described = describe_url(parse_url("postgres://user:s3cret@host/db?password=s3cret"))
    assert described == "host:5432/db"
