"""Fixtures for all tests: logging as it was, a database server a session, a database a test."""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Iterator

import pytest

from tests.support import postgres_servers

_ENVIRONMENT = "SYNCER_TEST_DATABASE_URL"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--postgres",
        choices=("embedded", "system"),
        default="embedded",
        help=f"which server binaries to test on, where ${_ENVIRONMENT} names no server: "
        "the embedded ones (default), or those in /usr/lib/postgresql or PATH",
    )
    parser.addoption("--kills", type=int, default=500, help="how many processes a soak kills (500)")
    parser.addoption("--seed", type=int, help="live through the one world of this seed in a soak")
    parser.addoption("--figures", help="the page into which a soak writes its figures")
    parser.addoption(
        "--write-dictionary", action="store_true", help="make docs/data-dictionary.md from the database"
    )


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """Commands configure the logging of their process, which in tests is that of the next test, too."""
    ours, root = logging.getLogger("syncer"), logging.getLogger()
    level, handlers = ours.level, list(root.handlers)
    yield
    ours.setLevel(level)
    root.handlers[:] = [each for each in root.handlers if each.get_name() != "syncer" or each in handlers]


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[postgres_servers.Server]:
    """The Postgres of this test session."""
    url = os.environ.get(_ENVIRONMENT)
    if url:
        with postgres_servers.given(url) as server:
            yield server
        return
    system = request.config.getoption("--postgres") == "system"
    binaries = postgres_servers.system_binaries() if system else postgres_servers.wheel_binaries()
    if binaries is None:
        _do_without("no Postgres: install the extra `embedded`, or set $" + _ENVIRONMENT)
    else:
        with postgres_servers.started(binaries) as server:
            yield server


@pytest.fixture
def database_url(postgres: postgres_servers.Server) -> Iterator[str]:
    """A fresh, empty database of an ordinary role's own, as `postgresql://…`."""
    name = f"test_{secrets.token_hex(6)}"
    yield postgres.create(name)
    postgres.drop(name)


@pytest.fixture(scope="session")
def template(postgres: postgres_servers.Server) -> Iterator[str]:
    """The name of a database whose schema is migrated, to be copied."""
    from syncer.storage import migrate

    name = f"template_{secrets.token_hex(6)}"
    migrate(postgres.create(name))
    yield name
    postgres.drop(name)


@pytest.fixture
def migrated_url(postgres: postgres_servers.Server, template: str) -> Iterator[str]:
    """A fresh database with the current schema and no rows, as `postgresql://…`."""
    name = f"test_{secrets.token_hex(6)}"
    yield postgres.create(name, template=template)
    postgres.drop(name)


def _do_without(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly, even with -q, what was not tested and why."""
    for reason in sorted({str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", [])}):
        terminalreporter.write_line(f"NOT TESTED  {reason.removeprefix('Skipped: ')}", yellow=True, bold=True)
