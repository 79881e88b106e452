"""What the storage decides without a database: addresses, and the order of sightings."""

from __future__ import annotations

import pytest

from syncer.errors import ConfigurationError
from syncer.storage import normalise_url
from syncer.storage.database_urls import describe_url, parse_url
from syncer.storage.write.staging import plan_rounds, split_oversized
from tests.support.sightings import detail, outcome, see


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
def test_bad_url_says_what_to_write(url: str) -> None:
    with pytest.raises(
        ConfigurationError, match=r"write postgresql://user:password@host:5432/database"
    ) as caught:
        normalise_url(url)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_described_url_has_no_secrets() -> None:
    described = describe_url(parse_url("postgres://user:s3cret@host/db?password=s3cret"))
    assert described == "host:5432/db"


def test_rounds_keep_each_state_in_its_order() -> None:
    waiting, running, again = see("t", at=1), see("t", "running", at=2), see("t", at=3)
    staged = plan_rounds([again, running, waiting, see("u")])
    assert [(each.round, each.sighting) for each in staged] == [
        (0, waiting),
        (1, running),
        (2, again),
        (0, see("u")),
    ]


def test_rounds_leave_repetitions_out() -> None:
    first = see("t", at=1)
    staged = plan_rounds([see("t", at=2), first, see("t", at=3)])
    assert [(each.round, each.sighting) for each in staged] == [(0, first)]


def test_rounds_go_by_rank_before_time() -> None:
    ended, earlier = see("t", "failed", at=1, rank=2), see("t", "running", at=5, rank=1)
    assert [each.sighting for each in plan_rounds([ended, earlier])] == [earlier, ended]


def test_rounds_tell_partial_sightings_apart() -> None:
    told = [see("t", "finished"), outcome("t", "failed", at=1), detail("t", "failed", at=2)]
    assert [each.round for each in plan_rounds(told)] == [0, 1, 2]


def test_oversized_ids_become_rejected_records() -> None:
    fit, oversized = split_oversized([see("x" * 1_001, at=5), see("x" * 1_000)])
    assert [len(each.task.task_id) for each in fit] == [1_000]
    (rejected,) = oversized
    assert (rejected.request_id, rejected.reason) == ("request-5", "its id is longer than 1000 characters")
