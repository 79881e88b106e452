"""Fixtures of the embedded Postgres: data folders, and ports that no other test uses."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncer.embedded import EmbeddedPostgres, tcp_ports
from tests.support.postgres_servers import FAST_SETTINGS, shared_folder, wheel_binaries


@pytest.fixture(autouse=True)
def own_ports(monkeypatch: pytest.MonkeyPatch, worker_id: str) -> None:
    """Each test worker has its own ports, so that no other test takes one while the server is down."""
    first = 26_000 + 100 * int(worker_id.removeprefix("gw").replace("master", "0"))
    monkeypatch.setattr(tcp_ports, "_PREFERRED_PORTS", range(first, first + 100))


@pytest.fixture(scope="session")
def created_folder() -> Iterator[Path]:
    """A data folder whose server has run once. Creating one takes seconds; copying it does not."""
    if wheel_binaries() is None:
        pytest.skip("no embedded Postgres: install the extra `embedded`")
    with shared_folder() as folder:
        with EmbeddedPostgres(folder / "created", settings=FAST_SETTINGS).running():
            pass
        (folder / "created" / "postgres" / "port").unlink()
        yield folder / "created"


@pytest.fixture
def folder(created_folder: Path) -> Iterator[Path]:
    with shared_folder() as folder:
        yield folder


@pytest.fixture
def postgres(created_folder: Path, folder: Path) -> EmbeddedPostgres:
    """A server that has run before and is stopped."""
    subprocess.run(["cp", "-a", created_folder, folder / "a folder"], check=True)
    return EmbeddedPostgres(folder / "a folder", settings=FAST_SETTINGS)


@pytest.fixture
def new_postgres(folder: Path) -> EmbeddedPostgres:
    """A server that has never run."""
    return EmbeddedPostgres(folder / "a folder", settings=FAST_SETTINGS)
