"""Finding of the server's binaries, and their copy for a user that cannot read the originals."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from syncer.embedded import Binaries, EmbeddedPostgres, find_binaries
from syncer.embedded.binaries import OLDEST_MAJOR
from syncer.errors import ConfigurationError
from tests.support.postgres_servers import FAST_SETTINGS, shared_folder, system_binaries, wheel_binaries


@pytest.fixture
def wheel() -> Binaries:
    binaries = wheel_binaries()
    if binaries is None:
        pytest.skip("no embedded Postgres: install the extra `embedded`")
    return binaries


@pytest.fixture
def folder() -> Iterator[Path]:
    with shared_folder() as folder:
        yield folder


def test_binaries_of_the_wheel_are_preferred(wheel: Binaries) -> None:
    assert find_binaries() == wheel
    assert wheel.major >= OLDEST_MAJOR


def test_error_names_the_missing_and_the_installed_versions(wheel: Binaries) -> None:
    with pytest.raises(ConfigurationError, match=r"no Postgres 9 here, only " + wheel.version):
        find_binaries(major=9)


def test_server_of_the_system_works(folder: Path) -> None:
    binaries = system_binaries()
    if binaries is None:
        pytest.skip("no Postgres in PATH or /usr/lib/postgresql")
    with EmbeddedPostgres(folder, binaries=binaries, settings=FAST_SETTINGS).running():
        assert int((folder / "postgres" / "db" / "PG_VERSION").read_text()) == binaries.major
    # The next start chooses the binaries by the version of the data, not by preference.
    with EmbeddedPostgres(folder).running() as url:
        assert url.startswith("postgresql://syncer:")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts the server as another user")
def test_root_copies_binaries_out_of_a_closed_folder(folder: Path, wheel: Binaries) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    package = wheel.package_folder
    assert package is not None
    hidden_package = closed / package.name
    install = wheel.folder.parent.relative_to(package)
    shutil.copytree(package / install, hidden_package / install, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, closed / libraries.name)
    hidden = replace(wheel, folder=hidden_package / install / "bin", package_folder=hidden_package)
    for _ in ("copied", "reused"):
        with EmbeddedPostgres(folder / "data", binaries=hidden, settings=FAST_SETTINGS).running() as url:
            assert url.startswith("postgresql://syncer:")
    assert [path.name for path in (folder / "data" / "postgres" / "binaries").iterdir()] == [wheel.version]
    assert closed.stat().st_mode & 0o777 == 0o700
