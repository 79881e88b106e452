"""The default data folder of each user and platform, and the mode of new folders."""

from __future__ import annotations

import os
import pwd
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from syncer.embedded import default_data_dir
from syncer.embedded.data_dir import make_folder
from syncer.errors import ConfigurationError


@pytest.fixture
def ordinary_user_on_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(pwd, "getpwuid", lambda _: SimpleNamespace(pw_dir="/home/listed"))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setenv("HOME", "/home/me")


on_linux = pytest.mark.usefixtures("ordinary_user_on_linux")


@on_linux
def test_root_uses_the_folder_of_services(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert default_data_dir() == Path("/var/lib/syncer")


@on_linux
def test_user_uses_the_platforms_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    assert default_data_dir() == Path("/home/me/.local/share/syncer")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert default_data_dir() == Path("/home/me/Library/Application Support/syncer")


@on_linux
@pytest.mark.parametrize(
    ("xdg", "folder"), [("/data", "/data/syncer"), ("data", "/home/me/.local/share/syncer")]
)
def test_xdg_data_home_must_be_absolute(xdg: str, folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", xdg)
    assert default_data_dir() == Path(folder)


@on_linux
@pytest.mark.parametrize("home", ["", "relative"])
def test_home_that_is_not_absolute_is_ignored(home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", home)
    assert default_data_dir() == Path("/home/listed/.local/share/syncer")


@on_linux
def test_user_without_a_home_must_set_data_dir(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(_: int) -> None:
        raise KeyError

    monkeypatch.delenv("HOME")
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    with pytest.raises(ConfigurationError, match="set data_dir"):
        default_data_dir()


def test_mode_of_a_new_folder_does_not_depend_on_the_umask(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    before = os.umask(0o077)
    try:
        make_folder(tmp_path / "a" / "b", 0o711)
    finally:
        os.umask(before)
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o711
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o755
    make_folder(tmp_path, 0o777)
    assert tmp_path.stat().st_mode & 0o777 == 0o700
