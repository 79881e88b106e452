"""Binaries are found where they are, and copied where the server's user cannot read them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from syncer.embedded import Binaries, EmbeddedPostgres, find_binaries
from syncer.embedded.binaries import OLDEST
from syncer.errors import ConfigurationError
from tests.support.postgres_servers import FAST, open_folder, system_binaries, wheel_binaries


@pytest.fixture
def wheel() -> Binaries:
    binaries = wheel_binaries()
    if binaries is None:
        pytest.skip("no embedded Postgres: install the extra `embedded`")
    return binaries


@pytest.fixture
def folder() -> Iterator[Path]:
    with open_folder() as folder:
        yield folder


def test_wheel_is_preferred(wheel: Binaries) -> None:
    assert find_binaries() == wheel
    assert wheel.major >= OLDEST


def test_version_that_is_not_there_is_named_with_those_that_are(wheel: Binaries) -> None:
    with pytest.raises(ConfigurationError, match=r"no Postgres 9 here, only " + wheel.version):
        find_binaries(major=9)


def test_server_of_the_system_works_too(folder: Path) -> None:
    binaries = system_binaries()
    if binaries is None:
        pytest.skip("no Postgres in PATH or /usr/lib/postgresql")
    with EmbeddedPostgres(folder, binaries=binaries, settings=FAST).running():
        assert int((folder / "postgres" / "db" / "PG_VERSION").read_text()) == binaries.major
    # Later it is found by the version of the data, whatever is preferred.
    with EmbeddedPostgres(folder).running() as url:
        assert url.startswith("postgresql://syncer:")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts the server as somebody else")
def test_root_copies_binaries_out_of_a_closed_folder(folder: Path, wheel: Binaries) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    assert wheel.tree is not None
    tree = closed / wheel.tree.name
    install = wheel.folder.parent.relative_to(wheel.tree)
    shutil.copytree(wheel.tree / install, tree / install, symlinks=True)
    libraries = wheel.tree.with_name(f"{wheel.tree.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, closed / libraries.name)
    hidden = replace(wheel, folder=tree / install / "bin", tree=tree)
    for _ in ("copied", "used again"):
        with EmbeddedPostgres(folder / "data", binaries=hidden, settings=FAST).running() as url:
            assert url.startswith("postgresql://syncer:")
    assert [path.name for path in (folder / "data" / "postgres" / "binaries").iterdir()] == [wheel.version]
    assert closed.stat().st_mode & 0o777 == 0o700
