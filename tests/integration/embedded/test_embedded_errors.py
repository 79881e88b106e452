"""The errors of the embedded Postgres: wrong folders, other versions, and failed starts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from syncer.embedded import EmbeddedPostgres
from syncer.embedded.os_user import OsUser
from syncer.errors import ConfigurationError, StoreUnavailable


def test_server_refuses_data_of_another_version(postgres: EmbeddedPostgres, folder: Path) -> None:
    with postgres.running():
        pass
    (folder / "a folder" / "postgres" / "db" / "PG_VERSION").write_text("12\n")
    with pytest.raises(ConfigurationError, match=r"is of Postgres 12: there is no Postgres 12 here, only"):
        postgres.running().__enter__()


def test_error_states_why_the_server_does_not_start(postgres: EmbeddedPostgres, folder: Path) -> None:
    with postgres.running():
        pass
    with open(folder / "a folder" / "postgres" / "db" / "postgresql.conf", "a") as file:
        file.write("shared_buffers = 'a lot'\n")
    with pytest.raises(StoreUnavailable, match=r"did not start: configuration file .* contains errors"):
        postgres.running().__enter__()
    assert not postgres.is_running()


def test_file_in_place_of_the_folder_is_a_wrong_configuration(folder: Path) -> None:
    (folder / "file").touch()
    with pytest.raises(ConfigurationError, match="set data_dir to a folder of this user"):
        EmbeddedPostgres(folder / "file").running().__enter__()


def test_url_before_the_first_start_is_a_wrong_configuration(new_postgres: EmbeddedPostgres) -> None:
    assert not new_postgres.is_running()
    with pytest.raises(ConfigurationError, match="no embedded Postgres"):
        new_postgres.url()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts the server as another user")
def test_folder_that_the_servers_user_cannot_enter_is_a_wrong_configuration(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(ConfigurationError, match="cannot enter"):
        EmbeddedPostgres(closed).running().__enter__()
    assert closed.stat().st_mode & 0o777 == 0o700


def test_user_without_a_name_is_a_wrong_configuration(
    new_postgres: EmbeddedPostgres, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OsUser, "for_files", lambda _: OsUser(3_999_999_999, 3_999_999_999))
    monkeypatch.setattr(OsUser, "can_run", lambda *_: True)
    with pytest.raises(ConfigurationError, match=r"user id 3999999999 has no name.*useradd.*database\.url"):
        new_postgres.running().__enter__()
    assert not (folder / "a folder" / "postgres" / "db").exists()


@pytest.mark.parametrize("path", ["/dev/null/x", "/proc/no-such-folder/x", "{folder}/" + "x" * 300])
def test_folder_that_cannot_be_reached_is_a_wrong_configuration(folder: Path, path: str) -> None:
    postgres = EmbeddedPostgres(Path(path.format(folder=folder)))
    with pytest.raises(ConfigurationError, match="set data_dir to a folder of this user"):
        postgres.is_running()
        postgres.running().__enter__()


def test_folder_of_another_user_is_a_wrong_configuration(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "exists", refuse)
    with pytest.raises(ConfigurationError, match="Permission denied"):
        EmbeddedPostgres(folder).is_running()
