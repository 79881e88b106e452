"""`syncer init`."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncer.cli import main


def test_init_never_overwrites(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "syncer.toml"
    assert main(["init", "--config", str(path)]) == 0
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text("mine")
    assert main(["--config", str(path), "init"]) == 2
    assert path.read_text() == "mine"
    assert "exists already" in capsys.readouterr().err


def test_init_writes_to_the_path_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCER_CONFIG", str(tmp_path / "other.toml"))
    assert main(["init"]) == 0
    assert "[[sources]]" in (tmp_path / "other.toml").read_text()


def test_init_reports_a_missing_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--config", str(tmp_path / "missing" / "syncer.toml")]) == 2
    assert "cannot write" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("path", "message"),
    [("~no-such-user/syncer.toml", "no user has the home folder"), ("a\0b", "cannot contain the character")],
)
def test_path_that_no_file_can_have_is_one_line(
    path: str,
    message: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    for command in ("init", "status", "migrate"):
        assert main([command, "--config", path]) == 2
        error = capsys.readouterr().err
        assert error.startswith("syncer: the configuration ")
        assert message in error
    assert list(tmp_path.iterdir()) == []


def test_init_writes_to_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert main(["init", "--config", "~/syncer.toml"]) == 0
    assert (tmp_path / "syncer.toml").exists()
