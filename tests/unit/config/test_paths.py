"""Paths of the configuration: home folders, and what no path can be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from syncer.config import find, load
from syncer.errors import ConfigurationError

SOURCE = '[[sources]]\nname = "vod"\nprovider = "baidu_vod"\naccess_key = "k"\n'
PLACES = {
    "database.data_dir": '[database]\ndata_dir = "{path}"\n',
    "sources[0].ca_file": SOURCE + 'secret_key = "s"\nca_file = "{path}"\n',
    "sources[0].secret_key": SOURCE + 'secret_key = {{ file = "{path}" }}\n',
}


def write(folder: Path, text: str) -> Path:
    (folder / "syncer.toml").write_text(text, "utf-8")
    return folder / "syncer.toml"


@pytest.mark.parametrize(("place", "text"), PLACES.items())
@pytest.mark.parametrize("path", ["~no-such-user/x", "a\\u0000b"])
def test_path_that_no_file_can_have_is_a_problem(folder: Path, place: str, text: str, path: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        load(write(folder, text.format(path=path)))
    words = "no user has the home folder" if "~" in path else "cannot contain the character"
    assert any(place in line and words in line for line in str(error.value).splitlines())


def test_home_folder_is_expanded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    settings = load(write(folder, PLACES["database.data_dir"].format(path="~/data")))
    assert settings.database.data_dir == Path("/home/someone/data")


def test_configuration_in_a_folder_of_another_user_is_a_configuration_error(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "is_dir", refuse)
    with pytest.raises(ConfigurationError, match=r"^cannot read .*/syncer\.toml: Permission denied$"):
        find(folder / "syncer.toml")


def test_configuration_may_be_a_pipe_and_no_folder(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    assert find(folder / "pipe") == folder / "pipe"
    with pytest.raises(ConfigurationError, match="is a folder: name a file in it"):
        find(folder)


def test_removed_working_folder_is_one_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "gone").mkdir()
    monkeypatch.chdir(folder / "gone")
    (folder / "gone").rmdir()
    with pytest.raises(ConfigurationError, match="the working folder no longer exists"):
        find()
