"""Errors become one line and an exit code, tracebacks only where they are asked for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncer.cli import main
from syncer.cli.commands import init
from syncer.errors import ConfigurationError, CredentialsError, SchemaError, StoreUnavailable


@pytest.fixture(autouse=True)
def _keep_signals() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def raising(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def run(_: Namespace) -> int:
        raise error

    monkeypatch.setattr(init, "run", run)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigurationError("no such thing"), 2),
        (SchemaError("no such thing"), 2),
        (StoreUnavailable("no such thing"), 1),
        (CredentialsError("no such thing"), 1),
    ],
    ids=lambda value: type(value).__name__,
)
def test_error_is_one_line_and_a_code(
    error: Exception, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    raising(monkeypatch, error)
    assert main(["init"]) == code
    assert capsys.readouterr() == ("", "syncer: no such thing\n")


def test_error_shows_its_origin_with_debug(monkeypatch: pytest.MonkeyPatch) -> None:
    raising(monkeypatch, StoreUnavailable("no such thing"))
    with pytest.raises(StoreUnavailable):
        main(["init", "--debug"])


def test_interrupt_is_quiet(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    raising(monkeypatch, KeyboardInterrupt())
    assert main(["init"]) == 130
    assert capsys.readouterr().err == ""


def test_sigterm_unwinds(monkeypatch: pytest.MonkeyPatch) -> None:
    unwound = []

    def run(_: Namespace) -> int:
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            unwound.append(True)
        return 0

    monkeypatch.setattr(init, "run", run)
    with pytest.raises(SystemExit) as exit_:
        main(["init"])
    assert exit_.value.code == 143
    assert unwound


def test_init_writes_what_it_never_overwrites(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "syncer.toml"
    assert main(["init", "--config", str(path)]) == 0
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text("mine")
    assert main(["--config", str(path), "init"]) == 2
    assert path.read_text() == "mine"
    assert "exists already" in capsys.readouterr().err


def test_init_writes_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCER_CONFIG", str(tmp_path / "other.toml"))
    assert main(["init"]) == 0
    assert "[[sources]]" in (tmp_path / "other.toml").read_text()


def test_init_cannot_write_into_nowhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--config", str(tmp_path / "missing" / "syncer.toml")]) == 2
    assert "cannot write" in capsys.readouterr().err


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams_are_no_error(closed: str) -> None:
    line = f'"{sys.executable}" -m syncer --version {closed}'
    ended = subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_letters_that_a_stream_does_not_know_are_escaped() -> None:
    code = "from syncer.cli import _open_streams; _open_streams(); print('转码')"
    given = {"env": {**os.environ, "PYTHONIOENCODING": "ascii"}, "capture_output": True, "text": True}
    ended = subprocess.run([sys.executable, "-c", code], **given, timeout=60)  # type: ignore[call-overload]
    assert ended.stdout == "\\u8f6c\\u7801\n"
