"""Fixtures of all tests: logging is restored, one database server a session, one database a test."""

from __future__ import annotations

import logging
import os
import secrets
import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.support import postgres_servers

# A loaded machine is slow; no test asserts a time.
settings.register_profile("without_deadline", deadline=None)
settings.load_profile("without_deadline")

# A shell that starts the tests in the background ignores these for all their children.
for _number, _handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGQUIT, signal.SIG_DFL)):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _handler)

_URL_VARIABLE = "SYNCER_TEST_DATABASE_URL"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--postgres",
        choices=("embedded", "system"),
        default="embedded",
        help=f"server binaries for the tests if ${_URL_VARIABLE} is not set: the embedded ones (default), "
        "or those on PATH or in /usr/lib/postgresql",
    )
    parser.addoption(
        "--kills", type=int, default=500, help="number of processes that a soak test kills (500)"
    )
    parser.addoption("--seed", type=int, help="run the soak test with the one scenario of this seed")
    parser.addoption("--figures", help="the page into which a soak test writes its results")
    parser.addoption(
        "--write-dictionary", action="store_true", help="write docs/data-dictionary.md from the database"
    )


@pytest.fixture(autouse=True)
def restored_logging() -> Iterator[None]:
    """Restore level and handlers after each test: commands configure the logging of the test's process."""
    syncer_logger, root = logging.getLogger("syncer"), logging.getLogger()
    level, handlers = syncer_logger.level, list(root.handlers)
    yield
    syncer_logger.setLevel(level)
    root.handlers[:] = [
        handler for handler in root.handlers if handler.get_name() != "syncer" or handler in handlers
    ]


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[postgres_servers.Server]:
    """The Postgres server of the test session."""
    url = os.environ.get(_URL_VARIABLE)
    if url:
        with postgres_servers.existing_server(url) as server:
            yield server
        return
    system = request.config.getoption("--postgres") == "system"
    binaries = postgres_servers.system_binaries() if system else postgres_servers.wheel_binaries()
    if binaries is None:
        _skip_or_fail("no Postgres: install the extra `embedded`, or set $" + _URL_VARIABLE)
    else:
        with postgres_servers.temporary_server(binaries) as server:
            yield server


@pytest.fixture
def database_url(postgres: postgres_servers.Server) -> Iterator[str]:
    """The URL (`postgresql://…`) of a new, empty database of an ordinary role."""
    name = f"test_{secrets.token_hex(6)}"
    yield postgres.create(name)
    postgres.drop(name)


@pytest.fixture(scope="session")
def template(postgres: postgres_servers.Server) -> Iterator[str]:
    """The name of a migrated database, as a template for others."""
    from syncer.storage import migrate

    name = f"template_{secrets.token_hex(6)}"
    migrate(postgres.create(name))
    yield name
    postgres.drop(name)


@pytest.fixture
def migrated_url(postgres: postgres_servers.Server, template: str) -> Iterator[str]:
    """The URL (`postgresql://…`) of a new database with the current schema and no rows."""
    name = f"test_{secrets.token_hex(6)}"
    yield postgres.create(name, template=template)
    postgres.drop(name)


def _skip_or_fail(reason: str) -> None:
    """Skip the test; in CI, where nothing may be skipped, fail it."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was skipped and why, also with -q."""
    for reason in sorted({str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", [])}):
        terminalreporter.write_line(f"NOT TESTED  {reason.removeprefix('Skipped: ')}", yellow=True, bold=True)
